"""How long work will take before it is started, judged by what the same task took lately."""

import os
import statistics
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings

from jobs.durations import in_words
from jobs.models import TaskRun
from jobs.registry import find
from jobs.states import State

LOOKED_AT = 50


@dataclass(frozen=True, slots=True)
class Estimate:
    """So many runs, each of which takes about `each` (None where none has ended yet), `at_once` at a
    time. `ahead` are those of the same queue that wait already; `judged_by` says by how many."""

    count: int
    ahead: int
    at_once: int
    each: timedelta | None
    judged_by: int

    @property
    def alone(self) -> timedelta | None:
        """Until the last has ended, with nothing else to do."""
        return None if self.each is None else self.each * -(-self.count // self.at_once)

    @property
    def behind_others(self) -> timedelta | None:
        """The same, if all that waits already came first. Companies take turns, so it is the most."""
        return None if self.each is None else self.each * -(-(self.count + self.ahead) // self.at_once)

    def __str__(self) -> str:
        if self.each is None:
            return "How long one takes is not known: none of this kind has ended yet."
        about = (
            f"One takes about {in_words(self.each)}, judged by the last {self.judged_by}, and"
            f" {self.at_once} run at once: about {in_words(self.alone)} in all."
        )
        if not self.ahead:
            return about
        waiting = "1 other run waits" if self.ahead == 1 else f"{self.ahead} other runs wait"
        longest = in_words(self.behind_others)
        return f"{about} {waiting} in the same queue, so that it may take up to {longest}."


def estimate(task: str, count: int) -> Estimate:
    """How long `count` more runs of a task will take.

    Raises:
        UnknownTask: there is no such task.
    """
    queue = find(task).route.queue
    ended = TaskRun.objects.filter(
        task=task, state__in=(State.SUCCEEDED, State.PARTIAL), started_at__isnull=False
    )
    times = ended.order_by("-finished_at").values_list("started_at", "finished_at")[:LOOKED_AT]
    took = [(end - start).total_seconds() for start, end in times if start and end]
    return Estimate(
        count=count,
        ahead=TaskRun.objects.filter(queue=queue, state__in=(State.QUEUED, State.RUNNING)).count(),
        at_once=settings.CELERY_WORKER_CONCURRENCY or os.cpu_count() or 1,
        each=timedelta(seconds=statistics.median(took)) if took else None,
        judged_by=len(took),
    )
