"""The methods, each fitted to the past once and then asked from many origins.

A method is fitted to the values up to a point. What it returns forecasts from any origin with the
parameters of then and the values up to that origin, so that a backtest over hundreds of origins costs
one fit and one pass. No forecast sees a value behind its origin, and no fit one behind its point.

Theta: Assimakopoulos and Nikolopoulos (2000), as simple smoothing with half the slope of the line
(Hyndman and Billah, 2003). ETS: additive error and damped trend. ARIMA: Hannan and Rissanen (1982),
order by Akaike's criterion. Parameters are estimated by statsmodels.
"""

import warnings
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter
from statsmodels.tsa.ar_model import AutoReg
from statsmodels.tsa.arima.estimators.hannan_rissanen import hannan_rissanen
from statsmodels.tsa.exponential_smoothing.ets import ETSModel
from statsmodels.tsa.holtwinters import SimpleExpSmoothing
from threadpoolctl import ThreadpoolController

from engine.forecast.seasons import Profile
from engine.forecast.values import ForecastMethod

Values = NDArray[np.float64]
Origins = NDArray[np.int64]
# The values, the origins as positions of the last value that is known, how many steps:
# one row for each origin.
From = Callable[[Values, Origins, int], Values]

# Of the libraries of linear algebra, which are loaded by now.
_LINEAR_ALGEBRA = ThreadpoolController()

FEWEST_FOR_MODELS = 16
ARMA_ORDERS = ((1, 0), (0, 1), (1, 1), (2, 1), (2, 2), (3, 0), (6, 0))
MOST_LAGS = 12


def one_thread() -> AbstractContextManager[object]:
    """Linear algebra within one thread: the matrices here are so narrow that threads wait for each other
    several times as long as they work, and other workers need the cores."""
    limited: AbstractContextManager[object] = _LINEAR_ALGEBRA.limit(limits=1, user_api="blas")
    return limited


def random_walk(past: Values) -> From:
    """The last value, for ever."""

    def ahead(values: Values, origins: Origins, horizon: int) -> Values:
        last: Values = np.repeat(values[origins][:, None], horizon, axis=1)
        return last

    return ahead


def drift(past: Values) -> From:
    """The last value and the mean step from the first value to it."""

    def ahead(values: Values, origins: Origins, horizon: int) -> Values:
        slope = (values[origins] - values[0]) / np.maximum(origins, 1)
        line: Values = values[origins][:, None] + slope[:, None] * _steps(horizon)
        return line

    return ahead


def theta(past: Values) -> From:
    """A smoothed level that moves on by half the slope of the straight line through all values."""
    smoothing = float(
        SimpleExpSmoothing(past, initialization_method="heuristic").fit().params["smoothing_level"]
    )
    smoothing = min(max(smoothing, 0.01), 1.0)

    def ahead(values: Values, origins: Origins, horizon: int) -> Values:
        level = lfilter([smoothing], [1, smoothing - 1], values, zi=[(1 - smoothing) * values[0]])[0]
        slope = _slopes(values)[origins] / 2
        lead = 1 / smoothing - (1 - smoothing) ** (origins + 1.0) / smoothing
        line: Values = level[origins][:, None] + slope[:, None] * (_steps(horizon) - 1 + lead[:, None])
        return line

    return ahead


def ets(past: Values) -> From:
    """A smoothed level with a smoothed trend that fades."""
    parameters = _damped(past).fit(disp=False, maxiter=100).params
    damping = float(parameters[2])

    def ahead(values: Values, origins: Origins, horizon: int) -> Values:
        smoothed = _damped(values).smooth(parameters)
        level, slope = np.asarray(smoothed.level), np.asarray(smoothed.slope)
        grown = np.cumsum(damping ** _steps(horizon))
        return level[origins][:, None] + slope[origins][:, None] * grown

    return ahead


def _damped(values: Values) -> Any:
    return ETSModel(values, error="add", trend="add", damped_trend=True, initialization_method="heuristic")


def arima(past: Values) -> From | None:
    """ARMA of the differences around their mean; None where no order gives a stable model."""
    changes = np.diff(past)
    mean = float(changes.mean())
    fitted = [found for order in ARMA_ORDERS if (found := _arma(changes - mean, *order)) is not None]
    if not fitted:
        return None
    _, ar, ma = min(fitted, key=lambda found: found[0])

    def ahead(values: Values, origins: Origins, horizon: int) -> Values:
        steps = np.concatenate([[0.0], np.diff(values) - mean])
        shocks = lfilter(np.r_[1.0, -ar], np.r_[1.0, ma], steps)
        padded_steps = np.concatenate([np.zeros(len(ar)), steps])
        padded_shocks = np.concatenate([np.zeros(len(ma)), shocks])
        known = [padded_steps[origins + len(ar) - lag] for lag in range(len(ar))]  # latest first
        surprises = [padded_shocks[origins + len(ma) - lag] for lag in range(len(ma))]
        changes = np.empty((len(origins), horizon))
        for step in range(horizon):
            change = np.zeros(len(origins))
            for lag, weight in enumerate(ar):
                change += weight * known[lag]
            for lag in range(step, len(ma)):
                change += ma[lag] * surprises[lag - step]
            changes[:, step] = change
            known = [change, *known[:-1]] if len(ar) else known
        return values[origins][:, None] + np.cumsum(changes + mean, axis=1)

    return ahead


def _arma(changes: Values, p: int, q: int) -> tuple[float, Values, Values] | None:
    """Akaike's criterion and the coefficients, None where they are not stable."""
    if len(changes) < 5 * (p + q) + 10:
        return None
    try:
        found, _ = hannan_rissanen(changes, ar_order=p, ma_order=q, demean=False)
    except (ValueError, np.linalg.LinAlgError):
        return None
    if not (found.is_stationary and found.is_invertible) or not np.isfinite(found.params).all():
        return None
    ar, ma = np.asarray(found.ar_params, float), np.asarray(found.ma_params, float)
    shocks = lfilter(np.r_[1.0, -ar], np.r_[1.0, ma], changes)
    variance = float(np.mean(shocks**2))
    if not np.isfinite(variance) or variance <= 0:
        return None
    return len(changes) * np.log(variance) + 2 * (p + q), ar, ma


def autoregression(past: Values) -> From | None:
    """A regression on the last values around a constant: what returns to a level."""
    most = min(MOST_LAGS, len(past) // 10)
    if most < 1:
        return None
    return regression_on(past, tuple(range(1, max(1, best_order(past, most)) + 1)))


def best_order(past: Values, most: int) -> int:
    """How many of the last values a regression should have by Akaike's criterion, from none to `most`, all
    held against the same values. The regressions lie within each other, so that one factorisation tells
    the squares that each leaves."""
    target = past[most:]
    earlier = [past[most - lag : len(past) - lag] for lag in range(1, most + 1)]
    basis = np.linalg.qr(np.column_stack([np.ones(len(target)), *earlier]))[0]
    # Taken from the mean first, so that small rests of large values keep their digits.
    centred = target - target.mean()
    explained = np.cumsum((basis[:, 1:].T @ centred) ** 2)
    left = float(centred @ centred) - np.concatenate([[0.0], explained])
    left = np.maximum(left, np.finfo(np.float64).tiny)
    criterion = len(target) * np.log(left / len(target)) + 2 * np.arange(most + 1)
    return int(np.argmin(criterion))


def regression_on(past: Values, lags: tuple[int, ...]) -> From | None:
    """A regression on the values so many points ago; None where it would run away."""
    if len(past) < 3 * len(lags) + max(lags) + 5:
        return None
    coefficients = np.asarray(AutoReg(past, lags=list(lags)).fit().params, float)
    if not np.isfinite(coefficients).all() or float(np.abs(coefficients[1:]).sum()) > 4:
        return None
    longest = max(lags)

    def ahead(values: Values, origins: Origins, horizon: int) -> Values:
        path = np.empty((len(origins), longest + horizon))
        back = origins[:, None] - np.arange(longest - 1, -1, -1)
        path[:, :longest] = values[np.maximum(back, 0)]
        for step in range(longest, longest + horizon):
            path[:, step] = coefficients[0]
            for lag, weight in zip(lags, coefficients[1:], strict=True):
                path[:, step] += weight * path[:, step - lag]
        return path[:, longest:]

    return ahead


def seasonal_naive(season: int) -> From:
    """The value of the same place in the last season."""

    def ahead(values: Values, origins: Origins, horizon: int) -> Values:
        steps = np.arange(1, horizon + 1)
        back = steps - season * ((steps + season - 1) // season)
        return values[np.maximum(origins[:, None] + back, 0)]

    return ahead


def adjusted(inner: Callable[[Values], From | None], past: Values, profile: Profile) -> From | None:
    """A method applied to what the seasons leave, the seasons put back on its forecasts."""
    of_the_rest = inner(past - profile.at(np.arange(len(past))))
    if of_the_rest is None:
        return None

    def ahead(values: Values, origins: Origins, horizon: int) -> Values:
        rest = values - profile.at(np.arange(len(values)))
        return of_the_rest(rest, origins, horizon) + profile.at(
            origins[:, None] + _steps(horizon).astype(int)
        )

    return ahead


PLAIN: Mapping[ForecastMethod, Callable[[Values], From | None]] = {
    ForecastMethod.THETA: theta,
    ForecastMethod.ETS: ets,
    ForecastMethod.ARIMA: arima,
    ForecastMethod.AUTOREGRESSION: autoregression,
}


def fit_quietly(method: Callable[[], From | None]) -> From | None:
    """The fitted method, None where it cannot be fitted to these values."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            return method()
        except (ValueError, np.linalg.LinAlgError, ZeroDivisionError, IndexError):
            return None


def _steps(horizon: int) -> Values:
    return np.arange(1.0, horizon + 1)


def _slopes(values: Values) -> Values:
    """At each place the slope of the straight line through all values up to it."""
    count = np.arange(1.0, len(values) + 1)
    times = count - 1
    sum_times, sum_values = np.cumsum(times), np.cumsum(values - values[0])
    covariance = np.cumsum(times * (values - values[0])) - sum_times * sum_values / count
    variance = np.cumsum(times**2) - sum_times**2 / count
    slopes: Values = np.divide(covariance, variance, out=np.zeros_like(values), where=variance > 0)
    return slopes
