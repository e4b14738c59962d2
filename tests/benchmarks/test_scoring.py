"""The scorer counts what is right and names what is wrong."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from benchmarks.scoring import score_statement
from engine.kinds import CellState, PeriodKind, RowKind, Scope, StatementKind
from engine.statement import Cell, Column, Row, StatementTable
from engine.values import Box, Period, Unit

BOX = Box(0, 0, 1, 1)
UNIT = Unit("EUR", 1000)
TRUTH = {
    "pages": [4],
    "unit": "thousands",
    "periods": ["2024-12-31", "2023-12-31"],
    "fiscal_year_headings": ["2024", "2023"],
    "items": [
        {"label": "Revenue", "values": [100.0, 90.0]},
        {"label": "Cost of sales", "values": [-60.0, -50.0]},
        {"label": "Impairment", "values": [0.0, None]},
        {"label": "Memo", "values": [7.0, 7.0], "supplemental": True},
    ],
}


def column(year):
    return Column(
        str(year),
        Period(PeriodKind.DURATION, date(year, 1, 1), date(year, 12, 31)),
        UNIT,
        Scope.CONSOLIDATED,
        False,
        BOX,
    )


def cell(number):
    if number is None:
        return None
    state = CellState.NIL if number == 0 else CellState.VALUE
    return Cell(str(number), state, Decimal(number), 0, 4, BOX)


def row(label, *numbers):
    return Row(label, "", 0, RowKind.LINE, tuple(cell(number) for number in numbers), "", 4, BOX)


@pytest.fixture
def table():
    return StatementTable(
        kind=StatementKind.INCOME_STATEMENT,
        scope=Scope.CONSOLIDATED,
        title="Income statement",
        pages=(4,),
        unit=UNIT,
        unit_evidence=None,
        columns=(column(2024), column(2023)),
        rows=(
            row("Revenue", 100, 90),
            row("Cost of sales", -60, -50),
            row("Impairment", 0, None),
            row("Memo", 7, 7),
        ),
        score=1.0,
    )


def test_a_perfect_reading(table):
    result = score_statement(TRUTH, table, "EUR")
    assert result.faults == ()
    assert result.counts["cells"] == result.counts["cells_right"] == result.counts["cells_read"] == 5
    assert result.counts["labels_right"] == result.counts["labels"] == 3
    assert result.counts["perfect"] == result.counts["unit_right"] == result.counts["pages_right"] == 1


def test_a_statement_that_was_not_found():
    result = score_statement(TRUTH, None, "EUR")
    assert result.counts["cells"] == 5
    assert result.counts["cells_right"] == result.counts["found"] == 0
    assert result.faults == ("not found",)


def test_columns_are_matched_by_date_not_by_place(table):
    turned = replace(
        table,
        columns=table.columns[::-1],
        rows=tuple(replace(line, cells=line.cells[::-1]) for line in table.rows),
    )
    assert score_statement(TRUTH, turned, "EUR").counts["cells_right"] == 5


def test_a_wrong_sign_is_counted_as_such(table):
    rows = (table.rows[0], row("Cost of sales", 60, 50), *table.rows[2:])
    result = score_statement(TRUTH, replace(table, rows=rows), "EUR")
    assert result.counts["signs_wrong"] == 2
    assert result.counts["cells_right"] == 3
    assert result.faults == ("'Cost of sales': want -60.0 -50.0, read 60 50",)


def test_a_lost_line_costs_recall_and_an_invented_one_precision(table):
    lost = score_statement(TRUTH, replace(table, rows=table.rows[1:]), "EUR")
    assert (lost.counts["cells_right"], lost.counts["cells_read"]) == (3, 3)
    more = (*table.rows[:3], row("Page", 4, 2024), table.rows[3])
    invented = score_statement(TRUTH, replace(table, rows=more), "EUR")
    assert (invented.counts["cells_right"], invented.counts["cells_read"]) == (5, 7)
    assert invented.counts["perfect"] == 0


def test_unit_currency_pages_and_scope_are_compared(table):
    other = replace(table, unit=Unit("USD", 1_000_000), pages=(5,))
    counts = score_statement(TRUTH, other, "EUR").counts
    assert (counts["unit_right"], counts["currency_right"], counts["pages_right"]) == (0, 0, 0)
    parents = tuple(replace(entry, scope=Scope.PARENT) for entry in table.columns)
    assert score_statement(TRUTH, replace(table, columns=parents), "EUR").counts["columns_right"] == 0


def test_a_label_that_lost_its_second_half_is_wrong(table):
    rows = (table.rows[0], row("Cost of", -60, -50), *table.rows[2:])
    counts = score_statement(TRUTH, replace(table, rows=rows), "EUR").counts
    assert (counts["labels_right"], counts["cells_right"]) == (2, 5)
