"""The questions whose answers say whether the system can do its work: one function for each thing it
stands on. Each gives a state and a sentence; `monitoring.health` holds it to its time."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Literal
from uuid import uuid4

from celery import current_app
from django.conf import settings
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Count, Max, Q
from django.db.models.functions import Now
from django.utils import timezone
from django_celery_beat.models import PeriodicTask

from analysis.artifacts import Artefact, ArtefactRefused, read
from analysis.models import Stage, TrainedModel
from extraction.models import CallState, LlmCall
from jobs.broker import known_queues, queue_lengths
from jobs.models import TaskRun
from jobs.states import State
from jobs.workers import consumers, workers_by_answer
from market.models import BreakerState, ProviderState
from monitoring.memory import free_memory
from monitoring.models import Health

MINUTE = timedelta(minutes=1)
# A run that is due and was not sent for so long says that nobody dispatches.
LONGEST_UNSENT = 2 * MINUTE
# Beyond twice the shortest schedule: it sends late when the machine is busy, and writes down what it sent
# half a minute later (`jobs.scheduler`).
SCHEDULER_GRACE = MINUTE
LEAST_FREE_BYTES = 500 * 1024 * 1024
LEAST_FREE_SHARE = 0.05
# Reading a report takes up to 1 GB in a process of its own; below this the next one may end the machine.
LEAST_MEMORY_SHARE, LEAST_MEMORY_BYTES = 0.10, 200 * 1024 * 1024
# Of the runs that ended within an hour: more than one in twenty failing is worth a look, more than half is
# an outage. Fewer than twenty say nothing.
FAILING_WITHIN = timedelta(hours=1)
FAILING_SHARE, OUTAGE_SHARE, FEWEST_RUNS = 0.05, 0.5, 20
MODELS_READ = 20  # the newest ones; a file is a few kilobytes
CALLS_LOOKED_AT = 5

Answer = tuple[Health, str]


def database() -> Answer:
    """The table everything hangs on is read, not only the connection."""
    TaskRun.objects.order_by().values_list("pk").first()
    return Health.HEALTHY, "The database answers."


def migrations() -> Answer:
    """Every migration that this code brings has been applied."""
    executor = MigrationExecutor(connection)
    missing = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    if missing:
        return Health.UNHEALTHY, f"{missing} migrations have to be applied first: call `manage.py migrate`."
    return Health.HEALTHY, "ready"


def broker() -> Answer:
    lengths = queue_lengths(known_queues())
    if lengths is None:
        return Health.UNHEALTHY, "The broker does not answer. New runs wait in the database until it does."
    waiting = sum(lengths.values())
    messages = "1 message waits" if waiting == 1 else f"{waiting:,} messages wait"
    return Health.HEALTHY, f"The broker answers; {messages}."


def result_store() -> Answer:
    """A result is written, read and forgotten."""
    backend, name = current_app.backend, f"health-{uuid4().hex}"
    backend.store_result(name, {"health": name}, "SUCCESS")
    try:
        same = backend.get_result(name) == {"health": name}
    finally:
        backend.forget(name)
    if not same:
        return Health.UNHEALTHY, "A result came back with other content."
    return Health.HEALTHY, "Results can be written and read."


def page_cache() -> Answer:
    """A value is kept, read and removed. Without it everything is made each time, which only takes longer."""
    name = f"health-{uuid4().hex}"
    cache.set(name, name, 30)
    same = cache.get(name) == name
    cache.delete(name)
    if not same:
        return Health.DEGRADED, "The cache forgets at once. It may be full."
    return Health.HEALTHY, "The cache keeps what it is given."


def workers() -> Answer:
    """A queue that nobody takes from never empties."""
    answered = workers_by_answer()
    if answered is None:
        return Health.UNHEALTHY, "The workers cannot be asked, because the broker does not answer."
    if not answered:
        return Health.UNHEALTHY, "No worker answers. Start one, or look into the worker's log."
    alone = [queue for queue, count in consumers(answered, known_queues()).items() if count == 0]
    if alone:
        return Health.UNHEALTHY, f"No worker takes from: {', '.join(alone)}."
    return Health.HEALTHY, f"{len(answered)} {'worker answers' if len(answered) == 1 else 'workers answer'}."


def dispatcher() -> Answer:
    """Due runs of a queue of which nothing is sent, or lost ones that nobody takes back. Behind a full
    window runs wait unsent in any number, which is as it should be."""
    in_broker = TaskRun.objects.in_broker().values("queue")
    unsent = (
        TaskRun.objects.unsent().filter(queued_at__lt=Now() - LONGEST_UNSENT).exclude(queue__in=in_broker)
    )
    lost = TaskRun.objects.lease_expired().filter(lease_until__lt=Now() - LONGEST_UNSENT)
    waiting, abandoned = unsent.count(), lost.count()
    if waiting or abandoned:
        return Health.UNHEALTHY, (
            f"{waiting} due runs were not sent and {abandoned} lost ones not taken back for"
            f" {LONGEST_UNSENT.seconds // 60} minutes. Is `manage.py dispatch_runs` running?"
        )
    return Health.HEALTHY, "What is due is sent."


def scheduler() -> Answer:
    """The most frequent schedule says how long the scheduler may be silent."""
    enabled = PeriodicTask.objects.filter(enabled=True, interval__isnull=False).select_related("interval")
    periods = [entry.interval.schedule.run_every for entry in enabled]
    if not periods:
        return Health.UNKNOWN, "No schedule is due so often that its absence could be seen."
    # One that has sent nothing yet is silent since the schedules were stored.
    known = PeriodicTask.objects.aggregate(sent=Max("last_run_at"), stored=Max("date_changed"))
    silent = timezone.now() - (known["sent"] or known["stored"])
    if silent > min(periods) * 2 + SCHEDULER_GRACE:
        return Health.DEGRADED, f"The scheduler was silent for {int(silent.total_seconds() // 60)} minutes."
    return Health.HEALTHY, "The scheduler sends what is due."


def storage() -> Answer:
    """A file is written, read and removed."""
    content = uuid4().hex.encode()
    name = default_storage.save(f"health/{content.decode()}", ContentFile(content))
    try:
        with default_storage.open(name) as file:
            same = file.read() == content
    finally:
        default_storage.delete(name)
    if not same:
        return Health.UNHEALTHY, "A file came back from the storage with other content."
    return Health.HEALTHY, "Files can be written and read."


def disk() -> Answer:
    folder = next(path for path in (settings.MEDIA_ROOT, *Path(settings.MEDIA_ROOT).parents) if path.exists())
    usage = shutil.disk_usage(folder)
    free = f"{usage.free / 1024**3:.1f} GB of {usage.total / 1024**3:.1f} GB are free."
    if usage.free < LEAST_FREE_BYTES:
        return Health.UNHEALTHY, f"The disk is full: {free}"
    if usage.free < usage.total * LEAST_FREE_SHARE:
        return Health.DEGRADED, f"The disk is nearly full: {free}"
    return Health.HEALTHY, free


def memory() -> Answer:
    found = free_memory()
    if found is None:
        return Health.UNKNOWN, "This system does not say how much memory is free."
    free, total = found
    said = f"{free / 1024**3:.1f} GB of {total / 1024**3:.1f} GB of memory are free."
    if free < min(LEAST_MEMORY_BYTES, total * LEAST_MEMORY_SHARE):
        return Health.UNHEALTHY, f"There is hardly any memory: {said}"
    if free < total * LEAST_MEMORY_SHARE:
        return Health.DEGRADED, f"Memory is short: {said}"
    return Health.HEALTHY, said


def sources() -> Answer:
    """Other people's machines can only take something away, never stop the rest."""
    paused = list(
        ProviderState.objects.filter(provider__is_enabled=True)
        .exclude(breaker=BreakerState.CLOSED)
        .order_by("provider__name")
        .values_list("provider__name", flat=True)
    )
    if paused:
        return Health.DEGRADED, f"Left alone because they failed: {', '.join(paused)}."
    return Health.HEALTHY, "No source is left alone."


def models() -> Answer:
    """Files of the models in use are what was stored, and the language model answers where one is asked."""
    in_use = TrainedModel.objects.filter(stage=Stage.CHAMPION).order_by("-pk")[:MODELS_READ]
    refused = []
    for model in in_use:
        try:
            read(Artefact(model.artefact, model.artefact_sha256))
        except ArtefactRefused as error:
            refused.append(f"{model}: {error.message}")
    if refused:
        return Health.DEGRADED, f"{len(refused)} models in use cannot be loaded. The first: {refused[0]}"
    since = timezone.now() - FAILING_WITHIN
    ended = LlmCall.objects.filter(finished_at__gte=since).order_by("-finished_at")
    states = list(ended.values_list("state", flat=True)[:CALLS_LOOKED_AT])
    if len(states) == CALLS_LOOKED_AT and set(states) == {CallState.FAILED}:
        return Health.DEGRADED, f"The last {CALLS_LOOKED_AT} calls of the language model failed."
    return Health.HEALTHY, "The models in use can be loaded."


def failures() -> Answer:
    """The share of runs that failed, of those that ended within an hour and had something to do."""
    failed_ones = Q(state__in=[State.FAILED, State.DEAD])
    counts = TaskRun.objects.filter(
        finished_at__gte=Now() - FAILING_WITHIN,
        state__in=[State.SUCCEEDED, State.PARTIAL, State.FAILED, State.DEAD],
    ).aggregate(ended=Count("pk"), failed=Count("pk", filter=failed_ones))
    ended, failed = counts["ended"], counts["failed"]
    said = f"{failed} of {ended} runs of the last hour failed."
    if ended < FEWEST_RUNS:
        return Health.HEALTHY, said
    if failed > ended * OUTAGE_SHARE:
        return Health.UNHEALTHY, said
    if failed > ended * FAILING_SHARE:
        return Health.DEGRADED, said
    return Health.HEALTHY, said


@dataclass(frozen=True, slots=True)
class Probe:
    """A question with the seconds it may take, and the seconds after which a good answer is a slow one.

    `kept_by` says who ends a question that takes longer: the database, the thread it is asked in, or its
    own connection.
    """

    name: str
    ask: Callable[[], Answer]
    seconds: float = 3
    slow_after: float | None = None
    kept_by: Literal["database", "thread", "itself"] = "database"


_ALL = (
    Probe("database", database, seconds=2, slow_after=0.5),
    # The two have a second for each answer, kept by the connection.
    Probe("broker", broker, slow_after=0.5, kept_by="itself"),
    Probe("workers", workers, kept_by="itself"),
    Probe("dispatcher", dispatcher),
    Probe("scheduler", scheduler),
    Probe("result_store", result_store),
    Probe("cache", page_cache, kept_by="thread"),
    Probe("storage", storage, seconds=5, slow_after=2, kept_by="thread"),
    Probe("disk", disk, kept_by="thread"),
    Probe("memory", memory, kept_by="thread"),
    Probe("sources", sources),
    Probe("models", models, seconds=5),
    Probe("failures", failures),
)
PROBES: dict[str, Probe] = {probe.name: probe for probe in _ALL}
