"""Which printed lines add up to which: the arithmetic structure of a statement.

Lines are read from top to bottom and laid on a stack. When a line equals the sum of the lines on
top of the stack, in every column and within printed precision, it is their total and takes their
place. So nested subtotals fold into totals, and lines printed only for information stay out,
without a word of the labels being needed. Where a line that must be a total does not fit, the
smallest change of signs that makes it fit is taken.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations

from engine.check.intervals import Interval
from engine.kinds import CellState, RowKind
from engine.statement import Row, StatementTable

MOST_PARTS = 60
MOST_FLIPS = 3
LEAST_TO_FLIP_FIRST = 4
TELLING_DIGITS = 3
MOST_PARTS_FOR_THREE_FLIPS = 16


@dataclass(frozen=True, slots=True)
class Sum:
    """Row `total` is the sum of `parts` (row ordinals). `agrees` has, per column, whether the sum
    holds there, None where the total is not printed."""

    total: int
    parts: tuple[int, ...]
    agrees: tuple[bool | None, ...]

    @property
    def holds(self) -> bool:
        """Whether the sum holds in every column in which its total is printed."""
        return all(verdict is not False for verdict in self.agrees)


@dataclass(frozen=True, slots=True)
class Structure:
    """All sums of a table, and the factor (+1 or -1) of each row that makes them hold."""

    sums: tuple[Sum, ...]
    factors: tuple[int, ...]

    def of(self, total: int) -> Sum | None:
        """The sum that a row closes."""
        return next((found for found in self.sums if found.total == total), None)


@dataclass(slots=True)
class _Line:
    """A line on the stack: the contribution of a row with its sign, and all rows below it."""

    row: int
    values: tuple[Interval | None, ...]
    leaves: tuple[int, ...]


def printed_interval(row: Row, column: int) -> Interval | None:
    """What the cell may stand for in the printed unit, None where it holds no number."""
    cell = row.cells[column]
    if cell is None or cell.number is None:
        return None
    if cell.state is CellState.NIL:
        # A dash stands for nothing or for less than the rounding of its neighbours.
        digits = max((c.decimals for c in row.cells if c is not None), default=0)
        return Interval.printed(Decimal(0), digits)
    return Interval.printed(cell.number, cell.decimals)


def find_structure(
    table: StatementTable,
    factors: Sequence[int],
    totals: frozenset[int],
    fixed: frozenset[int] = frozenset(),
) -> Structure:
    """The sums of a table. `factors` are the signs to begin with, `totals` the rows known to be
    totals, for which signs may be changed and one wrong column is forgiven; `fixed` are rows whose
    sign is known and never changed."""
    return _Search(table, list(factors), totals, fixed).run()


class _Search:
    """One pass over a table; holds the stack and the signs found so far."""

    def __init__(
        self, table: StatementTable, factors: list[int], totals: frozenset[int], fixed: frozenset[int]
    ) -> None:
        self.table = table
        self.fixed = fixed
        self.factors = factors
        self.totals = totals
        self.stack: list[_Line] = []
        self.sums: list[Sum] = []

    def run(self) -> Structure:
        for ordinal, row in enumerate(self.table.rows):
            if row.kind in (RowKind.HEADING, RowKind.PER_SHARE, RowKind.SHARES):
                continue
            printed = tuple(printed_interval(row, n) for n in range(len(self.table.columns)))
            if all(value is None for value in printed):
                continue
            self._lay(ordinal, printed)
        return Structure(tuple(self.sums), tuple(self.factors))

    def _lay(self, ordinal: int, printed: tuple[Interval | None, ...]) -> None:
        found = self._plain_match(ordinal, printed) or (
            (self._flipped_match(ordinal, printed) or self._forgiving_match(ordinal, printed))
            if ordinal in self.totals
            else None
        )
        if found is None:
            values = _times(printed, self.factors[ordinal])
            self.stack.append(_Line(ordinal, values, (ordinal,)))
            return
        count, factor, agrees = found
        parts = self.stack[-count:]
        del self.stack[-count:]
        self.factors[ordinal] = factor
        leaves = tuple(leaf for part in parts for leaf in part.leaves)
        self.sums.append(Sum(ordinal, tuple(part.row for part in parts), agrees))
        self.stack.append(_Line(ordinal, _times(printed, factor), (*leaves, ordinal)))

    def _plain_match(
        self, ordinal: int, printed: tuple[Interval | None, ...]
    ) -> tuple[int, int, tuple[bool | None, ...]] | None:
        least = 1 if ordinal in self.totals else 2
        # A line that nothing calls a total keeps the sign its nature suggests, unless its figures are
        # telling: small ones meet the sum of their neighbours by chance, and one chance of two signs
        # is enough to be misled.
        own = self.factors[ordinal]
        sure = ordinal in self.totals or _is_telling(printed)
        factors = (own, -own) if sure else (own,)
        for count, sums in self._suffixes(least):
            if not _substantial(self.stack[-count:], 1 if ordinal in self.totals else 2):
                continue
            for factor in factors:
                agrees = _compare(sums, _times(printed, factor))
                if False not in agrees and _worth(agrees, printed):
                    return count, factor, agrees
        return None

    def _flipped_match(
        self, ordinal: int, printed: tuple[Interval | None, ...]
    ) -> tuple[int, int, tuple[bool | None, ...]] | None:
        for flips in range(1, MOST_FLIPS + 1):
            for count, sums in self._suffixes(2):
                if flips == MOST_FLIPS and count > MOST_PARTS_FOR_THREE_FLIPS:
                    break
                for chosen in combinations(self.stack[-count:], flips):
                    if flips >= count or not self._may_flip(chosen, count):
                        continue
                    turned = _without_twice(sums, chosen)
                    for factor in (1, -1) if ordinal not in self.fixed else (1,):
                        agrees = _compare(turned, _times(printed, factor))
                        if False not in agrees and agrees.count(True) >= min(2, len(printed)):
                            for line in chosen:
                                self._flip(line)
                            return count, factor, agrees
        return None

    def _may_flip(self, chosen: Sequence[_Line], count: int) -> bool:
        # Flipping a line of zeros changes nothing; the first line of a short sum gives it its direction.
        first = self.stack[-count] if count < LEAST_TO_FLIP_FIRST else None
        return all(
            line is not first
            and line.row not in self.fixed
            and any(value is not None and value.middle for value in line.values)
            for line in chosen
        )

    def _forgiving_match(
        self, ordinal: int, printed: tuple[Interval | None, ...]
    ) -> tuple[int, int, tuple[bool | None, ...]] | None:
        if sum(value is not None for value in printed) < 2:
            return None
        for count, sums in self._suffixes(3):
            agrees = _compare(sums, printed)
            if agrees.count(False) == 1 and True in agrees:
                return count, 1, agrees
        return None

    def _suffixes(self, least: int) -> Iterator[tuple[int, tuple[Interval | None, ...]]]:
        """The sums of the topmost lines, from the fewest to the most."""
        sums: tuple[Interval | None, ...] = (None,) * len(self.table.columns)
        for count, line in enumerate(reversed(self.stack[-MOST_PARTS:]), start=1):
            sums = _plus(sums, line.values)
            if count >= least:
                yield count, sums

    def _flip(self, line: _Line) -> None:
        line.values = _times(line.values, -1)
        for leaf in line.leaves:
            self.factors[leaf] = -self.factors[leaf]


def _times(values: Sequence[Interval | None], factor: int) -> tuple[Interval | None, ...]:
    return tuple(value if value is None or factor == 1 else -value for value in values)


def _plus(left: Sequence[Interval | None], right: Sequence[Interval | None]) -> tuple[Interval | None, ...]:
    return tuple(a if b is None else b if a is None else a + b for a, b in zip(left, right, strict=True))


def _without_twice(sums: Sequence[Interval | None], lines: Sequence[_Line]) -> tuple[Interval | None, ...]:
    """The sums after the signs of some lines are turned."""
    result = list(sums)
    for line in lines:
        for n, value in enumerate(line.values):
            present = result[n]
            if value is not None and present is not None:
                turned = present.middle - 2 * value.middle
                result[n] = Interval(turned - present.radius, turned + present.radius)
    return tuple(result)


def _compare(sums: Sequence[Interval | None], printed: Sequence[Interval | None]) -> tuple[bool | None, ...]:
    """Per column whether a sum meets the printed total; None where no total is printed."""
    return tuple(
        None if total is None else (left is not None and left.meets(total))
        for left, total in zip(sums, printed, strict=True)
    )


def _substantial(lines: Sequence[_Line], least: int) -> bool:
    """Whether enough lines are not zero for the sum to say anything."""
    return sum(any(v is not None and v.middle for v in line.values) for line in lines) >= least


def _is_telling(printed: Sequence[Interval | None]) -> bool:
    """Whether two columns or more hold figures of three digits: those do not agree by chance."""
    digits = [len(str(abs(int(value.middle)))) for value in printed if value is not None]
    return sum(count >= TELLING_DIGITS for count in digits) >= 2


def _worth(agrees: Sequence[bool | None], printed: Sequence[Interval | None]) -> bool:
    """Whether a total that is not zero agrees somewhere."""
    return any(
        verdict and value is not None and value.middle for verdict, value in zip(agrees, printed, strict=True)
    )
