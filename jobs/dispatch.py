"""Sweeps what nobody else will: runs the broker was not told of or forgot, workers that were lost.

Every change is a compare-and-set, so that two dispatchers at once do no harm; on PostgreSQL an
advisory lock keeps the second one from doing the same work for nothing.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Now

from jobs import broker
from jobs.fanout import recount
from jobs.finish import cancel_idle, take_back
from jobs.models import TaskRun, TaskWait
from jobs.states import State
from jobs.timing import timing

logger = logging.getLogger(__name__)

BATCH = 500
ADVISORY_LOCK = 0x7E4F01D
LONG_AGO = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Dispatched:
    """What one sweep did, in runs."""

    sent: int = 0
    taken_back: int = 0
    dead: int = 0
    cancelled: int = 0
    woken: int = 0

    @property
    def did_anything(self) -> bool:
        return any((self.sent, self.taken_back, self.dead, self.cancelled, self.woken))


def dispatch_once() -> Dispatched | None:
    """One sweep; None if another dispatcher is at it."""
    with _alone() as is_alone:
        if not is_alone:
            return None
        cancelled = _cancel_idle_runs()
        taken_back, dead, cancelled_lost = _take_back_lost_runs()
        woken = _wake_parents()
        _forget_lost_messages()
        sent = sum(_send_due(queue) for queue in _queues_with_due_runs())
    return Dispatched(sent, taken_back, dead, cancelled + cancelled_lost, woken)


def _cancel_idle_runs() -> int:
    asked = TaskRun.objects.filter(state__in=(State.QUEUED, State.WAITING), cancel_requested_at__isnull=False)
    return sum(cancel_idle(run.pk, message="Cancelled before it was done.") for run in asked[:BATCH])


def _take_back_lost_runs() -> tuple[int, int, int]:
    back = dead = cancelled = 0
    for run in TaskRun.objects.lease_expired().order_by("lease_until", "id")[:BATCH]:
        if run.cancel_requested_at is not None:
            cancelled += take_back(
                run, state=State.CANCELLED, finished_at=Now(), message="Cancelled while it was running."
            )
        elif run.attempt < run.max_attempts:
            back += take_back(run, state=State.QUEUED)
        else:
            dead += take_back(
                run,
                state=State.DEAD,
                finished_at=Now(),
                error_code="worker_lost",
                error_message=f"The process working on it was lost {run.attempt} times, so it was given up."
                " Most often the file needs more memory or time than allowed. Repeat it once the cause is"
                " known.",
            )
    return back, dead, cancelled


def _wake_parents() -> int:
    """Parents whose parts have all ended although the counter does not say so."""
    open_parts = TaskWait.objects.filter(parent=OuterRef("pk"), child__finished_at__isnull=True)
    waiting = TaskRun.objects.filter(~Exists(open_parts), state=State.WAITING)
    return sum(recount(run) for run in waiting[:BATCH])


def _forget_lost_messages() -> None:
    """Mark runs as unsent whose messages the broker cannot have any more."""
    age = timedelta(seconds=timing().resend_after)
    stale = TaskRun.objects.due().sent_longer_ago_than(age)
    queues = sorted(set(stale.order_by().values_list("queue", flat=True).distinct()))
    lengths = broker.queue_lengths(queues) if queues else None
    if lengths is None:
        return
    empty = [queue for queue, length in lengths.items() if not length]
    lost = stale.filter(Q(queue__in=empty) | Q(sent_at__lt=Now() - LONG_AGO))
    if count := lost.update(sent_at=None):
        logger.warning("%s queued runs had no message in the broker any more; they are sent again", count)


def _queues_with_due_runs() -> list[str]:
    return sorted(set(_unsent().order_by().values_list("queue", flat=True).distinct()))


def _send_due(queue: str) -> int:
    places = broker.free_places(queue)
    return broker.send(_unsent().filter(queue=queue).order_by("queued_at", "id")[:places])


def _unsent() -> QuerySet[TaskRun]:
    """Due and never sent; those of a moment ago are just being sent by whoever queued them."""
    grace = timedelta(seconds=timing().unsent_after)
    return TaskRun.objects.due().filter(sent_at__isnull=True, queued_at__lt=Now() - grace)


@contextmanager
def _alone() -> Iterator[bool]:
    if connection.vendor != "postgresql":
        yield True
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [ADVISORY_LOCK])
        is_alone = bool(cursor.fetchone()[0])
    try:
        yield is_alone
    finally:
        if is_alone:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [ADVISORY_LOCK])
