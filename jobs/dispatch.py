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
from django.db.models import Exists, OuterRef
from django.db.models.functions import Now
from django.utils import timezone

from jobs import broker
from jobs.fanout import recount
from jobs.finish import NOT_BEGUN, end_idle, take_back
from jobs.models import TaskRun, TaskWait
from jobs.registry import definitions
from jobs.states import State
from jobs.timing import timing

logger = logging.getLogger(__name__)

BATCH = 500
ADVISORY_LOCK = 0x7E4F01D
# While an upgrade goes on, some programs know tasks that others do not know yet.
UPGRADED_WITHIN = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Dispatched:
    """What one sweep did, in runs."""

    sent: int = 0
    taken_back: int = 0
    dead: int = 0
    cancelled: int = 0
    woken: int = 0
    failed: int = 0

    @property
    def did_anything(self) -> bool:
        return any((self.sent, self.taken_back, self.dead, self.cancelled, self.woken, self.failed))


def dispatch_once() -> Dispatched | None:
    """One sweep; None if another dispatcher is at it."""
    with _alone() as is_alone:
        if not is_alone:
            return None
        cancelled = _cancel_idle_runs()
        taken_back, dead, cancelled_lost = _take_back_lost_runs()
        woken = _wake_parents()
        failed = _forget_lost_messages()
        sent = _send_due()
    return Dispatched(sent, taken_back, dead, cancelled + cancelled_lost, woken, failed)


def _cancel_idle_runs() -> int:
    asked = TaskRun.objects.filter(state__in=(State.QUEUED, State.WAITING), cancel_requested_at__isnull=False)
    return sum(end_idle(run.pk, State.CANCELLED, message=NOT_BEGUN) for run in asked[:BATCH])


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


def _forget_lost_messages() -> int:
    """Mark runs as unsent whose messages the broker has lost.

    That is as many as the broker's queue is shorter than it should be, the oldest first: should it
    be another one that was lost, then a message is there twice, which does no harm, and the next
    sweep finds the other.

    A worker drops the message of a task that it does not have, as if the broker had lost it. Runs of such
    tasks fail, so that they are not sent for ever; how many is returned.
    """
    failed = 0
    stale = TaskRun.objects.due().sent_longer_ago_than(timedelta(seconds=timing().resend_after))
    queues = sorted(set(stale.order_by().values_list("queue", flat=True).distinct()))
    lengths = broker.queue_lengths(queues) if queues else None
    for queue, length in (lengths or {}).items():
        missing = TaskRun.objects.in_broker().filter(queue=queue).count() - length
        oldest = stale.filter(queue=queue).order_by("sent_at")[: max(missing, 0)]
        nobodys = [run for run in oldest if _is_nobodys(run)]
        failed += sum(_fail_for_want_of_its_task(run) for run in nobodys)
        again = [run.pk for run in oldest if run not in nobodys]
        lost = TaskRun.objects.queued().filter(pk__in=again).update(sent_at=None)
        if lost:
            logger.warning("%s runs of %s had no message in the broker; they are sent again", lost, queue)
    return failed


def _is_nobodys(run: TaskRun) -> bool:
    """Whether no program has the task of this run, and not only those that an upgrade reaches last."""
    return run.task not in definitions() and timezone.now() - run.queued_at > UPGRADED_WITHIN


def _fail_for_want_of_its_task(run: TaskRun) -> bool:
    return end_idle(
        run.pk,
        State.FAILED,
        error_code="unknown_task",
        error_message=f"There is no task named {run.task!r} in this version, so that nobody can work on this"
        " run. Trying again helps only after an installation of a version that has it.",
    )


def _send_due() -> int:
    queues = TaskRun.objects.unsent().order_by().values_list("queue", flat=True).distinct()
    return broker.refill_all(set(queues))


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
