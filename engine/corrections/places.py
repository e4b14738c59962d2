"""Finding the place of a correction again: where it stood, and where it has moved, by its words."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from engine.concepts.wording import plain
from engine.corrections.values import Anchor
from engine.second_reader.lines import PrintedLine, Token
from engine.statement import Column, Reading, Row, StatementTable
from engine.values import Box

SLACK = 2.0  # points by which a line may stand elsewhere and still be at its place
LONGEST_NUMBER = 22  # digits


def find_table(reading: Reading, anchor: Anchor) -> int | None:
    tables = [entry.table for entry in reading.statements]
    alike = [n for n, table in enumerate(tables) if table.kind is anchor.statement]
    return next((n for n in alike if tables[n].scope is anchor.scope), alike[0] if len(alike) == 1 else None)


def find_row(table: StatementTable, anchor: Anchor, *, same_file: bool) -> tuple[int | None, bool]:
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


def find_column(table: StatementTable, anchor: Anchor) -> int | None:
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
