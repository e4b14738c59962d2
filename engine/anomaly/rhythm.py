"""Whether a series repeats itself daily, weekly or otherwise, and what it is without that."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import median_filter

Values = NDArray[np.float64]

DAY_SECONDS = 86_400
_CANDIDATES = (DAY_SECONDS, 7 * DAY_SECONDS)


@dataclass(frozen=True, slots=True)
class Rhythm:
    """`period` counts points and is 0 where there is no rhythm; `level` is what moves slowly, `residual`
    what level and rhythm leave. All of the series' length."""

    period: int
    level: Values
    residual: Values


def without_rhythm(values: Values, seconds: float | None, *, least_share: float, repeats: int) -> Rhythm:
    """The series without its level and its rhythm.

    `seconds` lie between two points, None where that is not known. A rhythm is taken where the median of
    each phase, over at least `repeats` rounds, explains `least_share` of what the level leaves.
    """
    best, least = _levelled(values, max(51, len(values) // 10)), (1 - least_share) ** 0.5
    for period in _periods(values, seconds):
        if len(values) < repeats * period:
            continue
        found, left = _with_period(values, period)
        # Of two rhythms that tell about the same the shorter one is taken.
        if left < (0.95 * least if best.period else least):
            best, least = found, left
    return best


def _levelled(values: Values, window: int) -> Rhythm:
    level = _level(values, window)
    return Rhythm(0, level, values - level)


def _level(values: Values, window: int) -> Values:
    """The median of the points around each; the ends have that of the first and the last whole window,
    because half a rhythm has another median than a whole one."""
    size = min(window, len(values))
    level: Values = median_filter(values, size=size, mode="reflect")
    half = size // 2
    level[:half] = level[half]
    level[len(level) - half :] = level[len(level) - half - 1]
    return level


def _with_period(values: Values, period: int) -> tuple[Rhythm, float]:
    """The series without the median of each phase, and the share of its spread that is left where each
    half is told by the other: a rhythm that is none fits its own rounds, not the next."""
    level = _level(values, 3 * period)
    rounds = -(-len(values) // period)
    padded = np.full(rounds * period, np.nan)
    padded[: len(values)] = values - level
    table = padded.reshape(rounds, period)
    rest = values - level - np.tile(np.nanmedian(table, axis=0), rounds)[: len(values)]
    half = rounds // 2
    told = [np.nanmedian(table[half:], axis=0), np.nanmedian(table[:half], axis=0)]
    unseen = np.concatenate([table[:half] - told[0], table[half:] - told[1]]).ravel()[: len(values)]
    whole = _spread(values - level)
    return Rhythm(period, level, rest), _spread(unseen[~np.isnan(unseen)]) / whole if whole else 1.0


def _periods(values: Values, seconds: float | None) -> list[int]:
    """Day and week where the clock is known, and the strongest peak of the autocorrelation."""
    known = [round(c / seconds) for c in _CANDIDATES if seconds and c / seconds >= 4] if seconds else []
    peak = _autocorrelation_peak(values)
    return sorted({*known, *([peak] if peak else [])})


def _autocorrelation_peak(values: Values) -> int:
    """The lag of the highest peak between 4 points and a third of the series, 0 where none stands out."""
    n = len(values)
    centred = values - median_filter(values, size=max(3, n // 5), mode="reflect")
    spectrum = np.fft.rfft(centred, 2 * n)
    correlation = np.fft.irfft(spectrum * np.conj(spectrum))[:n]
    if correlation[0] <= 0:
        return 0
    correlation = correlation / correlation[0]
    inner = correlation[4 : n // 3]
    if len(inner) < 3:
        return 0
    peaks = np.flatnonzero((inner[1:-1] > inner[:-2]) & (inner[1:-1] >= inner[2:])) + 1
    if not len(peaks):
        return 0
    lag = int(peaks[np.argmax(inner[peaks])]) + 4
    return lag if correlation[lag] > 0.3 else 0


def _spread(values: Values) -> float:
    """The mean deviation without its largest hundredth: a rhythm may be quiet most of the time."""
    deviations = np.abs(values - np.median(values))
    return float(np.minimum(deviations, np.quantile(deviations, 0.99)).mean())
