"""How well anomalies are found in long series, and how often something is called one that is none.

    python -m benchmarks.anomalies [--copies N] [--nab FOLDER] [--write]

The series are made with planted faults (`planted_faults`). A fault is found where a finding touches it,
give or take a quarter of a day; other findings are false. Runs over simulated statements tell the share
of runs in which an ordinary year is called unusual.

FOLDER is a copy of the Numenta Anomaly Benchmark (data/ and labels/combined_windows.json). Its score is
that of the standard profile (Lavin and Ahmad 2015) at the threshold that is best over all files, as its
own scores are. Its detectors see a series point by point, ours as a whole, which is easier.

Exit status 1 where fewer than 90 % of the faults are found, or more than one false finding falls to two
series, or more than 5 % of the simulated runs hold a finding.
"""

import argparse
import json
import math
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from benchmarks import planted_faults, results
from benchmarks.planted_faults import DAY
from engine.anomaly.csv_series import read_csv
from engine.anomaly.points import MetricSeries, Point, detect
from engine.anomaly.windows import find
from engine.errors import NotEnoughData
from engine.kinds import Frequency

SEED = 20260102
LEAST_FOUND = 0.9
MOST_FALSE = 0.5
MOST_RUNS = 0.05
NEAR = DAY // 4

# Published on the benchmark's own page for the standard profile.
PUBLISHED = {
    "perfect": 100.0,
    "Numenta HTM": 70.1,
    "CAD OSE": 69.9,
    "earthgecko Skyline": 58.2,
    "KNN CAD": 58.0,
    "Relative Entropy": 54.6,
    "Random Cut Forest": 51.7,
    "Twitter ADVec": 47.1,
    "Windowed Gaussian": 39.6,
    "Etsy Skyline": 35.7,
    "Bayesian Changepoint": 17.7,
    "null": 0.0,
}
NAB_FALSE_POSITIVE = 0.11
NAB_PROBATION = 0.15


@dataclass(frozen=True)
class Found:
    """Counts by kind of fault, and false findings by shape of series."""

    planted: Counter[str]
    found: Counter[str]
    right_kind: Counter[str]
    false: Counter[str]
    series: Counter[str]
    points_a_second: float


def planted(copies: int) -> Found:
    """What is found of the planted faults."""
    counts = Found(Counter(), Counter(), Counter(), Counter(), Counter(), 0.0)
    points, spent = 0, 0.0
    for made in planted_faults.series(SEED, copies):
        began = time.process_time()
        findings = find(made.values, made.seconds)
        spent += time.process_time() - began
        points += len(made.values)
        shape = made.name.split()[0]
        counts.series[shape] += 1
        at_place = [
            f
            for f in findings
            if any(f.start <= fault.end + NEAR and f.end >= fault.start - NEAR for fault in made.faults)
        ]
        for fault in made.faults:
            counts.planted[fault.kind] += 1
            counts.found[fault.kind] += bool(at_place)
            counts.right_kind[fault.kind] += any(f.kind.value == fault.kind for f in at_place)
        counts.false[shape] += len(findings) - len(at_place)
    return Found(counts.planted, counts.found, counts.right_kind, counts.false, counts.series, points / spent)


def runs_with_false_findings(runs: int) -> float:
    """The share of runs over twenty ordinary metrics of nine years that hold a finding."""
    rng = np.random.default_rng(SEED)
    with_findings = 0
    for _ in range(runs):
        metrics = [
            MetricSeries(
                f"metric {m}",
                "Metric",
                Frequency.ANNUAL,
                tuple(
                    Point(date(2015 + n, 12, 31), float(v)) for n, v in enumerate(rng.normal(0.1, 0.03, 9))
                ),
            )
            for m in range(20)
        ]
        with_findings += bool(detect(metrics).findings)
    return with_findings / runs


# --- The Numenta Anomaly Benchmark -------------------------------------------------------------------


@dataclass(frozen=True)
class Detection:
    """A finding of a file: its score, and what it earns: the window it lies in, or the cost."""

    score: float
    window: tuple[str, int] | None
    worth: float


def nab_score(folder: Path) -> tuple[float, float, int, int]:
    """The normalised score of the standard profile, the threshold it is reached at, files and windows."""
    windows = json.loads((folder / "labels" / "combined_windows.json").read_text(encoding="utf-8"))
    detections: list[Detection] = []
    total = 0
    for name, bounds in sorted(windows.items()):
        earned, count = _nab_file(folder / "data" / name, name, bounds)
        detections += earned
        total += count
    best, at = -float(total), 1.0
    for threshold in sorted({d.score for d in detections}, reverse=True):
        raw = _nab_raw([d for d in detections if d.score >= threshold], total)
        if raw > best:
            best, at = raw, threshold
    return 100 * (best + total) / (2 * total), at, len(windows), total


def _nab_raw(detections: Sequence[Detection], windows: int) -> float:
    earned: dict[tuple[str, int], float] = {}
    cost = 0.0
    for detection in detections:
        if detection.window is None:
            cost += detection.worth
        else:
            earned[detection.window] = max(earned.get(detection.window, -1.0), detection.worth)
    return sum(earned.values()) - (windows - len(earned)) + cost


def _nab_file(path: Path, name: str, bounds: Sequence[Sequence[str]]) -> tuple[list[Detection], int]:
    series = read_csv(path.read_bytes())
    places = {stamp[:19]: n for n, stamp in reversed(list(enumerate(series.times)))}
    spans = [(places[first[:19]], places[last[:19]]) for first, last in bounds]
    probation = min(math.floor(NAB_PROBATION * len(series.times)), math.floor(NAB_PROBATION * 5000))
    try:
        findings = find(series.values, series.seconds)
    except NotEnoughData:
        return [], len(spans)
    return [
        _judged(found.peak, found.score, name, spans) for found in findings if found.peak >= probation
    ], len(spans)


def _judged(place: int, score: float, name: str, spans: Sequence[tuple[int, int]]) -> Detection:
    """Early in a window earns nearly one, late nearly nothing; behind a window costs little at first."""
    for n, (first, last) in enumerate(spans):
        if first <= place <= last:
            position = -(last - place + 1) / (last - first + 1)
            return Detection(score, (name, n), _scaled(position) / _scaled(-1.0))
    behind = [(first, last) for first, last in spans if last < place]
    if not behind:
        return Detection(score, None, -NAB_FALSE_POSITIVE)
    first, last = behind[-1]
    return Detection(score, None, NAB_FALSE_POSITIVE * _scaled((place - last) / max(1, last - first)))


def _scaled(position: float) -> float:
    return -1.0 if position > 3 else 2 / (1 + math.exp(5 * position)) - 1


# --- The table ---------------------------------------------------------------------------------------


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--copies", type=int, default=5, help="series of each shape and fault")
    parser.add_argument("--runs", type=int, default=200, help="simulated runs over statements")
    parser.add_argument("--nab", type=Path, metavar="FOLDER")
    parser.add_argument("--write", action="store_true", help="write the table into benchmarks/RESULTS.md")
    asked = parser.parse_args(arguments)
    found = planted(asked.copies)
    false_runs = runs_with_false_findings(asked.runs)
    lines = list(_table(found, false_runs, asked.runs, asked.nab))
    print("\n".join(lines))
    if asked.write:
        results.write("Anomalies", lines, packages=("numpy", "scipy", "scikit-learn"))
    recall = sum(found.found.values()) / sum(found.planted.values())
    false_share = sum(found.false.values()) / sum(found.series.values())
    return int(recall < LEAST_FOUND or false_share > MOST_FALSE or false_runs > MOST_RUNS)


def _table(found: Found, false_runs: float, runs: int, nab: Path | None) -> Iterator[str]:
    yield "| planted fault | planted | found | recall | named rightly |"
    yield "|---|---:|---:|---:|---:|"
    for kind, count in found.planted.items():
        yield (
            f"| {kind.replace('_', ' ')} | {count} | {found.found[kind]} | {found.found[kind] / count:.1%} |"
            f" {found.right_kind[kind] / count:.0%} |"
        )
    hits, false, series = (sum(c.values()) for c in (found.found, found.false, found.series))
    yield ""
    yield (
        f"Precision {hits / (hits + false):.1%}: {false} false findings in {series} series of 28 days by"
        f" quarters of an hour, {false / series:.2f} a series ({_by_shape(found)})."
    )
    yield (
        f"{false_runs:.1%} of {runs} simulated runs over twenty ordinary metrics of nine years held a"
        " finding; 5 % is the rate that is put up with."
    )
    yield f"{found.points_a_second:,.0f} points a second of processor time."
    if nab is not None:
        score, threshold, files, windows = nab_score(nab)
        yield ""
        yield f"Numenta Anomaly Benchmark, {files} files, {windows} windows, best threshold {threshold:.3f}:"
        yield ""
        yield "| detector | standard profile |"
        yield "|---|---:|"
        rows = {**PUBLISHED, "**this one, which sees whole series**": score}
        for name, value in sorted(rows.items(), key=lambda row: -row[1]):
            yield f"| {name} | {value:.1f} |"


def _by_shape(found: Found) -> str:
    return ", ".join(f"{shape} {found.false[shape] / n:.2f}" for shape, n in found.series.items())


if __name__ == "__main__":
    sys.exit(main())
