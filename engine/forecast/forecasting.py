"""The forecast of one series: scale → backtest → combine → test → intervals."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from engine.forecast.backtest import Backtest, actual_ahead, run_backtest
from engine.forecast.choose import Combined, combine, skill_of
from engine.forecast.intervals import radii
from engine.forecast.methods import one_thread
from engine.forecast.scale import is_better_as_ratio, movement
from engine.forecast.values import Forecast, ForecastMethod, ForecastOptions, Skill, Step

Values = NDArray[np.float64]

FEWEST_POINTS = 8
LARGEST = 1e100  # what is larger, or not a number, is a gap: its square could not be reckoned with
LEVELS = (0.80, 0.95)
UNTESTED = Skill(None, None, None, 0, False)
LEARNING = 3  # the part of the origins, one in so many, that intervals are not drawn from
MANY_ORIGINS = 60  # with fewer, none can be spared
LEAST_WEIGHT = 0.005  # below it a method is not named


def points_needed(horizon: int) -> int:
    """How many observed points a forecast so far ahead takes: twice the horizon and two."""
    return max(FEWEST_POINTS, 2 * horizon + 2)


def forecast(series: Sequence[float | None], options: ForecastOptions) -> Forecast:
    """Forecast the next `options.horizon` points of a series that is given in order of time.

    A gap (None or NaN) is kept a gap: nothing is scored against it, and its place is held by the value
    before it. The answer is the random walk unless the backtest shows the mean of the methods to be
    better; it is insufficient_history where there are too few points or they never move.
    """
    given = np.array([np.nan if value is None else value for value in series], dtype=float)
    given[~(np.abs(given) <= LARGEST)] = np.nan
    given = given[-options.longest_history :]
    points = int(np.isfinite(given).sum())
    needed = points_needed(options.horizon)
    if points < needed:
        return _nothing(
            points, f"{needed} points are needed to look {options.horizon} ahead; there are {points}."
        )
    given = given[np.flatnonzero(np.isfinite(given))[0] :]
    observed = np.isfinite(given)
    values = given[np.maximum.accumulate(np.where(observed, np.arange(len(given)), 0))]
    if np.ptp(values) == 0:
        return _nothing(points, "The series never moved: nothing says how far it may move.")
    with one_thread():
        return _forecast(values, observed, points, options)


def _forecast(values: Values, observed: NDArray[np.bool_], points: int, options: ForecastOptions) -> Forecast:
    # Decided from the part of the past that no origin lies in, so that no later value can change it.
    early = max(len(values) // 3, FEWEST_POINTS)
    as_ratio = bool(values.min() > 0 and is_better_as_ratio(values[:early]))
    if as_ratio:
        values = np.log(values)
    # In units of its own steps, for what searches for parameters stops at absolute differences.
    start, unit = values[0], _usual_step(values[:early]) or _usual_step(values)
    values = (values - start) / unit
    moved = movement(values, options.season)
    backtest = run_backtest(values, observed, options)
    combined = combine(backtest, moved, options.season)
    walk = backtest.ahead[ForecastMethod.RANDOM_WALK]
    skill = skill_of(combined.ahead, walk, backtest.actual, moved, backtest.origins, options.claim_level)
    made = _of_methods(backtest, combined, moved) if skill.claimed else None
    if made is None:  # nothing to claim, or too few errors to say how far off it may be
        skill = replace(skill, claimed=False)
        made = _of_the_walk(values, observed, moved, options.horizon)
    if made is None:
        return _nothing(points, "Too few errors of the past are known to say how far off a forecast may be.")
    middle, around, origins = made
    steps = _steps(start + unit * middle, unit * around * moved[-1], as_ratio)
    weights = combined.weights if skill.claimed else {ForecastMethod.RANDOM_WALK: 1.0}
    named = tuple(
        sorted(((n, w) for n, w in weights.items() if w >= LEAST_WEIGHT), key=lambda pair: -pair[1])
    )
    method = ForecastMethod.ENSEMBLE if skill.claimed else ForecastMethod.RANDOM_WALK
    return Forecast(method, steps, skill, named, points, origins)


def _usual_step(values: Values) -> float:
    return float(np.abs(np.diff(values)).mean())


def _of_methods(backtest: Backtest, combined: Combined, moved: Values) -> tuple[Values, Values, int] | None:
    # The first of them knew less than is known now: fewer values, and next to nothing of the methods.
    count = len(backtest.origins)
    later = count // LEARNING if count >= MANY_ORIGINS else 0
    origins = backtest.origins[later:]
    errors = (combined.ahead - backtest.actual)[later:]
    stride = int(origins[1] - origins[0]) if len(origins) > 1 else 1
    around = radii(errors, moved[origins], stride, LEVELS)
    return None if around is None else (combined.now, around, len(origins))


def _of_the_walk(
    values: Values, observed: NDArray[np.bool_], moved: Values, horizon: int
) -> tuple[Values, Values, int] | None:
    """The random walk has nothing to learn, so that its errors are known from nearly the first value."""
    origins = np.flatnonzero(np.isfinite(moved) & (moved > 0))[:-1]
    origins = origins[len(origins) // 10 :]
    if not len(origins):
        return None
    errors = values[origins][:, None] - actual_ahead(values, observed, origins, horizon)
    around = radii(errors, moved[origins], 1, LEVELS)
    return None if around is None else (np.full(horizon, values[-1]), around, len(origins))


def _steps(middle: Values, around: Values, as_ratio: bool) -> tuple[Step, ...]:
    lo80, lo95 = middle - around[0], middle - around[1]
    hi80, hi95 = middle + around[0], middle + around[1]
    rows = [middle, lo80, hi80, lo95, hi95]
    if as_ratio:
        rows = [np.exp(row) for row in rows]
    return tuple(Step(h + 1, *(float(row[h]) for row in rows)) for h in range(len(middle)))


def _nothing(points: int, reason: str) -> Forecast:
    return Forecast(ForecastMethod.INSUFFICIENT_HISTORY, (), UNTESTED, (), points, 0, reason)
