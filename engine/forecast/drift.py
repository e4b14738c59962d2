"""Whether the one-step errors of a fitted model have changed since it was fitted.

one_step_errors(series, fitted_until, options) -> OneStepErrors    before the fit, and since
drift_of(before, since) -> Drift                                   the test of Page and Hinkley

The test adds up by how much each error exceeds the mean so far and a tolerance, and rings when the sum has
climbed too far above its lowest point (Page, 1954; Hinkley, 1971; with a reference that was seen before the
watch began). Watched are three things: errors to one side, to the other, and errors that grow. Thresholds
and their reasons stand in drift.yaml.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from statistics import fmean, stdev

import numpy as np

from engine.data_file import read_data
from engine.errors import BadInput, NotEnoughData
from engine.forecast.backtest import fitted, methods_for, run_backtest
from engine.forecast.choose import combine
from engine.forecast.forecasting import FEWEST_POINTS
from engine.forecast.scale import is_better_as_ratio, movement
from engine.forecast.seasons import seasons_of
from engine.forecast.values import Drift, DriftKind, ForecastOptions


@dataclass(frozen=True, slots=True)
class DriftThresholds:
    """What drift.yaml says."""

    least_before: int
    least_since: int
    largest: float
    tolerance: float
    limit: float

    def __post_init__(self) -> None:
        if self.least_before < 2 or self.least_since < 1:
            raise BadInput("least_before has to be 2 at least and least_since 1 at least.")
        if not 0 <= self.tolerance < self.largest or self.limit <= 0:
            raise BadInput("tolerance has to lie between 0 and largest, and limit above 0.")


@dataclass(frozen=True, slots=True)
class OneStepErrors:
    """What came less what was said one step before, in units of how much the series moved by then; `places`
    are those of the errors `since` in the series as it was given. `walk_since` are the errors of the last
    value repeated. `weights` are those of the methods when they were fitted."""

    before: tuple[float, ...]
    since: tuple[float, ...]
    walk_since: tuple[float, ...]
    places: tuple[int, ...]
    weights: dict[str, float]


def one_step_errors(
    series: Sequence[float | None], fitted_until: int, options: ForecastOptions
) -> OneStepErrors:
    """The errors of the methods' weighted mean one step ahead: in the backtest up to `fitted_until`, the
    position of the last value the fit knew, and on what came since with the parameters and weights of then.

    The horizon of the options does not count. Raises NotEnoughData where there are too few points before.
    """
    options = replace(options, horizon=1)
    whole = np.array([np.nan if value is None else value for value in series], dtype=float)
    known = np.flatnonzero(np.isfinite(whole))
    known_before = known[known <= fitted_until]
    if not len(known_before):
        raise NotEnoughData("There are no figures before the fit.")
    start = max(int(known[0]), fitted_until + 1 - options.longest_history)
    filled = whole[np.maximum.accumulate(np.where(np.isfinite(whole), np.arange(len(whole)), known[0]))]
    values, observed = filled[start:], np.isfinite(whole[start:])
    count = fitted_until + 1 - start
    past = values[:count]
    if observed[:count].sum() < max(FEWEST_POINTS, 2 * thresholds().least_before):
        raise NotEnoughData(f"{int(observed[:count].sum())} points before the fit do not tell what is usual.")
    if np.ptp(past) == 0:
        raise NotEnoughData("The series never moved before the fit.")
    # Decided from what the fit knew; a later value that has no logarithm is measured as it is.
    if values.min() > 0 and is_better_as_ratio(past[: max(count // 3, FEWEST_POINTS)]):
        values = np.log(values)
        past = values[:count]
    values = values / float(np.abs(np.diff(past)).mean())
    past = values[:count]
    moved = movement(values, options.season)
    backtest = run_backtest(past, observed[:count], options)
    combined = combine(backtest, moved[:count], options.season)
    before = (backtest.actual[:, 0] - combined.ahead[:, 0]) / moved[backtest.origins]
    weights = {name: weight for name, weight in combined.weights.items() if weight > 0}
    origins = np.arange(count - 1, len(values) - 1)
    origins = origins[observed[origins + 1]]
    periods = seasons_of(count, options.season, options.search_seasons)
    asked = fitted(methods_for(count, options), past, periods, options.season)
    said = sum(weight * asked[name](values, origins, 1)[:, 0] for name, weight in weights.items())
    came, scale = values[origins + 1], moved[origins]
    return OneStepErrors(
        tuple(before[np.isfinite(before)].tolist()),
        tuple(((came - said) / scale).tolist()),
        tuple(((came - values[origins]) / scale).tolist()),
        tuple((origins + 1 + start).tolist()),
        {name.value: round(weight, 4) for name, weight in weights.items()},
    )


def drift_of(before: Sequence[float], since: Sequence[float], limits: DriftThresholds | None = None) -> Drift:
    """Whether the errors since the fit are others than before it.

    Raises NotEnoughData where there are too few of either.
    """
    limits = limits or thresholds()
    if len(before) < limits.least_before or len(since) < limits.least_since:
        raise NotEnoughData(
            f"{len(before)} errors before the fit and {len(since)} since do not tell whether they changed;"
            f" {limits.least_before} and {limits.least_since} are needed."
        )
    sizes_before, sizes = [abs(one) for one in before], [abs(one) for one in since]
    watched = (
        (DriftKind.ABOVE, before, since),
        (DriftKind.BELOW, [-one for one in before], [-one for one in since]),
        (DriftKind.LARGER, sizes_before, sizes),
    )
    found = [(kind, *_watch(usual, seen, limits)) for kind, usual, seen in watched]
    highest = max(climbed for _, _, climbed in found) / limits.limit
    rung = [(place, kind) for kind, place, _ in found if place is not None]
    if not rung:
        return Drift(None, None, highest)
    place, kind = min(rung, key=lambda one: one[0])
    return Drift(kind, place, highest)


def _watch(
    before: Sequence[float], since: Sequence[float], limits: DriftThresholds
) -> tuple[int | None, float]:
    """Where the sum had climbed too far, None where it had not, and the most it climbed."""
    usual, spread, count = fmean(before), stdev(before), len(before)
    mean = total = lowest = highest = 0.0
    if spread == 0:
        return None, 0.0
    for place, error in enumerate(since):
        # Cut before anything learns from it, or one outlier would move the mean and ring in the end.
        excess = max(-limits.largest, min(limits.largest, (error - usual) / spread))
        total += excess - mean - limits.tolerance
        lowest = min(lowest, total)
        highest = max(highest, total - lowest)
        if highest > limits.limit:
            return place, highest
        count += 1
        mean += (excess - mean) / count
    return None, highest


@cache
def thresholds() -> DriftThresholds:
    """What drift.yaml says. Raises BadInput for figures that cannot be."""
    return DriftThresholds(**read_data(Path(__file__).with_name("drift.yaml")))
