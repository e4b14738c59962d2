"""How good forecasts were: the measures, each by its usual definition, over pairs of forecast and fact.

Absolute errors in the units of the series; sMAPE between 0 and 200 (Makridakis, 1993); MASE in units of
the mean absolute step of the history one season apart (Hyndman and Koehler, 2006); pinball loss is the
mean over the quantiles of both intervals and the point; the hit rate is the share of forecasts that
had the direction right, with Wilson's interval.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from scipy import stats

from engine.errors import BadInput
from engine.forecast.values import Step

QUANTILES = ((0.025, "lo95"), (0.1, "lo80"), (0.5, "point"), (0.9, "hi80"), (0.975, "hi95"))


@dataclass(frozen=True, slots=True)
class Outcome:
    """A forecast and what came, and the last value that was known when it was made.

    Raises BadInput where it was made on the day it speaks of, or later: that was no forecast.
    """

    step: Step
    actual: float
    last_known: float
    made_on: date
    target: date
    usual_step: float | None = None  # the mean absolute step of the history; None: MASE cannot be said

    def __post_init__(self) -> None:
        if self.made_on >= self.target:
            raise BadInput(
                f"What was said on {self.made_on} of {self.target} is no forecast and is not evaluated."
            )


@dataclass(frozen=True, slots=True)
class Share:
    """A share of `count` with its 95 % interval; all None where nothing could be counted."""

    value: float | None
    low: float | None
    high: float | None
    count: int


@dataclass(frozen=True, slots=True)
class Accuracy:
    """None where a measure is not defined for these outcomes."""

    count: int
    mae: float
    rmse: float
    smape: float | None
    mase: float | None
    bias: float  # mean of forecast less fact
    pinball: float
    hit_rate: Share
    coverage80: Share
    coverage95: Share
    skill: float | None  # share of the random walk's mean absolute error that was saved


def accuracy_of(outcomes: Sequence[Outcome]) -> Accuracy | None:
    """The measures over these outcomes; None where there are none."""
    if not outcomes:
        return None
    points = np.array([outcome.step.point for outcome in outcomes])
    actual = np.array([outcome.actual for outcome in outcomes])
    last = np.array([outcome.last_known for outcome in outcomes])
    errors = points - actual
    sizes = np.abs(points) + np.abs(actual)
    relative = 200 * np.abs(errors)[sizes > 0] / sizes[sizes > 0]
    scaled = [
        abs(outcome.step.point - outcome.actual) / outcome.usual_step
        for outcome in outcomes
        if outcome.usual_step
    ]
    walk = float(np.abs(last - actual).mean())
    # Who forecasts no change says nothing of the direction, and no change has none.
    said = (points != last) & (actual != last)
    hits = np.sign(points - last)[said] == np.sign(actual - last)[said]
    mae = float(np.abs(errors).mean())
    return Accuracy(
        count=len(outcomes),
        mae=mae,
        rmse=float(np.sqrt((errors**2).mean())),
        smape=float(relative.mean()) if len(relative) else None,
        mase=float(np.mean(scaled)) if scaled else None,
        bias=float(errors.mean()),
        pinball=_pinball(outcomes, actual),
        hit_rate=share(int(hits.sum()), len(hits)),
        coverage80=share(sum(o.step.lo80 <= o.actual <= o.step.hi80 for o in outcomes), len(outcomes)),
        coverage95=share(sum(o.step.lo95 <= o.actual <= o.step.hi95 for o in outcomes), len(outcomes)),
        skill=1 - mae / walk if walk > 0 else None,
    )


def share(hits: int, count: int) -> Share:
    """A share with its 95 % interval (Wilson, 1927)."""
    if count == 0:
        return Share(None, None, None, 0)
    found = stats.binomtest(hits, count).proportion_ci(0.95, method="wilson")
    return Share(hits / count, float(found.low), float(found.high), count)


def _pinball(outcomes: Sequence[Outcome], actual: np.ndarray) -> float:
    losses = []
    for level, name in QUANTILES:
        short = actual - np.array([getattr(outcome.step, name) for outcome in outcomes])
        losses.append(np.maximum(level * short, (level - 1) * short).mean())
    return float(np.mean(losses))
