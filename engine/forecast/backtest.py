"""What each method would have said at many points of the past, each time from what was known then."""

from dataclasses import dataclass
from functools import partial
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from engine.forecast import methods
from engine.forecast.methods import From
from engine.forecast.seasons import Profile, profile_of, seasons_of
from engine.forecast.values import ForecastMethod, ForecastOptions

Values = NDArray[np.float64]
Origins = NDArray[np.int64]


FEWEST_FOR_DRIFT = 3


@dataclass(frozen=True)
class Backtest:
    """Forecasts from the past: `ahead[method]` has a row for each origin and a column for each horizon.
    `actual` holds what came, NaN where nothing was observed or the past ends."""

    origins: Origins
    ahead: dict[ForecastMethod, Values]
    actual: Values
    now: dict[ForecastMethod, Values]  # from the last value


def run_backtest(values: Values, observed: NDArray[np.bool_], options: ForecastOptions) -> Backtest:
    """Fit every method at a few points of the past and forecast from the origins behind each until the
    next; then fit it to the whole."""
    count, horizon = len(values), options.horizon
    periods = seasons_of(count, options.season, options.search_seasons)
    first = first_origin(count, options)
    stride = max(1, (count - 1 - first) // options.most_origins)
    origins = np.arange(first, count - 1, stride)
    bounds = np.unique(np.linspace(first, count - 1, options.refits + 1).astype(int))
    names = methods_for(count, options)
    ahead = {name: np.full((len(origins), horizon), np.nan) for name in names}
    for start, end in pairwise(bounds.tolist()):
        here = (origins >= start) & (origins < end)
        known = values[: start + 1]
        for name, forecast_from in fitted(names, known, periods, options.season).items():
            # Only what is known at the last of these origins is handed over.
            ahead[name][here] = forecast_from(values[:end], origins[here], horizon)
    last = np.array([count - 1])
    now = {
        name: forecast_from(values, last, horizon)[0]
        for name, forecast_from in fitted(names, values, periods, options.season).items()
    }
    usable = [name for name in names if name in now and _is_sane(now[name], ahead[name], values)]
    return Backtest(
        origins,
        {name: ahead[name] for name in usable},
        actual_ahead(values, observed, origins, horizon),
        {name: now[name] for name in usable},
    )


def first_origin(count: int, options: ForecastOptions) -> int:
    """From where on there is a past to learn from: a third of the points, and two of each season that
    lies in one that was named. A season that nobody named joins later, when there are two of it."""
    seasons = seasons_of(count, options.season, options.search_seasons) if options.season > 1 else ()
    usual = methods.FEWEST_FOR_MODELS if count >= 2 * methods.FEWEST_FOR_MODELS else FEWEST_FOR_DRIFT
    needed = max([usual, *(2 * season + 2 for season in seasons)])
    return min(max(count // 3, needed), count - 2)


def methods_for(count: int, options: ForecastOptions) -> list[ForecastMethod]:
    """The methods that so many points allow, of those that are to be tried."""
    names = _allowed(count, options)
    wanted = {*options.methods, ForecastMethod.RANDOM_WALK}
    return [name for name in names if name in wanted] if options.methods else names


def _allowed(count: int, options: ForecastOptions) -> list[ForecastMethod]:
    names = [ForecastMethod.RANDOM_WALK, ForecastMethod.DRIFT]
    periods = seasons_of(count, options.season, options.search_seasons)
    if count < 2 * methods.FEWEST_FOR_MODELS:
        return names
    if options.season == 1 or not periods:
        names += list(methods.PLAIN)
    if periods:
        names += [
            ForecastMethod.SEASONAL_NAIVE,
            ForecastMethod.SEASONAL_ETS,
            ForecastMethod.SEASONAL_ARIMA,
            ForecastMethod.SEASONAL_AUTOREGRESSION,
        ]
    return names


def fitted(
    names: list[ForecastMethod], past: Values, periods: tuple[int, ...], season: int
) -> dict[ForecastMethod, From]:
    """The methods fitted to a past; those that cannot be are left out."""
    shown = tuple(period for period in periods if len(past) >= 2 * period + 2)
    profile = profile_of(past, shown)
    found: dict[ForecastMethod, From] = {}
    for name in names:
        made = methods.fit_quietly(partial(_fit, name, past, shown, profile))
        if made is not None:
            found[name] = made
    return found


def _fit(name: ForecastMethod, past: Values, shown: tuple[int, ...], profile: Profile | None) -> From | None:
    if name is ForecastMethod.RANDOM_WALK:
        return methods.random_walk(past)
    if name is ForecastMethod.DRIFT:
        return methods.drift(past)
    if name in methods.PLAIN:
        return methods.PLAIN[name](past)
    if profile is None or not shown:
        return None
    if name is ForecastMethod.SEASONAL_NAIVE:
        return methods.seasonal_naive(max(shown))
    if name is ForecastMethod.SEASONAL_ETS:
        return methods.adjusted(methods.ets, past, profile)
    if name is ForecastMethod.SEASONAL_ARIMA:
        return methods.adjusted(methods.arima, past, profile)
    lags = sorted({1, 2, 3, *(lag for period in shown for lag in (period, period + 1))})
    return methods.regression_on(past, tuple(lags))


def actual_ahead(values: Values, observed: NDArray[np.bool_], origins: Origins, horizon: int) -> Values:
    """What came at each horizon behind each origin; NaN where nothing was observed or has come yet."""
    places = origins[:, None] + np.arange(1, horizon + 1)
    inside = places < len(values)
    places = np.minimum(places, len(values) - 1)
    return np.where(inside & observed[places], values[places], np.nan)


def _is_sane(now: Values, past: Values, values: Values) -> bool:
    """Whether forecasts are numbers within ten times the range of the past: others ran away."""
    middle, reach = float(np.median(values)), 10 * float(np.ptp(values))
    return bool(np.isfinite(now).all() and np.isfinite(past).any() and np.abs(now - middle).max() <= reach)
