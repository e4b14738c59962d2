"""What people do in the admin and through the API leaves exactly one event each, with what was before."""

import base64
import json
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, Permission, User
from django.test import Client
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from audit.actions import Action
from audit.chain import verify
from audit.logins import MOST_FAILURES
from audit.model_admin import AuditMixin
from audit.models import AuditEvent
from companies.models import Company
from jobs.cancel import cancel
from jobs.launch import launch
from jobs.states import Trigger
from tests.audit.trail import events
from tests.people import PASSWORD

pytestmark = pytest.mark.django_db


@pytest.fixture
def alice() -> User:
    return User.objects.create_superuser("alice", password=PASSWORD)


@pytest.fixture
def browser(alice: User) -> Client:
    client = Client(REMOTE_ADDR="192.0.2.7")
    client.force_login(alice)
    assert events().get().action == Action.LOGGED_IN
    return client


def only_new(after: int = 1) -> AuditEvent:
    """The one event behind so many; the chain holds."""
    assert events().count() == after + 1
    assert verify().broken_at is None
    return events().get(sequence=after + 1)


def test_every_page_of_the_admin_is_kept() -> None:
    assert [str(page) for page in admin.site._registry.values() if not _kept(page)] == [
        "audit.AuditEventAdmin"
    ]
    assert [str(page) for page in admin.site._registry.values() if page.list_editable] == []


def _kept(page: Any) -> bool:
    return isinstance(page, AuditMixin)


def test_a_change_of_a_group_names_its_permissions(browser: Client, alice: User) -> None:
    group = Group.objects.create(name="readers")
    view = Permission.objects.get(codename="view_company")
    answer = browser.post(
        f"/admin/auth/group/{group.pk}/change/", {"name": "lookers", "permissions": [view.pk]}
    )
    assert answer.status_code == 302
    event = only_new()
    assert (event.action, event.person, event.person_id) == (Action.CHANGED, "alice", alice.pk)
    assert (event.object_type, event.object_id, event.object_label) == (
        "auth.Group",
        str(group.pk),
        "lookers",
    )
    assert event.before == {"name": "readers", "permissions": []}
    assert event.after == {"name": "lookers", "permissions": [str(view)]}
    assert event.address == "192.0.2.7"
    assert len(event.request_id) == 36


def test_a_change_that_changes_nothing_leaves_no_event(browser: Client) -> None:
    group = Group.objects.create(name="readers")
    assert browser.post(f"/admin/auth/group/{group.pk}/change/", {"name": "readers"}).status_code == 302
    assert events().count() == 1


def test_adding_and_deleting(browser: Client) -> None:
    browser.post("/admin/auth/group/add/", {"name": "readers"})
    added = only_new()
    assert (added.action, added.before, added.after["name"]) == (Action.ADDED, None, "readers")
    browser.post(f"/admin/auth/group/{added.object_id}/delete/", {"post": "yes"})
    gone = only_new(2)
    assert (gone.action, gone.object_id, gone.after) == (Action.DELETED, added.object_id, None)
    assert gone.before["name"] == "readers"


def test_deleting_several_from_the_list(browser: Client) -> None:
    keys = [Group.objects.create(name=name).pk for name in ("a", "b")]
    browser.post("/admin/auth/group/", {"action": "delete_selected", "_selected_action": keys, "post": "yes"})
    assert Group.objects.filter(pk__in=keys).count() == 0
    deleted = events().filter(action=Action.DELETED)
    assert sorted(event.object_label for event in deleted) == ["a", "b"]
    assert verify().events == 3


def test_switching_a_schedule_off(browser: Client) -> None:
    every = IntervalSchedule.objects.create(every=5, period=IntervalSchedule.MINUTES)
    entry = PeriodicTask.objects.create(name="Echo", task="jobs.start_scheduled", interval=every)
    browser.post(
        "/admin/django_celery_beat/periodictask/", {"action": "switch_off", "_selected_action": [entry.pk]}
    )
    event = only_new()
    assert (event.object_type, event.object_label.startswith("Echo")) == (
        "django_celery_beat.PeriodicTask",
        True,
    )
    assert (event.before["enabled"], event.after["enabled"]) == (True, False)
    assert sorted(event.after) == ["date_changed", "enabled"]


def test_a_company_through_the_api(browser: Client) -> None:
    made = browser.post(
        "/api/v1/companies/", {"name": "Example", "slug": "example"}, content_type="application/json"
    )
    assert made.status_code == 201, made.content
    added = only_new()
    assert (added.action, added.person, added.after["name"]) == (Action.ADDED, "alice", "Example")
    key = Company.objects.get().pk
    browser.patch(f"/api/v1/companies/{key}/", {"name": "Renamed"}, content_type="application/json")
    changed = only_new(2)
    assert (changed.before["name"], changed.after["name"]) == ("Example", "Renamed")


def test_a_wrong_password_is_kept_without_it(client: Client, alice: User) -> None:
    client.post("/admin/login/", {"username": "alice", "password": "guessed"}, REMOTE_ADDR="192.0.2.9")
    event = only_new(0)
    assert (event.action, event.person, event.address) == (Action.LOGIN_FAILED, "", "192.0.2.9")
    assert event.detail == "As 'alice'."
    assert "guessed" not in json.dumps(event.__dict__, default=str)


def test_a_stranger_cannot_fill_the_trail(client: Client) -> None:
    for number in range(MOST_FAILURES + 5):
        client.post("/admin/login/", {"username": f"name{number}", "password": "x"})
    assert events().count() == MOST_FAILURES
    assert events().last().detail.endswith("Further failures of this address within the hour"
                                                      " are only in the log.")  # fmt: skip


def test_logging_in_and_out(client: Client, alice: User) -> None:
    client.post("/admin/login/", {"username": "alice", "password": PASSWORD})
    client.post("/admin/logout/")
    assert [event.action for event in events()] == ["logged_in", "logged_out"]
    assert {event.person for event in events()} == {"alice"}


def test_a_run_names_who_started_and_who_cancelled_it(alice: User) -> None:
    run = launch("check_known_files", by=alice, trigger=Trigger.ADMIN).run
    started = only_new(0)
    assert (started.action, started.person, started.detail) == (Action.LAUNCHED, "alice", run.task)
    assert (started.object_type, started.object_id) == ("jobs.TaskRun", str(run.pk))
    launch("check_known_files", by=alice, trigger=Trigger.ADMIN)  # the same run
    assert events().count() == 1
    cancel(run, by=alice)
    assert only_new().action == Action.CANCELLED


def test_what_the_system_starts_is_no_event() -> None:
    launch("check_known_files", trigger=Trigger.SCHEDULE)
    assert events().count() == 0


def test_the_page_and_its_export(browser: Client) -> None:
    Group.objects.create(name="readers")
    browser.post("/admin/auth/group/add/", {"name": "lookers"})
    listed = browser.get("/admin/audit/auditevent/").content.decode()
    assert "lookers" in listed
    assert browser.get("/admin/audit/auditevent/2/change/").status_code == 200
    assert browser.get("/admin/audit/auditevent/add/").status_code == 403
    assert browser.post("/admin/audit/auditevent/2/delete/", {"post": "yes"}).status_code == 403
    answer = browser.post("/admin/audit/auditevent/", {"action": "export", "_selected_action": [1, 2]})
    lines = [json.loads(line) for line in b"".join(answer.streaming_content).splitlines()]
    assert [line["sequence"] for line in lines] == [1, 2]
    assert lines[1]["after"]["name"] == "lookers"
    assert events().last().detail == "2 events"


def test_a_token_is_kept_by_its_beginning(client: Client, alice: User) -> None:
    basic = base64.b64encode(f"alice:{PASSWORD}".encode()).decode()
    token = client.post("/api/v1/token/", headers={"authorization": f"Basic {basic}"}).json()["token"]
    event = events().get(action=Action.TOKEN_CREATED)
    assert token not in json.dumps(event.__dict__, default=str)
    assert token.startswith(event.after["begins_with"])
    client.post("/api/v1/token/revoke/", headers={"authorization": f"Bearer {token}"})
    revoked = events().get(action=Action.TOKEN_REVOKED)
    assert (revoked.person, revoked.before) == ("alice", {"begins_with": event.after["begins_with"]})
