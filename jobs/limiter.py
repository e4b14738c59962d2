"""Limits that hold over all workers together: so many starts in a time, whoever starts them.

Celery counts its rate limits in each worker by itself. Here one row for each limit says when the
next start is due. Whoever moves that time forward may start, and the database lets only one of two
do so. Starts are evenly spaced; what was not used is not saved up.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models.functions import Now

from jobs.models import RateLimit, TaskRun
from jobs.states import State

_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
_SOONEST = 0.001


def seconds_until_allowed(name: str, gap: float) -> float:
    """0.0 where the limit `name` allows a start now, which is taken by that; otherwise after how many
    seconds asking again makes sense. `gap` is the number of seconds between two starts."""
    RateLimit.objects.get_or_create(name=name, defaults={"next_start": _LONG_AGO})
    due = RateLimit.objects.filter(name=name, next_start__lte=Now())
    if due.update(next_start=Now() + timedelta(seconds=gap)):
        return 0.0
    limit = RateLimit.objects.annotate(now=Now()).get(name=name)
    return max((limit.next_start - limit.now).total_seconds(), _SOONEST)


def held_back(run_id: Any, task: str, gap: float) -> bool:
    """Put a queued run off where the rate of its task is used up; True if that was done.

    No attempt is used up: the run is sent again when its time has come.
    """
    if not TaskRun.objects.due().filter(pk=run_id).exists():
        return False
    seconds = seconds_until_allowed(f"task {task}", gap)
    if not seconds:
        return False
    queued = TaskRun.objects.filter(pk=run_id, state=State.QUEUED)
    return bool(queued.update(not_before=Now() + timedelta(seconds=seconds), sent_at=None))
