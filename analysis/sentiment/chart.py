"""Drawings of tone: a line over the years, and intervals beside one another. Geometry alone, for SVG."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

WIDTH, HEIGHT = 760, 240
LEFT, RIGHT, TOP, BOTTOM = 60, 30, 12, 26
LEAST_REACH = 0.2  # of the scale to both sides of 0, so that next to nothing does not look like much
HEADROOM = 1.15


@dataclass(frozen=True, slots=True)
class ChartPoint:
    """A point of the line, as it is drawn and as it is said."""

    x: str
    y: str
    day: date
    score: float
    polarity: str
    address: str


@dataclass(frozen=True, slots=True)
class ToneChart:
    """Coordinates of a drawing of WIDTH by HEIGHT."""

    points: tuple[ChartPoint, ...]
    line: str
    smoothed: str
    zero: str
    levels: tuple[tuple[str, str], ...]  # heights with what stands beside them
    years: tuple[tuple[str, str], ...]  # places with the year beneath them
    changes: tuple[str, ...]  # places of new levels


@dataclass(frozen=True, slots=True)
class Scored:
    """What a chart draws of one document."""

    day: date
    score: float
    smoothed: float
    polarity: str
    address: str


def tone_chart(scored: Sequence[Scored], changes: Sequence[date] = ()) -> ToneChart | None:
    """The drawing of scores in the order of their days; None for less than two."""
    if len(scored) < 2:
        return None
    reach = max(LEAST_REACH, *(abs(one.score) * HEADROOM for one in scored))
    first, last = scored[0].day, scored[-1].day
    days = max((last - first).days, 1)

    def across(day: date) -> str:
        return f"{LEFT + (day - first).days / days * (WIDTH - LEFT - RIGHT):.1f}"

    def height(score: float) -> str:
        return f"{TOP + (1 - (score + reach) / (2 * reach)) * (HEIGHT - TOP - BOTTOM):.1f}"

    points = tuple(
        ChartPoint(across(one.day), height(one.score), one.day, one.score, one.polarity, one.address)
        for one in scored
    )
    step = reach / 2
    return ToneChart(
        points=points,
        line=" ".join(f"{one.x},{one.y}" for one in points),
        smoothed=" ".join(f"{across(one.day)},{height(one.smoothed)}" for one in scored),
        zero=height(0),
        levels=tuple((height(level * step), f"{level * step:+.2f}") for level in (-2, -1, 1, 2)),
        years=_years([one.day for one in scored], across),
        changes=tuple(across(day) for day in changes if first <= day <= last),
    )


def _years(days: Sequence[date], across) -> tuple[tuple[str, str], ...]:
    """A place for each year that has a document, thinned out where they would touch."""
    by_year = {day.year: day for day in days}
    every = -(-len(by_year) // 12)
    return tuple((across(day), str(year)) for year, day in list(by_year.items())[::every])


@dataclass(frozen=True, slots=True)
class Interval:
    """A bar from `left` to `right` with a mark at `middle`, in hundredths of the width."""

    left: str
    width: str
    middle: str


def intervals(rows: Sequence[tuple[float, float, float]]) -> tuple[list[Interval], str]:
    """Drawings of (low, value, high) on one scale, and where its 0 lies."""
    reach = max([LEAST_REACH, *(abs(value) * HEADROOM for row in rows for value in row)])

    def place(value: float) -> float:
        return (value + reach) / (2 * reach) * 100

    drawn = [
        Interval(f"{place(low):.2f}", f"{max(place(high) - place(low), 0.6):.2f}", f"{place(value):.2f}")
        for low, value, high in rows
    ]
    return drawn, f"{place(0):.2f}"
