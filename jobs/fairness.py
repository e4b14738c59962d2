"""Whose turn it is: nobody's few runs wait behind somebody else's many.

Every run counts for a share, as a rule the company it is about. When it is stored it gets the number
of its turn: one more than the last its share has waiting in the queue, and never less than the turn
the queue is at. Runs are sent by turn, so that shares take turns however much each has asked for.
This is start-time fair queueing with runs of equal weight (Goyal, Vin, Cheng 1997); the order is a
column, so that picking the next of a hundred thousand rows is one look into an index.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db import models

from jobs.models import TaskRun


def share_of(subject: models.Model | None, parent: TaskRun | None, person_id: Any) -> str:
    """For whom a run counts: its parent's share, what the subject names in `work_share`, the subject
    itself, or else the person who asked. Empty for what the system does for everybody."""
    if parent is not None:
        return parent.share
    if subject is not None:
        return str(getattr(subject, "work_share", "") or f"{subject._meta.label_lower}:{subject.pk}")[:80]
    return "" if person_id is None else f"person:{person_id}"


def give_turns(runs: Iterable[TaskRun]) -> None:
    """Set the turn of runs that are about to be stored."""
    by_share: dict[tuple[str, str], list[TaskRun]] = defaultdict(list)
    for run in runs:
        by_share[run.queue, run.share].append(run)
    reached = {queue: turn_of(queue) for queue in {queue for queue, _ in by_share}}
    for (queue, share), own in by_share.items():
        waiting = TaskRun.objects.queued().filter(queue=queue, share=share)
        last = max(_last(waiting), reached[queue])
        for number, run in enumerate(own, start=1):
            run.turn = last + number


def turn_of(queue: str) -> int:
    """The turn a queue is at: the highest that was begun, or the next one's where nothing is."""
    begun = TaskRun.objects.filter(queue=queue)
    reached = max(_last(begun.in_broker()), _last(begun.running()))
    if reached:
        return reached
    following = TaskRun.objects.unsent().filter(queue=queue).order_by("turn").values_list("turn", flat=True)
    return max((following.first() or 1) - 1, 0)


def _last(runs: models.QuerySet[TaskRun]) -> int:
    return runs.order_by("-turn").values_list("turn", flat=True).first() or 0
