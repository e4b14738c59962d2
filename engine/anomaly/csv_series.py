"""A series as a CSV file of timestamps and values, and its findings as text or JSON."""

import csv
import io
import json
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation

import numpy as np

from engine.anomaly.windows import Pattern, find
from engine.errors import BadInput

_NO_VALUE = frozenset({"", "na", "n/a", "nan", "null", "none", "-"})


@dataclass(frozen=True, slots=True)
class TimedSeries:
    """Values in order of time. A gap is NaN. `seconds` lie between two points where most are equally far
    apart, else None."""

    times: tuple[str, ...]
    values: tuple[float, ...]
    seconds: float | None


def read_csv(data: bytes) -> TimedSeries:
    """Two columns, a timestamp and a value, with or without a heading. Other columns are passed over.

    Raises BadInput that names the line of what it cannot use.
    """
    text = data.decode("utf-8-sig", errors="replace")
    delimiter = ";" if text.split("\n", 1)[0].count(";") else ","
    rows = [row for row in csv.reader(io.StringIO(text), delimiter=delimiter) if any(map(str.strip, row))]
    if not rows:
        raise BadInput("The file is empty. Give a timestamp and a value on each line.")
    if len(rows[0]) >= 2 and _number(rows[0][1], 1, heading=True) is None:
        rows = rows[1:]
    times, values = [], []
    for number, row in enumerate(rows, start=1):
        if len(row) < 2:
            raise BadInput(f"Line {number} has one column. Give a timestamp and a value.")
        value = _number(row[1], number)
        times.append(row[0].strip())
        values.append(float("nan") if value is None else value)
    return TimedSeries(tuple(times), tuple(values), _seconds(times))


def findings_to_json(series: TimedSeries) -> str:
    """The findings of a series as one object: how many points, and each finding with its place."""
    found = [_as_json(series, pattern) for pattern in find(series.values, series.seconds)]
    return json.dumps({"points": len(series.values), "findings": found}, ensure_ascii=False)


def show_findings(series: TimedSeries) -> str:
    """The findings of a series, one a line."""
    found = find(series.values, series.seconds)
    lines = [
        f"{series.times[p.start]} to {series.times[p.end]}  {p.kind.value:14}  {p.score:.3f}  {p.explanation}"
        for p in found
    ]
    return "\n".join(lines) if lines else f"Nothing unusual in {len(series.values)} points."


def _as_json(series: TimedSeries, pattern: Pattern) -> dict[str, object]:
    return {
        "kind": pattern.kind.value,
        "start": pattern.start,
        "end": pattern.end,
        "peak": pattern.peak,
        "start_time": series.times[pattern.start],
        "end_time": series.times[pattern.end],
        "score": pattern.score,
        "threshold": pattern.threshold,
        "statistic": round(pattern.statistic, 6),
        "limit": round(pattern.limit, 6),
        "explanation": pattern.explanation,
    }


def _number(text: str, line: int, heading: bool = False) -> float | None:
    """A number, NaN for a gap; None for a word where a heading may stand."""
    stripped = text.strip()
    if stripped.lower() in _NO_VALUE:
        return float("nan")
    try:
        return float(Decimal(stripped))
    except InvalidOperation:
        if heading:
            return None
        raise BadInput(f"Line {line}: {stripped!r} is not a number.") from None


def _seconds(times: list[str]) -> float | None:
    """The step that most neighbours have. Times that are not ISO 8601 say nothing."""
    try:
        moments = [datetime.fromisoformat(text).timestamp() for text in times]
    except ValueError:
        return None
    steps = np.diff(moments)
    if not len(steps) or (usual := float(np.median(steps))) <= 0:
        return None
    return usual if np.mean(np.abs(steps - usual) <= 0.01 * usual) >= 0.5 else None
