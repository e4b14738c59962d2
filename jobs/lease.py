"""Starting a run is a claim: whoever changes the row may do the work, everybody else leaves.

A claim holds for the time of a lease, which a thread keeps renewing while the work goes on. All
times are the database's, so that clocks of several machines need not agree.
"""

import logging
import os
import threading
import time
from datetime import timedelta
from typing import Any

from django.db import DEFAULT_DB_ALIAS, IntegrityError, connection, models, transaction
from django.db.models import F
from django.db.models.functions import Coalesce, Now
from django.db.models.sql import Query
from django.utils import timezone

from jobs.models import AttemptEnd, TaskAttempt, TaskRun
from jobs.querysets import TaskRunQuerySet
from jobs.statements import Given, Kept, given, given_for_each, insert, update
from jobs.states import State
from jobs.timing import timing

logger = logging.getLogger(__name__)


def claim(run_id: Any, *, owner: str, worker: str) -> TaskRun | None:
    """Take a run over for one start; None when there is nothing to start.

    That is so when it is unknown, finished, cancelled, put off, waiting, run by somebody whose
    lease is valid, or when another run of the same work is running.
    """
    named = {"id": run_id, "owner": owner, "worker": worker, "lease": timing().lease_time}
    try:
        with transaction.atomic():
            rows = _TAKE_DUE.rows(**named) or _TAKE_LOST.rows(**named)
            if not rows:
                return None
            run: TaskRun = TaskRun.from_db(DEFAULT_DB_ALIAS, _COLUMNS, rows[0])
            _note_start(run)
            return run
    except IntegrityError:
        _let_the_other_end(run_id)
        return None


def _taking(claimable: TaskRunQuerySet) -> Query:
    """The compare-and-set that is a claim: it changes the row only while it is claimable."""
    return update(
        claimable.has_attempts_left().filter(pk=given(TaskRun, "id")),
        state=State.RUNNING,
        fence=F("fence") + 1,
        attempt=F("attempt") + 1,
        lease_until=Now() + Given("lease", models.DurationField()),
        lease_owner=Given("owner", models.CharField()),
        worker=given(TaskRun, "worker"),
        not_before=None,
        started_at=Coalesce(F("started_at"), Now()),
    )


def _noting_a_start() -> Query:
    names = ("run_id", "fence", "stage", "attempt", "worker", "started_at")
    return insert(TaskAttempt(**given_for_each(TaskAttempt, names)))


_COLUMNS = [field.attname for field in TaskRun._meta.concrete_fields]
_TAKE_DUE = Kept(lambda: _taking(TaskRun.objects.due()), returning=_COLUMNS)
_TAKE_LOST = Kept(
    lambda: _taking(TaskRun.objects.lease_expired().filter(cancel_requested_at__isnull=True)),
    returning=_COLUMNS,
)
_NOTE_START = Kept(_noting_a_start)


def _note_start(run: TaskRun) -> None:
    if run.fence > 1:
        end_lost_attempts(run.pk, before=run.fence)
    _NOTE_START.count(
        run_id=run.pk,
        fence=run.fence,
        stage=run.stage,
        attempt=run.attempt,
        worker=run.worker,
        started_at=timezone.now(),
    )


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
    """Renews the lease of one start from a thread until the block ends."""

    def __init__(self, run_id: Any, fence: int) -> None:
        self.start = (run_id, fence)

    def __enter__(self) -> "Heartbeat":
        _pulse.add(self.start)
        return self

    def __exit__(self, *error: object) -> None:
        _pulse.remove(self.start)


class _Pulse:
    """The one thread of a process that renews the leases of its starts."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._starts: dict[tuple[Any, int], float] = {}
        self._process = 0

    def add(self, start: tuple[Any, int]) -> None:
        with self._lock:
            self._starts[start] = time.monotonic()
            if self._process != os.getpid():  # a forked process has the memory of its parent, not its threads
                self._process = os.getpid()
                self._starts = {start: self._starts[start]}
                threading.Thread(target=self._beat, name="heartbeat", daemon=True).start()

    def remove(self, start: tuple[Any, int]) -> None:
        with self._lock:
            self._starts.pop(start, None)

    def _beat(self) -> None:
        while True:
            time.sleep(timing().heartbeat / 4)
            now = time.monotonic()
            for start, renewed_at in list(self._starts.items()):
                if now - renewed_at >= timing().heartbeat * 3 / 4:
                    self._renew(start)

    def _renew(self, start: tuple[Any, int]) -> None:
        try:
            still_held = renew(*start)
        except Exception as error:  # a database that is away may come back before the lease ends
            logger.warning("The lease of run %s could not be renewed: %s", start[0], error)
            still_held = True
        finally:
            connection.close()
        with self._lock:
            if start in self._starts:
                self._starts[start] = time.monotonic()
                if not still_held:
                    del self._starts[start]


_pulse = _Pulse()


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
