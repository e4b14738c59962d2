"""Series given as lines of text, forecast one by one or several at once."""

import json
import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_all_start_methods, get_context

from engine.forecast.forecasting import forecast
from engine.forecast.values import Forecast, ForecastOptions

GAPS = frozenset({"", "na", "nan", "null", "none"})
FEWEST_TO_SHARE = 4  # below, starting processes costs more than it saves
KEYS = ("point", "lo80", "hi80", "lo95", "hi95")


@dataclass(frozen=True, slots=True)
class LineForecast:
    """The forecast of a line, or why the line could not be read."""

    forecast: Forecast | None
    error: str = ""

    def to_json(self) -> str:
        """One JSON object; where nothing is forecast every figure of it is null."""
        found = self.forecast
        steps = found.steps if found else ()
        answer: dict[str, object] = {"method": found.method.value if found else "bad_input"}
        answer |= {key: [getattr(step, key) for step in steps] or None for key in KEYS}
        answer["skill"] = found.claimed_skill if found else None
        return json.dumps(answer, allow_nan=False)


def forecast_lines(
    data: bytes, options: ForecastOptions, processes: int | None = None
) -> Iterator[LineForecast]:
    """Forecast each line of comma-separated figures, in the given order. An empty place, or nan, is a
    gap. `processes` are used at once, by default as many as there are cores."""
    lines = data.decode("utf-8", "replace").removesuffix("\n").split("\n") if data else []
    wanted = min(processes or os.cpu_count() or 1, len(lines))
    one = partial(_forecast_line, options=options)
    if wanted <= 1 or len(lines) < FEWEST_TO_SHARE:
        yield from map(one, lines)
        return
    # A copy of this process has the libraries of statistics loaded already, which takes seconds.
    start = "fork" if "fork" in get_all_start_methods() else None
    with ProcessPoolExecutor(wanted, mp_context=get_context(start)) as pool:
        yield from pool.map(one, lines, chunksize=4)


def _forecast_line(line: str, options: ForecastOptions) -> LineForecast:
    try:
        series = [_figure(cell) for cell in line.split(",")]
    except ValueError as error:
        return LineForecast(None, f"{error}. Give figures separated by commas, nothing for a gap.")
    return LineForecast(forecast(series, options))


def _figure(cell: str) -> float | None:
    text = cell.strip().strip('"')
    if text.lower() in GAPS:
        return None
    try:
        return float(text)
    except ValueError:
        raise ValueError(f"{text[:40]!r} is not a figure") from None


def show_forecast(number: int, found: LineForecast) -> str:
    """A few lines for a person."""
    if found.forecast is None:
        return f"{number}: not read: {found.error}"
    answer = found.forecast
    if not answer.steps:
        return f"{number}: {answer.method}: {answer.reason}"
    claim = f"skill {answer.skill.measured:.1%}" if answer.skill.claimed else "nothing beats the last value"
    rows = [
        f"  +{s.horizon:<4} {s.point:>14.6g}"
        f"   80 %: {s.lo80:.6g} to {s.hi80:.6g}   95 %: {s.lo95:.6g} to {s.hi95:.6g}"
        for s in answer.steps
    ]
    weights = ", ".join(f"{method} {weight:.0%}" for method, weight in answer.weights)
    return "\n".join([f"{number}: {answer.method} ({weights}); {claim}", *rows])
