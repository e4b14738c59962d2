"""Anomalies among the few figures of annual and quarterly statements.

Every point is held against all others of its series, never against itself. Its probability is that of the
externally Studentised deviation, which follows Student's t where the others are a normal sample; the
robust detectors have to agree, because so few figures are seldom a normal sample. Over all points of a
run the share of false findings is kept down.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from engine.anomaly.options import options
from engine.anomaly.spread import NORMAL_MAD
from engine.kinds import Frequency, SetAside, Severity


@dataclass(frozen=True, slots=True)
class Point:
    """One value of a metric. `sources` are the caller's keys of the facts behind it. `amount` is what one
    unit of deviation amounts to, as a share of the company's revenue or assets; None where unknown."""

    end: date
    value: float
    sources: tuple[str, ...] = ()
    amount: float | None = None


@dataclass(frozen=True, slots=True)
class MetricSeries:
    """A metric over the periods of one length, in any order."""

    metric: str
    label: str
    frequency: Frequency
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class PointFinding:
    """A value that does not fit the others. `low` and `high` bound what the others let expect, `statistic`
    is its robust z-score, `probability` that of so large a deviation by chance, before the run's
    correction. `detectors` are those that agree."""

    metric: str
    end: date
    value: float
    low: float
    high: float
    statistic: float
    threshold: float
    probability: float
    detectors: tuple[str, ...]
    severity: Severity
    sources: tuple[str, ...]
    explanation: str


@dataclass(frozen=True, slots=True)
class Explained:
    """A point that was not judged, because it is explained already."""

    metric: str
    end: date
    reason: SetAside


@dataclass(frozen=True, slots=True)
class Skipped:
    """A metric that was not judged, with the reason in a sentence."""

    metric: str
    reason: str


@dataclass(frozen=True, slots=True)
class PointRun:
    """What a run over several metrics found, left out and could not judge."""

    findings: tuple[PointFinding, ...]
    explained: tuple[Explained, ...]
    skipped: tuple[Skipped, ...]


@dataclass(frozen=True, slots=True)
class _Judged:
    series: MetricSeries
    point: Point
    others: NDArray[np.float64]
    robust_z: float
    probability: float
    detectors: tuple[str, ...]


def detect(
    metrics: Iterable[MetricSeries], explained: Mapping[tuple[str, date], SetAside] | None = None
) -> PointRun:
    """The points that stand out of each metric, over all metrics together.

    Points in `explained`, by metric and last day, are neither judged nor used to say what is usual.
    """
    explained = explained or {}
    judged: list[_Judged] = []
    left_out: list[Explained] = []
    skipped: list[Skipped] = []
    for series in metrics:
        usable = [p for p in series.points if (series.metric, p.end) not in explained]
        left_out += [
            Explained(series.metric, p.end, explained[series.metric, p.end])
            for p in series.points
            if (series.metric, p.end) in explained
        ]
        least = options("points")["least"][series.frequency.value]
        if len(usable) < least:
            skipped.append(Skipped(series.metric, f"{len(usable)} usable points; {least} are needed."))
            continue
        judged += [_judge(series, n, usable) for n in range(len(usable))]
    kept = benjamini_hochberg([j.probability for j in judged], options("points")["false_discoveries"])
    found = [_finding(j) for j, keep in zip(judged, kept, strict=True) if keep and _stands_out(j)]
    return PointRun(
        tuple(sorted(found, key=lambda f: (-_RANK[f.severity], f.probability, f.metric, f.end))),
        tuple(left_out),
        tuple(skipped),
    )


def benjamini_hochberg(probabilities: Sequence[float], rate: float) -> list[bool]:
    """Which of the hypotheses are rejected so that the expected share of false rejections stays at `rate`
    (Benjamini and Hochberg 1995)."""
    if not probabilities:
        return []
    adjusted = stats.false_discovery_control(np.asarray(probabilities))
    return [bool(p <= rate) for p in adjusted]


def _judge(series: MetricSeries, place: int, usable: Sequence[Point]) -> _Judged:
    values = np.array([p.value for p in usable])
    others = np.delete(values, place)
    # Another wild point among the others would hide this one; only a certain one is taken out, because
    # every point taken out makes the rest look calmer than it is.
    tame = others[~_outliers(others, significance=0.001)]
    value = float(values[place])
    z = _robust_z(value, tame)
    detectors = [
        name
        for name, fires in (
            ("robust z-score", abs(z) >= options("points")["robust_z"]),
            ("Tukey fences", _outside_fences(value, tame)),
            ("generalised ESD", bool(_outliers(values)[place])),
        )
        if fires
    ]
    return _Judged(series, usable[place], tame, z, _studentised_probability(value, tame), tuple(detectors))


def _stands_out(judged: _Judged) -> bool:
    """At least two of the three robust detectors agree, and the change is more than housekeeping."""
    level = max(abs(float(np.median(judged.others))), abs(judged.point.value))
    change = abs(judged.point.value - float(np.median(judged.others)))
    return len(judged.detectors) >= 2 and change >= options("points")["least_relative_change"] * level


def _robust_z(value: float, others: NDArray[np.float64]) -> float:
    """The modified z-score of Iglewicz and Hoaglin, with a floor under the spread."""
    return (value - float(np.median(others))) / _spread(others)


def _spread(others: NDArray[np.float64]) -> float:
    middle = float(np.median(others))
    deviations = np.abs(others - middle)
    mad = float(np.median(deviations)) * NORMAL_MAD
    floor = options("points")["least_spread"] * max(abs(middle), float(np.abs(others).mean()))
    return float(max(mad, floor, options("points")["least_deviation"]))


def _outside_fences(value: float, others: NDArray[np.float64]) -> bool:
    low, high = np.quantile(others, [0.25, 0.75])
    reach = options("points")["tukey_fence"] * max(float(high - low), _spread(others) / 2)
    return not low - reach <= value <= high + reach


def _outliers(values: NDArray[np.float64], significance: float = 0.05) -> NDArray[np.bool_]:
    """The generalised extreme Studentised deviate test (Rosner 1983) for up to a quarter of the values."""
    n = len(values)
    left = np.ones(n, dtype=np.bool_)
    found: list[int] = []
    certain = 0
    for taken in range(1, max(1, n // 4) + 1):
        mean, deviation = values[left].mean(), values[left].std(ddof=1)
        if deviation == 0:
            break
        distance = np.where(left, np.abs(values - mean), -1.0)
        place = int(np.argmax(distance))
        size = n - taken + 1
        if size < 4:
            break
        t = stats.t.ppf(1 - significance / (2 * size), size - 2)
        critical = (size - 1) * t / np.sqrt((size - 2 + t**2) * size)
        found.append(place)
        left[place] = False
        if distance[place] / deviation > critical:
            certain = taken
    flags = np.zeros(n, dtype=np.bool_)
    flags[found[:certain]] = True
    return flags


def _studentised_probability(value: float, others: NDArray[np.float64]) -> float:
    """How likely a value at least as far out is, with fewer degrees of freedom than a normal sample has:
    growth rates and margins have fatter tails."""
    n = len(others)
    deviation = max(float(others.std(ddof=1)), _spread(others) / 2)
    t = abs(value - float(others.mean())) / (deviation * float(np.sqrt(1 + 1 / n)))
    return float(2 * stats.t.sf(t, max(1.0, (n - 1) * options("points")["freedom"])))


def _finding(judged: _Judged) -> PointFinding:
    point, others = judged.point, judged.others
    middle, spread = float(np.median(others)), _spread(others)
    threshold = options("points")["robust_z"]
    low, high = middle - threshold * spread, middle + threshold * spread
    materiality = None if point.amount is None else abs(point.value - middle) * point.amount
    level = severity_of(abs(judged.robust_z), materiality)
    period = {Frequency.ANNUAL: "years", Frequency.QUARTERLY: "quarters"}[judged.series.frequency]
    said = (
        f"{judged.series.label} of {point.end} is {point.value:.4g}; the other {len(others)} {period} lie"
        f" around {middle:.4g}, and let expect {low:.4g} to {high:.4g}. Robust z-score"
        f" {judged.robust_z:.1f} where {threshold} is the limit; found by {', '.join(judged.detectors)}."
    )
    return PointFinding(
        judged.series.metric, point.end, point.value, low, high, judged.robust_z, threshold,
        judged.probability, judged.detectors, level, point.sources, said,
    )  # fmt: skip


def severity_of(effect: float, materiality: float | None) -> Severity:
    """How bad a deviation is: both its size in standard deviations and its weight have to reach a level.
    Of unknown weight it is never more than medium."""
    for level in options("severity")["levels"]:
        name = Severity(level["name"])
        if materiality is None and name in (Severity.CRITICAL, Severity.HIGH):
            continue
        if effect >= level["effect"] and (materiality is None or materiality >= level["materiality"]):
            return name
    return Severity.LOW


_RANK = {Severity.LOW: 0, Severity.MEDIUM: 1, Severity.HIGH: 2, Severity.CRITICAL: 3}
