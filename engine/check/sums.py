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
from itertools import combinations, takewhile

from engine.check.columns import column_roundings
from engine.check.intervals import Interval
from engine.kinds import CellState, RowKind, StatementKind
from engine.statement import Row, StatementTable

NOTHING = Decimal(0)
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
    """All sums of a table, and the factor (+1 or -1) of each row that makes them hold. `missed` has the
    rows known to be totals that no lines above them make, each with those that come nearest."""

    sums: tuple[Sum, ...]
    factors: tuple[int, ...]
    missed: tuple[Sum, ...] = ()

    def of(self, total: int) -> Sum | None:
        """The sum that a row closes."""
        return next((found for found in self.sums if found.total == total), None)


# What a cell may stand for, lowest and highest, in halves of the last digit printed anywhere in the
# table: whole numbers, since a long statement is added up in thousands of ways.
_Span = tuple[int, int]
_Spans = tuple[_Span | None, ...]
_Match = tuple[int, int, tuple[bool | None, ...]]


@dataclass(slots=True)
class _Line:
    """A line on the stack: the contribution of a row with its sign, and all rows below it."""

    row: int
    values: _Spans
    leaves: tuple[int, ...]

    @property
    def is_zero(self) -> bool:
        """Whether it adds nothing."""
        return not _is_something(self.values)


def printed_interval(row: Row, column: int, rounding: Decimal = NOTHING) -> Interval | None:
    """What the cell may stand for in the printed unit, None where it holds no number. `rounding` is what
    its column lends it beside the last digit."""
    cell = row.cells[column]
    if cell is None or cell.number is None:
        return None
    if cell.state is CellState.NIL:
        # A dash stands for nothing or for less than the rounding of its neighbours.
        digits = max((c.decimals for c in row.cells if c is not None), default=0)
        return Interval.printed(Decimal(0), digits)
    return Interval.printed(cell.number, cell.decimals).widened(rounding)


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
        self.missed: list[Sum] = []
        self.digits = _most_digits(table)
        self.roundings = column_roundings(table)

    def run(self) -> Structure:
        for ordinal, row in enumerate(self.table.rows):
            if row.kind in (RowKind.HEADING, RowKind.PER_SHARE, RowKind.SHARES):
                continue
            printed = tuple(_span(row, n, self.digits, lent) for n, lent in enumerate(self.roundings))
            if all(value is None for value in printed):
                continue
            self._lay(ordinal, printed)
        return Structure(tuple(self.sums), tuple(self.factors), tuple(self.missed))

    def _lay(self, ordinal: int, printed: _Spans) -> None:
        found = self._plain_match(ordinal, printed) or (
            (self._flipped_match(ordinal, printed) or self._forgiving_match(ordinal, printed))
            if ordinal in self.totals and _is_something(printed)
            else self._match_of_nothing(ordinal, printed)
        )
        if found is None:
            if ordinal in self.totals:
                self.missed += self._nearest(ordinal, printed)
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

    def _nearest(self, ordinal: int, printed: _Spans) -> list[Sum]:
        """The topmost lines whose sum comes nearest to a total that none makes. None where fewer than two
        lines stand between it and the total before it, because a sheet may print totals alone, and none
        where all but one of the topmost lines make it: that one is no part of it."""
        own = list(takewhile(lambda line: line.row not in self.totals, reversed(self.stack)))
        if sum(not line.is_zero for line in own) < 2 or not _is_something(printed):
            return []
        tried = [(_distance(sums, printed), count, sums) for count, sums in self._suffixes(2)]
        for _, count, sums in tried:
            for line in self.stack[-count:]:
                if _agreement(_plus(sums, _times(line.values, -1)), printed) is not None:
                    return []
        _, count, sums = min(tried, key=lambda entry: entry[:2])
        return [Sum(ordinal, tuple(line.row for line in self.stack[-count:]), _compare(sums, printed))]

    def _plain_match(self, ordinal: int, printed: _Spans) -> _Match | None:
        least = 1 if ordinal in self.totals else 2
        # A line that nothing calls a total keeps the sign its nature suggests, unless its figures are
        # telling: small ones meet the sum of their neighbours by chance, and one chance of two signs
        # is enough to be misled. In a cash flow statement it always does: flows are printed with their
        # sign, and what comes in is often paid out to the cent.
        own = self.factors[ordinal]
        flows = self.table.kind is StatementKind.CASH_FLOW_STATEMENT
        sure = ordinal in self.totals or (not flows and _is_telling(printed, self.digits))
        turned = [(factor, _times(printed, factor)) for factor in ((own, -own) if sure else (own,))]
        for count, sums in self._suffixes(least):
            for factor, total in turned:
                agrees = _agreement(sums, total)
                if agrees is None or not _worth(agrees, printed) or not self._says_something(count, least):
                    continue
                # A line that stands in fewer columns than what is above it is one more of those lines.
                if ordinal in self.totals or not _leaves_out(sums, total):
                    return count, factor, agrees
        return None

    def _match_of_nothing(self, ordinal: int, printed: _Spans) -> _Match | None:
        """The lines that make a total of nothing with the signs they have. A sign that was turned to
        reach nothing would be turned by chance: nothing is what any line and its counterpart make."""
        if ordinal not in self.totals:
            return None
        for count, sums in self._suffixes(2):
            agrees = _agreement(sums, printed)
            if agrees is not None and self._says_something(count, 2):
                return count, self.factors[ordinal], agrees
        return None

    def _says_something(self, count: int, least: int) -> bool:
        """Whether enough of the topmost lines are not zero."""
        return sum(not line.is_zero for line in self.stack[-count:]) >= least

    def _flipped_match(self, ordinal: int, printed: _Spans) -> _Match | None:
        turned = [
            (factor, _times(printed, factor)) for factor in ((1, -1) if ordinal not in self.fixed else (1,))
        ]
        for flips in range(1, MOST_FLIPS + 1):
            for count, sums in self._suffixes(2):
                if flips == MOST_FLIPS and count > MOST_PARTS_FOR_THREE_FLIPS:
                    break
                if flips >= count:
                    continue
                for chosen in _within_reach(self._may_flip(count), flips, sums, [t for _, t in turned]):
                    flipped = _without_twice(sums, chosen)
                    for factor, total in turned:
                        agrees = _agreement(flipped, total)
                        if agrees is not None and agrees.count(True) >= min(2, len(printed)):
                            for line in chosen:
                                self._flip(line)
                            return count, factor, agrees
        return None

    def _may_flip(self, count: int) -> list[_Line]:
        # Flipping a line of zeros changes nothing; the first line of a short sum gives it its direction.
        lines = self.stack[-count:]
        able = lines[1:] if count < LEAST_TO_FLIP_FIRST else lines
        return [line for line in able if line.row not in self.fixed and not line.is_zero]

    def _forgiving_match(self, ordinal: int, printed: _Spans) -> _Match | None:
        if sum(value is not None for value in printed) < 2:
            return None
        for count, sums in self._suffixes(3):
            agrees = _compare(sums, printed)
            if agrees.count(False) == 1 and True in agrees:
                return count, 1, agrees
        return None

    def _suffixes(self, least: int) -> Iterator[tuple[int, _Spans]]:
        """The sums of the topmost lines, from the fewest to the most."""
        sums: _Spans = (None,) * len(self.table.columns)
        for count, line in enumerate(reversed(self.stack[-MOST_PARTS:]), start=1):
            sums = _plus(sums, line.values)
            if count >= least:
                yield count, sums

    def _flip(self, line: _Line) -> None:
        line.values = _times(line.values, -1)
        for leaf in line.leaves:
            self.factors[leaf] = -self.factors[leaf]


def _most_digits(table: StatementTable) -> int:
    """The decimals that every figure of the table can be written with."""
    cells = [cell for row in table.rows for cell in row.cells if cell is not None and cell.number is not None]
    exponents = [cell.number.as_tuple().exponent for cell in cells if cell.number is not None]
    written = [-exponent for exponent in exponents if isinstance(exponent, int)]
    return max([0, *(cell.decimals for cell in cells), *written])


def _span(row: Row, column: int, digits: int, rounding: Decimal) -> _Span | None:
    interval = printed_interval(row, column, rounding)
    if interval is None:
        return None
    return int((2 * interval.low).scaleb(digits)), int((2 * interval.high).scaleb(digits))


def _times(values: _Spans, factor: int) -> _Spans:
    if factor == 1:
        return values
    return tuple(None if value is None else (-value[1], -value[0]) for value in values)


def _plus(left: _Spans, right: _Spans) -> _Spans:
    return tuple(
        a if b is None else b if a is None else (a[0] + b[0], a[1] + b[1])
        for a, b in zip(left, right, strict=True)
    )


def _within_reach(
    lines: Sequence[_Line], flips: int, sums: _Spans, totals: Sequence[_Spans]
) -> Iterator[tuple[_Line, ...]]:
    """The choices of so many lines that, turned, lead to one of the totals in its first column. The
    other columns are not looked at: almost every choice fails in the first."""
    column = next(n for n, total in enumerate(totals[0]) if total is not None)
    present = sums[column]
    if present is None:
        return
    aims = [
        (present[0] - total[1], present[1] - total[0])
        for spans in totals
        if (total := spans[column]) is not None
    ]
    twice = [0 if (value := line.values[column]) is None else value[0] + value[1] for line in lines]
    for chosen in combinations(range(len(lines)), flips):
        change = sum([twice[n] for n in chosen])
        if any(low <= change <= high for low, high in aims):
            yield tuple(lines[n] for n in chosen)


def _without_twice(sums: _Spans, lines: Sequence[_Line]) -> _Spans:
    """The sums after the signs of some lines are turned: each middle is taken away twice, and the
    doubt stays as it was."""
    result = list(sums)
    for line in lines:
        for n, value in enumerate(line.values):
            present = result[n]
            if value is not None and present is not None:
                twice = value[0] + value[1]
                result[n] = (present[0] - twice, present[1] - twice)
    return tuple(result)


def _is_something(values: _Spans) -> bool:
    """Whether a column has more or less than nothing."""
    return any(value is not None and sum(value) != 0 for value in values)


def _distance(sums: _Spans, printed: _Spans) -> int:
    """How far a sum is from a total, over all columns in which that is printed."""
    return sum(
        abs(sum(total) - (0 if left is None else sum(left)))
        for left, total in zip(sums, printed, strict=True)
        if total is not None
    )


def _compare(sums: _Spans, printed: _Spans) -> tuple[bool | None, ...]:
    """Per column whether a sum meets the printed total; None where no total is printed."""
    return tuple(
        None if total is None else (left is not None and left[0] <= total[1] and total[0] <= left[1])
        for left, total in zip(sums, printed, strict=True)
    )


def _agreement(sums: _Spans, printed: _Spans) -> tuple[bool | None, ...] | None:
    """The same, None as soon as a column differs: almost every sum that is tried does."""
    for left, total in zip(sums, printed, strict=True):
        if total is not None and (left is None or left[0] > total[1] or total[0] > left[1]):
            return None
    return _compare(sums, printed)


def _leaves_out(sums: _Spans, printed: _Spans) -> bool:
    """Whether lines have something in a column in which their total is not printed."""
    return any(
        total is None and left is not None and sum(left) != 0
        for left, total in zip(sums, printed, strict=True)
    )


def _is_telling(printed: _Spans, digits: int) -> bool:
    """Whether two columns or more hold figures of three digits: those do not agree by chance."""
    one = 4 * 10**digits  # the sum of both ends, in halves of the last digit
    least = one * 10 ** (TELLING_DIGITS - 1)
    telling = [abs(value[0] + value[1]) >= least for value in printed if value is not None]
    return telling.count(True) >= 2


def _worth(agrees: Sequence[bool | None], printed: _Spans) -> bool:
    """Whether a total that is not zero agrees somewhere."""
    return any(
        verdict and value is not None and value[0] + value[1]
        for verdict, value in zip(agrees, printed, strict=True)
    )
