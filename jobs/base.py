"""What the apps write their tasks with.

    @tracked_task("download_pdf")
    def download_pdf(run: Run, document_id: int, force: bool = False) -> Outcome: ...

A task is called with ids, loads, calls one step and returns an outcome, or `run.fan_out(...)`. It
may be started again at any time, after a failure or because its worker was lost, and bears that.
"""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from celery import Task, shared_task
from celery.exceptions import Ignore
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from jobs.errors import RunFailed
from jobs.execute import Ended, execute_row
from jobs.fanout import Child, FanOut
from jobs.limiter import held_back
from jobs.models import TaskRun
from jobs.outcome import Outcome, partial, skipped, success
from jobs.registry import Definition, Route, register
from jobs.run import Run
from jobs.states import UNSUCCESSFUL, CeleryWord

__all__ = ["Child", "FanOut", "Outcome", "Run", "partial", "skipped", "success", "tracked_task"]

Function = TypeVar("Function", bound=Callable[..., Outcome | FanOut])


def tracked_task(name: str, *, steps: Sequence[str] = ()) -> Callable[[Function], Function]:
    """Register a function as the background task `name`; it is started through `jobs.launch`.

    Queue and limits come from `settings.TASK_ROUTES`. `steps` may name the steps the task reports,
    in order, so that each gets its share of the progress.
    """

    def decorate(function: Function) -> Function:
        route = _route_of(name)
        register(Definition(name, function, route, tuple(steps), _celery_task(name, route, function)))
        return function

    return decorate


def _route_of(name: str) -> Route:
    try:
        return settings.TASK_ROUTES[name]
    except KeyError:
        raise ImproperlyConfigured(
            f"The task {name} has no queue and no limits. Add it to TASK_ROUTES in config/queues.py."
        ) from None


def _celery_task(name: str, route: Route, function: Callable[..., Any]) -> Task:
    @shared_task(
        bind=True,
        name=name,
        queue=route.queue,
        soft_time_limit=route.soft,
        time_limit=route.hard,
        rate_limit=route.rate_limit,
        max_retries=route.max_retries,
        acks_late=True,
        # That it has started is on the run's row; Celery's table of results need not be told as well.
        track_started=False,
        reject_on_worker_lost=False,
        throws=(RunFailed,),
    )
    def start(task: Task, run_id: str, *_: Any, **__: Any) -> dict[str, Any]:
        if route.shared_gap is not None and held_back(run_id, name, route.shared_gap):
            raise Ignore
        # More than the id may come from another version of this program; only the id counts.
        ended, row = execute_row(run_id, worker=task.request.hostname or "")
        if row is None or ended == Ended.OVERTAKEN:
            raise Ignore
        return _told_to_celery(task, row, ended)

    start.__doc__ = function.__doc__
    return start


def _told_to_celery(task: Task, row: TaskRun, ended: Ended) -> dict[str, Any]:
    """What Celery, its events and Flower are told; nothing here reads it back."""
    if ended in (Ended.PUT_OFF, Ended.WAITS):
        if not task.request.is_eager:
            word = CeleryWord.RETRY if ended == Ended.PUT_OFF else CeleryWord.PROGRESS
            task.update_state(state=word.value, meta={"stage": row.stage, "code": row.error_code})
        raise Ignore
    if row.state in UNSUCCESSFUL:
        raise RunFailed(row.error_code or row.state, row.error_message or row.message)
    return {"task_id": str(row.pk), "status": row.state, **row.outcome()}
