"""The figures in the text format of Prometheus, made from rows and broker when they are asked for.

Nothing is counted in a process, so that every web process gives the same and a restart loses nothing. All
are gauges: rows are deleted in time, and a counter must not fall.
"""

from collections.abc import Iterator
from datetime import timedelta

from django.db.models import Count
from django.utils import timezone
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from jobs.broker import known_queues, queue_lengths
from jobs.models import TaskRun
from monitoring.models import Health, HealthCheck, Metric, PerformanceSample
from monitoring.performance.measure import database_bytes

HOUR = timedelta(hours=1)
_GRADE = {Health.HEALTHY: 0, Health.DEGRADED: 1, Health.UNHEALTHY: 2}
_OF_LAST_WINDOW = (
    (Metric.RUN_SECONDS, ("task", "queue", "quantile"), "Seconds at work, quantiles of the last window."),
    (Metric.WAIT_SECONDS, ("task", "queue", "quantile"), "Seconds of waiting, quantiles of the last window."),
    (Metric.RETRIES, ("task", "queue"), "Repetitions and losses in the last window."),
    (Metric.MODEL_CALLS, ("model",), "Calls of language models in the last window."),
    (Metric.MODEL_COST_DOLLARS, ("model",), "Cost of language models in the last window."),
    (Metric.FREE_MEMORY_BYTES, (), "Free memory of the machine that measures."),
    (Metric.WORKER_MEMORY_BYTES, (), "Memory of the worker process that measures."),
)


def exposition() -> bytes:
    """All figures as Prometheus reads them."""
    registry = CollectorRegistry()
    registry.register(_Figures())
    return generate_latest(registry)


class _Figures(Collector):
    def collect(self) -> Iterator[GaugeMetricFamily]:
        yield from _runs()
        yield from _queues()
        yield from _health()
        yield from _samples()
        size = GaugeMetricFamily("tenfold_database_bytes", "Size of the database.")
        size.add_metric([], database_bytes())
        yield size

    def describe(self) -> list[GaugeMetricFamily]:
        return []


def _runs() -> Iterator[GaugeMetricFamily]:
    unfinished = GaugeMetricFamily(
        "tenfold_runs_unfinished", "Runs that are not over.", labels=["task", "queue", "state"]
    )
    _counted(unfinished, TaskRun.objects.unfinished())
    yield unfinished
    ended = GaugeMetricFamily(
        "tenfold_runs_ended_last_hour", "Runs that ended within an hour.", labels=["task", "queue", "state"]
    )
    _counted(ended, TaskRun.objects.finished().filter(finished_at__gt=timezone.now() - HOUR))
    yield ended


def _counted(family: GaugeMetricFamily, runs: object) -> None:
    rows = runs.order_by().values_list("task", "queue", "state").annotate(Count("pk"))  # type: ignore[attr-defined]
    for task, queue, state, count in sorted(rows):
        family.add_metric([task, queue, state], count)


def _queues() -> Iterator[GaugeMetricFamily]:
    lengths = queue_lengths(known_queues())
    up = GaugeMetricFamily("tenfold_broker_up", "1 where the broker answers.")
    up.add_metric([], int(lengths is not None))
    yield up
    messages = GaugeMetricFamily(
        "tenfold_queue_messages", "Messages that wait in the broker.", labels=["queue"]
    )
    for queue, length in (lengths or {}).items():
        messages.add_metric([queue], length)
    yield messages


def _health() -> Iterator[GaugeMetricFamily]:
    grade = GaugeMetricFamily(
        "tenfold_health",
        "Standing state at the last look: 0 healthy, 1 degraded, 2 unhealthy.",
        labels=["part"],
    )
    taken = GaugeMetricFamily("tenfold_health_seconds", "How long the part took to answer.", labels=["part"])
    looked = GaugeMetricFamily("tenfold_health_looked_at_seconds", "When the last look was, as Unix time.")
    last = HealthCheck.objects.first()
    if last is not None:
        grade.add_metric(["all"], _GRADE[Health(last.health)])
        for probe in last.probes:
            if probe["health"] in _GRADE:
                grade.add_metric([probe["name"]], _GRADE[Health(probe["health"])])
            taken.add_metric([probe["name"]], probe["milliseconds"] / 1000)
        looked.add_metric([], last.checked_at.timestamp())
    yield from (grade, taken, looked)


def _samples() -> Iterator[GaugeMetricFamily]:
    newest = PerformanceSample.objects.order_by("-at").values("at")[:1]
    samples = list(PerformanceSample.objects.filter(at=newest).order_by("metric", "series"))
    for metric, names, text in _OF_LAST_WINDOW:
        family = GaugeMetricFamily(f"tenfold_{metric.value}", text, labels=list(names))
        for sample in samples:
            if sample.metric == metric:
                family.add_metric([sample.labels[name] for name in names], float(sample.value))
        yield family
