"""What was measured as series for charts, and task by task for a table.

Windows of ten minutes are put together where the time is long: sums of what is counted, the highest of
times, lengths and sizes, the lowest of free memory. A quantile of several windows cannot be had from
theirs; the highest of them is shown and called that.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, Max, Min, Sum
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import TruncDay, TruncHour

from jobs.states import State
from monitoring.models import Metric, PerformanceSample

# More lines cannot be told apart; the largest are drawn.
MOST_SERIES = 8
TAIL = "0.95"
FAILED = (State.FAILED.value, State.DEAD.value)
_MEGABYTE = 1e6
_NOTHING = {
    "ended": "No run ended.",
    "failed": "No run failed.",
    "repeated": "Nothing had to be repeated.",
    "waited": "No run was started.",
    "worked": "No run was started.",
    "waiting": "No run waited when it was measured.",
    "cost": "No language model was asked for money.",
}


@dataclass(frozen=True, slots=True)
class Period:
    """A time to look back over. `step` makes one point of the windows within it; None leaves each alone."""

    words: str
    length: timedelta
    step: Callable[..., Any] | None


PERIODS = {
    "day": Period("24 hours", timedelta(hours=24), None),
    "week": Period("7 days", timedelta(days=7), TruncHour),
    "month": Period("30 days", timedelta(days=30), TruncDay),
}


@dataclass(frozen=True, slots=True)
class Chart:
    """One drawing: `series` are a name and a value for each of `moments`, None where nothing was measured.
    `says` is the same in a sentence."""

    key: str
    title: str
    unit: str
    kind: str
    says: str
    moments: tuple[str, ...] = ()
    series: tuple[tuple[str, tuple[float | None, ...]], ...] = ()

    @property
    def nothing(self) -> str:
        """What it means that nothing is drawn."""
        return _NOTHING.get(self.key, "Nothing was measured.")

    def as_data(self) -> dict[str, Any]:
        """What the script draws."""
        return {
            "key": self.key,
            "unit": self.unit,
            "kind": self.kind,
            "moments": self.moments,
            "series": [{"name": name, "values": values} for name, values in self.series],
        }


@dataclass(slots=True)
class TaskLine:
    """A task over the period. Times are the highest 95 % quantile of a window, in seconds."""

    task: str
    queue: str
    ended: int = 0
    failed: int = 0
    repeated: int = 0
    waited: float | None = None
    worked: float | None = None

    @property
    def failed_percent(self) -> float | None:
        return 100 * self.failed / self.ended if self.ended else None


@dataclass(slots=True)
class _Table:
    """Values by series and moment."""

    moments: set[datetime] = field(default_factory=set)
    values: dict[str, dict[datetime, float]] = field(default_factory=lambda: defaultdict(dict))

    def add(self, series: str, at: datetime, value: float) -> None:
        self.moments.add(at)
        self.values[series][at] = self.values[series].get(at, 0.0) + value


def charts(until: datetime, period: Period, task: str = "") -> list[Chart]:
    """All drawings of the time before `until`; of one task where it is named. Two queries."""
    rows = PerformanceSample.objects.filter(at__gt=until - period.length, at__lte=until)
    of_runs, of_system = rows.filter(metric__in=_OF_RUNS), rows.filter(metric__in=_OF_SYSTEM)
    if task:
        of_runs = of_runs.filter(labels__task=task)
    runs, system = _by_moment(of_runs, period, "quantile", "state"), _by_moment(of_system, period, "model")
    drawn = [
        _chart("ended", "Runs that ended", "runs", "bars", _counts(runs, Metric.RUNS_ENDED, "queue")),
        _chart("failed", "Runs that failed", "runs", "bars", _failures(runs)),
        _chart("repeated", "Repetitions", "repetitions", "bars", _counts(runs, Metric.RETRIES, "queue")),
        *_times(runs, Metric.WAIT_SECONDS, "waited", "Time of waiting", by_quantile=bool(task)),
        *_times(runs, Metric.RUN_SECONDS, "worked", "Time at work", by_quantile=bool(task)),
    ]
    if not task:
        waiting = _largest(system, Metric.RUNS_WAITING)
        drawn += [
            _chart("waiting", "Runs that wait, by queue", "runs", "lines", waiting),
            _chart(
                "memory", "Memory", "MB", "lines",
                _sizes(system, {
                    Metric.FREE_MEMORY_BYTES: ("Free on the machine, at least", "lowest"),
                    Metric.WORKER_MEMORY_BYTES: ("A worker process, at most", "highest"),
                }, _MEGABYTE),
            ),
            _chart(
                "database", "Size of the database", "MB", "lines",
                _sizes(system, {Metric.DATABASE_BYTES: ("Database", "highest")}, _MEGABYTE),
            ),
            _chart(
                "cost", "Cost of language models", "US dollars", "bars",
                _counts(system, Metric.MODEL_COST_DOLLARS, "model"),
            ),
        ]  # fmt: skip
    return drawn


def tasks(until: datetime, period: Period) -> list[TaskLine]:
    """Every task that ended in the time, the busiest first. One query."""
    rows = (
        PerformanceSample.objects.filter(  # type: ignore[misc]  # annotated
            at__gt=until - period.length, at__lte=until, metric__in=_OF_RUNS
        )
        .annotate(
            **{name: KeyTextTransform(name, "labels") for name in ("task", "queue", "state", "quantile")}
        )
        .order_by()
        .values_list("metric", "task", "queue", "state", "quantile")
        .annotate(Sum("value"), Max("value"))
    )
    found: dict[tuple[str, str], TaskLine] = {}
    for metric, task, queue, state, quantile, total, highest in rows:
        line = found.setdefault((task, queue), TaskLine(task, queue))
        if metric == Metric.RUNS_ENDED:
            line.ended += int(total)
            line.failed += int(total) if state in FAILED else 0
        elif metric == Metric.RETRIES:
            line.repeated += int(total)
        elif metric == Metric.WAIT_SECONDS and quantile == TAIL:
            line.waited = float(highest)
        elif metric == Metric.RUN_SECONDS and quantile == TAIL:
            line.worked = float(highest)
    return sorted(found.values(), key=lambda line: (-line.ended, line.task))


_OF_RUNS = (Metric.RUNS_ENDED, Metric.RETRIES, Metric.WAIT_SECONDS, Metric.RUN_SECONDS)
_OF_SYSTEM = (
    *(Metric.RUNS_WAITING, Metric.FREE_MEMORY_BYTES, Metric.WORKER_MEMORY_BYTES, Metric.DATABASE_BYTES),
    Metric.MODEL_COST_DOLLARS,
)
_Row = Mapping[str, Any]


def _by_moment(rows: Any, period: Period, *labels: str) -> list[_Row]:
    """Figures by metric, queue and these labels, for each point of the drawing."""
    moment = F("at") if period.step is None else period.step("at")
    names = ("queue", *labels)
    return list(
        rows.annotate(moment=moment, **{name: KeyTextTransform(name, "labels") for name in names})
        .order_by()
        .values("metric", "moment", *names)
        .annotate(total=Sum("value"), highest=Max("value"), lowest=Min("value"))
    )


def _counts(rows: list[_Row], metric: Metric, label: str) -> _Table:
    table = _Table()
    for row in rows:
        if row["metric"] == metric:
            table.add(row[label] or "none", row["moment"], float(row["total"]))
    return table


def _failures(rows: list[_Row]) -> _Table:
    """Zero where runs ended and none failed, so that a good time is seen to be one."""
    table = _counts([row for row in rows if row.get("state") in FAILED], Metric.RUNS_ENDED, "queue")
    table.moments |= {row["moment"] for row in rows if row["metric"] == Metric.RUNS_ENDED}
    return table


def _times(rows: list[_Row], metric: Metric, key: str, title: str, *, by_quantile: bool) -> list[Chart]:
    """By queue the slowest task's 95 % quantile; of one task all its quantiles."""
    table = _Table()
    for row in rows:
        if row["metric"] != metric or (not by_quantile and row["quantile"] != TAIL):
            continue
        name = f"{float(row['quantile']):.0%} of runs" if by_quantile else row["queue"]
        values, value = table.values[name], float(row["highest"])
        values[row["moment"]] = max(values.get(row["moment"], 0.0), value)
        table.moments.add(row["moment"])
    said = title if by_quantile else f"{title}, 95 % of the slowest task's runs"
    return [_chart(key, said, "seconds", "lines", table)]


def _largest(rows: list[_Row], metric: Metric) -> _Table:
    table = _Table()
    for row in rows:
        if row["metric"] == metric:
            table.add(row["queue"] or "none", row["moment"], float(row["highest"]))
    return table


def _sizes(rows: list[_Row], named: Mapping[Metric, tuple[str, str]], unit: float) -> _Table:
    table = _Table()
    for row in rows:
        if row["metric"] in named:
            name, which = named[Metric(row["metric"])]
            table.add(name, row["moment"], round(float(row[which]) / unit, 1))
    return table


def _chart(key: str, title: str, unit: str, kind: str, table: _Table) -> Chart:
    """The largest series of a table, without those that are always zero. What is counted is zero where
    nothing was, the rest unknown."""
    moments = sorted(table.moments)
    there = [name for name, values in table.values.items() if any(values.values())]
    largest = sorted(there, key=lambda name: (-max(table.values[name].values()), name))[:MOST_SERIES]
    missing = 0.0 if kind == "bars" else None
    series = tuple(
        (name, tuple(table.values[name].get(moment, missing) for moment in moments))
        for name in sorted(largest)
    )
    return Chart(
        key=key,
        title=title,
        unit=unit,
        kind=kind,
        says=_sentence(series, unit, kind),
        moments=tuple(moment.isoformat() for moment in moments),
        series=series,
    )


def _sentence(series: tuple[tuple[str, tuple[float | None, ...]], ...], unit: str, kind: str) -> str:
    """What the drawing shows, for those who do not see it."""
    parts = []
    for name, values in series:
        known = [value for value in values if value is not None]
        if kind == "bars":
            parts.append(f"{name} {_number(sum(known))}")
        else:
            parts.append(f"{name} last {_number(known[-1])}, at most {_number(max(known))}")
    return f"{unit[:1].upper()}{unit[1:]}: {'; '.join(parts)}." if parts else ""


def _number(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) else f"{value:,.2f}"
