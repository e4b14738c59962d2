"""How good the forecasts are, and whether they claim what they cannot.

    python -m benchmarks.forecasting [--weekly TRAIN TEST] [--hourly TRAIN TEST] [--count N]
                                     [--walks N] [--batch N] [--processes N] [--write]

TRAIN and TEST are files of the M4 competition (Weekly-train.csv, Weekly-test.csv and so on: a name and
the values in each line). Without them a set made for the purpose is forecast. Printed are the overall
weighted average (mean of sMAPE and MASE, each over that of Naive2), the coverage of both intervals, the
share of random walks for which skill is claimed, the speed and the memory of a batch of daily series.

Exit status 1 where the weekly average is not below 0.95, a coverage lies more than three points off, or
skill is claimed for more than one walk in twenty.
"""

import argparse
import csv
import resource
import sys
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks import made_series, results
from benchmarks.made_series import MadeSeries
from engine.forecast.forecasting import forecast
from engine.forecast.values import ForecastMethod, ForecastOptions

MOST_WEEKLY = 0.95
MOST_OFF = 0.03
MOST_FALSE = 0.05
WEEKLY = ForecastOptions(horizon=13)
HOURLY = ForecastOptions(horizon=48, season=24)
DAILY = ForecastOptions(horizon=20, search_seasons=False)  # as prices are forecast
FIVE_YEARS = 1260
SEED = 20260101


@dataclass(frozen=True)
class Scored:
    """One series: errors of ours and of Naive2, and how many of the figures lay inside."""

    family: str
    method: ForecastMethod
    claimed: bool
    smape: float
    mase: float
    naive_smape: float
    naive_mase: float
    inside80: float
    inside95: float


def read_m4(train: Path, test: Path) -> Iterator[MadeSeries]:
    """The series of a pair of the competition's files.

    Raises ValueError where a series of one is missing from the other.
    """
    came = dict(_rows(test))
    for name, values in _rows(train):
        if name not in came:
            raise ValueError(f"{test} has no series {name}.")
        yield MadeSeries("m4", values, came[name])


def _rows(path: Path) -> Iterator[tuple[str, NDArray[np.float64]]]:
    with path.open(newline="", encoding="utf-8") as lines:
        rows = csv.reader(lines)
        next(rows)
        for name, *cells in rows:
            yield name, np.array([float(cell) for cell in cells if cell not in ("", "NA")])


def score(series: MadeSeries, options: ForecastOptions) -> Scored:
    """Forecast one series and compare with what came."""
    found = forecast(series.known.tolist(), options)
    naive = naive2(series.known, options.season, options.horizon)
    points = np.array([step.point for step in found.steps]) if found.steps else naive
    inside80 = [s.lo80 <= a <= s.hi80 for s, a in zip(found.steps, series.came, strict=False)]
    inside95 = [s.lo95 <= a <= s.hi95 for s, a in zip(found.steps, series.came, strict=False)]
    usual = np.abs(series.known[options.season :] - series.known[: -options.season]).mean()
    return Scored(
        series.family,
        found.method,
        found.skill.claimed,
        smape(points, series.came),
        float(np.abs(points - series.came).mean() / usual),
        smape(naive, series.came),
        float(np.abs(naive - series.came).mean() / usual),
        float(np.mean(inside80)) if inside80 else float("nan"),
        float(np.mean(inside95)) if inside95 else float("nan"),
    )


def smape(points: NDArray[np.float64], came: NDArray[np.float64]) -> float:
    sizes = np.abs(points) + np.abs(came)
    return float(
        np.mean(np.divide(200 * np.abs(points - came), sizes, out=np.zeros_like(sizes), where=sizes > 0))
    )


def naive2(known: NDArray[np.float64], season: int, horizon: int) -> NDArray[np.float64]:
    """The last value, multiplied by the seasonal indices where the autocorrelation at the season says
    with 90 % that there is one: the competition's reference."""
    if season == 1 or len(known) < 3 * season or not _is_seasonal(known, season):
        return np.repeat(known[-1], horizon)
    half = np.r_[0.5, np.ones(season - 1), 0.5] / season if season % 2 == 0 else np.ones(season) / season
    trend = np.convolve(known, half, mode="valid")
    start = (len(known) - len(trend)) // 2
    ratios = known[start : start + len(trend)] / trend
    places = (np.arange(len(trend)) + start) % season
    indices = np.array([ratios[places == place].mean() for place in range(season)])
    indices = indices / indices.mean()
    if (indices <= 0).any():
        return np.repeat(known[-1], horizon)
    ahead = np.arange(len(known), len(known) + horizon) % season
    return known[-1] / indices[(len(known) - 1) % season] * indices[ahead]


def _is_seasonal(known: NDArray[np.float64], season: int) -> bool:
    centred = known - known.mean()
    all_of_it = (centred**2).sum()
    if all_of_it == 0:
        return False
    correlations = [(centred[lag:] * centred[:-lag]).sum() / all_of_it for lag in range(1, season + 1)]
    limit = 1.645 * np.sqrt((1 + 2 * sum(c**2 for c in correlations[:-1])) / len(known))
    return bool(abs(correlations[-1]) > limit)


def measured(
    series: Iterable[MadeSeries], options: ForecastOptions, processes: int
) -> tuple[list[Scored], float]:
    """The scores of all series, and the seconds it took."""
    start = time.monotonic()
    if processes == 1:
        return [score(one, options) for one in series], time.monotonic() - start
    with ProcessPoolExecutor(processes) as pool:
        every = list(series)
        scores = list(pool.map(score, every, [options] * len(every), chunksize=4))
    return scores, time.monotonic() - start


def owa(scores: Sequence[Scored]) -> float:
    """The overall weighted average against Naive2, of the means over all series."""
    smapes = np.mean([s.smape for s in scores]) / np.mean([s.naive_smape for s in scores])
    mases = np.mean([s.mase for s in scores]) / np.mean([s.naive_mase for s in scores])
    return float((smapes + mases) / 2)


def coverage(scores: Sequence[Scored]) -> tuple[float, float]:
    """The mean shares inside the 80 and the 95 % intervals."""
    return float(np.nanmean([s.inside80 for s in scores])), float(np.nanmean([s.inside95 for s in scores]))


def batch(count: int) -> tuple[float, int, int]:
    """Forecast daily series of five years one after the other: series per second of the processor, and the
    memory of this process in MB after a tenth of them and at the end."""
    early = 0
    start = time.process_time()
    for number, series in enumerate(made_series.random_walks(count, FIVE_YEARS, 0, SEED + 3), start=1):
        forecast(series.known.tolist(), DAILY)
        if number == max(1, count // 10):
            early = resident()
    return count / (time.process_time() - start), early, resident()


def resident() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def false_claims(count: int, processes: int) -> float:
    """The share of random walks, of several lengths, for which skill is claimed."""
    claimed = 0
    for length, share in ((100, 3), (300, 3), (FIVE_YEARS, 3)):
        walks = made_series.random_walks(count // share, length, WEEKLY.horizon, SEED + length)
        claimed += sum(s.claimed for s in measured(walks, WEEKLY, processes)[0])
    return claimed / max(1, 3 * (count // 3))


def by_family(scores: Sequence[Scored]) -> Iterator[str]:
    families = defaultdict(list)
    for scored in scores:
        families[scored.family].append(scored)
    for family, some in sorted(families.items()):
        inside80, inside95 = coverage(some)
        claimed = np.mean([s.claimed for s in some])
        yield (
            f"  {family:<10} {len(some):>5} series  OWA {owa(some):.3f}"
            f"  inside {inside80:.1%} / {inside95:.1%}"
            f"  skill claimed {claimed:.0%}"
        )


def main(arguments: list[str] | None = None) -> int:
    asked = _parser().parse_args(arguments)
    lines, good = [], True
    for name, files, made, options, most in (
        ("weekly", asked.weekly, made_series.weekly, WEEKLY, MOST_WEEKLY),
        ("hourly", asked.hourly, made_series.hourly, HOURLY, 1.0),
    ):
        series = read_m4(*files) if files else made(asked.count, options.horizon, SEED)
        scores, seconds = measured(series, options, asked.processes)
        inside80, inside95 = coverage(scores)
        average = owa(scores)
        good &= average < most and abs(inside80 - 0.80) <= MOST_OFF and abs(inside95 - 0.95) <= MOST_OFF
        lines.append(
            f"* {name}, {'M4' if files else 'made'}, {len(scores)} series: OWA {average:.3f};"
            f" inside the intervals {inside80:.1%} of 80 % and {inside95:.1%} of 95 %;"
            f" {len(scores) / seconds:.1f} series/s"
        )
        print(lines[-1], *by_family(scores), sep="\n", flush=True)
    if asked.walks:
        false = false_claims(asked.walks, asked.processes)
        good &= false <= MOST_FALSE
        lines.append(f"* random walks, {asked.walks}: skill claimed for {false:.1%}")
        print(lines[-1], flush=True)
    if asked.batch:
        rate, early, late = batch(asked.batch)
        lines.append(
            f"* {asked.batch} daily series of five years, one process: {rate:.1f} series per"
            f" second of the processor;"
            f" {early} MB after a tenth, {late} MB at the end"
        )
        print(lines[-1], flush=True)
    if asked.write:
        results.write("Forecasts", lines, ("numpy", "scipy", "statsmodels"))
    return 0 if good else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="benchmarks.forecasting", description=__doc__.split("\n")[0])
    for name in ("weekly", "hourly"):
        parser.add_argument(f"--{name}", nargs=2, type=Path, metavar=("TRAIN", "TEST"), help="files of M4")
    parser.add_argument("--count", type=int, default=120, help="series of each set that is made")
    parser.add_argument("--walks", type=int, default=300, help="random walks; 0: none")
    parser.add_argument("--batch", type=int, default=100, help="daily series of the batch; 0: none")
    parser.add_argument("--processes", type=int, default=1, help="for the sets and the walks")
    parser.add_argument("--write", action="store_true", help="write the results into RESULTS.md")
    return parser


if __name__ == "__main__":
    sys.exit(main())
