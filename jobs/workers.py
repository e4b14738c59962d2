"""Asking the workers what they do.

Their answers are a courtesy: one that is busy or far away may be silent. What is known of the work
itself stands in the rows of the runs.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count

from jobs.broker import ask_workers
from jobs.models import TaskRun
from jobs.states import State


@dataclass(frozen=True, slots=True)
class Worker:
    """One worker as it describes itself; None is what it did not say."""

    name: str
    queues: tuple[str, ...]
    processes: int | None
    busy: int
    completed: int | None
    uptime_seconds: int | None


def workers_by_answer() -> list[Worker] | None:
    """The workers that answer within a second, by name; None if the broker cannot be asked."""
    stats = ask_workers("stats")
    if stats is None:
        return None
    # Who answered is known now, so that nobody else is waited for.
    queues = ask_workers("active_queues", expected=len(stats)) if stats else {}
    busy = _busy_by_worker()
    return [_described(name, stats[name], (queues or {}).get(name), busy[name]) for name in sorted(stats)]


def workers_by_rows() -> list[Worker]:
    """The workers that hold a run now, by name."""
    busy = _busy_by_worker()
    return [Worker(name, (), None, busy[name], None, None) for name in sorted(busy)]


def consumers(workers: Iterable[Worker], queues: Iterable[str]) -> dict[str, int]:
    """How many workers take from each queue."""
    count = Counter(queue for worker in workers for queue in worker.queues)
    return {queue: count[queue] for queue in queues}


def _described(name: str, stats: Mapping[str, Any], queues: Any, busy: int) -> Worker:
    pool = stats.get("pool") or {}
    done = stats.get("total")
    return Worker(
        name=name,
        queues=tuple(sorted(str(queue["name"]) for queue in queues or ())),
        processes=pool.get("max-concurrency"),
        busy=busy,
        completed=sum(done.values()) if isinstance(done, dict) else None,
        uptime_seconds=stats.get("uptime"),
    )


def _busy_by_worker() -> Counter[str]:
    running = TaskRun.objects.filter(state=State.RUNNING).exclude(worker="")
    return Counter(dict(running.values_list("worker").annotate(Count("pk")).order_by()))
