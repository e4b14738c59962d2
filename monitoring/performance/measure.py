"""Figures out of the rows of runs, the broker and the machine. Quantiles are exact."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import connection, transaction
from django.db.models import Count, Max, Sum

from engine.trend import quantile
from extraction.models import LlmCall
from jobs.broker import known_queues, queue_lengths
from jobs.models import AttemptEnd, TaskAttempt, TaskRun
from monitoring.memory import free_memory, own_memory
from monitoring.models import Metric, PerformanceSample
from monitoring.models.performance import series_of

QUANTILES = ("0.5", "0.95", "0.99")
USUAL_WINDOW = timedelta(minutes=10)
# After an outage the first window reaches back to the last one, but no further than this.
LONGEST_WINDOW = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Figure:
    """A measured value with what it is of."""

    metric: Metric
    value: Decimal
    labels: dict[str, str] = field(default_factory=dict)


def measure(at: datetime) -> list[PerformanceSample]:
    """Measure what happened since the last window and how things stand, and keep it. Nothing twice: a
    window that is there already gives nothing."""
    last = PerformanceSample.objects.aggregate(last=Max("at"))["last"]
    since = at - USUAL_WINDOW if last is None else max(last, at - LONGEST_WINDOW)
    if since >= at:
        return []
    samples = [
        PerformanceSample(
            metric=figure.metric,
            labels=figure.labels,
            series=series_of(figure.labels),
            value=figure.value,
            since=since,
            at=at,
        )
        for figure in (*of_window(since, at), *of_now(), *of_models(since, at))
    ]
    with transaction.atomic():
        PerformanceSample.objects.bulk_create(samples)
    return samples


def of_window(since: datetime, until: datetime) -> Iterator[Figure]:
    """What ended after `since` and not after `until`: counts, times and repetitions."""
    ended = TaskRun.objects.filter(finished_at__gt=since, finished_at__lte=until).order_by()
    for task, queue, state, count in ended.values_list("task", "queue", "state").annotate(Count("pk")):
        labels = {"task": task, "queue": queue, "state": state}
        yield Figure(Metric.RUNS_ENDED, Decimal(count), labels)
    times = ended.exclude(started_at=None).values_list(
        "task", "queue", "queued_at", "started_at", "finished_at"
    )
    waited: dict[tuple[str, str], list[float]] = defaultdict(list)
    worked: dict[tuple[str, str], list[float]] = defaultdict(list)
    for task, queue, queued_at, started_at, finished_at in times.iterator():
        if started_at is not None and finished_at is not None:
            waited[task, queue].append(max((started_at - queued_at).total_seconds(), 0.0))
            worked[task, queue].append(max((finished_at - started_at).total_seconds(), 0.0))
    for metric, seconds in ((Metric.WAIT_SECONDS, waited), (Metric.RUN_SECONDS, worked)):
        for (task, queue), values in seconds.items():
            values.sort()
            for share in QUANTILES:
                labels = {"task": task, "queue": queue, "quantile": share}
                yield Figure(metric, _decimal(quantile(values, float(share))), labels)
    repeated = TaskAttempt.objects.filter(
        ended_at__gt=since, ended_at__lte=until, end__in=[AttemptEnd.RETRY, AttemptEnd.LOST]
    ).order_by()
    for task, queue, count in repeated.values_list("run__task", "run__queue").annotate(Count("pk")):
        yield Figure(Metric.RETRIES, Decimal(count), {"task": task, "queue": queue})


def of_now() -> Iterator[Figure]:
    """How long queues are, and what memory and database take. What cannot be asked is left out."""
    queues = known_queues()
    for queue, length in (queue_lengths(queues) or {}).items():
        yield Figure(Metric.QUEUE_MESSAGES, Decimal(length), {"queue": queue})
    for queue, count in TaskRun.objects.waiting_by_queue(queues).items():
        yield Figure(Metric.RUNS_WAITING, Decimal(count), {"queue": queue})
    memory, own = free_memory(), own_memory()
    if memory is not None:
        yield Figure(Metric.FREE_MEMORY_BYTES, Decimal(memory[0]))
    if own is not None:
        yield Figure(Metric.WORKER_MEMORY_BYTES, Decimal(own))
    yield Figure(Metric.DATABASE_BYTES, Decimal(database_bytes()))


def of_models(since: datetime, until: datetime) -> Iterator[Figure]:
    """Calls of language models and what they cost, as far as it is known: else the most it can be."""
    calls = LlmCall.objects.filter(finished_at__gt=since, finished_at__lte=until).order_by()
    for model, count, cost in calls.values_list("model").annotate(Count("pk"), Sum("cost")):
        yield Figure(Metric.MODEL_CALLS, Decimal(count), {"model": model})
        yield Figure(Metric.MODEL_COST_DOLLARS, cost, {"model": model})


def database_bytes() -> int:
    """How much room the database takes."""
    size = (
        "SELECT pg_database_size(current_database())"
        if connection.vendor == "postgresql"
        else "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
    )
    with connection.cursor() as cursor:
        cursor.execute(size)
        return int(cursor.fetchone()[0])


def _decimal(seconds: float) -> Decimal:
    return Decimal(str(round(seconds, 6)))
