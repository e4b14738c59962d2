"""The benchmark of the statement page measures what it says."""

from decimal import Decimal

from benchmarks.pages import Measured, a_reading, lines_of, slowest


def test_95_of_100_answers_are_there_by_then():
    assert slowest([0.1] * 19 + [0.3]) == 0.1 + 0.05 * 0.2
    assert slowest([0.2, 0.2, 0.2]) == 0.2


def test_a_row_has_milliseconds_queries_and_kilobytes():
    found = {"latest": Measured((0.1, 0.2, 0.3), (0.05, 0.05, 0.05), 16, 264_400)}
    assert lines_of(found)[2] == "| latest | 3 | 200 | 290 | 50 | 50 | 16 | 264 |"


def test_a_made_report_has_as_many_lines_and_tells_last_years_figures_again():
    [newer], [older] = a_reading(2025, 100).statements, a_reading(2024, 100).statements
    assert len(newer.table.rows) == len({row.label for row in newer.table.rows}) == 100
    for line, before in zip(newer.table.rows, older.table.rows, strict=True):
        assert line.cells[1].number == before.cells[0].number
    assert len({line.cells[0].number for line in newer.table.rows}) == 100
    assert newer.table.rows[0].cells[0].number == Decimal(1000 + 7 * 25)
