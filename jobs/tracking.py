"""What Celery tells about the life of a process or a message; the only receivers of the project.

The row of a run is written by the run itself. Two things it cannot see: that the process working on
it is gone, and when the scheduler sent a message.
"""

import time
from typing import Any

from billiard.exceptions import TimeLimitExceeded, WorkerLostError
from celery.signals import before_task_publish, task_failure

START_SCHEDULED = "jobs.start_scheduled"
SENT_AT = "tenfold_sent_at"


def connect() -> None:
    task_failure.connect(release_lost_run, dispatch_uid="jobs.release_lost_run")
    before_task_publish.connect(stamp, sender=START_SCHEDULED, dispatch_uid="jobs.stamp")


def release_lost_run(task_id: str, exception: Exception, sender: Any = None, **_: Any) -> None:
    """The process was killed: let the dispatcher have its run now instead of at the lease's end."""
    if isinstance(exception, (WorkerLostError, TimeLimitExceeded)):
        from jobs.lease import let_go

        let_go(task_id, getattr(sender.request, "hostname", "") or "")


def stamp(headers: dict[str, Any], **_: Any) -> None:
    """A schedule's slot is when its message was sent, not when a worker found time for it."""
    headers[SENT_AT] = time.time()
