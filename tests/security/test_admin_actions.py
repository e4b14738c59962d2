"""Every action of every list of the admin, for staff who may only look: not offered, and a forged form
with the names of rows in it changes nothing. The actions come from the registered pages themselves."""

from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.admin.options import ModelAdmin
from django.contrib.auth.models import AnonymousUser, Permission, User
from django.test import Client, RequestFactory
from django.urls import reverse

from jobs.launch_mixin import LaunchMixin
from jobs.models import TaskRun
from jobs.permissions import sync_permissions
from tests.access.world import World

PAGES = {model._meta.label_lower: page for model, page in admin.site._registry.items()}
# The parts of `World` that are rows of a list with actions; the forged forms name them.
ROWS = (
    *("tone", "company", "document", "run", "question", "alert", "anomaly", "instrument", "trained_model"),
    *("correction", "source", "restatement"),
)


def _request(person: Any) -> Any:
    request = RequestFactory().get("/")
    request.user = person
    return request


@pytest.fixture
def vera(db: None) -> User:
    """Staff who may look at everything and do nothing."""
    sync_permissions()
    vera = User.objects.create_user("vera", is_staff=True)
    vera.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    return vera


def _everything(page: ModelAdmin) -> list[str]:
    """The names of all actions of a list, whoever may call them."""
    names = [name for _, name, _ in page._get_base_actions()]
    return [*names, *(offer.name for offer in page.all_offers())] if isinstance(page, LaunchMixin) else names


def _needs_nothing(page: ModelAdmin, name: str) -> bool:
    [action] = [found for found, own, _ in page._get_base_actions() if own == name]
    return not getattr(action, "allowed_permissions", None)


def test_every_action_names_what_it_needs() -> None:
    """Django asks nothing of its own accord: an action without `permissions` is everybody's."""
    unguarded = [
        (label, name)
        for label, page in PAGES.items()
        for _, name, _ in page._get_base_actions()
        if _needs_nothing(page, name)
    ]
    assert unguarded == []


def test_buttons_of_pages_name_what_they_need_too() -> None:
    unguarded = []
    for label, page in PAGES.items():
        for attribute in ("actions_list", "actions_detail", "actions_row", "actions_submit_line"):
            for entry in getattr(page, attribute, None) or ():
                for name in entry["items"] if isinstance(entry, dict) else [entry]:
                    method = getattr(page, name)
                    if name.startswith("open_"):
                        continue  # a link to a page that asks for itself
                    if not getattr(method, "allowed_permissions", None):
                        unguarded.append((label, attribute, name))
    assert unguarded == []


@pytest.mark.django_db
def test_who_may_only_look_is_offered_nothing(vera: User) -> None:
    offered = {label: sorted(page.get_actions(_request(vera))) for label, page in PAGES.items()}
    assert {label: names for label, names in offered.items() if names} == {}
    assert sum(len(_everything(page)) for page in PAGES.values()) > 60


@pytest.mark.django_db
def test_strangers_are_offered_nothing_either() -> None:
    offered = {label: page.get_actions(_request(AnonymousUser())) for label, page in PAGES.items()}
    assert {label: names for label, names in offered.items() if names} == {}


def _rows() -> dict[str, list[Any]]:
    """All rows of all tables but those that a look itself writes."""
    passing = {"sessions.session", "admin.logentry", "axes.accesslog"}
    return {
        model._meta.label_lower: list(model._default_manager.order_by("pk").values())
        for model in apps.get_models()
        if model._meta.label_lower not in passing and not model._meta.proxy
    }


@pytest.mark.django_db
def test_a_forged_form_with_names_of_rows_changes_nothing(vera: User, files: object) -> None:
    world = World()
    rows = [getattr(world, part) for part in ROWS]
    client = Client()
    client.force_login(vera)
    vera.refresh_from_db()
    before, runs = _rows(), TaskRun.objects.count()
    sent = 0
    for row in rows:
        page = PAGES.get(row._meta.label_lower)
        if page is None:
            continue
        address = reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_changelist")
        for name in _everything(page):
            form = {
                "action": name, "_selected_action": [row.pk], "select_across": "0", "index": "0",
                "launch_confirmed": "1", "post": "yes",
            }  # fmt: skip
            answer = client.post(address, form)
            assert (row._meta.label, name, answer.status_code) in {
                (row._meta.label, name, status) for status in (200, 302, 403)
            }
            sent += 1
    assert sent > 40
    assert TaskRun.objects.count() == runs
    after = _rows()
    assert [label for label in before if before[label] != after[label]] == []
    assert LogEntry.objects.count() == 0


@pytest.mark.django_db
def test_a_form_without_its_mark_is_refused_whoever_sends_it(vera: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(User.objects.create_superuser("stella"))
    for label, page in PAGES.items():
        app, model = label.split(".")
        answer = client.post(reverse(f"admin:{app}_{model}_changelist"), {"action": "delete_selected"})
        assert (label, answer.status_code) == (label, 403)
        assert _everything(page) is not None
