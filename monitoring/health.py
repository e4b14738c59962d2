"""Whether the system can do its work: one small question for each thing it stands on.

Each answer is a verdict with a sentence and the time it took. Nothing here waits long: the broker
and the workers have a second, the database its own time-out.
"""

import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from uuid import uuid4

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import DatabaseError, InterfaceError, connection
from django.db.models import Max
from django.db.models.functions import Now
from django.utils import timezone
from django_celery_beat.models import PeriodicTask

from jobs.broker import known_queues, queue_lengths
from jobs.models import TaskRun
from jobs.workers import consumers, workers_by_answer

MINUTE = timedelta(minutes=1)
# A run that is due and was not sent for so long says that nobody dispatches.
LONGEST_UNSENT = 2 * MINUTE
# Beyond twice the shortest schedule: it sends late when the machine is busy, and rereads what people edit.
SCHEDULER_GRACE = 5 * MINUTE
LEAST_FREE_BYTES = 500 * 1024 * 1024
LEAST_FREE_SHARE = 0.05


class Health(StrEnum):
    """Degraded: it works, with less than it should. Unhealthy: something asked for is not done."""

    HEALTHY = "healthy"
    DEGRADED = "degraded"
    UNHEALTHY = "unhealthy"


_WORST_FIRST = (Health.UNHEALTHY, Health.DEGRADED, Health.HEALTHY)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one question found; `milliseconds` is how long the answer took."""

    name: str
    health: Health
    sentence: str
    milliseconds: int = 0


@dataclass(frozen=True, slots=True)
class Checkup:
    """All answers, and the worst of them."""

    verdicts: tuple[Verdict, ...]

    @property
    def health(self) -> Health:
        found = {verdict.health for verdict in self.verdicts}
        return next((health for health in _WORST_FIRST if health in found), Health.HEALTHY)


Answer = tuple[Health, str]


def examine() -> Checkup:
    """Ask all questions."""
    return Checkup(tuple(_asked(name, question) for name, question in QUESTIONS.items()))


def alive() -> Health:
    """What strangers may know: whether the database and the broker answer."""
    return Checkup(tuple(_asked(name, QUESTIONS[name]) for name in ("database", "broker"))).health


def database() -> Answer:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.fetchone()
    return Health.HEALTHY, "The database answers."


def broker() -> Answer:
    lengths = queue_lengths(known_queues())
    if lengths is None:
        return Health.UNHEALTHY, "The broker does not answer. New runs wait in the database until it does."
    return Health.HEALTHY, f"The broker answers; {sum(lengths.values())} messages wait."


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
        return Health.HEALTHY, "No schedule is due so often that its absence could be seen."
    last = PeriodicTask.objects.aggregate(last=Max("last_run_at"))["last"]
    allowed = min(periods) * 2 + SCHEDULER_GRACE
    if last is None:
        return Health.DEGRADED, "The scheduler has not sent anything yet."
    silent = timezone.now() - last
    if silent > allowed:
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


QUESTIONS: dict[str, Callable[[], Answer]] = {
    "database": database,
    "broker": broker,
    "workers": workers,
    "dispatcher": dispatcher,
    "scheduler": scheduler,
    "storage": storage,
    "disk": disk,
}


def _asked(name: str, question: Callable[[], Answer]) -> Verdict:
    began = time.monotonic()
    try:
        health, sentence = question()
    except (DatabaseError, InterfaceError):
        health, sentence = Health.UNHEALTHY, "The database does not answer."
    except OSError as error:
        health, sentence = Health.UNHEALTHY, f"It cannot be used: {error.strerror or type(error).__name__}."
    return Verdict(name, health, sentence, round((time.monotonic() - began) * 1000))
