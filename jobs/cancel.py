"""Stopping a run: a column, because a broadcast to workers reaches only those that listen now."""

from functools import partial as bind
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Coalesce, Now
from django.utils import timezone

from jobs.broker import revoke
from jobs.errors import AlreadyFinished
from jobs.finish import cancel_idle
from jobs.launch import User
from jobs.models import TaskRun, TaskWait
from jobs.states import UNFINISHED


def cancel(run: TaskRun, by: User = None) -> int:
    """Cancel a run and what it has started; returns how many runs were asked to stop.

    A run nobody works on is cancelled at once; one that is running stops at its next progress
    report, and what it has stored stays. A part that somebody else waits for goes on.

    Raises:
        AlreadyFinished: the run has ended.
    """
    if not _ask(run.pk, by):
        raise AlreadyFinished("The run has already ended; there is nothing left to cancel.")
    stopped = [run.pk]
    ahead = [run.pk]
    while ahead:
        parts = [part for part in _parts_of(ahead) if _ask(part, by)]
        stopped += parts
        ahead = parts
    transaction.on_commit(bind(revoke, stopped), robust=True)
    return len(stopped)


def note_revoked(run_id: Any, *, is_stopped: bool) -> None:
    """Somebody revoked the run past us; the dispatcher ends it. `is_stopped`: nobody works on it."""
    columns = {"lease_until": None} if is_stopped else {}
    TaskRun.objects.filter(pk=run_id, state__in=UNFINISHED).update(
        cancel_requested_at=Coalesce(F("cancel_requested_at"), Now()), **columns
    )


def _ask(run_id: Any, by: User) -> bool:
    person = by.pk if by is not None and by.is_authenticated else None
    asked = TaskRun.objects.filter(pk=run_id, state__in=UNFINISHED).update(
        cancel_requested_at=timezone.now(), cancel_requested_by=person
    )
    if asked:
        cancel_idle(run_id, message="Cancelled before it was done.")
    return bool(asked)


def _parts_of(run_ids: list[Any]) -> QuerySet[Any]:
    """Unfinished runs these have launched, except those somebody else waits for."""
    wanted = TaskWait.objects.filter(is_over=False, parent__state__in=UNFINISHED).exclude(parent__in=run_ids)
    return (
        TaskRun.objects.unfinished()
        .filter(parent__in=run_ids)
        .exclude(pk__in=wanted.values("child"))
        .values_list("pk", flat=True)
    )
