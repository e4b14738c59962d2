"""People of the tests, and what they may do."""

from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission

from jobs.permissions import permission_to_start, sync_permissions
from monitoring.roles import give_permissions

PASSWORD = "a-long-enough-one"


def allow(person: Any, *tasks: str) -> None:
    """Let a person start these tasks."""
    sync_permissions()
    names = [permission_to_start(task).partition(".")[2] for task in tasks]
    person.user_permissions.add(*Permission.objects.filter(codename__in=names))


def in_role(role: str, name: str = "", password: str = PASSWORD) -> Any:
    """Staff in the group of a role, named like it unless said otherwise."""
    give_permissions()
    # Tests that empty the tables take the groups with them; what was given is emptied as well.
    person = get_user_model().objects.create_user(name or role, password=password, is_staff=True)
    person.groups.add(Group.objects.get(name=role))
    return person
