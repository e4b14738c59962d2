"""Starting a run is a claim: whoever changes the row may do the work, everybody else leaves.

A claim holds for the time of a lease, which a thread keeps renewing while the work goes on. All
times are the database's, so that clocks of several machines need not agree.
"""

import logging
import threading
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.db.models.functions import Coalesce, Now
from django.utils import timezone

from jobs.models import AttemptEnd, TaskAttempt, TaskRun
from jobs.states import State
from jobs.timing import timing

logger = logging.getLogger(__name__)


def claim(run_id: Any, *, owner: str, worker: str) -> TaskRun | None:
    """Take a run over for one start; None when there is nothing to start.

    That is so when it is unknown, finished, cancelled, put off, waiting, run by somebody whose
    lease is valid, or when another run of the same work is running.
    """
    try:
        with transaction.atomic():
            taken = _take(TaskRun.objects.due().filter(pk=run_id), owner, worker) or _take(
                TaskRun.objects.lease_expired().filter(pk=run_id, cancel_requested_at__isnull=True),
                owner,
                worker,
            )
            return _started(run_id) if taken else None
    except IntegrityError:
        _let_the_other_end(run_id)
        return None


def _take(claimable: Any, owner: str, worker: str) -> bool:
    return bool(
        claimable.has_attempts_left().update(
            state=State.RUNNING,
            fence=F("fence") + 1,
            attempt=F("attempt") + 1,
            lease_until=Now() + timing().lease_time,
            lease_owner=owner,
            worker=worker,
            not_before=None,
            started_at=Coalesce(F("started_at"), Now()),
        )
    )


def _started(run_id: Any) -> TaskRun:
    run = TaskRun.objects.select_related("requested_by").get(pk=run_id)
    if run.fence > 1:
        end_lost_attempts(run_id, before=run.fence)
    TaskAttempt.objects.create(
        run=run,
        fence=run.fence,
        stage=run.stage,
        attempt=run.attempt,
        worker=run.worker,
        started_at=timezone.now(),
    )
    return run


def end_lost_attempts(run_id: Any, *, before: int) -> None:
    """Note of starts that never said how they ended that their worker was lost."""
    TaskAttempt.objects.filter(run_id=run_id, fence__lt=before, end="").update(
        end=AttemptEnd.LOST,
        ended_at=timezone.now(),
        error_code="worker_lost",
        error_message="The worker gave no sign of life any more.",
    )


def _let_the_other_end(run_id: Any) -> None:
    """A forced run came while its twin is running: the dispatcher brings it again."""
    later = Now() + timedelta(seconds=timing().blocked_for)
    TaskRun.objects.filter(pk=run_id, state=State.QUEUED).update(not_before=later, sent_at=None)


class Heartbeat:
    """Renews the lease of one start from a thread until the work ends."""

    def __init__(self, run_id: Any, fence: int) -> None:
        self.run_id = run_id
        self.fence = fence
        self.is_lost = False
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._beat, name=f"heartbeat-{run_id}", daemon=True)

    def __enter__(self) -> "Heartbeat":
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._ended.set()
        self._thread.join(timeout=5)

    def _beat(self) -> None:
        try:
            while not self.is_lost and not self._ended.wait(timing().heartbeat):
                self._renew()
        finally:
            connection.close()

    def _renew(self) -> None:
        try:
            self.is_lost = not renew(self.run_id, self.fence)
        except Exception as error:  # a database that is away may come back before the lease ends
            logger.warning("The lease of run %s could not be renewed: %s", self.run_id, error)
            connection.close()


def renew(run_id: Any, fence: int) -> bool:
    """Extend the lease; False if another start has taken over."""
    held = TaskRun.objects.held(fence).filter(pk=run_id)
    return bool(held.update(lease_until=Now() + timing().lease_time))


def let_go(run_id: Any, worker: str) -> None:
    """The process that worked on a run is gone: let the dispatcher take the run back at once."""
    TaskRun.objects.filter(pk=run_id, state=State.RUNNING, worker=worker).update(lease_until=None)


def hand_back(worker: str, run_id: Any = None) -> None:
    """A worker that is stopped gives one run back, or all it has: they come again at once, and the
    start that was cut short is not counted against them."""
    mine = TaskRun.objects.filter(state=State.RUNNING, worker=worker, attempt__gt=0)
    chosen = mine if run_id is None else mine.filter(pk=run_id)
    chosen.update(lease_until=None, attempt=F("attempt") - 1)
