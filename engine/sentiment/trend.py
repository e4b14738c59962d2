"""How the tone of a company's documents changes over the years.

The slope is Theil and Sen's, the median of the slopes between all pairs of points, which single odd
reports do not move; whether there is one at all is tested by Mann and Kendall's count of rising and
falling pairs. Change points come from PELT with a BIC penalty (the package ruptures). A shift is a last
point further from the median of those before than `SHIFT` times their median absolute deviation.
"""

import math
import statistics
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

HALF_LIFE_DAYS = 365  # after which a point counts for half in the smoothed line
FEWEST_FOR_SLOPE = 4
FEWEST_FOR_CHANGES = 6
FEWEST_BEFORE_SHIFT = 4
SHIFT = 3.0
LEAST_DEVIATION = 0.03  # reports that repeat each other do not make a hair's breadth a shift
_TO_SIGMA = 1.4826  # the median absolute deviation of a normal distribution, in standard deviations
DAYS_OF_YEAR = 365.25


@dataclass(frozen=True, slots=True)
class DatedScore:
    """The score of a document and the day it speaks of or was published."""

    day: date
    score: float


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """A dated score, the change since the one before (None for the first) and the smoothed line."""

    day: date
    score: float
    delta: float | None
    smoothed: float


@dataclass(frozen=True, slots=True)
class Slope:
    """Per year, with an interval of 95 % (None where too few days differ to say) and the
    probability of so clear an order by chance."""

    per_year: float
    low: float | None
    high: float | None
    p_value: float


@dataclass(frozen=True, slots=True)
class Shift:
    """The last point stands apart: `deviations` robust standard deviations from `usual`."""

    day: date
    score: float
    usual: float
    deviations: float


@dataclass(frozen=True, slots=True)
class Trend:
    """`slope` is None with fewer points than `FEWEST_FOR_SLOPE` or all on one day. `changes` are the days
    of the first points of new levels."""

    points: tuple[TrendPoint, ...]
    slope: Slope | None
    changes: tuple[date, ...]
    shift: Shift | None


def trend_of(scores: Sequence[DatedScore]) -> Trend:
    """The trend of scores, which may come in any order."""
    ordered = sorted(scores, key=lambda one: one.day)
    return Trend(_points(ordered), _slope(ordered), _changes(ordered), shift_of(ordered))


def shift_of(ordered: Sequence[DatedScore]) -> Shift | None:
    """Whether the last of scores in the order of their days stands apart from those before it."""
    if len(ordered) <= FEWEST_BEFORE_SHIFT:
        return None
    before = [one.score for one in ordered[:-1]]
    usual = statistics.median(before)
    deviation = statistics.median(abs(score - usual) for score in before) * _TO_SIGMA
    last = ordered[-1]
    deviations = (last.score - usual) / max(deviation, LEAST_DEVIATION)
    if abs(deviations) <= SHIFT:
        return None
    return Shift(last.day, last.score, round(usual, 4), round(deviations, 2))


def _points(ordered: Sequence[DatedScore]) -> tuple[TrendPoint, ...]:
    points: list[TrendPoint] = []
    total = weight = 0.0
    before: DatedScore | None = None
    for one in ordered:
        kept = 0.5 ** ((one.day - before.day).days / HALF_LIFE_DAYS) if before else 0.0
        total, weight = total * kept + one.score, weight * kept + 1
        delta = round(one.score - before.score, 4) if before else None
        points.append(TrendPoint(one.day, one.score, delta, round(total / weight, 4)))
        before = one
    return tuple(points)


def _slope(ordered: Sequence[DatedScore]) -> Slope | None:
    if len(ordered) < FEWEST_FOR_SLOPE or ordered[0].day == ordered[-1].day:
        return None
    # Imported here: a page that shows a score need not load the statistics packages.
    from scipy.stats import theilslopes

    years = [(one.day - ordered[0].day).days / DAYS_OF_YEAR for one in ordered]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # of many equal days, which is said below
        found = theilslopes([one.score for one in ordered], years, alpha=0.95)
    low, high = (
        round(float(value), 4) if math.isfinite(value) else None
        for value in (found.low_slope, found.high_slope)
    )
    p_value = mann_kendall([one.score for one in ordered])
    return Slope(round(float(found.slope), 4), low, high, round(p_value, 4))


def mann_kendall(values: Sequence[float]) -> float:
    """The two-sided probability of so many rising (or falling) pairs without a trend: the normal
    approximation with the correction for ties, after Kendall (1975)."""
    count = len(values)
    signs = sum(
        (later > earlier) - (later < earlier)
        for place, earlier in enumerate(values)
        for later in values[place + 1 :]
    )
    ties = [values.count(value) for value in set(values)]
    variance = (
        count * (count - 1) * (2 * count + 5) - sum(tie * (tie - 1) * (2 * tie + 5) for tie in ties)
    ) / 18
    if variance <= 0 or not signs:
        return 1.0
    deviations = (abs(signs) - 1) / math.sqrt(variance)
    return math.erfc(deviations / math.sqrt(2))


def _changes(ordered: Sequence[DatedScore]) -> tuple[date, ...]:
    if len(ordered) < FEWEST_FOR_CHANGES:
        return ()
    import numpy as np
    import ruptures

    scores = np.array([[one.score] for one in ordered])
    # The spread within levels, from neighbours: a change of level would inflate that of the whole.
    steps = np.abs(np.diff(scores[:, 0]))
    sigma = max(float(np.median(steps)) * _TO_SIGMA / math.sqrt(2), LEAST_DEVIATION)
    penalty = 2 * sigma**2 * math.log(len(ordered))
    ends = ruptures.Pelt(model="l2", min_size=2, jump=1).fit(scores).predict(pen=penalty)
    return tuple(ordered[end].day for end in ends[:-1])
