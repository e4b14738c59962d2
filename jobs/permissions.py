"""Who may start a task: each has a permission of its own, whatever the task works on.

The permissions are rows made from the table of routes, not listed at a model, so that a new task brings
its own along without a migration.
"""

from typing import Any

from django.apps import apps as registry
from django.conf import settings

from jobs.tracking import START_SCHEDULED

APP = "jobs"
_PREFIX = "start_"


def permission_to_start(task: str) -> str:
    """The permission as `has_perm` takes it: `jobs.start_download_pdf`."""
    return f"{APP}.{_codename(task)}"


def may_start(person: Any, task: str) -> bool:
    """Whether a person may have this task done."""
    return bool(person.is_active and person.has_perm(permission_to_start(task)))


def sync_permissions(apps: Any = registry) -> list[str]:
    """Make the permissions that are missing, and return their codenames; others stay as they are.

    `apps` may be the state of a migration.
    """
    content_types = apps.get_model("contenttypes", "ContentType")
    permissions = apps.get_model("auth", "Permission")
    content_type, _ = content_types.objects.get_or_create(app_label=APP, model="taskrun")
    known = set(permissions.objects.filter(content_type=content_type).values_list("codename", flat=True))
    missing = [
        task for task in settings.TASK_ROUTES if task != START_SCHEDULED and _codename(task) not in known
    ]
    permissions.objects.bulk_create(
        [
            permissions(content_type=content_type, codename=_codename(task), name=f"Can start {task}")
            for task in missing
        ],
        ignore_conflicts=True,
    )
    return [_codename(task) for task in missing]


def _codename(task: str) -> str:
    return _PREFIX + task.replace(".", "_")
