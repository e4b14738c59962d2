"""One start of a run, from the claim to its end."""

import logging
import os
import socket
import traceback
import uuid
from enum import StrEnum
from typing import Any

from celery.exceptions import SoftTimeLimitExceeded
from structlog.contextvars import bound_contextvars

from jobs.broker import refill
from jobs.errors import Cancelled, LeaseLost
from jobs.fanout import FanOut
from jobs.finish import end, put_off, wait_for_children
from jobs.lease import Heartbeat, claim
from jobs.models import AttemptEnd, TaskRun
from jobs.outcome import Outcome
from jobs.registry import Definition, find
from jobs.retry import INTERNAL_ERROR, Failure, failure_of, seconds_to_wait
from jobs.run import Run
from jobs.states import State

logger = logging.getLogger(__name__)


class Ended(StrEnum):
    """What became of one start."""

    NOT_STARTED = "not_started"
    DONE = "done"
    WAITS = "waits"
    PUT_OFF = "put_off"
    FAILED = "failed"
    CANCELLED = "cancelled"
    OVERTAKEN = "overtaken"


def execute(run_id: Any, *, worker: str = "") -> Ended:
    """Claim a run and do its work; `NOT_STARTED` if there is nothing to claim.

    Never raises for what the task does: how it ended is on the row. What goes wrong in writing the
    row is raised, and the run is taken back when its lease ends.
    """
    return execute_row(run_id, worker=worker)[0]


def execute_row(run_id: Any, *, worker: str = "") -> tuple[Ended, TaskRun | None]:
    """Like `execute`; with the row as this start has left it."""
    worker = worker or socket.gethostname()
    row = claim(run_id, owner=f"{worker}:{os.getpid()}:{uuid.uuid4().hex[:8]}", worker=worker)
    return (Ended.NOT_STARTED, None) if row is None else (_started(row), row)


def _started(row: TaskRun) -> Ended:
    with bound_contextvars(task_id=str(row.pk), task=row.task, subject=row.subject_label):
        return _worked(row)


def _worked(row: TaskRun) -> Ended:
    """The start of a run that is claimed; its log lines carry what it is about."""
    definition = find(row.task)
    run = Run(row, definition.steps)
    try:
        with Heartbeat(row.pk, row.fence):
            refill(row.queue)  # it takes no place in the broker any more
            return _work(definition, run)
    except Cancelled:
        return _cancelled(row)
    except LeaseLost:
        return Ended.OVERTAKEN
    except Exception as error:
        return _failed(run, error)


def _work(definition: Definition, run: Run) -> Ended:
    """The task, and the end of the start in the transaction of what it stored last."""
    try:
        ended = _stored(run, _call(definition, run))
        run.commit()
    except BaseException:
        run.undo()
        raise
    return ended


def _call(definition: Definition, run: Run) -> Outcome | FanOut:
    returned = definition.function(run, **run.row.arguments)
    if not isinstance(returned, (Outcome, FanOut)):
        raise TypeError(f"The task {definition.name} returned {type(returned).__name__}, not an outcome.")
    return returned


def _stored(run: Run, returned: Outcome | FanOut) -> Ended:
    run.row.memory = run.memory
    if isinstance(returned, FanOut):
        return _waiting(run, returned)
    return Ended.DONE if _finish(run.row, returned) else Ended.OVERTAKEN


def _finish(row: TaskRun, outcome: Outcome) -> bool:
    is_partial = outcome.state == State.PARTIAL
    return end(
        row,
        outcome.state,
        AttemptEnd.SUCCEEDED,
        progress=100,
        message=outcome.reason,
        result=outcome.json_fields(),
        warnings=list(outcome.warnings),
        memory=row.memory,
        error_code=outcome.code[:60],
        error_message=outcome.reason if is_partial else "",
        traceback="",
    )


def _waiting(run: Run, fan_out: FanOut) -> Ended:
    if wait_for_children(run.row, fan_out):
        return Ended.WAITS
    return _cancelled(run.row)


def _cancelled(row: TaskRun) -> Ended:
    ended = end(row, State.CANCELLED, AttemptEnd.CANCELLED, message="Cancelled while it was running.")
    return Ended.CANCELLED if ended else Ended.OVERTAKEN


def _failed(run: Run, error: Exception) -> Ended:
    row, failure = run.row, failure_of(error)
    if isinstance(error, SoftTimeLimitExceeded) and _is_cancelled(row):
        return _cancelled(row)
    text = "".join(traceback.format_exception(error))[-20_000:]
    _log(row, failure, error)
    run.row.memory = run.memory
    if failure.retryable and row.attempt < row.max_attempts:
        seconds = seconds_to_wait(row.attempt, failure.retry_after)
        return Ended.PUT_OFF if put_off(row, failure, seconds, text) else Ended.OVERTAKEN
    ended = end(
        row,
        State.FAILED,
        AttemptEnd.FAILED,
        error_code=failure.code,
        error_message=failure.message,
        traceback=text,
        memory=row.memory,
    )
    return Ended.FAILED if ended else Ended.OVERTAKEN


def _is_cancelled(row: TaskRun) -> bool:
    return TaskRun.objects.filter(pk=row.pk, cancel_requested_at__isnull=False).exists()


def _log(row: TaskRun, failure: Failure, error: Exception) -> None:
    if failure.code == INTERNAL_ERROR:
        logger.error("Run %s of %s failed", row.pk, row.task, exc_info=error)
    else:
        logger.info("Run %s of %s: %s: %s", row.pk, row.task, failure.code, failure.message)
