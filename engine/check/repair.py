"""The smallest change that would reconcile a statement, offered to a person and never applied.

Where an identity fails, each figure that took part is asked which number would make it hold, and
whether a common fault of reading explains the difference: a lost or added minus, the figure of the
neighbouring column, a lost group of digits, a note number glued to the front, one digit misread.
Only a change that leaves fewer identities failing, and none failing anew, is offered.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from engine.check.identities import check_statement
from engine.concepts.signs import resolve_signs
from engine.concepts.taxonomy import Taxonomy
from engine.kinds import CellState, CheckOutcome
from engine.statement import Cell, Check, Row, RowMapping, RowSign, StatementTable

SIGN = "sign"
NEIGHBOUR_COLUMN = "neighbour_column"
LOST_DIGITS = "lost_digits"
NOTE_NUMBER = "note_number"
MISREAD_DIGIT = "misread_digit"


@dataclass(frozen=True, slots=True)
class Repair:
    """A proposal for one cell, in the printed unit with the printed sign. `mends` are the
    identities that fail now and would hold."""

    kind: str
    row: int
    column: int
    before: Decimal
    after: Decimal
    mends: tuple[str, ...]
    explanation: str


def propose_repairs(
    table: StatementTable,
    mappings: Sequence[RowMapping],
    signs: Sequence[RowSign],
    checks: Sequence[Check],
    taxonomy: Taxonomy,
) -> tuple[Repair, ...]:
    """Changes of one cell that would reconcile failing identities, those that mend most first."""
    failing = [check for check in checks if check.outcome is CheckOutcome.FAILS]
    found: dict[tuple[int, int, Decimal], Repair] = {}
    for check in failing:
        for row, column, after in _candidates(table, signs, check):
            kind = _explained(table, row, column, after)
            if kind is None or (row, column, after) in found:
                continue
            mends = _mended(_changed(table, row, column, after), mappings, checks, taxonomy, column)
            if mends:
                found[row, column, after] = _repair(table, kind, row, column, after, mends)
    return tuple(sorted(found.values(), key=lambda repair: (-len(repair.mends), repair.row, repair.kind)))


def _candidates(
    table: StatementTable, signs: Sequence[RowSign], check: Check
) -> Iterator[tuple[int, int, Decimal]]:
    """For each figure of a failing identity the printed number that would make it hold."""
    if check.left is None or check.right is None:
        return
    scale = table.columns[check.column].unit.scale or table.unit.scale or 1
    missing = (check.right - check.left) / scale
    for row in check.rows:
        cell = table.rows[row].cells[check.column]
        if cell is None or cell.number is None:
            continue
        for direction in (1, -1):  # the figure may stand on either side
            after = cell.number + direction * signs[row].factor * missing
            yield row, check.column, after.quantize(Decimal(1).scaleb(-cell.decimals))


def _explained(table: StatementTable, row: int, column: int, after: Decimal) -> str | None:
    """The fault of reading that turns `after` into what was read, None where none does."""
    line = table.rows[row]
    cell = line.cells[column]
    if cell is None or cell.number is None or after == cell.number:
        return None
    return next((kind for kind, test in _TESTS if test(line, column, cell, after)), None)


def _is_other_sign(line: Row, column: int, cell: Cell, after: Decimal) -> bool:
    return cell.number is not None and after == -cell.number


def _is_neighbour(line: Row, column: int, cell: Cell, after: Decimal) -> bool:
    near = [line.cells[n] for n in (column - 1, column + 1) if 0 <= n < len(line.cells)]
    return any(other is not None and other.number == cell.number for other in near)


def _has_lost_digits(line: Row, column: int, cell: Cell, after: Decimal) -> bool:
    read, whole = _digits(cell.number), _digits(after)
    return len(whole) - len(read) in (1, 2, 3) and (whole.startswith(read) or whole.endswith(read))


def _has_note_in_front(line: Row, column: int, cell: Cell, after: Decimal) -> bool:
    read, right = _digits(cell.number), _digits(after)
    return 1 <= len(read) - len(right) <= 2 and read.endswith(right)


def _has_misread_digit(line: Row, column: int, cell: Cell, after: Decimal) -> bool:
    read, right = _digits(cell.number), _digits(after)
    return len(read) == len(right) > 1 and sum(a != b for a, b in zip(read, right, strict=True)) == 1


_TESTS: tuple[tuple[str, Callable[[Row, int, Cell, Decimal], bool]], ...] = (
    (SIGN, _is_other_sign),
    (NEIGHBOUR_COLUMN, _is_neighbour),
    (LOST_DIGITS, _has_lost_digits),
    (NOTE_NUMBER, _has_note_in_front),
    (MISREAD_DIGIT, _has_misread_digit),
)
_SAYS = {
    SIGN: "the minus may have been lost or added",
    NEIGHBOUR_COLUMN: "the figure may have been taken from the neighbouring column",
    LOST_DIGITS: "a group of digits may have been lost",
    NOTE_NUMBER: "the number of a note may have been glued to the front",
    MISREAD_DIGIT: "one digit may have been misread",
}


def _digits(number: Decimal | None) -> str:
    return "" if number is None else f"{abs(number):f}".replace(".", "").lstrip("0")


def _changed(table: StatementTable, row: int, column: int, after: Decimal) -> StatementTable:
    line = table.rows[row]
    cell = line.cells[column]
    if cell is None:
        return table
    mended = replace(cell, number=after, state=CellState.VALUE)
    cells = (*line.cells[:column], mended, *line.cells[column + 1 :])
    return replace(table, rows=(*table.rows[:row], replace(line, cells=cells), *table.rows[row + 1 :]))


def _mended(
    table: StatementTable,
    mappings: Sequence[RowMapping],
    checks: Sequence[Check],
    taxonomy: Taxonomy,
    column: int,
) -> tuple[str, ...]:
    """The identities of a column that fail in `checks` and hold in the changed table; nothing when
    another fails for the first time."""
    before = {c.identity for c in checks if c.column == column and c.outcome is CheckOutcome.FAILS}
    # The wrong figure may have misled the signs as well.
    signs = resolve_signs(table, mappings, taxonomy)
    verdicts = check_statement(table, mappings, signs, taxonomy)
    now = {check.identity: check.outcome for check in verdicts if check.column == column}
    if any(outcome is CheckOutcome.FAILS and identity not in before for identity, outcome in now.items()):
        return ()
    # That totals are sums is told only where it fails.
    held = CheckOutcome.HOLDS
    return tuple(sorted(identity for identity in before if now.get(identity, held) is held))


def _repair(
    table: StatementTable, kind: str, row: int, column: int, after: Decimal, mends: tuple[str, ...]
) -> Repair:
    line = table.rows[row]
    cell = line.cells[column]
    before = cell.number if cell is not None and cell.number is not None else Decimal(0)
    sentence = (
        f"{line.label} reads {before:,f}; with {after:,f} the identities {', '.join(mends)} would hold. "
        f"Look at the page: {_SAYS[kind]}."
    )
    return Repair(kind, row, column, before, after, mends, sentence)
