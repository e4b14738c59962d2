"""Anomalies of a long series: single points, windows, shifts of level and of unrest, and stuck values.

Each detector makes one statistic for each point; its threshold comes from the statistic's own tail in the
series, so that heavy-tailed series need larger deviations. The tail is continued beyond what was seen as
a generalised Pareto tail through three quantiles (Pickands 1975), which a few anomalies do not move.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import median_filter

from engine.anomaly.options import options as options_of
from engine.anomaly.rhythm import Rhythm, Values, without_rhythm
from engine.anomaly.spread import NORMAL_MAD, robust_deviation
from engine.errors import BadInput, NotEnoughData
from engine.kinds import PatternKind

_ROUNDING = 1e-6
# Windows that overlap by two thirds are as good as new when it comes to the largest of them.
_NEW_WINDOWS = 3


@dataclass(frozen=True, slots=True)
class Pattern:
    """A finding over the points `start` to `end`, both included; `peak` is where it is strongest.

    `score` lies between 0 and 1 and is comparable between series; `threshold`, on the same scale, is
    what a finding has to exceed. `statistic` and `limit` are the detector's own.
    """

    kind: PatternKind
    start: int
    end: int
    peak: int
    score: float
    threshold: float
    statistic: float
    limit: float
    explanation: str


# Where a statistic reaches its limit.
THRESHOLD = 0.5


def find(values: Sequence[float] | Values, seconds: float | None = None) -> tuple[Pattern, ...]:
    """The anomalies of a series of equally spaced values, by place.

    `seconds` lie between two points. Gaps are to be NaN and are passed over. Raises NotEnoughData below
    the least number of points, BadInput for infinite values.
    """
    series = np.asarray(values, dtype=np.float64)
    if np.isinf(series).any():
        raise BadInput("The series holds an infinite value. Leave it out or write it as a gap.")
    options = options_of("windows")
    known = ~np.isnan(series)
    if int(known.sum()) < options["least_points"]:
        raise NotEnoughData(
            f"{int(known.sum())} points are too few: {options['least_points']} say what is usual.",
            code="insufficient_history",
        )
    whole = _bridged(series, known)
    if np.ptp(whole) == 0:
        return ()
    rhythm = without_rhythm(
        whole, seconds, least_share=options["rhythm_share"], repeats=options["rhythm_repeats"]
    )
    stuck = _stuck(series, options)
    masked = known & ~_covered(stuck, len(series))
    found = [p for detector in _statistics(whole, rhythm) for p in _beyond(detector, masked, options)]
    groups = _merged(found, _reach(rhythm, len(series), options))
    flat, window = rhythm.level + rhythm.residual, _widths(rhythm.period, len(series))[-1]
    united = [_united(group, flat, window) for group in groups]
    return tuple(sorted((*united, *stuck), key=lambda p: (p.start, p.end)))


def _bridged(series: Values, known: NDArray[np.bool_]) -> Values:
    if known.all():
        return series
    places = np.arange(len(series))
    bridged: Values = np.interp(places, places[known], series[known])
    return bridged


# --- Statistics --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Statistic:
    """One number for each point, larger is stranger. `width` is how many points go into each, which is
    how many neighbours say the same thing."""

    kind: PatternKind
    values: Values
    width: int
    says: str


def _statistics(whole: Values, rhythm: Rhythm) -> Iterator[_Statistic]:
    """Medians of windows rather than means: one wild point makes no strange window."""
    n = len(whole)
    residual = rhythm.residual
    local = _scale(residual, rhythm.period or max(51, n // 10))
    # What is left of a perfect rhythm is the rounding of its numbers.
    local = np.maximum(local, _ROUNDING * float(np.ptp(whole)))
    before = np.roll(median_filter(residual, size=9, mode="reflect"), 5)  # of the nine points before
    step = np.abs(residual - before) / local
    step[:5] = 0
    yield _Statistic(PatternKind.SPIKE, step, 1, "one point against the nine before it")
    level = np.abs(residual) / local
    yield _Statistic(PatternKind.SPIKE, level, 1, "one point against its level and rhythm")
    moves = np.abs(np.diff(residual, prepend=residual[0])) / local
    for width in _widths(rhythm.period, n):
        middle = median_filter(residual, size=width, mode="reflect")
        yield _Statistic(
            PatternKind.UNUSUAL_WINDOW,
            np.abs(middle) / robust_deviation(middle),
            width,
            f"the median of {width} points against that of other windows",
        )
        unrest = median_filter(moves, size=width, mode="reflect")
        yield _Statistic(
            PatternKind.VOLATILITY,
            np.abs(unrest - np.median(unrest)) / robust_deviation(unrest),
            width,
            f"the unrest of {width} points against that of other windows",
        )
        flat = rhythm.level + residual
        median = median_filter(flat, size=width, mode="reflect")
        shift = np.abs(np.roll(median, -(width // 2 + 1)) - np.roll(median, width // 2 + 1))
        yield _Statistic(
            PatternKind.LEVEL_SHIFT,
            shift / robust_deviation(flat - median),
            2 * width,
            f"the median of {width} points against that of the {width} before",
        )


def _widths(period: int, n: int) -> tuple[int, ...]:
    """A quarter of the rhythm and the whole, or what of a longer rhythm leaves enough windows to compare."""
    base = min(period or max(24, n // 50), n // options_of("windows")["least_windows"])
    return tuple(sorted({max(6, base // 4), max(6, base)}))


def _scale(residual: Values, window: int) -> Values:
    """The spread around each point, never less than a share of the series' own."""
    around = median_filter(np.abs(residual), size=min(window, len(residual)), mode="reflect") * NORMAL_MAD
    scale: Values = np.maximum(around, 0.5 * robust_deviation(residual))
    return scale


# --- Thresholds --------------------------------------------------------------------------------------


def _beyond(statistic: _Statistic, masked: NDArray[np.bool_], options: dict[str, Any]) -> list[Pattern]:
    """The runs of points whose statistic exceeds what its tail lets expect.

    As in the generalised extreme Studentised deviate test (Rosner 1983) the strongest places are taken
    out one after the other before the tail is looked at, so that they do not hide each other; found are
    all up to the last one that stands out from what is left.
    """
    half = statistic.width // 2
    inside = masked.copy()
    inside[:half] = inside[len(inside) - half :] = False  # where a window would reach over the ends
    values = np.where(inside, statistic.values, 0.0)
    left = inside.copy()
    places = max(1, min(options["most_places"], len(values) // (20 * statistic.width)))
    limits: list[tuple[float, float]] = []
    for _ in range(places):
        peak = int(np.argmax(np.where(left, values, -1.0)))
        left[max(0, peak - statistic.width) : peak + statistic.width + 1] = False
        limit = tail_limit(values[left], statistic.width, options, taken=len(limits) + 1)
        if limit is None:
            break
        limits.append((float(values[peak]), limit))
    standing = [limit for strongest, limit in limits if strongest > limit]
    if not standing:
        return []
    limit = standing[-1]
    found = []
    for start, end in _runs(values > limit):
        peak = start + int(np.argmax(values[start : end + 1]))
        strongest = float(values[peak])
        score = 1 - THRESHOLD * limit / strongest
        found.append(
            Pattern(statistic.kind, start, end, peak, score, THRESHOLD, strongest, limit, statistic.says)
        )
    return found


def tail_limit(values: Values, width: int, options: dict[str, Any], taken: int = 0) -> float | None:
    """What is exceeded `false_alarms` times in a series like this one, None for a statistic that hardly
    varies. Windows of `width` points overlap and say the same thing several times.

    The tail is a generalised Pareto distribution, fitted by probability-weighted moments (Hosking and
    Wallis 1987)."""
    start = float(np.quantile(values, options["tail_from"]))
    excess = np.sort(values[values > start] - start)
    chance = options["false_alarms"] * max(1.0, width / _NEW_WINDOWS) / len(values)
    share = len(excess) / len(values)
    if len(excess) < 10 or chance >= share:
        return None
    mean = float(excess.mean())
    ranks = (np.arange(len(excess), 0, -1) - 0.65) / len(excess)
    weighted = float((ranks * excess).mean())
    shape = 2 - mean / (mean - 2 * weighted) if mean > 2 * weighted else options["tail_shape"]["largest"]
    shape = min(max(shape, options["tail_shape"]["least"]), options["tail_shape"]["largest"])
    scale = mean * (1 - shape)
    reach = -np.log(chance / share) if abs(shape) < 1e-9 else ((chance / share) ** -shape - 1) / shape
    windows = len(values) / width
    caution = (
        1 + options["caution"] / windows**0.5 + options["taken_caution"] * taken / (windows * share) ** 0.5
    )
    return float((start + scale * reach) * caution)


def _runs(flags: NDArray[np.bool_]) -> list[tuple[int, int]]:
    edges = np.diff(np.concatenate(([0], flags.astype(np.int8), [0])))
    starts, ends = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1) - 1
    return list(zip(starts.tolist(), ends.tolist(), strict=True))


# --- What was found ----------------------------------------------------------------------------------


def _reach(rhythm: Rhythm, n: int, options: dict[str, Any]) -> int:
    base = rhythm.period or max(24, n // 50)
    return max(3, int(options["merge_share"] * base))


def _merged(found: list[Pattern], reach: int) -> list[list[Pattern]]:
    """Findings that overlap or almost touch, together."""
    groups: list[list[Pattern]] = []
    for pattern in sorted(found, key=lambda p: p.start):
        if groups and pattern.start <= max(p.end for p in groups[-1]) + reach:
            groups[-1].append(pattern)
        else:
            groups.append([pattern])
    return groups


def _united(group: list[Pattern], flat: Values, window: int) -> Pattern:
    """One finding over all points of a group, of the kind that tells the story: a level that stays has
    shifted, a window that is strange as a whole is no spike. `flat` is the series without its rhythm."""
    start, end = min(p.start for p in group), max(p.end for p in group)
    shifts = [p for p in group if p.kind is PatternKind.LEVEL_SHIFT]
    windows = [p for p in group if p.kind in (PatternKind.VOLATILITY, PatternKind.UNUSUAL_WINDOW)]
    if shifts and (_stays(flat, start, end, window) or len(shifts) == len(group)):
        telling = shifts
    else:
        telling = windows or [p for p in group if p.kind is PatternKind.SPIKE] or shifts
    told = max(telling, key=lambda p: p.score)
    said = (
        f"Points {start} to {end}: {told.explanation}, {told.statistic:.1f} where {told.limit:.1f} is seldom"
        " exceeded."
    )
    score = round(max(p.score for p in group), 6)
    return replace(told, start=start, end=end, score=score, explanation=said)


def _stays(flat: Values, start: int, end: int, window: int) -> bool:
    """Whether the level after a place differs from the level before by more than either varies."""
    before, after = flat[max(0, start - window) : start], flat[end + 1 : end + 1 + window]
    if min(len(before), len(after)) < window // 4:
        return False
    moved = abs(float(np.median(after) - np.median(before)))
    return moved > 2 * max(robust_deviation(before), robust_deviation(after))


def _stuck(series: Values, options: dict[str, Any]) -> list[Pattern]:
    """Runs of exactly equal values, much longer than the series' other runs."""
    same = np.concatenate(([False], np.diff(series) == 0))
    runs = [(start - 1, end) for start, end in _runs(same)]
    lengths = sorted(end - start + 1 for start, end in runs)
    found = []
    for start, end in runs:
        length = end - start + 1
        others = lengths.copy()
        others.remove(length)
        usual = others[-1] if others else 1
        limit = max(options["stuck_least"], options["stuck_factor"] * usual)
        if length > limit:
            said = f"Points {start} to {end} are exactly equal; the longest other run has {usual}."
            score = 1 - THRESHOLD * limit / length
            found.append(
                Pattern(
                    PatternKind.STUCK, start, end, start, score, THRESHOLD, float(length), float(limit), said
                )
            )
    return found


def _covered(patterns: Sequence[Pattern], n: int) -> NDArray[np.bool_]:
    covered = np.zeros(n, dtype=np.bool_)
    for pattern in patterns:
        covered[pattern.start : pattern.end + 1] = True
    return covered
