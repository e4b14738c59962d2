"""What watches the system must not hang on the scheduler alone: who would say that it is silent?

The dispatcher looks every now and then at the schedules that are marked for it. Where the scheduler has
owed one of them for two of its intervals, the dispatcher starts it instead, until the scheduler is back.
"""

import logging
from collections.abc import Collection
from datetime import datetime

from django.conf import settings
from django.db.models import Max
from django_celery_beat.models import PeriodicTask

from jobs.launch import Launched
from jobs.models import TaskRun
from jobs.schedules import start, task_of

logger = logging.getLogger(__name__)

LOOK_EVERY = 30.0  # seconds
INTERVALS = 2


def start_what_it_owes(at: datetime, names: Collection[str] | None = None) -> list[Launched]:
    """Start the schedules of these names, or those the settings mark, that are overdue; what was started.

    A schedule is overdue when for two intervals neither the scheduler has sent it nor a run has taken its
    slot. Two who look at once start one run, as two schedulers would.

    Raises:
        UnknownTask, WrongArguments: the schedule was edited into something that cannot run.
    """
    wanted = _marked() if names is None else names
    entries = PeriodicTask.objects.filter(name__in=wanted, enabled=True, interval__isnull=False)
    started = [_started(entry, at) for entry in entries.select_related("interval") if _is_owed(entry, at)]
    return [launched for launched in started if launched is not None and launched.is_new]


def _marked() -> list[str]:
    return [schedule.name for schedule in settings.SCHEDULES if schedule.even_without_scheduler]


def _is_owed(entry: PeriodicTask, at: datetime) -> bool:
    newest = TaskRun.objects.filter(schedule=entry.name).aggregate(at=Max("schedule_slot"))["at"]
    known = [moment for moment in (entry.last_run_at, newest, entry.start_time) if moment is not None]
    # One that was never sent is due since it was stored or edited.
    last = max(known) if known else entry.date_changed
    return bool(at - last > INTERVALS * entry.interval.schedule.run_every)


def _started(entry: PeriodicTask, at: datetime) -> Launched | None:
    task, arguments = task_of(entry)
    launched = start(entry.name, task, arguments, at)
    if launched is not None and launched.is_new:
        logger.error("The scheduler is silent; “%s” was started in its place", entry.name)
    return launched
