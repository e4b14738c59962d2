"""What ran: how runs ended, how long they waited and took, what failed and why."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.urls import reverse

from engine.trend import quantile
from jobs.models import TaskRun
from jobs.states import State
from monitoring.overview import DRAWN
from monitoring.reports.figures import (
    amount_tile,
    bars,
    count_tile,
    in_seconds,
    percent,
    share_of,
    share_tile,
)
from monitoring.reports.paper import Bars, Block, Cell, Grid, Heading, Section, Text, Tile, Tiles, Tone
from monitoring.reports.window import Window

TASKS_LISTED, FAILURES_LISTED = 20, 15
TOO_MANY_FAIL = 0.05  # from this share on the figure is marked, like the rule for alerts
_FAILED = (State.FAILED, State.DEAD)


@dataclass(slots=True)
class _Task:
    ended: int = 0
    failed: int = 0
    waited: list[float] = field(default_factory=list)
    worked: list[float] = field(default_factory=list)


def work(window: Window) -> Section:
    """Runs by when they ended, parts of others included."""
    now, before = _states(window), _states(window.before)
    tasks = _tasks(window)
    blocks: list[Block] = [Tiles(_tiles(now, before, tasks, window))]
    if not now.total():
        return Section("work", "Work", (*blocks, Text("No run ended in this time.")))
    if chart := _chart(window):
        blocks.append(chart)
    blocks += [_failures(window), _by_task(tasks)]
    return Section("work", "Work", tuple(blocks))


def _ended(window: Window) -> QuerySet[TaskRun]:
    return TaskRun.objects.filter(finished_at__gte=window.since, finished_at__lt=window.until).order_by()


def _states(window: Window) -> Counter[str]:
    return Counter(_ended(window).values_list("state", flat=True))


def _tiles(
    now: Counter[str], before: Counter[str], tasks: dict[str, _Task], window: Window
) -> tuple[Tile, ...]:
    failed, failed_before = (sum(counts[state] for state in _FAILED) for counts in (now, before))
    share = share_of(failed, _judged(now))
    waited = sorted(seconds for task in tasks.values() for seconds in task.waited)
    median = quantile(waited, 0.95) if waited else None
    return (
        count_tile("ended", "Runs ended", now.total(), before.total(), window=window),
        count_tile(
            "failed",
            "Failed",
            failed,
            failed_before,
            window=window,
            tone=Tone.BAD if failed else Tone.GOOD,
            address=f"{reverse('admin:jobs_taskrun_changelist')}?state__exact=failed",
        ),
        share_tile(
            "failure_share",
            "Share that failed",
            share,
            share_of(failed_before, _judged(before)),
            window=window,
            tone=Tone.BAD if share is not None and share > TOO_MANY_FAIL else Tone.PLAIN,
        ),
        count_tile("partial", "Partly done", now[State.PARTIAL], before[State.PARTIAL], window=window),
        count_tile("skipped", "Nothing to do", now[State.SKIPPED], before[State.SKIPPED], window=window),
        amount_tile(
            "wait_95", "19 of 20 waited less than", in_seconds(median), None, None, "", window=window
        ),
    )


def _judged(counts: Counter[str]) -> int:
    """Those that did their work or failed at it; who had nothing to do is no evidence."""
    return sum(counts[state] for state in (State.SUCCEEDED, State.PARTIAL, *_FAILED))


def _chart(window: Window) -> Bars | None:
    parts = window.parts()
    counts: dict[tuple[int, str], int] = defaultdict(int)
    for at, state in _ended(window).values_list("finished_at", "state").iterator():
        place = next(number for number, (_, _, end) in enumerate(parts) if at is not None and at < end)
        counts[place, state] += 1
    return bars(
        "How runs ended",
        [(fill, text) for fill, text, _ in DRAWN],
        [
            (label, [sum(counts[place, state] for state in states) for _, _, states in DRAWN])
            for place, (label, _, _) in enumerate(parts)
        ],
    )


def _tasks(window: Window) -> dict[str, _Task]:
    tasks: dict[str, _Task] = defaultdict(_Task)
    rows = _ended(window).values_list("task", "state", "queued_at", "started_at", "finished_at")
    for name, state, queued_at, started_at, finished_at in rows.iterator():
        task = tasks[name]
        task.ended += 1
        task.failed += state in _FAILED
        if started_at is not None and finished_at is not None:
            task.waited.append(max((started_at - queued_at).total_seconds(), 0.0))
            task.worked.append(max((finished_at - started_at).total_seconds(), 0.0))
    return tasks


def _failures(window: Window) -> Grid:
    failed = _ended(window).filter(state__in=_FAILED).order_by("finished_at", "pk")
    grouped: dict[tuple[str, str], list[TaskRun]] = defaultdict(list)
    for run in failed.only("task", "error_code", "error_message", "subject_label", "finished_at").iterator():
        grouped[run.task, run.error_code].append(run)
    ordered = sorted(grouped.items(), key=lambda item: (-len(item[1]), item[0]))
    rows = []
    for (task, code), runs in ordered[:FAILURES_LISTED]:
        last = runs[-1]
        said = " ".join((last.error_message or code).split())[:220]
        what = f"{said} ({last.subject_label})" if last.subject_label else said
        rows.append(
            (
                Cell(task, last.get_absolute_url()),
                Cell(code),
                Cell(f"{len(runs):,}", tone=Tone.BAD),
                Cell(what),
            )
        )
    headings = (Heading("Task"), Heading("Reason"), Heading("Runs", True), Heading("Last said"))
    return Grid(
        "What failed, and why",
        headings,
        tuple(rows),
        "Nothing failed.",
        max(len(ordered) - FAILURES_LISTED, 0),
    )


def _by_task(tasks: dict[str, _Task]) -> Grid:
    ordered = sorted(tasks.items(), key=lambda item: (-item[1].ended, item[0]))
    headings = (
        Heading("Task"),
        Heading("Ended", True),
        Heading("Failed", True),
        Heading("Waited, median", True),
        Heading("95 %", True),
        Heading("Worked, median", True),
        Heading("95 %", True),
    )
    return Grid(
        "By task",
        headings,
        tuple(_row(name, task) for name, task in ordered[:TASKS_LISTED]),
        unlisted=max(len(ordered) - TASKS_LISTED, 0),
    )


def _row(name: str, task: _Task) -> tuple[Cell, ...]:
    address = f"{reverse('admin:jobs_taskrun_changelist')}?{urlencode({'task': name})}"
    failed = f"{task.failed:,} ({percent(share_of(task.failed, task.ended))})" if task.failed else "0"
    times = [
        in_seconds(_of(seconds, share)) for seconds in (task.waited, task.worked) for share in (0.5, 0.95)
    ]
    return (
        Cell(name, address),
        Cell(f"{task.ended:,}"),
        Cell(failed, tone=Tone.BAD if task.failed else Tone.PLAIN),
        *(Cell(time) for time in times),
    )


def _of(seconds: list[float], share: float) -> float | None:
    return quantile(sorted(seconds), share) if seconds else None
