"""A run that has parts done by other runs: it waits in the database, and the last part wakes it.

No worker is held and nothing is kept in the broker. Which run waits for which is a row, counted in
the same transaction that ends the child, so that no end is counted twice or not at all.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import models, transaction
from django.db.models import F
from django.db.models.sql import Query

from jobs.broker import refill_after_commit
from jobs.errors import JobsError
from jobs.launch import insert, prepare
from jobs.models import TaskRun, TaskWait
from jobs.statements import Kept, given, select
from jobs.states import UNFINISHED, State, Trigger


@dataclass(frozen=True, slots=True)
class Child:
    """A part of the work: which task, for what, with which arguments (JSON)."""

    task: str
    subject: models.Model | None = None
    arguments: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FanOut:
    """What a task returns to have parts done first; it is then called again with this stage."""

    stage: str
    children: tuple[Child, ...]


class WaitsForItself(JobsError):
    """A run would have to wait for a run that waits for it."""

    code = "waits_for_itself"


def launch_children(parent: TaskRun, fan_out: FanOut) -> list[TaskRun]:
    """Make or find the runs of the parts and note that the parent waits for them.

    Work that is under way already is waited for, not done twice. Has to be called in the
    transaction that sets the parent to waiting.

    Raises:
        WaitsForItself: one of the parts is, or waits for, the parent.
    """
    parts = {child.pk: child for child in _children(parent, fan_out.children)}
    TaskWait.objects.bulk_create(
        [TaskWait(parent=parent, child=child, stage=fan_out.stage) for child in parts.values()]
    )
    return list(parts.values())


def settle(child_id: Any) -> None:
    """Count the end of a run for everyone who waits for it; whose last part it was is queued again.

    Has to be called in the transaction that ends the run.
    """
    for wait_id, parent_id in _OPEN_WAITS.rows(child=child_id):
        if TaskWait.objects.filter(pk=wait_id, is_over=False).update(is_over=True):
            TaskRun.objects.filter(pk=parent_id, children_done__lt=F("children_total")).update(
                children_done=F("children_done") + 1
            )
            wake([parent_id])


def _open_waits() -> Query:
    waits = TaskWait.objects.filter(child=given(TaskWait, "child"), is_over=False)
    return select(waits.order_by("parent_id").values_list("pk", "parent_id"))


_OPEN_WAITS = Kept(_open_waits)


def wake(run_ids: Iterable[Any]) -> int:
    """Queue those of the waiting runs again whose parts have all ended; returns how many."""
    woken = [run_id for run_id in run_ids if _wake_one(run_id)]
    if woken:
        queues = set(TaskRun.objects.filter(pk__in=woken).values_list("queue", flat=True))
        refill_after_commit(queues)
    return len(woken)


def _wake_one(run_id: Any) -> bool:
    complete = TaskRun.objects.filter(pk=run_id, state=State.WAITING, children_done__gte=F("children_total"))
    return bool(
        complete.update(
            state=State.QUEUED,
            progress=F("progress") + (100 - F("progress")) / 2,
            message="",
            sent_at=None,
            not_before=None,
        )
    )


def recount(run: TaskRun) -> bool:
    """Put the counter of a waiting run right from its rows; True if that woke it."""
    with transaction.atomic():
        over = TaskWait.objects.filter(parent=run, child__finished_at__isnull=False)
        over.filter(is_over=False).update(is_over=True)
        open_parts = TaskWait.objects.filter(parent=run, is_over=False).count()
        TaskRun.objects.filter(pk=run.pk, state=State.WAITING).update(
            children_done=F("children_total") - open_parts
        )
        return wake([run.pk]) == 1


def _children(parent: TaskRun, parts: Sequence[Child]) -> list[TaskRun]:
    runs = [
        prepare(
            part.task, subject=part.subject, trigger=Trigger.PARENT, parent=parent, arguments=part.arguments
        )
        for part in parts
    ]
    for _ in range(5):
        launched = insert(runs)
        found = {item.run.pk for item in launched if not item.is_new}
        _refuse_circles(parent, found)
        # Held until our transaction ends, a found run cannot end before it knows who waits for it.
        held = TaskRun.objects.select_for_update().filter(pk__in=found, state__in=UNFINISHED)
        ended = found - set(held.order_by("pk").values_list("pk", flat=True))
        if not ended:
            return [item.run for item in launched]
        runs = [runs[index] if item.run.pk in ended else item.run for index, item in enumerate(launched)]
    raise JobsError(f"The parts of {parent} could not be started. Try again.")


def _refuse_circles(parent: TaskRun, found: Iterable[Any]) -> None:
    seen: set[Any] = set()
    ahead = set(found)
    while ahead:
        if parent.pk in ahead:
            raise WaitsForItself(f"{parent} would have to wait for itself.")
        seen |= ahead
        open_waits = TaskWait.objects.filter(parent_id__in=ahead, is_over=False)
        ahead = set(open_waits.values_list("child_id", flat=True)) - seen
