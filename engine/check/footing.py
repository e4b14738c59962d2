"""Footing: which printed subtotals are the signed sum of the rows still open above them.

A row that takes part in a closed sum in every column was read with the right digits in the right
columns, whatever it is called: evidence that needs no concepts. The method is that of a person
with a pencil: rows are stacked; a row that equals the sum of the last rows of the stack, or the
first of them less the others, replaces them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from engine.check.columns import column_roundings
from engine.kinds import RowKind
from engine.statement import Row, StatementTable

LONGEST = 30  # rows under one subtotal
HALF = Decimal("0.5")


@dataclass(frozen=True, slots=True)
class ClosedSum:
    """Row `total` is the sum of `parts`; `deducted` are those that were taken away."""

    total: int
    parts: tuple[int, ...]
    deducted: frozenset[int]


@dataclass(frozen=True, slots=True)
class Footing:
    """The closed sums of a table. `proven` are the rows that take part in one; `counted` the rows
    with figures that could have."""

    sums: tuple[ClosedSum, ...]
    proven: frozenset[int]
    counted: int

    @property
    def share(self) -> float:
        """Proven rows of all counted, 0 to 1; 0 for a table without rows."""
        return len(self.proven) / self.counted if self.counted else 0.0


def foot(table: StatementTable) -> Footing:
    """The footing of a table, from the printed figures alone."""
    rows = [n for n, row in enumerate(table.rows) if _counts(row)]
    roundings = column_roundings(table)
    stack: list[int] = []
    sums: list[ClosedSum] = []
    for n in rows:
        closed = _closed_by(n, stack, table, roundings)
        if closed is not None:
            sums.append(closed)
            del stack[len(stack) - len(closed.parts) :]
        stack.append(n)
    proven = frozenset(n for s in sums for n in (s.total, *s.parts))
    return Footing(tuple(sums), proven, len(rows))


def _counts(row: Row) -> bool:
    money = row.kind not in (RowKind.HEADING, RowKind.PER_SHARE, RowKind.SHARES)
    return money and any(cell is not None and cell.number is not None for cell in row.cells)


def _closed_by(
    total: int, stack: Sequence[int], table: StatementTable, roundings: Sequence[Decimal]
) -> ClosedSum | None:
    """The shortest run of open rows at least two long that makes the total in every column."""
    for length in range(2, min(len(stack), LONGEST) + 1):
        parts = tuple(stack[-length:])
        for deducted in (frozenset[int](), frozenset(parts[1:])):
            if _adds_up(total, parts, deducted, table, roundings):
                return ClosedSum(total, parts, deducted)
    return None


def _adds_up(
    total: int,
    parts: Sequence[int],
    deducted: frozenset[int],
    table: StatementTable,
    roundings: Sequence[Decimal],
) -> bool:
    compared = 0
    for column, rounding in enumerate(roundings):
        printed = _number(table.rows[total], column)
        if printed is None:
            continue
        signs = [-1 if n in deducted else 1 for n in parts]
        numbers = [_number(table.rows[n], column) or Decimal(0) for n in parts]
        values = [sign * number for sign, number in zip(signs, numbers, strict=True)]
        if abs(sum(values, Decimal(0)) - printed) > _tolerance(table, column, (total, *parts), rounding):
            return False
        compared += printed != 0
    return compared > 0


def _number(row: Row, column: int) -> Decimal | None:
    cell = row.cells[column]
    return None if cell is None else cell.number


def _tolerance(table: StatementTable, column: int, rows: Sequence[int], rounding: Decimal) -> Decimal:
    """Half of the last digit of every figure that takes part, and what its column lends each."""
    cells = [cell for n in rows if (cell := table.rows[n].cells[column]) is not None and cell.number]
    return sum((HALF.scaleb(-cell.decimals) + rounding for cell in cells), Decimal(0)) - HALF.scaleb(-6)
