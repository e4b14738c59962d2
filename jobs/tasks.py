"""The task the scheduler sends; it is no run itself, it starts one."""

from typing import Any

from celery import Task, shared_task

from jobs.schedules import moment, start
from jobs.tracking import SENT_AT, START_SCHEDULED


@shared_task(bind=True, name=START_SCHEDULED, acks_late=True, ignore_result=True)
def start_scheduled(
    me: Task, task: str, schedule: str = "", arguments: dict[str, Any] | None = None
) -> str | None:
    """Launch the run a schedule asks for; repeating it finds the slot taken.

    Gives the id of the run, which is a row of its own.
    """
    name = schedule or me.request.get("periodic_task_name") or task
    launched = start(name, task, arguments or {}, moment(me.request.get(SENT_AT)))
    return None if launched is None else str(launched.run.pk)
