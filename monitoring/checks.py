"""What must be true of the whole before anything starts.

Every task has a queue, limits and documentation, and every schedule names a task that exists and can
be called as it says.
"""

from collections.abc import Callable, Mapping
from typing import Any

from celery import current_app
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.utils.module_loading import autodiscover_modules

from jobs.broker import known_queues
from jobs.errors import JobsError, UnknownTask
from jobs.registry import Route, registered
from jobs.schedules import stored_faults
from monitoring.task_page import describe, with_table

# What a registered task carries, and what its route says.
_LIMITS: dict[str, Callable[[Route], object]] = {
    "queue": lambda route: route.queue,
    "soft_time_limit": lambda route: route.soft,
    "time_limit": lambda route: route.hard,
    "max_retries": lambda route: route.max_retries,
    "rate_limit": lambda route: route.rate_limit,
    "acks_late": lambda route: True,
}


@register(Tags.compatibility)
def every_task_is_routed(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """A task without a route would land in a queue without limits; a route without a task is a typo."""
    registered, routes = set(_registered()), set(settings.TASK_ROUTES)
    no_route = [
        Error(
            f"The task {name} has no route.",
            hint="Add it to TASK_ROUTES in config/queues.py.",
            id="tenfold.E001",
        )
        for name in sorted(registered - routes)
    ]
    no_task = [
        Error(
            f"The route {name} belongs to no task.",
            hint="Correct its name in config/queues.py, or import the module that defines the task.",
            id="tenfold.E002",
        )
        for name in sorted(routes - registered)
    ]
    return [*no_route, *no_task]


@register(Tags.compatibility)
def every_task_has_its_limits(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """The worker takes the limits from the task, so they must be those of the table."""
    found = []
    for name, task in _registered().items():
        route = settings.TASK_ROUTES.get(name)
        if route is None:
            continue
        if route.queue not in known_queues():
            found.append(_wrong(name, "queue", route.queue, "one of the twelve"))
        for attribute, of in _LIMITS.items():
            # The knock of the scheduler has its limits from the settings alone.
            own = getattr(task, attribute, None)
            told = settings.CELERY_TASK_ANNOTATIONS.get(name, {}).get(attribute, of(route))
            if own is not None and own != told:
                found.append(_wrong(name, attribute, own, told))
    return found


def _wrong(name: str, attribute: str, own: object, told: object) -> CheckMessage:
    return Error(
        f"The task {name} has {attribute} {own!r}, and its route says {told!r}.",
        hint="Leave the limits to config/queues.py.",
        id="tenfold.E003",
    )


@register(Tags.compatibility)
def every_task_is_documented(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """By its docstring, from which docs/tasks.md is made."""
    routes = {name: settings.TASK_ROUTES[name] for name in settings.TASK_ROUTES if name in _registered()}
    undocumented = [
        Error(
            f"The task {name} does not say what it does and gives.",
            hint='Write a docstring with a first line and a paragraph that begins with "Gives".',
            id="tenfold.E004",
        )
        for name in sorted(routes)
        if not (describe(name).does and describe(name).gives)
    ]
    return [*undocumented, *_page_is_current(routes)]


def _page_is_current(routes: Mapping[str, Route]) -> list[CheckMessage]:
    path = settings.BASE_DIR / "docs" / "tasks.md"
    if not path.is_file():
        # An installation may come without its documentation.
        return []
    page = path.read_text(encoding="utf-8")
    try:
        current = with_table(page, routes)
    except ValueError as error:
        return [Error(str(error), id="tenfold.E005")]
    if current == page:
        return []
    return [
        Error(
            "docs/tasks.md does not describe the tasks as they are.",
            hint="Call ./run manage document_tasks.",
            id="tenfold.E005",
        )
    ]


@register(Tags.compatibility)
def every_schedule_can_start(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """The default schedules name tasks that exist, with arguments these take."""
    _registered()
    tasks, found = registered(), list[CheckMessage]()
    for schedule in settings.SCHEDULES:
        try:
            if schedule.task not in tasks:
                raise UnknownTask(f"There is no task named {schedule.task!r}.")
            tasks[schedule.task].checked(schedule.arguments)
        except JobsError as error:
            found.append(
                Error(f"The schedule {schedule.name}: {error.message}", hint=_SCHEDULES, id="tenfold.E006")
            )
    names = [schedule.name for schedule in settings.SCHEDULES]
    found += [
        Error(f"Two schedules are named {name}.", hint=_SCHEDULES, id="tenfold.E006")
        for name in sorted({name for name in names if names.count(name) > 1})
    ]
    return found


_SCHEDULES = "Correct it in config/schedules.py."


@register(Tags.database)
def every_stored_schedule_can_start(
    app_configs: Any, databases: Any = None, **kwargs: Any
) -> list[CheckMessage]:
    """What people have entered: a schedule that starts nothing is said before it is waited for."""
    if not databases:
        return []
    return [
        Warning(
            f"The schedule {name} cannot start: {reason}",
            hint="Correct it under Schedules in the admin, or switch it off.",
            id="tenfold.W001",
        )
        for name, reason in stored_faults().items()
    ]


def _registered() -> dict[str, Any]:
    """All tasks of ours by name."""
    # Not through Celery's own loader: it would run these checks again.
    autodiscover_modules("tasks")
    return {name: task for name, task in current_app.tasks.items() if not name.startswith("celery.")}
