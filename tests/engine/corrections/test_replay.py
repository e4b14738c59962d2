"""Corrections laid over readings that were made from known labels and figures."""

from dataclasses import replace
from decimal import Decimal

import pytest

from engine.concepts.taxonomy import load_taxonomy
from engine.concluding import concluded
from engine.corrections import (
    Anchor,
    ColumnAnchor,
    Correction,
    Intent,
    LeaveOut,
    SetConcept,
    SetNumber,
    SetSign,
    SetUnit,
    printed_on,
    replay,
)
from engine.kinds import CellState, Scope, StatementKind
from engine.second_reader.lines import PrintedLine, Token
from engine.statement import Reading, Survey
from engine.values import Box, Unit
from tests.engine.made_tables import MILLIONS, table

IS = StatementKind.INCOME_STATEMENT
FILE, OTHER = "a" * 64, "b" * 64
ROWS = [
    ("Revenue", "1,000", "900"),
    ("Cost of sales", "(600)", "(550)"),
    ("=Gross profit", "500", "350"),
    ("Costs of the year",),
    ("Other", "10", "20"),
    ("Income of the year",),
    ("Other", "30", "40"),
]


def reading(rows: list[tuple] = ROWS, unit: Unit = MILLIONS) -> Reading:
    """Lines twenty points apart, columns at 400 and 500 points."""
    made = table(IS, rows, unit=unit)
    columns = tuple(
        replace(c, box=Box(x, 80, x + 50, 90)) for c, x in zip(made.columns, (400, 500), strict=True)
    )
    lines = []
    for n, row in enumerate(made.rows):
        top = 100.0 + 20 * n
        cells = tuple(
            None if cell is None else replace(cell, box=Box(x, top, x + 50, top + 10))
            for cell, x in zip(row.cells, (400, 500), strict=True)
        )
        lines.append(replace(row, box=Box(50, top, 550, top + 10), cells=cells))
    placed = replace(made, columns=columns, rows=tuple(lines))
    survey = Survey(FILE, 1, 1, False, False, 1.0, "", "", ())
    return Reading(survey, (concluded(placed, load_taxonomy(), ()),), (), (), "test")


def at(row: int, column: int | None = None, **changes: object) -> Anchor:
    """The place of a line or figure of the reading above."""
    made = reading().statements[0].table
    line = made.rows[row]
    cell = None if column is None else line.cells[column]
    head = None if column is None else made.columns[column]
    found = Anchor(
        sha256=FILE,
        statement=IS,
        scope=Scope.CONSOLIDATED,
        page=1,
        box=line.box if cell is None else cell.box,
        label=line.label,
        section=line.section,
        column=None if head is None else ColumnAnchor(head.heading, head.period),
        text="" if cell is None else cell.text,
    )
    return replace(found, **changes)


def done(anchor: Anchor, intent: Intent, given: Reading | None = None, sha256: str = FILE):  # type: ignore[no-untyped-def]
    """What becomes of one correction, and the statement it gives."""
    result = replay(given or reading(), [Correction("1", anchor, intent)], sha256)
    return (result.replays[0] if result.replays else None), result.reading.statements[0]


def number(to: int, was: int | None) -> SetNumber:
    return SetNumber(Decimal(to), None if was is None else Decimal(was))


def test_it_works() -> None:
    found, statement = done(at(2, 0), number(400, 500))
    assert (found.outcome, found.stands, found.row, found.column) == ("applied", True, 2, 0)
    cell = statement.table.rows[2].cells[0]
    assert (cell.number, cell.text, cell.state) == (Decimal(400), "500", CellState.VALUE)
    before = {c.outcome for c in reading().statements[0].checks if c.identity == "I1" and c.column == 0}
    after = {c.outcome for c in statement.checks if c.identity == "I1" and c.column == 0}
    assert (before, after) == ({"fails"}, {"holds"})


@pytest.mark.parametrize(("rows", "outcome", "number_then"), [
    (ROWS, "applied", 400),
    # A line more above: the place is another line's now, and the words are elsewhere.
    ([("Sales abroad", "1", "1"), *ROWS], "refound", 400),
    # Another wording at the same place, with the same text in it.
    ([*ROWS[:2], ("=Gross result", "500", "350"), *ROWS[3:]], "refound", 400),
    # It reads what the person said; then something else; then nothing like it.
    ([*ROWS[:2], ("=Gross profit", "400", "350"), *ROWS[3:]], "agreed", 400),
    ([*ROWS[:2], ("=Gross profit", "450", "350"), *ROWS[3:]], "conflict", 400),
    ([*ROWS[:2], ("=Gross profit", None, "350"), *ROWS[3:]], "conflict", 400),
    ([*ROWS[:2], *ROWS[3:]], "lost", None),
])  # fmt: skip
def test_a_place_is_found_again_or_it_is_said_why_not(
    rows: list[tuple], outcome: str, number_then: int | None
) -> None:
    found, statement = done(at(2, 0), number(400, 500), reading(rows))
    assert found.outcome == outcome
    if number_then is None:
        assert (found.stands, found.row) == (False, None)
    else:
        assert statement.table.rows[found.row].cells[0].number == number_then


def test_of_lines_with_the_same_words_that_under_the_same_heading_is_meant() -> None:
    moved = [("New line", "1", "1"), *ROWS]
    found, statement = done(at(6, 0), number(31, 30), reading(moved))
    assert (found.outcome, found.row) == ("refound", 7)
    assert statement.table.rows[5].cells[0].number == 10


def test_another_file_is_corrected_only_where_it_prints_the_same() -> None:
    found, _ = done(at(2, 0), number(400, 500), sha256=OTHER)
    assert (found.outcome, found.stands) == ("refound", True)
    other = reading([*ROWS[:2], ("=Gross profit", "450", "350"), *ROWS[3:]])
    found, statement = done(at(2, 0), number(400, 500), other, sha256=OTHER)
    assert (found.outcome, found.stands) == ("conflict", False)
    assert statement.table.rows[2].cells[0].number == 450


def test_a_concept_meant_everywhere_says_nothing_where_its_words_do_not_occur() -> None:
    everywhere = SetConcept("is.other_op", None, everywhere=True)
    found, statement = done(at(4), everywhere, sha256=OTHER)
    assert (found.outcome, found.row, statement.mappings[4].concept) == ("refound", 4, "is.other_op")
    found, _ = done(at(4), everywhere, reading(ROWS[:3]), sha256=OTHER)
    assert found is None
    # Not meant everywhere it belongs to its own document, whose new file has no such line.
    found, _ = done(at(4), SetConcept("is.other_op", None), reading(ROWS[:3]), sha256=OTHER)
    assert found.outcome == "lost"


def test_a_concept_has_one_line() -> None:
    was = reading().statements[0].mappings[0].concept
    assert was == "is.revenue"
    _, statement = done(at(6), SetConcept("is.revenue", None))
    assert [n for n, mapping in enumerate(statement.mappings) if mapping.concept == "is.revenue"] == [6]


def test_a_sign_a_unit_and_what_is_left_out() -> None:
    factor = reading().statements[0].signs[6].factor
    _, statement = done(at(6), SetSign(-factor, factor))
    assert (statement.signs[6].factor, statement.signs[6].rule) == (-factor, "correction")
    statement_anchor = at(0, label="", section="", text="")
    thousands = Unit("USD", 1_000)
    found, statement = done(statement_anchor, SetUnit(thousands, MILLIONS))
    assert (found.outcome, statement.table.unit) == ("applied", thousands)
    assert {column.unit for column in statement.table.columns} == {thousands}
    found, _ = done(statement_anchor, SetUnit(thousands, Unit(None, None)))
    assert (found.outcome, found.found) == ("conflict", "EUR, times 1,000,000")
    _, statement = done(at(6, 1), LeaveOut())
    assert [cell is None for cell in statement.table.rows[6].cells] == [False, True]
    _, statement = done(at(6), LeaveOut())
    assert statement.table.rows[6].cells == (None, None)


def test_what_was_read_is_not_touched() -> None:
    given = reading()
    before = given.statements[0]
    replay(given, [Correction("1", at(2, 0), number(400, 500))], FILE)
    assert given.statements[0] is before
    assert before.table.rows[2].cells[0].number == 500


def test_without_a_correction_that_stands_the_reading_is_the_same() -> None:
    given = reading()
    assert replay(given, [], FILE).reading is given


@pytest.mark.parametrize(("text", "number", "is_it"), [
    ("1,234.5", "1234.5", True), ("1.234,5", "-1234.5", True), ("1 234", "1234", True), ("(12)", "12", True),
    ("1,234", "1234", True), ("1,234", "1.234", True), ("1,234.5", "12345.5", False), ("–", "0", False),
    ("9" * 40, "9", False),
])  # fmt: skip
def test_a_number_is_known_again_by_its_digits(text: str, number: str, is_it: bool) -> None:
    near, far = Box(400, 100, 450, 110), Box(400, 300, 450, 310)
    tokens = [Token(text, CellState.VALUE, far), Token(text, CellState.VALUE, near)]
    lines = [PrintedLine(1, 0, "x", (token,), token.box) for token in tokens]
    found = printed_on(lines, Decimal(number), Box(400, 102, 450, 112))
    assert (found is not None) is is_it
    if found is not None:
        assert found.box == near
