"""The ends of a start, each one transaction that only the start that holds the run can make."""

import logging
import time
from collections.abc import Callable
from datetime import timedelta
from functools import cache, wraps
from typing import Any, TypeVar, cast

from django.db import OperationalError, connection, transaction
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Now
from django.db.models.sql import Query
from django.utils import timezone

from jobs.fanout import FanOut, launch_children, settle, wake
from jobs.lease import end_lost_attempts
from jobs.models import AttemptEnd, TaskAttempt, TaskRun
from jobs.querysets import TaskRunQuerySet
from jobs.retry import Failure
from jobs.statements import Kept, given, given_for_each, update
from jobs.states import State

logger = logging.getLogger(__name__)

Ending = TypeVar("Ending", bound=Callable[..., Any])

NOT_BEGUN = "Cancelled before it was done."
_OVER: dict[str, Any] = {"lease_until": None, "lease_owner": "", "not_before": None, "sent_at": None}


def persistently(ending: Ending) -> Ending:
    """Try a transaction again that lost against another one: the work it books is done already."""

    @wraps(ending)
    def tried(*arguments: Any, **named: Any) -> Any:
        for pause in (0.1, 0.3, 1.0):
            try:
                return ending(*arguments, **named)
            except OperationalError:
                if connection.in_atomic_block:
                    raise
                logger.warning("%s failed and is tried again", ending.__name__)
                connection.close_if_unusable_or_obsolete()
                time.sleep(pause)
        return ending(*arguments, **named)

    return cast(Ending, tried)


@persistently
def end(run: TaskRun, state: State, attempt_end: AttemptEnd, **fields: Any) -> bool:
    """Write the final state and count it for everyone who waits; False if the run is held no more.

    The given row then has the columns as well, except for the time.
    """
    with transaction.atomic():
        if not _ending(frozenset(fields)).count(id=run.pk, fence=run.fence, state=state, **fields):
            return _overtaken(run)
        _end_attempt(
            run.pk, run.fence, attempt_end, fields.get("error_code", ""), fields.get("error_message", "")
        )
        settle(run.pk)
    for name, value in {"state": state, **fields}.items():
        setattr(run, name, value)
    return True


@cache
def _ending(names: frozenset[str]) -> Kept:
    """The end of a start that also sets these fields."""
    held = TaskRun.objects.held(given(TaskRun, "fence")).filter(pk=given(TaskRun, "id"))
    values = given_for_each(TaskRun, ("state", *sorted(names)))
    return Kept(lambda: update(held, finished_at=Now(), **_OVER, **values))


@persistently
def put_off(run: TaskRun, failure: Failure, seconds: float, traceback: str) -> bool:
    """Queue the run again for later: the time is a column, the broker knows nothing of it."""
    with transaction.atomic():
        held = TaskRun.objects.held(run.fence).filter(pk=run.pk)
        columns = {**_OVER, "not_before": Now() + timedelta(seconds=seconds)}
        if not held.update(
            state=State.QUEUED,
            memory=run.memory,
            error_code=failure.code,
            error_message=failure.message,
            traceback=traceback,
            **columns,
        ):
            return _overtaken(run)
        _end_attempt(run.pk, run.fence, AttemptEnd.RETRY, failure.code, failure.message)
    run.state, run.error_code = State.QUEUED, failure.code
    return True


@persistently
def wait_for_children(run: TaskRun, fan_out: FanOut) -> bool:
    """Launch the parts and let the run wait for them, or queue it at once if there are none.

    A run that somebody asked to cancel starts no parts.
    """
    with transaction.atomic():
        held = TaskRun.objects.held(run.fence).filter(pk=run.pk, cancel_requested_at__isnull=True)
        columns = {
            **_OVER,
            "stage": fan_out.stage,
            "memory": run.memory,
            "attempt": 0,
            "current": 0,
            "total": 0,
            "children_done": 0,
            "error_code": "",
            "error_message": "",
            "traceback": "",
        }
        if not held.update(state=State.WAITING, children_total=0, **columns):
            return _overtaken(run)
        _end_attempt(run.pk, run.fence, AttemptEnd.WAITING)
        parts = launch_children(run, fan_out)
        TaskRun.objects.filter(pk=run.pk).update(
            children_total=len(parts), message=f"Waits for {len(parts)} parts" if parts else ""
        )
        wake([run.pk])
    return True


@persistently
def take_back(run: TaskRun, *, state: State, **fields: Any) -> bool:
    """End a start whose lease has run out, from outside; False if it gave a sign of life meanwhile."""
    with transaction.atomic():
        expired = TaskRun.objects.lease_expired().filter(pk=run.pk, fence=run.fence)
        if not expired.update(state=state, **_OVER, **fields):
            return False
        end_lost_attempts(run.pk, before=run.fence + 1)
        if state != State.QUEUED:
            settle(run.pk)
    return True


IDLE = (State.QUEUED, State.WAITING)
_IS_IDLE = Q(state__in=IDLE)


def ask_to_stop(runs: TaskRunQuerySet, person_id: Any) -> int:
    """Ask all of these that have not ended to stop, in one statement; returns how many.

    Those nobody works on are cancelled by it at once. Whoever waits for them has to be told.
    """
    now = {"finished_at": Now(), "state": Value(State.CANCELLED), "message": Value(NOT_BEGUN)}
    column: Any = TaskRun._meta.get_field
    at_once = {
        name: Case(When(_IS_IDLE, then=value), default=F(name), output_field=column(name))
        for name, value in now.items()
    }
    return runs.unfinished().update(
        cancel_requested_at=Now(),
        cancel_requested_by=person_id,
        not_before=None,
        **at_once,
    )


@persistently
def end_idle(run_id: Any, state: State, **fields: Any) -> bool:
    """End a run nobody is working on; False if somebody is, or if it has ended."""
    with transaction.atomic():
        idle = TaskRun.objects.filter(_IS_IDLE, pk=run_id)
        if not idle.update(state=state, finished_at=Now(), **_OVER, **fields):
            return False
        settle(run_id)
    return True


def _end_attempt(run_id: Any, fence: int, how: AttemptEnd, code: str = "", message: str = "") -> None:
    _END_ATTEMPT.count(
        run=run_id, fence=fence, end=how, ended_at=timezone.now(), error_code=code, error_message=message
    )


def _ending_attempt() -> Query:
    open_start = TaskAttempt.objects.filter(
        run=given(TaskAttempt, "run"), fence=given(TaskAttempt, "fence"), end=""
    )
    values = ("end", "ended_at", "error_code", "error_message")
    return update(open_start, **given_for_each(TaskAttempt, values))


_END_ATTEMPT = Kept(_ending_attempt)


def _overtaken(run: TaskRun) -> bool:
    logger.warning("Start %s of run %s was overtaken; nothing of it is kept", run.fence, run.pk)
    return False
