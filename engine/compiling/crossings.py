"""The identities between statements on compiled figures: profit, cash, and cash a year before.

They are those of `identities.yaml` that the reading of a report is held to; here both sides are what a
compile shows, which may come from different reports.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from engine.check.identities import CALENDAR_SLACK
from engine.check.identity_data import Bridge, load_identities
from engine.compiling.additions import FigureRow, PrintedFigure
from engine.compiling.formulas import Formulas
from engine.concepts.taxonomy import PREFIXES
from engine.kinds import StatementKind
from engine.values import Period


@dataclass(frozen=True, slots=True)
class StatementFigures:
    """A compiled statement with the formulas found in it."""

    periods: Sequence[Period]
    rows: Mapping[str, FigureRow]
    formulas: Formulas

    def shown(self, key: str, period: int) -> Decimal | None:
        """The figure that a cell shows, None where nothing is printed."""
        formula = self.formulas.cells.get((key, period))
        if formula is not None:
            return formula.value
        figure = self.printed(key, period)
        return figure.value if figure is not None else None

    def printed(self, key: str, period: int) -> PrintedFigure | None:
        row = self.rows.get(key)
        return row.printed(period) if row is not None else None


@dataclass(frozen=True, slots=True)
class Place:
    """A cell of one of the statements."""

    statement: StatementKind
    key: str
    period: int


@dataclass(frozen=True, slots=True)
class CrossCheck:
    """How far the left figure is from the right one, and how much of it rounding explains."""

    left: Place
    right: Place
    difference: Decimal
    allowed: Decimal

    @property
    def holds(self) -> bool:
        return abs(self.difference) <= self.allowed


@dataclass(frozen=True, slots=True)
class CrossRow:
    """One identity between statements, with a check or None per period of the left statement."""

    code: str
    says: str
    statement: StatementKind
    checks: tuple[CrossCheck | None, ...]


def find_crossings(statements: Mapping[StatementKind, StatementFigures]) -> tuple[CrossRow, ...]:
    """The identities that can be tested between these statements. One whose failure only asks for a look,
    since the two lines need not count the same, is shown where it holds."""
    rows = []
    for bridge in load_identities().across:
        kind = PREFIXES[bridge.left.split(".")[0]]
        left = statements.get(kind)
        if left is None:
            continue
        checks = tuple(
            _check(bridge, Place(kind, bridge.left, period), statements)
            for period in range(len(left.periods))
        )
        if any(checks):
            rows.append(CrossRow(bridge.code, bridge.says, kind, checks))
    return tuple(rows)


def _check(
    bridge: Bridge, left: Place, statements: Mapping[StatementKind, StatementFigures]
) -> CrossCheck | None:
    """The check with the line that fits; with the first that is printed where none does."""
    found = [
        check
        for right in _partners(bridge, left, statements)
        if (check := _compared(left, right, statements)) is not None
    ]
    holding = next((check for check in found if check.holds), None)
    if holding is not None or bridge.warning:
        return holding
    return found[0] if found else None


def _partners(
    bridge: Bridge, left: Place, statements: Mapping[StatementKind, StatementFigures]
) -> Iterator[Place]:
    """The cells of the same time, or of the end of the day before where the identity says so."""
    period = statements[left.statement].periods[left.period]
    for code in bridge.right:
        kind = PREFIXES[code.split(".")[0]]
        if kind not in statements:
            continue
        for number, other in enumerate(statements[kind].periods):
            if _belongs(bridge, period, other):
                yield Place(kind, code, number)


def _belongs(bridge: Bridge, left: Period, right: Period) -> bool:
    if not bridge.previous:
        return left.end == right.end
    if left.start is None:
        return False
    day_before = left.start - timedelta(days=1)
    return abs((day_before - right.end).days) <= CALENDAR_SLACK


def _compared(
    left: Place, right: Place, statements: Mapping[StatementKind, StatementFigures]
) -> CrossCheck | None:
    sides = [(statements[place.statement], place) for place in (left, right)]
    printed = [figures.printed(place.key, place.period) for figures, place in sides]
    shown = [figures.shown(place.key, place.period) for figures, place in sides]
    if None in printed or shown[0] is None or shown[1] is None:
        return None
    allowed = sum((figure.interval.radius for figure in printed if figure is not None), Decimal(0))
    return CrossCheck(left, right, shown[0] - shown[1], allowed)
