"""What must be true of the whole before anything starts."""

from typing import Any

from celery import current_app
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.utils.module_loading import autodiscover_modules


@register(Tags.compatibility)
def every_task_is_routed(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """A task without a route would land in a queue without limits; a route without a task is a typo."""
    routed = set(settings.TASK_ROUTES)
    # Not through Celery's own loader: it would run these checks again.
    autodiscover_modules("tasks")
    registered = {name for name in current_app.tasks if not name.startswith("celery.")}
    return [
        *(
            Error(
                f"The task {name} has no route.",
                hint="Add it to TASK_ROUTES in config/queues.py.",
                id="tenfold.E001",
            )
            for name in sorted(registered - routed)
        ),
        *(
            Error(
                f"The route {name} belongs to no task.",
                hint="Correct its name in config/queues.py, or import the module that defines the task.",
                id="tenfold.E002",
            )
            for name in sorted(routed - registered)
        ),
    ]
