"""Stopping runs: a column, because a broadcast to workers reaches only those that listen now."""

from typing import Any

from django.db import transaction
from django.db.models import Exists, F, OuterRef
from django.db.models.functions import Coalesce, Now

from audit.actions import Action
from audit.record import Happened, record_all
from jobs.broker import revoke
from jobs.errors import AlreadyFinished
from jobs.fanout import recount
from jobs.finish import ask_to_stop, persistently
from jobs.launch import User
from jobs.models import TaskRun, TaskWait
from jobs.querysets import TaskRunQuerySet
from jobs.states import UNFINISHED, State

MOST_REVOKED = 500


def cancel(run: TaskRun, by: User = None) -> int:
    """Cancel a run and what it has started; returns how many runs were asked to stop.

    A run nobody works on is cancelled at once; one that is running stops at its next progress
    report, and what it has stored stays. A part that somebody else waits for goes on.

    Raises:
        AlreadyFinished: the run has ended.
    """
    stopped = cancel_all(TaskRun.objects.filter(pk=run.pk), by)
    if not stopped:
        raise AlreadyFinished("The run has already ended; there is nothing left to cancel.")
    return stopped


@persistently
def cancel_all(runs: TaskRunQuerySet, by: User = None) -> int:
    """Cancel all of these that have not ended, and what they have started; returns how many.

    One statement for the runs themselves and one for each generation below, however many they are.
    """
    person = by.pk if by is not None and by.is_authenticated else None
    stopped = 0
    with transaction.atomic():
        asked = list(runs.unfinished()) if person is not None else []
        while True:
            parents = _with_parts(runs)
            in_broker = list(runs.in_broker().values_list("pk", flat=True)[:MOST_REVOKED])
            waited_for = _parents_that_wait_for(runs)
            stopped += ask_to_stop(runs, person)
            for parent in TaskRun.objects.filter(pk__in=waited_for, state=State.WAITING):
                recount(parent)
            _revoke_after_commit(in_broker)
            if not parents:
                if asked:
                    record_all([Happened(Action.CANCELLED, run, detail=run.task) for run in asked], by=by)
                return stopped
            runs = _parts_of(parents)


def note_revoked(run_id: Any, *, is_stopped: bool) -> None:
    """Somebody revoked the run past us; the dispatcher ends it. `is_stopped`: nobody works on it."""
    columns = {"lease_until": None} if is_stopped else {}
    TaskRun.objects.filter(pk=run_id, state__in=UNFINISHED).update(
        cancel_requested_at=Coalesce(F("cancel_requested_at"), Now()), **columns
    )


def _revoke_after_commit(run_ids: list[Any]) -> None:
    transaction.on_commit(lambda: revoke(run_ids), robust=True)


def _with_parts(runs: TaskRunQuerySet) -> list[Any]:
    """Those that have launched runs which have not ended."""
    parts = TaskRun.objects.unfinished().filter(parent=OuterRef("pk"))
    return list(runs.unfinished().filter(Exists(parts)).values_list("pk", flat=True))


def _parents_that_wait_for(runs: TaskRunQuerySet) -> list[Any]:
    """Waiting runs that are not among these themselves and wait for one of them."""
    waits = TaskWait.objects.filter(is_over=False, parent__state=State.WAITING, child__in=runs.unfinished())
    return list(waits.exclude(parent__in=runs).values_list("parent", flat=True).distinct())


def _parts_of(run_ids: list[Any]) -> TaskRunQuerySet:
    """Unfinished runs these have launched, except those somebody else waits for."""
    wanted = TaskWait.objects.filter(is_over=False, parent__state__in=UNFINISHED).exclude(parent__in=run_ids)
    return TaskRun.objects.unfinished().filter(parent__in=run_ids).exclude(pk__in=wanted.values("child"))
