"""Work that starts by itself: default schedules as data, and one run for each time they fall due.

The scheduler only sends `jobs.start_scheduled`; that launches the run like everybody else. Two
schedulers, or a message delivered twice, find the slot taken.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from django.db import OperationalError, ProgrammingError, transaction
from django_celery_beat.models import CrontabSchedule, IntervalSchedule, PeriodicTask

from jobs.errors import JobsError
from jobs.launch import Launched, User, insert, prepare
from jobs.models import TaskRun
from jobs.registry import find
from jobs.states import Trigger
from jobs.tracking import START_SCHEDULED

MINUTE = timedelta(minutes=1)


class DefaultSchedule(Protocol):
    """One row of `settings.SCHEDULES`: either every so many seconds, or a crontab in UTC."""

    @property
    def name(self) -> str: ...
    @property
    def task(self) -> str: ...
    @property
    def description(self) -> str: ...
    @property
    def every_seconds(self) -> int | None: ...
    @property
    def crontab(self) -> str | None: ...
    @property
    def expires_seconds(self) -> int | None: ...
    @property
    def arguments(self) -> dict[str, object]: ...
    @property
    def enabled(self) -> bool: ...
    @property
    def even_without_scheduler(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Synced:
    """Names of the schedules that were created, and what people have changed in the others."""

    created: tuple[str, ...]
    edited: dict[str, tuple[str, ...]]


def start(schedule: str, task: str, arguments: dict[str, Any], sent_at: datetime) -> Launched | None:
    """Launch the run of a slot; None if the slot has one.

    A slot is half the schedule's period to both sides of when the scheduler sent its message, so
    that two schedulers out of step count as one. Work that is still under way is not piled up.

    Raises:
        UnknownTask, WrongArguments: the schedule was edited into something that cannot run.
    """
    with transaction.atomic():
        # The row is the lock: two messages of one slot come one after the other.
        entry = PeriodicTask.objects.select_for_update().filter(name=schedule).first()
        near = _period(entry) / 2
        taken = TaskRun.objects.filter(
            schedule=schedule, schedule_slot__gt=sent_at - near, schedule_slot__lt=sent_at + near
        )
        if taken.exists():
            return None
        run = prepare(
            task,
            trigger=Trigger.SCHEDULE,
            arguments=arguments,
            schedule=schedule,
            schedule_slot=sent_at.replace(microsecond=0),
        )
        return insert([run])[0]


def sync(schedules: Iterable[DefaultSchedule]) -> Synced:
    """Create the schedules that are missing; change none that is there.

    Raises:
        UnknownTask: a schedule names a task that does not exist; nothing is created.
    """
    wanted = list(schedules)
    for schedule in wanted:
        find(schedule.task).checked(schedule.arguments)
    with transaction.atomic():
        there = {entry.name: entry for entry in PeriodicTask.objects.select_related("interval", "crontab")}
        created = [schedule.name for schedule in wanted if schedule.name not in there]
        for schedule in wanted:
            if schedule.name not in there:
                PeriodicTask.objects.create(**_columns(schedule))
    differences = {
        schedule.name: _differences(there[schedule.name], schedule)
        for schedule in wanted
        if schedule.name in there
    }
    return Synced(tuple(created), {name: changed for name, changed in differences.items() if changed})


def stored_faults() -> dict[str, str]:
    """Why enabled schedules cannot start anything, by their name; those that can are not in it."""
    try:
        enabled = list(PeriodicTask.objects.filter(enabled=True).order_by("name"))
    except (OperationalError, ProgrammingError):
        return {}  # before the first migration there are none
    reasons = {entry.name: fault_of(entry.task, entry.kwargs) for entry in enabled}
    return {name: reason for name, reason in reasons.items() if reason}


def fault_of(task: str, kwargs: str) -> str:
    """Why the message of a schedule starts nothing; empty where it does.

    Celery's own tasks are no runs and are not looked into.
    """
    if task.startswith("celery."):
        return ""
    if task != START_SCHEDULED:
        return f"It has to send {START_SCHEDULED}, which launches the run."
    try:
        message = json.loads(kwargs or "{}")
        find(message["task"]).checked(message.get("arguments") or {})
    except JobsError as error:
        return error.message
    except (ValueError, KeyError, TypeError, AttributeError):
        return 'Its arguments have to be an object such as {"task": "...", "arguments": {}}.'
    return ""


def message_of(schedule: str, task: str, arguments: dict[str, Any]) -> str:
    """What a schedule sends to have this task launched, as JSON."""
    return json.dumps({"schedule": schedule, "task": task, "arguments": arguments})


def task_of(entry: PeriodicTask) -> tuple[str, dict[str, Any]]:
    """The task a schedule starts and its arguments; what it sends itself where that is no launch."""
    try:
        message = json.loads(entry.kwargs or "{}")
        if entry.task == START_SCHEDULED:
            return str(message["task"]), dict(message.get("arguments") or {})
    except (ValueError, KeyError, TypeError, AttributeError):
        pass
    return entry.task, {}


def launch_now(entry: PeriodicTask, *, by: User) -> Launched:
    """Start what a schedule starts, now, for the person who asks; its slots are not touched.

    Raises:
        UnknownTask, WrongArguments: the schedule was edited into something that cannot run.
    """
    task, arguments = task_of(entry)
    return insert([prepare(task, by=by, trigger=Trigger.ADMIN, arguments=arguments)])[0]


def _columns(schedule: DefaultSchedule) -> dict[str, Any]:
    return {
        "name": schedule.name,
        "task": START_SCHEDULED,
        "kwargs": message_of(schedule.name, schedule.task, schedule.arguments),
        "description": schedule.description,
        "expire_seconds": schedule.expires_seconds,
        "enabled": schedule.enabled,
        "interval": _interval(schedule),
        "crontab": _crontab(schedule),
    }


def _interval(schedule: DefaultSchedule) -> IntervalSchedule | None:
    if schedule.every_seconds is None:
        return None
    every = {"every": schedule.every_seconds, "period": IntervalSchedule.SECONDS}
    return IntervalSchedule.objects.filter(**every).first() or IntervalSchedule.objects.create(**every)


def _crontab(schedule: DefaultSchedule) -> CrontabSchedule | None:
    if schedule.crontab is None:
        return None
    minute, hour, day_of_month, month_of_year, day_of_week = schedule.crontab.split()
    times = {
        "minute": minute,
        "hour": hour,
        "day_of_month": day_of_month,
        "month_of_year": month_of_year,
        "day_of_week": day_of_week,
        "timezone": "UTC",
    }
    return CrontabSchedule.objects.filter(**times).first() or CrontabSchedule.objects.create(**times)


def _differences(entry: PeriodicTask, schedule: DefaultSchedule) -> tuple[str, ...]:
    """Names of what a person has set otherwise."""
    message = {"schedule": schedule.name, "task": schedule.task, "arguments": schedule.arguments}
    same = {
        "task": entry.task == START_SCHEDULED and json.loads(entry.kwargs or "{}") == message,
        "time": _time_of(entry) == (schedule.every_seconds or " ".join((schedule.crontab or "").split())),
        "expiry": entry.expire_seconds == schedule.expires_seconds,
        "enabled": entry.enabled == schedule.enabled,
    }
    return tuple(name for name, is_same in same.items() if not is_same)


def _time_of(entry: PeriodicTask) -> int | str | None:
    if entry.interval is not None:
        return int(entry.interval.schedule.run_every.total_seconds())
    if entry.crontab is not None:
        times = entry.crontab
        return f"{times.minute} {times.hour} {times.day_of_month} {times.month_of_year} {times.day_of_week}"
    return None


def _period(entry: PeriodicTask | None) -> timedelta:
    """How often the schedule can fall due at most."""
    if entry is not None and entry.interval is not None:
        return entry.interval.schedule.run_every
    return MINUTE


def moment(seconds: float | None) -> datetime:
    """When the scheduler sent its message, or now where it does not say."""
    return datetime.now(UTC) if seconds is None else datetime.fromtimestamp(seconds, UTC)
