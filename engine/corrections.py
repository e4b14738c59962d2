"""A person's corrections, laid over what was read, again on every reading.

A correction stands at an anchor: the hash of a file and the place in it, with the words around it. It
is looked up by place first; where the place has moved, by label, section, column and printed text.
Whoever corrected looked at that very file, so in it the correction stands even where a newer engine
reads something else by now: the difference is a conflict for a person, and neither side is dropped.
In another file under the same address the issuer may print something else, so there a correction
stands only where the same is printed.

What was read is never changed in place: `replay` gives a second reading beside it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from engine.check.identities import load_identities
from engine.concepts.taxonomy import Taxonomy, load_taxonomy
from engine.concepts.wording import plain
from engine.concluding import bridged, concluded_as
from engine.kinds import CellState, MappingMethod, ReplayOutcome, Scope, StatementKind
from engine.second_reader.lines import PrintedLine, Token
from engine.statement import Cell, Column, Reading, Row, RowMapping, RowSign, StatementReading, StatementTable
from engine.values import Box, Period, Unit

SLACK = 2.0  # points by which a line may stand elsewhere and still be at its place
OVER = "correction"  # the rule of a sign that a person set
OWN = "a line of the company's own"
LONGEST_NUMBER = 22  # digits
MOVED = "The place has moved; it was found again by its words."
ELSEWHERE = "This file has the same words, so it goes for it as well."
LINE, NOTHING = "a line", "nothing"


@dataclass(frozen=True, slots=True)
class ColumnAnchor:
    """The column of a figure, as far as its head tells."""

    heading: str
    period: Period | None


@dataclass(frozen=True, slots=True)
class Anchor:
    """Where a correction was made. `box` is that of the figure, the line or the head of the table.

    A figure has a `column` and the `text` printed there, a line neither, a whole statement not even a
    `label`.
    """

    sha256: str
    statement: StatementKind
    scope: Scope
    page: int
    box: Box
    label: str = ""
    section: str = ""
    column: ColumnAnchor | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class SetNumber:
    """The figure in the printed unit with the printed sign. `was` is what had been read, None for
    words, what could not be read and a blank cell."""

    number: Decimal
    was: Decimal | None


@dataclass(frozen=True, slots=True)
class SetSign:
    """What turns the line's printed figures into contributions: +1 or -1."""

    factor: int
    was: int


@dataclass(frozen=True, slots=True)
class SetUnit:
    """Scale and currency of a statement; those of single columns that have their own stay."""

    unit: Unit
    was: Unit


@dataclass(frozen=True, slots=True)
class SetConcept:
    """The concept of a line, None for a line of the company's own. `everywhere`: also in the company's
    other reports, wherever a line has the same words under the same heading."""

    concept: str | None
    was: str | None
    everywhere: bool = False


@dataclass(frozen=True, slots=True)
class LeaveOut:
    """The figure (where the anchor has a column) or the line is none of this statement."""


Intent = SetNumber | SetSign | SetUnit | SetConcept | LeaveOut


@dataclass(frozen=True, slots=True)
class Correction:
    """One correction under a key of the caller's."""

    key: str
    anchor: Anchor
    intent: Intent


@dataclass(frozen=True, slots=True)
class Replay:
    """What became of one correction in one reading. `stands`: it decides what is concluded. `table`,
    `row` and `column` are the place it was found at, `found` is what the reading says there."""

    key: str
    outcome: ReplayOutcome
    stands: bool
    table: int | None
    row: int | None
    column: int | None
    found: str
    explanation: str


@dataclass(frozen=True, slots=True)
class Corrected:
    """A reading with the corrections that stand laid over it; tables, rows and columns are those of the
    reading it was made from. A cell that was left out is blank here."""

    reading: Reading
    replays: tuple[Replay, ...]


def replay(reading: Reading, corrections: Sequence[Correction], sha256: str) -> Corrected:
    """Lay corrections over a reading of the file with this hash, in their order.

    A correction of another file that goes for this one only because it is meant `everywhere` says
    nothing where its words do not occur.
    """
    replays = tuple(
        found for correction in corrections if (found := _replayed(reading, correction, sha256)) is not None
    )
    if not any(found.stands for found in replays):
        return Corrected(reading, replays)
    by_key = {correction.key: correction for correction in corrections}
    taxonomy = load_taxonomy()
    statements = []
    for n, statement in enumerate(reading.statements):
        here = [(by_key[r.key], r) for r in replays if r.stands and r.table == n]
        statements.append(_corrected(statement, here, taxonomy) if here else statement)
    within = tuple(_without_checks_across(statement) for statement in statements)
    return Corrected(replace(reading, statements=bridged(within)), replays)


def _without_checks_across(statement: StatementReading) -> StatementReading:
    """The statement without the checks between statements, which are made anew."""
    across = {bridge.code for bridge in load_identities().across}
    return replace(statement, checks=tuple(c for c in statement.checks if c.identity not in across))


# Finding the place again


def _replayed(reading: Reading, correction: Correction, sha256: str) -> Replay | None:
    """What becomes of one correction; None where it is of another file and does not concern this one."""
    anchor = correction.anchor
    same_file = anchor.sha256 == sha256
    everywhere = isinstance(correction.intent, SetConcept) and correction.intent.everywhere
    place = _table(reading, anchor)
    if place is None:
        name = anchor.statement.value.replace("_", " ")
        return _lost(correction, f"The {name} was not read this time.") if same_file else None
    table = reading.statements[place].table
    if not anchor.label and isinstance(correction.intent, SetUnit):
        return _judged(correction, reading, (place, None, None), moved=False, same_file=same_file)
    row, moved = _row(table, anchor, same_file=same_file)
    if row is None:
        if everywhere and not same_file:
            return None
        return _lost(correction, f"No line “{anchor.label}” was found again on its page or elsewhere.")
    column = None
    if anchor.column is not None:
        column = _column(table, anchor)
        if column is None:
            return _lost(correction, f"The column “{anchor.column.heading}” was not found again.")
    return _judged(correction, reading, (place, row, column), moved=moved, same_file=same_file)


def _table(reading: Reading, anchor: Anchor) -> int | None:
    tables = [entry.table for entry in reading.statements]
    alike = [n for n, table in enumerate(tables) if table.kind is anchor.statement]
    return next((n for n in alike if tables[n].scope is anchor.scope), alike[0] if len(alike) == 1 else None)


def _row(table: StatementTable, anchor: Anchor, *, same_file: bool) -> tuple[int | None, bool]:
    """The line of an anchor and whether it had to be looked for: at its place under its words, then
    anywhere under its words, then at its place with its printed text under other words."""
    there = [n for n, row in enumerate(table.rows) if same_file and _stands_at(row, anchor)]
    for n in there:
        if plain(table.rows[n].label) == plain(anchor.label):
            return n, not _is_at(table.rows[n], anchor)
    for alike in _narrowed(table, anchor):
        if len(alike) == 1:
            return alike[0], True
    if anchor.text:
        printed = [n for n in there if anchor.text in _texts(table.rows[n])]
        if len(printed) == 1:
            return printed[0], True
    return None, True


def _narrowed(table: StatementTable, anchor: Anchor) -> Iterator[list[int]]:
    """The lines with the anchor's words: all, then those under its heading, then with its text."""
    alike = [n for n, row in enumerate(table.rows) if plain(row.label) == plain(anchor.label)]
    yield alike
    alike = [n for n in alike if plain(table.rows[n].section) == plain(anchor.section)]
    yield alike
    yield [n for n in alike if anchor.text and anchor.text in _texts(table.rows[n])]


def _stands_at(row: Row, anchor: Anchor) -> bool:
    """Whether a line crosses the height at which the anchor stood."""
    middle = (anchor.box.y0 + anchor.box.y1) / 2
    return row.page == anchor.page and row.box.y0 - SLACK <= middle <= row.box.y1 + SLACK


def _is_at(row: Row, anchor: Anchor) -> bool:
    """Whether the line, or its figure with the anchor's text, has the very place of the anchor."""
    boxes = [row.box, *(cell.box for cell in row.cells if cell is not None)]
    return any(_near(box, anchor.box) for box in boxes)


def _near(one: Box, other: Box) -> bool:
    pairs = ((one.x0, other.x0), (one.y0, other.y0), (one.x1, other.x1), (one.y1, other.y1))
    return all(abs(a - b) <= SLACK for a, b in pairs)


def _texts(row: Row) -> set[str]:
    return {cell.text for cell in row.cells if cell is not None}


def _column(table: StatementTable, anchor: Anchor) -> int | None:
    """The column of the same period, or of the same heading; of several the nearest."""
    wanted = anchor.column
    if wanted is None:
        return None
    same: list[int] = []
    if wanted.period is not None:
        same = [n for n, column in enumerate(table.columns) if column.period == wanted.period]
    if not same and wanted.heading:
        same = [n for n, column in enumerate(table.columns) if plain(column.heading) == plain(wanted.heading)]
    return min(same, key=lambda n: _away(table.columns[n], anchor.box), default=None)


def _away(column: Column, box: Box) -> float:
    return abs(column.box.x1 - box.x1)


def _lost(correction: Correction, why: str) -> Replay:
    return Replay(correction.key, ReplayOutcome.LOST, False, None, None, None, "", why)


# What the reading says there now


def _judged(
    correction: Correction,
    reading: Reading,
    place: tuple[int, int | None, int | None],
    *,
    moved: bool,
    same_file: bool,
) -> Replay:
    """The verdict on a correction whose place was found."""
    said = _said(correction, reading, place)
    at = ReplayOutcome.REFOUND if moved or not same_file else ReplayOutcome.APPLIED
    everywhere = isinstance(correction.intent, SetConcept) and correction.intent.everywhere
    if said.now == said.wanted:
        outcome, stands, why = ReplayOutcome.AGREED, True, "The reading itself says so by now."
    elif said.now == said.was or (everywhere and not same_file):
        outcome, stands = at, True
        why = ELSEWHERE if not same_file else MOVED if moved else ""
    else:
        outcome, stands = ReplayOutcome.CONFLICT, same_file
        reader = "this reading says" if same_file else "the file that replaced it prints"
        stays = "correction" if same_file else "figure of the new file"
        why = (
            f"It was {said.was} when somebody corrected it to {said.wanted}; {reader} {said.now}."
            f" The {stays} stands until somebody decides."
        )
    return Replay(correction.key, outcome, stands, *place, said.now, why)


@dataclass(frozen=True, slots=True)
class _Said:
    """What a reading says at a place, what it said, and what a person says, all in words."""

    now: str
    was: str
    wanted: str


def _said(correction: Correction, reading: Reading, place: tuple[int, int | None, int | None]) -> _Said:
    statement = reading.statements[place[0]]
    intent, anchor = correction.intent, correction.anchor
    if isinstance(intent, SetUnit):
        return _Said(unit_words(statement.table.unit), unit_words(intent.was), unit_words(intent.unit))
    row = place[1] or 0
    if isinstance(intent, SetConcept):
        now = statement.mappings[row].concept
        return _Said(now or OWN, intent.was or OWN, intent.concept or OWN)
    if isinstance(intent, SetSign):
        now_factor = statement.signs[row].factor
        return _Said(sign_words(now_factor), sign_words(intent.was), sign_words(intent.factor))
    cell = None if place[2] is None else statement.table.rows[row].cells[place[2]]
    if isinstance(intent, SetNumber):
        number = None if cell is None else cell.number
        return _Said(number_words(number), number_words(intent.was), number_words(intent.number))
    if place[2] is None:
        return _Said(LINE, LINE, NOTHING)
    return _Said(NOTHING if cell is None else cell.text, anchor.text, NOTHING)


def printed_on(lines: Sequence[PrintedLine], number: Decimal, near: Box) -> Token | None:
    """The figure of a page that is this number, whatever its sign and marks; of several the nearest."""
    alike = [token for line in lines for token in line.tokens if abs(number) in _numbers_in(token.text)]
    return min(alike, key=lambda token: _distance(token.box, near), default=None)


def _numbers_in(text: str) -> set[Decimal]:
    """What a printed figure can mean: its last mark may divide thousands or decimals."""
    marked = "".join(char if char.isdigit() else " " if char in ".,'’\u00a0 " else "" for char in text)
    groups = marked.split()
    if not groups or len("".join(groups)) > LONGEST_NUMBER:
        return set()
    found = {Decimal("".join(groups))}
    if len(groups) > 1:
        found.add(Decimal("".join(groups[:-1]) + "." + groups[-1]))
    return found


def _distance(one: Box, other: Box) -> float:
    return abs(one.y0 - other.y0) + abs(one.x1 - other.x1) / 10


def number_words(number: Decimal | None) -> str:
    """A printed number as a person reads it; equal numbers give equal words."""
    if number is None:
        return "no number"
    text = f"{number:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def sign_words(factor: int) -> str:
    """How the figures of a line count."""
    return "as printed" if factor > 0 else "turned"


def unit_words(unit: Unit) -> str:
    """A unit in words, with what is not known named."""
    scale = "scale not known" if unit.scale is None else f"times {unit.scale:,}"
    return f"{unit.currency or 'currency not known'}, {scale}"


# Laying corrections over a statement


def _corrected(
    statement: StatementReading, corrections: Sequence[tuple[Correction, Replay]], taxonomy: Taxonomy
) -> StatementReading:
    """The statement with its corrections, and with everything concluded that follows from them."""
    table, mappings = statement.table, list(statement.mappings)
    signs: dict[int, RowSign] = {}
    for correction, found in corrections:
        intent = correction.intent
        if isinstance(intent, SetUnit):
            table = _in_unit(table, intent.unit)
        elif found.row is None:
            continue
        elif isinstance(intent, SetConcept):
            _name(mappings, found.row, intent.concept)
        elif isinstance(intent, SetSign):
            signs[found.row] = RowSign(intent.factor, OVER)
        elif isinstance(intent, SetNumber) and found.column is not None:
            cell = _with_number(table.rows[found.row].cells[found.column], correction.anchor, intent.number)
            table = with_cell(table, found.row, found.column, cell)
        elif isinstance(intent, LeaveOut) and found.column is not None:
            table = with_cell(table, found.row, found.column, None)
        elif isinstance(intent, LeaveOut):
            for column in range(len(table.columns)):
                table = with_cell(table, found.row, column, None)
            mappings[found.row] = LEFT_OUT
    return concluded_as(table, tuple(mappings), taxonomy, signs)


LEFT_OUT = RowMapping(
    None, MappingMethod.CONFIRMED_RULE, 1.0, "a person says that this line is none of the statement"
)


def _name(mappings: list[RowMapping], row: int, concept: str | None) -> None:
    """Give a line its concept, and take it from the line that had it: a concept has one line."""
    for n, mapping in enumerate(mappings):
        if concept is not None and mapping.concept == concept and n != row:
            mappings[n] = RowMapping(
                None, MappingMethod.UNMAPPED, 0.0, "a person gave its concept to another line"
            )
    reason = "a person says so" if concept else "a person says that this line is the company's own"
    mappings[row] = RowMapping(concept, MappingMethod.CONFIRMED_RULE, 1.0, reason)


def _with_number(cell: Cell | None, anchor: Anchor, number: Decimal) -> Cell:
    """The printed cell with another number; where nothing was read, one at the anchor's place."""
    text, page, box = (
        (anchor.text, anchor.page, anchor.box) if cell is None else (cell.text, cell.page, cell.box)
    )
    exponent = number.normalize().as_tuple().exponent
    decimals = max(0, -exponent if isinstance(exponent, int) else 0)
    if cell is not None and cell.number is not None:
        decimals = max(decimals, cell.decimals)
    return Cell(text, CellState.VALUE, number, decimals, page, box)


def with_cell(table: StatementTable, row: int, column: int, cell: Cell | None) -> StatementTable:
    """The table with another cell in one place."""
    line = table.rows[row]
    cells = (*line.cells[:column], cell, *line.cells[column + 1 :])
    return replace(table, rows=(*table.rows[:row], replace(line, cells=cells), *table.rows[row + 1 :]))


def _in_unit(table: StatementTable, unit: Unit) -> StatementTable:
    """The table and the columns that share its unit in another one."""
    columns = tuple(
        replace(column, unit=unit) if column.unit == table.unit or column.unit.scale is None else column
        for column in table.columns
    )
    return replace(table, unit=unit, columns=columns)
