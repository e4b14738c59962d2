"""What repeats: the profile of a season, learnt from the past and repeated after it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from statsmodels.tsa.seasonal import MSTL

Values = NDArray[np.float64]

# What else may repeat where a season is known: weeks of a year, hours of a week, half-hours of a week.
# A season that nobody named earns its weight in the backtest like any method.
LONGER_SEASONS = {1: 52, 24: 168, 48: 336}
FEWEST_CYCLES = 3
# Windows of Cleveland's decomposition, in cycles: wide, for a profile that hardly changes is forecast
# better by the mean of many cycles.
WINDOW_SHORT, WINDOW_LONG = 25, 15


@dataclass(frozen=True)
class Profile:
    """The seasons of the past, one row for each, and how long each is."""

    periods: tuple[int, ...]
    seasons: Values

    def at(self, places: NDArray[np.int64]) -> Values:
        """What the seasons add at these places, counted from the start of the past. Behind its end, the
        last cycle is repeated."""
        length = self.seasons.shape[1]
        total = np.zeros(np.shape(places))
        for period, season in zip(self.periods, self.seasons, strict=True):
            beyond = np.maximum(places - length, 0)
            inside = np.where(places < length, places, length - period + beyond % period)
            total += season[inside]
        return total


def seasons_of(count: int, season: int, search: bool = True) -> tuple[int, ...]:
    """The seasons that `count` points can show: the one named, and with `search` the longer one that is
    usual beside it."""
    found = [season] if season > 1 else []
    found.append(LONGER_SEASONS.get(season, 0) if search else 0)
    return tuple(period for period in found if period and count >= FEWEST_CYCLES * period)


def profile_of(past: Values, periods: tuple[int, ...]) -> Profile | None:
    """The profile of these seasons (MSTL: Bandara, Hyndman and Bergmeir, 2021); None where the past is
    too short for them."""
    shown = tuple(period for period in periods if len(past) >= 2 * period + 2)
    if not shown:
        return None
    windows = tuple(WINDOW_SHORT if period <= 31 else WINDOW_LONG for period in shown)
    found = np.asarray(MSTL(past, periods=shown, windows=windows).fit().seasonal, float)
    return Profile(shown, found.reshape(len(past), -1).T)
