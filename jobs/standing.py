"""Where a run stands, as a page shows it while it goes on."""

from collections import Counter
from dataclasses import dataclass

from django.contrib.contenttypes.models import ContentType
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from jobs.durations import in_words
from jobs.errors import JobsError
from jobs.models import TaskRun
from jobs.registry import find
from jobs.states import FINISHED, SUCCESSFUL, UNSUCCESSFUL, State

PARTS_SHOWN = 100
# What needs somebody comes first, what is done last.
ATTENTION_ORDER = (
    *(State.FAILED, State.DEAD, State.PARTIAL, State.RUNNING, State.WAITING, State.QUEUED),
    *(State.CANCELLED, State.SKIPPED, State.SUCCEEDED),
)


@dataclass(frozen=True, slots=True)
class Step:
    """A step the task declares; `place` is done, now or next."""

    label: str
    place: str


@dataclass(frozen=True, slots=True)
class Part:
    """A run another one waits for."""

    run: TaskRun
    tone: str
    said: str
    took: str


@dataclass(frozen=True, slots=True)
class Standing:
    """What there is to see of a run.

    `tone` is what its colours follow, `counted` how far the present step is, in the step's own units.
    `parts` holds the first of `part_count`, `part_states` how many of them are in which state.
    """

    run: TaskRun
    tone: str
    summary: str
    said: str
    counted: str
    steps: tuple[Step, ...]
    waited: str
    took: str
    tries: str
    parts: tuple[Part, ...]
    part_count: int
    part_states: tuple[tuple[State, int], ...]


def standing_of(run: TaskRun) -> Standing:
    """Three questions to the database at most, however many parts there are."""
    parts = list(run.children().only(*_PART_COLUMNS))
    counts = Counter(State(part.state) for part in parts)
    parts.sort(key=lambda part: ATTENTION_ORDER.index(State(part.state)))
    return Standing(
        run=run,
        tone=tone_of(run),
        summary=_summary_of(run.task),
        said=says(run),
        counted=f"{run.current} of {run.total}" if run.total and run.state == State.RUNNING else "",
        steps=_steps_of(run),
        waited=in_words(run.wait_time),
        took=in_words(run.run_time),
        tries=f"{run.attempt} of {run.max_attempts}" if run.attempt > 1 else "",
        parts=tuple(
            Part(part, tone_of(part), says(part), in_words(part.run_time)) for part in parts[:PARTS_SHOWN]
        ),
        part_count=len(parts),
        part_states=tuple((state, counts[state]) for state in ATTENTION_ORDER if counts[state]),
    )


def _part(run: TaskRun) -> Part:
    return Part(run, tone_of(run), says(run), in_words(run.run_time))


def tone_of(run: TaskRun) -> str:
    """good, warn, bad, off or going."""
    if run.state == State.PARTIAL:
        return "warn"
    if run.state in (State.CANCELLED, State.SKIPPED):
        return "off"
    if run.state in UNSUCCESSFUL:
        return "bad"
    return "good" if run.state in SUCCESSFUL else "going"


_PART_COLUMNS = (
    *("task", "subject_label", "state", "step", "progress", "message", "error_message", "not_before"),
    *("attempt", "children_total", "children_done", "started_at", "finished_at", "queued_at"),
)


def says(run: TaskRun) -> str:
    """The sentence for a person: what went wrong, or where it stands."""
    if run.error_message and run.not_before is not None:
        return f"{run.error_message} Next try at {timezone.localtime(run.not_before):%H:%M:%S}."
    if run.error_message:
        return run.error_message
    if run.message or run.state in FINISHED:
        return run.message
    return run.step.replace("_", " ")


def subject_address(run: TaskRun) -> str | None:
    """The admin page of what the run is about, where it has one."""
    if run.subject_type_id is None:
        return None
    model = ContentType.objects.get_for_id(run.subject_type_id)
    try:
        return reverse(f"admin:{model.app_label}_{model.model}_change", args=[run.subject_id])
    except NoReverseMatch:
        return None


def _steps_of(run: TaskRun) -> tuple[Step, ...]:
    try:
        names = find(run.task).steps
    except JobsError:
        return ()
    reached = names.index(run.step) if run.step in names else -1
    here = len(names) if run.state in SUCCESSFUL else reached
    places = ["done" if index < here else "now" if index == here else "next" for index in range(len(names))]
    labels = [name.replace("_", " ") for name in names]
    return tuple(Step(label, place) for label, place in zip(labels, places, strict=True))


def _summary_of(task: str) -> str:
    try:
        return find(task).summary
    except JobsError as error:
        return error.message
