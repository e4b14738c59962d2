"""Which settings forecast a series best, learnt from its past and measured on a later part of it.

Losses are those of the weighted mean of the methods at every origin of the backtest: the absolute error in
units of the series' own movement, averaged over the horizons. Origins are counted from the start of the
series as it was given, so that settings that look at different lengths of history can be compared.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from engine.errors import NotEnoughData
from engine.forecast.backtest import run_backtest
from engine.forecast.choose import combine
from engine.forecast.forecasting import FEWEST_POINTS
from engine.forecast.scale import is_better_as_ratio, movement
from engine.forecast.values import ForecastMethod, ForecastOptions
from engine.promotion import Comparison, compare

Values = NDArray[np.float64]

FEWEST_ORIGINS = 60
TEST_SHARE = 0.3  # of the origins, the latest ones, which choosing never sees


@dataclass(frozen=True, slots=True)
class Losses:
    """At each origin, the loss of the forecast and that of the random walk."""

    ours: Mapping[int, float]
    walk: Mapping[int, float]


@dataclass(frozen=True, slots=True)
class Measured:
    """Mean losses over the same origins, in units of the series' movement."""

    loss: float
    walk_loss: float
    origins: int

    @property
    def skill(self) -> float:
        """The share of the random walk's error that was saved."""
        return 1 - self.loss / self.walk_loss if self.walk_loss else 0.0

    def to_json(self) -> dict[str, float]:
        return {
            "loss": round(self.loss, 6),
            "walk_loss": round(self.walk_loss, 6),
            "skill": round(self.skill, 6),
            "origins": self.origins,
        }


def losses(series: Sequence[float | None], options: ForecastOptions) -> Losses:
    """The losses of these settings at every origin behind which the whole horizon has come.

    Raises NotEnoughData where there are too few points.
    """
    whole = np.array([np.nan if value is None else value for value in series], dtype=float)
    known = np.flatnonzero(np.isfinite(whole))
    if not len(known):
        raise NotEnoughData("There are no figures.")
    start = max(int(known[0]), len(whole) - options.longest_history)
    observed = np.isfinite(whole[start:])
    if observed.sum() < max(FEWEST_POINTS, FEWEST_ORIGINS + 2 * options.horizon):
        raise NotEnoughData(
            f"{int(observed.sum())} points are too few to compare forecasts {options.horizon} ahead."
        )
    filled = whole[np.maximum.accumulate(np.where(np.isfinite(whole), np.arange(len(whole)), known[0]))]
    values = filled[start:]
    if np.ptp(values) == 0:
        raise NotEnoughData("The series never moved: there is nothing to forecast.")
    as_ratio = bool(values.min() > 0 and is_better_as_ratio(values[: max(len(values) // 3, FEWEST_POINTS)]))
    scaled = np.log(values) if as_ratio else values
    unit = float(np.abs(np.diff(scaled)).mean())
    scaled = scaled / unit
    backtest = run_backtest(scaled, observed, options)
    ahead = combine(backtest, movement(scaled, options.season), options.season).ahead
    usable = np.isfinite(ahead).all(axis=1) & np.isfinite(backtest.actual[:, -1])
    origins = backtest.origins[usable]
    # In the units of the series, and of the movement of all of it: the same whatever the settings are.
    per_step = movement(filled, options.season)[origins + start][:, None]

    def lost(said: Values) -> dict[int, float]:
        back, came = unit * said[usable], unit * backtest.actual[usable]
        if as_ratio:
            back, came = np.exp(back), np.exp(came)
        means = np.nanmean(np.abs(back - came) / per_step, axis=1)
        return dict(zip((origins + start).tolist(), means.tolist(), strict=True))

    return Losses(lost(ahead), lost(backtest.ahead[ForecastMethod.RANDOM_WALK]))


def split_point(origins: Sequence[int], horizon: int) -> int:
    """From which origin on everything is for measuring alone. Origins whose targets reach behind it take no
    part in choosing."""
    ordered = sorted(origins)
    if len(ordered) < FEWEST_ORIGINS:
        raise NotEnoughData(
            f"There are {len(ordered)} points in the past to forecast from; {FEWEST_ORIGINS} are needed."
        )
    return ordered[-max(horizon, round(len(ordered) * TEST_SHARE))]


def before(found: Losses, split: int, horizon: int) -> Losses:
    """The origins whose targets had all come before the split."""
    return _only(found, [place for place in found.ours if place + horizon < split])


def behind(found: Losses, split: int) -> Losses:
    """The origins from the split on."""
    return _only(found, [place for place in found.ours if place >= split])


def measured(found: Losses) -> Measured:
    """The means over all origins. Raises NotEnoughData where there are none."""
    if not found.ours:
        raise NotEnoughData("No origin is left to measure at.")
    count = len(found.ours)
    return Measured(sum(found.ours.values()) / count, sum(found.walk.values()) / count, count)


def compared(challenger: Mapping[int, float], other: Mapping[int, float], horizon: int) -> Comparison:
    """The loss saved, over stretches one horizon long of the origins both have, which hardly depend on
    one another."""
    common = sorted(challenger.keys() & other.keys())
    if not common:
        return Comparison(0.0, float("inf"), 0)
    blocks: dict[int, list[int]] = {}
    for place in common:
        blocks.setdefault((place - common[0]) // horizon, []).append(place)
    ours = [-sum(challenger[place] for place in block) / len(block) for block in blocks.values()]
    theirs = [-sum(other[place] for place in block) / len(block) for block in blocks.values()]
    return compare(ours, theirs)


def with_settings(options: ForecastOptions, settings: Mapping[str, object]) -> ForecastOptions:
    """The options with what was chosen. Raises BadInput or TypeError for settings that cannot be."""
    methods = settings.get("methods")
    chosen = {name: value for name, value in settings.items() if name != "methods"}
    if methods is not None:
        chosen["methods"] = tuple(ForecastMethod(str(name)) for name in methods)  # type: ignore[attr-defined]
    return replace(options, **chosen)  # type: ignore[arg-type]


def _only(found: Losses, places: Sequence[int]) -> Losses:
    return Losses(
        {place: found.ours[place] for place in places}, {place: found.walk[place] for place in places}
    )
