"""The three roles, as groups: what each may do, and giving it to them once.

Permissions come with models and tasks. `give_permissions` gives each role those it has not been given
before, so that what comes later reaches it and what people have changed in a group stays changed.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from django.apps import apps as registry

from jobs.permissions import sync_permissions


@dataclass(frozen=True, slots=True)
class Role:
    """A group of people. The patterns are of permissions as `has_perm` takes them."""

    name: str
    purpose: str
    may: tuple[str, ...]
    may_not: tuple[str, ...] = ()

    def includes(self, permission: str) -> bool:
        def among(patterns: Iterable[str]) -> bool:
            return any(fnmatchcase(permission, pattern) for pattern in patterns)

        return among(self.may) and not among(self.may_not)


LOOKING = (
    "companies.view_*",
    "documents.view_*",
    "market.view_*",
    "extraction.view_*",
    "analysis.view_*",
    "jobs.view_*",
    "monitoring.view_*",
    "django_celery_beat.view_*",
)
# What nobody but an administrator changes: what is spent on models, and where prices come from.
SPENDING = (
    *("extraction.add_llm*", "extraction.change_llm*"),
    *("market.add_*provider*", "market.change_*provider*"),
)

ROLES = (
    Role("viewer", "Looks at everything and changes nothing.", LOOKING),
    Role(
        "analyst",
        "Answers for the figures: enters companies and documents, corrects, decides questions, has reports"
        " read and years compiled.",
        (
            *LOOKING,
            *("companies.add_*", "companies.change_*", "documents.add_*", "documents.change_*"),
            *("market.add_*", "market.change_*", "extraction.add_*", "extraction.change_*"),
            *("analysis.add_*", "analysis.change_*", "jobs.start_*", "monitoring.change_alert"),
        ),
        (
            *SPENDING,
            # Work on all companies at once is for those who watch the machines.
            "jobs.start_rescrape_companies",
            "jobs.start_check_known_files",
            "jobs.start_scan_restatements",
            "jobs.start_take_in_drop_folder",
            *("jobs.start_*train*", "jobs.start_*cleanup*", "jobs.start_*clean_up*", "jobs.start_*health*"),
        ),
    ),
    Role(
        "operator",
        "Answers for the work: starts, cancels and repeats runs of every kind, and keeps the schedules.",
        (
            *LOOKING,
            *("jobs.start_*", "jobs.cancel_taskrun", "jobs.repeat_taskrun"),
            # Not the channels: where messages go to is for administrators.
            *("monitoring.change_alert", "monitoring.change_alertrule"),
            *("django_celery_beat.add_*", "django_celery_beat.change_*", "django_celery_beat.delete_*"),
        ),
    ),
)


@dataclass(slots=True)
class Given:
    """What `give_permissions` did: groups it made, and permissions it gave, by role."""

    made: list[str] = field(default_factory=list)
    given: dict[str, list[str]] = field(default_factory=dict)


def give_permissions(apps: Any = registry) -> Given:
    """Make groups that were never there, and give each role the permissions it was not given yet.

    A group that somebody has deleted or renamed is left alone. `apps` may be the state of a migration.
    """
    sync_permissions(apps)
    groups, records = apps.get_model("auth", "Group"), apps.get_model("monitoring", "GivenPermission")
    rows = apps.get_model("auth", "Permission").objects.values_list(
        "content_type__app_label", "codename", "pk"
    )
    known = {f"{app}.{codename}": pk for app, codename, pk in rows}
    done = Given()
    for role in ROLES:
        before = set(records.objects.filter(role=role.name).values_list("permission", flat=True))
        new = sorted(name for name in known if role.includes(name) and name not in before)
        if not before and not groups.objects.filter(name=role.name).exists():
            groups.objects.create(name=role.name)
            done.made.append(role.name)
        group = groups.objects.filter(name=role.name).first()
        if group is None or not new:
            continue
        group.permissions.add(*(known[name] for name in new))
        records.objects.bulk_create(
            [records(role=role.name, permission=name) for name in new], ignore_conflicts=True
        )
        done.given[role.name] = new
    return done
