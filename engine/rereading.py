"""A statement read again where its checks fail, cheapest first.

Every way of reading is judged by the same proof, arithmetic on what is printed, and the first
reading is left only for one that proves more. What no way cures stays as it is and goes to a person.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

from engine.check.footing import foot
from engine.errors import NotFound, Unreadable
from engine.kinds import CellState, CheckOutcome, StatementKind
from engine.locate.choose import Candidate
from engine.pdf import ocr
from engine.pdf.glyphs import UNKNOWN
from engine.pdf.words import UNUSUAL, Page
from engine.source import Source
from engine.statement import StatementReading, StatementTable
from engine.tables.read import TableReading, read_table, with_unit
from engine.values import Unit

PROVEN_ENOUGH = 0.85  # of the rows in closed sums: failing identities are then a matter of labels
# Identities that only a statement with its first and its last lines can fulfil.
WHOLE = {
    StatementKind.BALANCE_SHEET: frozenset({"B4", "B4b"}),
    StatementKind.CASH_FLOW_STATEMENT: frozenset({"C2", "C3"}),
}
DOUBTFUL = 0.3  # of the rows: a page that proves less may not hold the statement at all
LEAST_SCORE = 12.0  # of another page that may hold the statement; see the threshold of the first choice


@dataclass(frozen=True, slots=True)
class _Attempt:
    """One more way to read the statement. `anew` attempts read other pages, whose columns are their
    own; the others read the same pages and keep the columns that are known. `costly` ones are made
    only where an identity fails."""

    says: str
    pages: Callable[[], Sequence[Page]]
    anew: bool = False
    costly: bool = False
    read_by: str = "geometry"


def read_first(kind: StatementKind, candidate: Candidate, source: Source) -> tuple[TableReading, str]:
    """The table on these pages, and a sentence where the usual gaps between words show no columns.

    Raises NotFound (table_not_read) where no gaps show any.
    """
    try:
        return read_table(kind, source.pages(candidate.pages), candidate.score, source.words), ""
    except NotFound:
        for gaps in UNUSUAL:
            try:
                pages = source.pages(candidate.pages, gaps)
                table = read_table(kind, pages, candidate.score, source.words)
            except NotFound:
                continue
            return table, f"the {_name(kind)} shows no columns but with other gaps between words"
        raise


def reread(
    statement: StatementReading, source: Source, conclude: Callable[[StatementTable], StatementReading]
) -> tuple[StatementReading, str]:
    """The reading that proves most, and a sentence where it is not the first one."""
    garbled = bool(_unknown_digits(statement.table))
    if statement.table.read_by == "ocr" or (is_proven(statement) and not garbled):
        return statement, ""
    best, said = statement, ""
    fails = garbled or bool(_count(statement, CheckOutcome.FAILS))
    for attempt in _attempts(statement.table, source):
        if attempt.costly and not fails:
            continue
        table = _read(attempt, statement.table, source)
        if table is None:
            continue
        other = conclude(table)
        if _is_better(other, best, attempt):
            best, said = (
                other,
                f"the {_name(table.kind)} did not prove itself at first; it was read again {attempt.says}",
            )
        if is_proven(best) and not _unknown_digits(best.table):
            break
    return best, said


def _unknown_digits(table: StatementTable) -> int:
    """How many figures have digits that their font does not name: they are on the page all the same."""
    cells = (cell for row in table.rows for cell in row.cells if cell is not None)
    return sum(cell.state is CellState.NOT_READ and UNKNOWN in cell.text for cell in cells)


def _name(kind: StatementKind) -> str:
    return kind.value.replace("_", " ")


def is_proven(statement: StatementReading) -> bool:
    """Whether nothing speaks for reading again: identities hold, and where one fails all the same, the
    sums prove the digits. A statement without its last lines has nothing that could hold."""
    return is_beyond_doubt(statement) or (
        _is_whole(statement) and foot(statement.table).share >= PROVEN_ENOUGH
    )


def is_beyond_doubt(statement: StatementReading) -> bool:
    """Whether the statement has its first and its last lines, no identity fails and every digit has a
    name."""
    fails = _count(statement, CheckOutcome.FAILS)
    return _is_whole(statement) and not fails and not _unknown_digits(statement.table)


def _is_whole(statement: StatementReading) -> bool:
    """Whether the identity holds that needs both ends of the statement."""
    held = {check.identity for check in statement.checks if check.outcome is CheckOutcome.HOLDS}
    return not held.isdisjoint(WHOLE.get(statement.table.kind, held))


def _attempts(first: StatementTable, source: Source) -> Iterator[_Attempt]:
    numbers = first.pages
    chosen = source.choice.chosen.values()
    taken = {page for other in chosen if other.kind is not first.kind for page in other.pages}
    for says, more in (
        ("with the page after it", (*numbers, numbers[-1] + 1)),
        ("with the page before it", (numbers[0] - 1, *numbers)),
    ):
        if more[0] >= 1 and more[-1] <= len(source.texts) and taken.isdisjoint(more):
            yield _Attempt(says, partial(source.pages, more))
    for other in source.choice.runners_up.get(first.kind, ())[:1]:
        if other.score >= LEAST_SCORE and taken.isdisjoint(other.pages):
            yield _Attempt(f"on page {other.pages[0]}", partial(source.pages, other.pages), anew=True)
    for gaps in UNUSUAL:
        yield _Attempt("with other gaps between words", partial(source.pages, numbers, gaps))
    second_engine = partial(source.pages_by_second_engine, numbers)
    yield _Attempt("by the second engine", second_engine, costly=True, read_by="second_engine")
    if source.may_recognise and ocr.is_available() and _unknown_digits(first):
        yield _Attempt("as a picture", partial(source.pages_as_pictures, numbers), costly=True, read_by="ocr")


def _read(attempt: _Attempt, first: StatementTable, source: Source) -> StatementTable | None:
    """The table of an attempt in the unit of the first reading; None where there is none like it."""
    try:
        table = read_table(first.kind, attempt.pages(), first.score, source.words).table
    except (Unreadable, NotFound):
        return None
    if attempt.anew:
        unit = Unit(table.unit.currency or first.unit.currency, table.unit.scale or first.unit.scale)
        table = with_unit(table, unit)
        return table if all(column.period is not None for column in table.columns) else None
    if len(table.columns) != len(first.columns):
        return None
    return replace(with_unit(table, first.unit), columns=first.columns, read_by=attempt.read_by)


def _is_better(other: StatementReading, best: StatementReading, attempt: _Attempt) -> bool:
    """More proof. More pages must make the statement whole. Other pages must prove everything, where
    the first ones hardly prove anything and hold no more rows: a summary proves itself with ease."""
    mine, yours = foot(other.table), foot(best.table)
    if attempt.anew:
        doubtful = yours.share < DOUBTFUL and mine.counted >= yours.counted
        return doubtful and not _count(other, CheckOutcome.FAILS) and mine.share > yours.share
    if other.table.pages != best.table.pages:
        whole = _is_whole(other) and not _is_whole(best)
        return whole and _count(other, CheckOutcome.FAILS) <= _count(best, CheckOutcome.FAILS)
    return proof(other) > proof(best)


def _count(statement: StatementReading, outcome: CheckOutcome) -> int:
    return sum(check.outcome is outcome for check in statement.checks)


def proof(statement: StatementReading) -> tuple[int, int, int, int]:
    """How well a reading proves itself: few failing identities, many that hold, many rows in closed
    sums; and of readings that prove the same, the one with the fewest figures left unread."""
    fails, holds = _count(statement, CheckOutcome.FAILS), _count(statement, CheckOutcome.HOLDS)
    return -fails, holds, len(foot(statement.table).proven), -_unknown_digits(statement.table)
