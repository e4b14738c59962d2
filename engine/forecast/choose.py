"""How much each method counts, and whether all of them together beat the random walk.

Weights at an origin come from the errors whose targets had come by then, so that the mean of the
methods is itself forecast without look-ahead, and one test of one mean says whether it has skill.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from engine.forecast.backtest import Backtest
from engine.forecast.values import ForecastMethod, Skill

Values = NDArray[np.float64]

# The plain mean of these is hard to beat (Makridakis, Spiliotis and Assimakopoulos, 2020); without
# evidence it is what counts.
CORE = (ForecastMethod.THETA, ForecastMethod.ETS, ForecastMethod.ARIMA)
CORE_SEASONAL = (
    ForecastMethod.SEASONAL_NAIVE,
    ForecastMethod.SEASONAL_ETS,
    ForecastMethod.SEASONAL_ARIMA,
    ForecastMethod.SEASONAL_AUTOREGRESSION,
)
SHARPNESS = 4.0  # weights go with the inverse of the error to this power
BELIEF = 3.0  # stretches of history that count as much as the belief in the plain mean
WANTED_BLOCKS, FEWEST_BLOCKS = 8, 4  # stretches of history that a test should have, and has to have


@dataclass(frozen=True)
class Combined:
    """The weighted mean of the methods, in the past and now."""

    ahead: Values
    now: Values
    weights: dict[ForecastMethod, float]


def combine(backtest: Backtest, movement: Values, season: int) -> Combined:
    """The mean with the weights of each origin, and with those of now."""
    names = list(backtest.ahead)
    horizon = backtest.actual.shape[1]
    ahead = np.stack([backtest.ahead[name] for name in names])
    # Far horizons err more by nature; none shall count for more than another.
    usual = movement[backtest.origins][:, None] * np.sqrt(np.arange(1, horizon + 1))
    errors = np.abs(ahead - backtest.actual) / usual
    sums, counts = _known_at(errors, backtest.origins, horizon)
    core = CORE_SEASONAL if season > 1 and any(name in CORE_SEASONAL for name in names) else CORE
    prior = np.array([float(name in core) for name in names])
    prior = prior / prior.sum() if prior.sum() else np.full(len(names), 1 / len(names))
    stretches = np.append(backtest.origins - backtest.origins[0], backtest.origins[-1] - backtest.origins[0])
    weights = _weights(sums, counts, prior, BELIEF / (BELIEF + stretches / horizon))
    usable = np.isfinite(ahead).all(axis=2)
    then = weights[:, :-1] * usable
    total = then.sum(axis=0)
    then = np.divide(then, total, out=np.zeros_like(then), where=total > 0)
    mean = np.einsum("mo,moh->oh", then, np.nan_to_num(ahead))
    mean[total == 0] = np.nan
    today = weights[:, -1] / weights[:, -1].sum()
    now = today @ np.stack([backtest.now[name] for name in names])
    return Combined(mean, now, dict(zip(names, today.tolist(), strict=True)))


def _known_at(errors: Values, origins: NDArray[np.int64], horizon: int) -> tuple[Values, Values]:
    """For each method and origin, and for now, the sum and count of errors whose targets had come."""
    targets = origins[:, None] + np.arange(1, horizon + 1)
    known_from = np.minimum(np.searchsorted(origins, targets), len(origins))
    there = np.isfinite(errors)
    sums = np.zeros((len(errors), len(origins) + 1))
    counts = np.zeros_like(sums)
    for index in range(len(errors)):
        places = known_from[there[index]]
        np.add.at(sums[index], places, errors[index][there[index]])
        np.add.at(counts[index], places, 1.0)
    return np.cumsum(sums, axis=1), np.cumsum(counts, axis=1)


def _weights(sums: Values, counts: Values, prior: Values, belief: Values) -> Values:
    """One column for each origin: the belief in the prior, the rest by what was seen."""
    means = np.divide(sums, counts, out=np.full_like(sums, np.nan), where=counts > 0)
    best = np.nanmin(np.where(counts > 0, means, np.inf), axis=0)
    seen = np.nan_to_num((np.maximum(best, 1e-12) / np.maximum(means, 1e-12)) ** SHARPNESS)
    total = seen.sum(axis=0)
    seen = np.where(total > 0, seen / np.where(total > 0, total, 1), prior[:, None])
    return belief * prior[:, None] + (1 - belief) * seen


def skill_of(
    ahead: Values, walk: Values, actual: Values, movement: Values, origins: NDArray[np.int64], level: float
) -> Skill:
    """Skill against the random walk, over all horizons or, where fewer than eight of the longest fit into
    the history, over the nearer ones of which eight do.

    The differences of their mean absolute errors are averaged over stretches of the history one horizon
    long, whose means hardly depend on one another, and put to Student's test (Diebold and Mariano, 1995,
    with the correction for few observations that non-overlapping stretches make needless).
    """
    for horizon in range(actual.shape[1], 0, -1):
        whole = np.isfinite(ahead).all(axis=1) & np.isfinite(actual[:, horizon - 1])
        if whole.any() and np.ptp(origins[whole]) // horizon + 1 >= WANTED_BLOCKS:
            break
    if not whole.any():
        return Skill(None, None, None, 0, False)
    ahead, walk, actual = ahead[:, :horizon], walk[:, :horizon], actual[:, :horizon]
    scale = movement[origins[whole]][:, None]
    ours = np.nanmean(np.abs(ahead - actual)[whole] / scale, axis=1)
    theirs = np.nanmean(np.abs(walk - actual)[whole] / scale, axis=1)
    stretch = (origins[whole] - origins[whole][0]) // horizon
    blocks = np.unique(stretch)
    if len(blocks) < FEWEST_BLOCKS or theirs.mean() <= 0:
        return Skill(None, None, None, len(blocks), False)
    saved = np.array([(theirs - ours)[stretch == block].mean() for block in blocks])
    error = float(saved.std(ddof=1)) / np.sqrt(len(saved))
    mean, usual = float(saved.mean()), float(theirs.mean())
    wide = float(stats.t.ppf(0.975, len(saved) - 1)) * error
    needed = float(stats.t.ppf(1 - level, len(saved) - 1)) * error
    return Skill(mean / usual, (mean - wide) / usual, (mean + wide) / usual, len(blocks), bool(mean > needed))
