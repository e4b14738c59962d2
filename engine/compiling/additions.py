"""Which compiled figures add up to which, as the columns themselves show it.

Each column is read report by report in the order in which the winning report prints its lines. Lines
are laid on a stack; a total takes the lines on top that make it up and is laid down in their place, so
that nested totals fold into larger ones. The taxonomy's tree says which lines may belong to a total at
all; where the columns do not tell, the taxonomy's calculation arcs do. Figures are contributions, so a
total is a plain sum, but for what a statement deducts on its way to another line.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from engine.check.intervals import Interval, total
from engine.concepts.taxonomy import Arc, Item, Taxonomy
from engine.kinds import RowKind

TELLING_DIGITS = 3  # a line that nothing calls a total is one only by figures that do not meet by chance
TELLING_PERIODS = 2  # and in so many periods with the same parts
MOST_PARTS = 60
TOTALS = (RowKind.SUBTOTAL, RowKind.TOTAL)
NO_MONEY = (RowKind.HEADING, RowKind.PER_SHARE, RowKind.SHARES)

Term = tuple[str, int]  # the key of a row, and its weight, +1 or -1
Terms = tuple[Term, ...]
Sums = Mapping[str, Mapping[int, Terms]]  # by total and number of the period


@dataclass(frozen=True, slots=True)
class PrintedFigure:
    """A compiled figure as it is printed: `document` and `line` say where, `kind` what the line is
    there, `decimals` counts digits after the decimal mark of base units."""

    value: Decimal
    decimals: int
    document: str
    line: int
    kind: RowKind

    @property
    def interval(self) -> Interval:
        """What the figure may stand for."""
        return Interval.printed(self.value, self.decimals)


@dataclass(frozen=True, slots=True)
class DerivedFigure:
    """A compiled figure that no report prints, with the arc it was computed by."""

    value: Decimal
    formula: str


Figure = PrintedFigure | DerivedFigure | None


@dataclass(frozen=True, slots=True)
class FigureRow:
    """A row of a compiled statement with one figure, or None for a gap, per period."""

    key: str
    concept: str | None
    kind: RowKind
    figures: tuple[Figure, ...]

    def printed(self, period: int) -> PrintedFigure | None:
        """The figure of a period where a report prints it."""
        figure = self.figures[period]
        return figure if isinstance(figure, PrintedFigure) else None


def find_sums(rows: Sequence[FigureRow], taxonomy: Taxonomy) -> Sums:
    """The parts of each total in each period in which they add up within rounding."""
    return _Columns(rows, taxonomy).sums()


def is_exact(value: Decimal, figure: PrintedFigure) -> bool:
    """Whether a value is printed as the figure is."""
    return abs(value - figure.value) < figure.interval.radius


@dataclass(frozen=True, slots=True)
class _Line:
    """A printed figure on the stack of one column."""

    row: FigureRow
    item: Item | None
    figure: PrintedFigure
    weight: int = 1


class _Columns:
    """The rows of one statement, looked at column by column."""

    def __init__(self, rows: Sequence[FigureRow], taxonomy: Taxonomy) -> None:
        self.taxonomy = taxonomy
        self.rows = {row.key: row for row in rows if row.kind not in NO_MONEY}
        self.place = {key: number for number, key in enumerate(self.rows)}
        self.periods = range(len(rows[0].figures) if rows else 0)
        self.items = {
            key: taxonomy.find(row.concept) if row.concept is not None else None
            for key, row in self.rows.items()
        }

    def sums(self) -> dict[str, dict[int, Terms]]:
        """The parts of each total in each period in which they add up, as the columns show it or,
        where they do not, as the taxonomy defines it."""
        tentative = [self._closed(period, None) for period in self.periods]
        seen = Counter((key, terms) for closed in tentative for key, terms in closed.items())
        confirmed = frozenset(key for (key, _), times in seen.items() if times >= TELLING_PERIODS)
        sums: dict[str, dict[int, Terms]] = {}
        for period in self.periods:
            for key, terms in self._closed(period, confirmed).items():
                sums.setdefault(key, {})[period] = terms
        for key in self.rows:
            if key not in sums and (by_arc := self._defined(key)):
                sums[key] = by_arc
        return sums

    def _closed(self, period: int, confirmed: frozenset[str] | None) -> dict[str, Terms]:
        """The sums one column closes, each report's lines in printed order. A line that nothing calls
        a total closes one only if it is `confirmed`, or tentatively where nothing is yet."""
        closed: dict[str, Terms] = {}
        for lines in self._columns(period):
            stack: list[_Line] = []
            for line in lines:
                count = self._closes(line, stack, confirmed)
                if count:
                    parts = [self._weighed(part, line) for part in stack[-count:]]
                    del stack[-count:]
                    closed[line.row.key] = self._in_order((part.row.key, part.weight) for part in parts)
                stack.append(line)
        return closed

    def _columns(self, period: int) -> Iterator[list[_Line]]:
        """The figures of a period by report, in the order they are printed there."""
        by_report: dict[str, list[_Line]] = {}
        for key, row in self.rows.items():
            figure = row.printed(period)
            if figure is not None:
                by_report.setdefault(figure.document, []).append(_Line(row, self.items[key], figure))
        for lines in by_report.values():
            yield sorted(lines, key=lambda line: line.figure.line)

    def _closes(self, line: _Line, stack: Sequence[_Line], confirmed: frozenset[str] | None) -> int:
        """How many of the lines above make the line up, 0 for none. An exact sum goes before one
        that rounding explains, a short one before a long one."""
        if not line.figure.value or not self._may_total(line, confirmed):
            return 0
        within_rounding = 0
        added = Interval.exact(Decimal(0))
        for count, part in enumerate(reversed(stack[-MOST_PARTS:]), start=1):
            if not self._belongs(part, line):
                break
            part = self._weighed(part, line)
            added += part.figure.interval.times(part.weight)
            if count < 2 or sum(bool(other.figure.value) for other in stack[-count:]) < 2:
                continue
            if is_exact(added.middle, line.figure):
                return self._with_nothings(line, stack, count)
            if not within_rounding and added.meets(line.figure.interval):
                within_rounding = count
        # Lines without a name for it are totals only by figures that fit to the last digit.
        return self._with_nothings(line, stack, within_rounding) if self._is_named_total(line) else 0

    def _may_total(self, line: _Line, confirmed: frozenset[str] | None) -> bool:
        if self._is_named_total(line):
            return True
        if confirmed is not None and line.row.key not in confirmed:
            return False
        return abs(line.figure.value.scaleb(line.figure.decimals)) >= Decimal(10) ** (TELLING_DIGITS - 1)

    def _is_named_total(self, line: _Line) -> bool:
        return line.figure.kind in TOTALS or (line.item is not None and line.item.is_sum)

    def _belongs(self, part: _Line, line: _Line) -> bool:
        """Whether the taxonomy lets the part add up to the line. Company lines belong anywhere, and a
        line that only this issuer prints as a total is made of whatever it prints above it."""
        if part.item is None or line.item is None or not line.item.is_sum:
            return True
        above = self._ancestors(part.item)
        return (
            line.item.code in above
            or not above.isdisjoint(line.item.parents)
            or part.item.code in line.item.parents  # what is left of a total when shares are deducted
        )

    def _weighed(self, part: _Line, line: _Line) -> _Line:
        deducted = (
            part.item is not None and line.item is not None and part.item.deducted_for == line.item.code
        )
        return _Line(part.row, part.item, part.figure, -1) if deducted else part

    def _with_nothings(self, line: _Line, stack: Sequence[_Line], count: int) -> int:
        """The run with the zeros above it: a dash at the head of a section is part of its total."""
        while 0 < count < len(stack):
            above = stack[-count - 1]
            under = above.item is None or line.item is None or line.item.code in above.item.parents
            if above.figure.value or self._is_named_total(above) or not under:
                break
            count += 1
        return count

    def _ancestors(self, item: Item) -> set[str]:
        found: set[str] = set()
        waiting = list(item.parents)
        while waiting:
            code = waiting.pop()
            if code not in found:
                found.add(code)
                waiting += self.taxonomy[code].parents
        return found

    def _defined(self, key: str) -> dict[int, Terms]:
        """The parts by the taxonomy's arcs, in the periods in which all are printed and add up."""
        for arc in self.taxonomy.arcs:
            if arc.total != key or any(code not in self.rows for code, _ in arc.parts):
                continue
            holding = {period: arc.parts for period in self.periods if self._holds(arc, period)}
            if holding:
                return holding
        return {}

    def _holds(self, arc: Arc, period: int) -> bool:
        figure = self._printed(arc.total, period)
        parts = [(self._printed(code, period), weight) for code, weight in arc.parts]
        intervals = [part.interval.times(weight) for part, weight in parts if part is not None]
        if figure is None or len(intervals) < len(parts):
            return False
        return total(intervals).meets(figure.interval)

    def _printed(self, key: str, period: int) -> PrintedFigure | None:
        return self.rows[key].printed(period) if key in self.rows else None

    def _in_order(self, terms: Iterable[Term]) -> Terms:
        return tuple(sorted(terms, key=lambda term: self.place[term[0]]))
