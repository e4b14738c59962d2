"""What is usual for a metric, in numbers that can be kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from statistics import median

import numpy as np

from engine.errors import NotEnoughData

PERCENTS = (5, 25, 50, 75, 95)
FEWEST = 5


@dataclass(frozen=True, slots=True)
class Baseline:
    """Median, median absolute deviation and quantiles of so many points; `seasonal` is the median of each
    weekday (Monday is 0) less that of all days, where days were asked for."""

    points: int
    median: float
    mad: float
    quantiles: Mapping[int, float]
    seasonal: Mapping[int, float] = field(default_factory=dict)


def baseline_of(values: Sequence[float], days: Sequence[date] = ()) -> Baseline:
    """The usual of some values, by day of the week too where their days are given. Raises NotEnoughData
    for fewer than five."""
    if len(values) < FEWEST:
        raise NotEnoughData(
            f"{len(values)} points say nothing of what is usual: {FEWEST} are needed.",
            code="insufficient_history",
        )
    middle = median(values)
    quantiles = np.quantile(np.asarray(values, dtype=np.float64), [percent / 100 for percent in PERCENTS])
    by_weekday: dict[int, list[float]] = {}
    for day, value in zip(days, values, strict=True) if days else ():
        by_weekday.setdefault(day.weekday(), []).append(value)
    return Baseline(
        len(values),
        middle,
        median(abs(value - middle) for value in values),
        {percent: float(value) for percent, value in zip(PERCENTS, quantiles, strict=True)},
        {
            weekday: median(those) - middle
            for weekday, those in sorted(by_weekday.items())
            if len(those) >= FEWEST
        },
    )
