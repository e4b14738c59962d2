"""What goes on now: runs with their parts as a tree, what has just ended, and how deep the queues are."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.core.cache import cache
from django.db.models import Case, Count, F, IntegerField, Q, Value, When, Window
from django.db.models.functions import RowNumber
from django.utils import timezone

from jobs.broker import known_queues, queue_lengths
from jobs.durations import in_words
from jobs.models import TaskRun
from jobs.querysets import TaskRunQuerySet
from jobs.standing import ATTENTION_ORDER, says, tone_of
from jobs.states import UNFINISHED, State
from jobs.workers import Worker, consumers, workers_by_answer, workers_by_rows

# So many of each are shown; the page says how many there are beyond them.
WORKING, WAITING_TO_START, ENDED = 40, 20, 15
PARTS, DEEPEST = 8, 4
ENDED_WITHIN = timedelta(hours=1)
# Workers are asked no more often than this, however many people look.
ANSWER_KEPT_SECONDS = 10
_ANSWER = "jobs.monitor.workers"

_COLUMNS = (
    *("task", "queue", "subject_label", "state", "step", "progress", "message", "error_message"),
    *("not_before", "attempt", "children_total", "children_done", "started_at", "finished_at"),
    *("queued_at", "parent_id", "cancel_requested_at", "current", "total"),
)


@dataclass(frozen=True, slots=True)
class Node:
    """A run with those of its parts that are shown, of `part_count`."""

    run: TaskRun
    tone: str
    said: str
    took: str
    parts: tuple["Node", ...]
    part_count: int

    @property
    def hidden(self) -> int:
        return self.part_count - len(self.parts)


@dataclass(frozen=True, slots=True)
class Now:
    """Runs nobody launched but a person, a schedule or a run that is over; parts hang below them.

    `working` have been started, `to_start` wait for a worker in the order of the queue, `ended` did so
    within the last hour. The counts are of all runs, parts included.
    """

    working: tuple[Node, ...]
    to_start: tuple[Node, ...]
    ended: tuple[Node, ...]
    running_count: int
    waiting_count: int
    queued_count: int
    more_to_start: int


@dataclass(frozen=True, slots=True)
class Depth:
    """How much there is in a queue, and who takes from it; None is what could not be asked."""

    queue: str
    queued: int
    running: int
    in_broker: int | None
    consumers: int | None

    @property
    def is_stuck(self) -> bool:
        """Something waits, and nobody takes it."""
        return self.queued > 0 and self.consumers == 0


@dataclass(frozen=True, slots=True)
class Machines:
    """The queues and the workers. `is_heard` is false where no worker answered and `workers` are those
    that hold a run, as far as the rows know."""

    depths: tuple[Depth, ...]
    workers: tuple[Worker, ...]
    is_heard: bool


def now() -> Now:
    """Five questions to the database at most, and one more for each generation of parts."""
    roots = TaskRun.objects.filter(parent__isnull=True).only(*_COLUMNS)
    orphans = Q(parent__isnull=True) | ~Q(parent__state__in=UNFINISHED)
    started = list(
        TaskRun.objects.filter(orphans, state__in=(State.RUNNING, State.WAITING))
        .only(*_COLUMNS)
        .order_by("-started_at", "id")[:WORKING]
    )
    queued = list(roots.filter(state=State.QUEUED).order_by("turn", "queued_at", "id")[:WAITING_TO_START])
    ended = list(
        roots.filter(finished_at__gte=timezone.now() - ENDED_WITHIN).order_by("-finished_at", "id")[:ENDED]
    )
    parts = _parts_below([*started, *queued, *ended])
    counts = dict(
        TaskRun.objects.unfinished().values_list("state").annotate(number=Count("pk")).order_by("state")
    )
    all_queued = roots.filter(state=State.QUEUED).count() if len(queued) == WAITING_TO_START else 0
    return Now(
        working=_nodes(started, parts),
        to_start=_nodes(queued, parts),
        ended=_nodes(ended, parts),
        running_count=counts.get(State.RUNNING, 0),
        waiting_count=counts.get(State.WAITING, 0),
        queued_count=counts.get(State.QUEUED, 0),
        more_to_start=max(all_queued - len(queued), 0),
    )


def machines() -> Machines:
    """Queues and workers. Asks the broker and waits a second for the workers, but not every time."""
    queues = known_queues()
    in_broker, workers = cache.get_or_set(_ANSWER, _asked, ANSWER_KEPT_SECONDS) or (None, None)
    takers = None if workers is None else consumers(workers, queues)
    rows = TaskRun.objects.filter(state__in=(State.QUEUED, State.RUNNING))
    counts = {
        (queue, state): number
        for queue, state, number in rows.values_list("queue", "state").annotate(Count("pk")).order_by()
    }
    depths = tuple(
        Depth(
            queue=queue,
            queued=counts.get((queue, State.QUEUED), 0),
            running=counts.get((queue, State.RUNNING), 0),
            in_broker=None if in_broker is None else in_broker[queue],
            consumers=None if takers is None else takers[queue],
        )
        for queue in queues
    )
    return Machines(depths, tuple(workers or workers_by_rows()), is_heard=bool(workers))


def _asked() -> tuple[dict[str, int] | None, list[Worker] | None]:
    return queue_lengths(known_queues()), workers_by_answer()


def _parts_below(runs: Iterable[TaskRun]) -> dict[Any, list[TaskRun]]:
    """The first parts of these, of those parts, and so on, by the run that launched them."""
    found: dict[Any, list[TaskRun]] = {}
    parents = [run.pk for run in runs if run.children_total]
    for _ in range(DEEPEST):
        if not parents:
            break
        generation = list(_first_parts(parents))
        for part in generation:
            found.setdefault(part.parent_id, []).append(part)
        parents = [part.pk for part in generation if part.children_total]
    return found


def _first_parts(parents: Sequence[Any]) -> TaskRunQuerySet:
    """Of each, those that need somebody or are worked on first."""
    urgency = Case(
        *(When(state=state, then=Value(place)) for place, state in enumerate(ATTENTION_ORDER)),
        output_field=IntegerField(),
    )
    place = Window(RowNumber(), partition_by=F("parent"), order_by=(urgency.asc(), F("id").asc()))
    siblings = Window(Count("*"), partition_by=F("parent"))
    return (
        TaskRun.objects.filter(parent__in=parents)
        .annotate(urgency=urgency, place=place, siblings=siblings)
        .filter(place__lte=PARTS)
        .only(*_COLUMNS)
        .order_by("urgency", "id")
    )


def _nodes(runs: Iterable[TaskRun], parts: dict[Any, list[TaskRun]]) -> tuple[Node, ...]:
    return tuple(
        Node(
            run=run,
            tone=tone_of(run),
            said=says(run),
            took=in_words(run.run_time) if run.is_finished else "",
            parts=_nodes(parts.get(run.pk, ()), parts),
            part_count=max(
                (part.siblings for part in parts.get(run.pk, ())),  # type: ignore[attr-defined]  # annotated
                default=0,
            ),
        )
        for run in runs
    )
