"""What Celery tells about the life of a process or a message; the only receivers of the project.

The row of a run is written by the run itself. What it cannot see is told here: that the process
working on it is gone or was stopped, that somebody revoked it past us, and when the scheduler sent
a message.
"""

import atexit
import time
from typing import Any

from billiard.exceptions import TimeLimitExceeded, WorkerLostError
from celery.signals import (
    before_task_publish,
    task_failure,
    task_prerun,
    task_retry,
    task_revoked,
    worker_shutting_down,
)
from django.db import connections
from django_structlog.celery.signals import modify_context_before_task_publish

# Of what is known of the log lines of whoever sends a message, this goes with it.
GOES_ALONG = frozenset({"request_id", "user_id"})
START_SCHEDULED = "jobs.start_scheduled"
SENT_AT = "tenfold_sent_at"


def connect() -> None:
    task_prerun.connect(check_connections, dispatch_uid="jobs.check_connections")
    task_failure.connect(release_lost_run, dispatch_uid="jobs.release_lost_run")
    task_retry.connect(give_back_stopped_run, dispatch_uid="jobs.give_back_stopped_run")
    worker_shutting_down.connect(give_back_at_exit, dispatch_uid="jobs.give_back_at_exit")
    task_revoked.connect(cancel_revoked_run, dispatch_uid="jobs.cancel_revoked_run")
    modify_context_before_task_publish.connect(keep_the_request, dispatch_uid="jobs.keep_the_request")
    before_task_publish.connect(stamp, sender=START_SCHEDULED, dispatch_uid="jobs.stamp")


def check_connections(task: Any, **_: Any) -> None:
    """Celery is told to keep database connections between tasks; one that broke is replaced here."""
    if task.request.is_eager:
        return
    for connection in connections.all(initialized_only=True):
        # Asked for with the first query.
        connection.health_check_done = False  # type: ignore[attr-defined]  # not in the stubs
        if connection.errors_occurred:
            connection.close_if_unusable_or_obsolete()


def release_lost_run(task_id: str, exception: Exception, sender: Any = None, **_: Any) -> None:
    """The process was killed: let the dispatcher have its run now instead of at the lease's end."""
    if isinstance(exception, (WorkerLostError, TimeLimitExceeded)):
        from jobs.lease import let_go

        let_go(task_id, getattr(sender.request, "hostname", "") or "")


def give_back_stopped_run(request: Any, **_: Any) -> None:
    """The worker lost its broker and stopped its tasks. No task retries by Celery, so it means this."""
    from jobs.lease import hand_back

    hand_back(request.hostname or "", request.id)


def give_back_at_exit(sender: Any, **_: Any) -> None:
    """When a worker has been told to stop and its time for finishing is over, nothing of it works any
    more; Celery has no signal for that moment."""
    from jobs.lease import hand_back

    atexit.register(hand_back, str(sender))


def cancel_revoked_run(request: Any, terminated: bool = False, expired: bool = False, **_: Any) -> None:
    """Somebody revoked it in Flower or on the command line: the row has to know, or it comes back."""
    if not expired:
        from jobs.cancel import note_revoked

        note_revoked(request.id, is_stopped=terminated)


def stamp(headers: dict[str, Any], **_: Any) -> None:
    """A schedule's slot is when its message was sent, not when a worker found time for it."""
    headers[SENT_AT] = time.time()


def keep_the_request(context: dict[str, Any], **_: Any) -> None:
    """The lines of a task belong to the request it came from, and not to the run that sent its message."""
    for name in set(context) - GOES_ALONG:
        del context[name]
