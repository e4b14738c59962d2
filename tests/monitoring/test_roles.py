"""The groups viewer, analyst and operator: what each may do, and that people have the last word."""

from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command
from django.test import Client

from jobs.launch import launch
from jobs.models import TaskRun
from jobs.permissions import permission_to_start
from jobs.states import State
from monitoring.models import GivenPermission
from monitoring.roles import ROLES, give_permissions
from tests.conftest import ROOT
from tests.extraction.made import a_company
from tests.people import in_role

pytestmark = pytest.mark.django_db

COMPANIES = "/admin/companies/company/"
RUNS = "/admin/jobs/taskrun/"
PAGES = (
    "/admin/",
    COMPANIES,
    "/admin/documents/document/",
    "/admin/extraction/fact/",
    "/admin/extraction/reviewitem/",
    RUNS,
    "/admin/django_celery_beat/periodictask/",
)


def permissions_of(role: str) -> set[str]:
    rows = Permission.objects.filter(group__name=role).values_list("content_type__app_label", "codename")
    return {f"{app}.{codename}" for app, codename in rows}


def start(client: Client, company: Any, action: str = "scrape") -> int:
    return client.post(COMPANIES, {"action": action, "_selected_action": [company.pk]}).status_code


def test_each_role_has_what_its_patterns_say_and_nothing_else() -> None:
    give_permissions()
    rows = Permission.objects.values_list("content_type__app_label", "codename")
    everything = {f"{app}.{codename}" for app, codename in rows}
    for role in ROLES:
        assert permissions_of(role.name) == {name for name in everything if role.includes(name)}
    viewer, analyst, operator = (permissions_of(role.name) for role in ROLES)
    assert {name.partition(".")[2].partition("_")[0] for name in viewer} == {"view"}
    assert viewer < analyst
    assert viewer < operator
    assert {"extraction.change_reviewitem", "companies.change_company"} <= analyst - operator
    assert {"jobs.cancel_taskrun", "jobs.repeat_taskrun"} <= operator - analyst
    assert "django_celery_beat.change_periodictask" in operator - analyst
    assert "extraction.change_llmbudget" not in analyst | operator
    started = {permission_to_start(task) for task in settings.TASK_ROUTES} & everything
    assert started <= operator
    assert "jobs.start_extract_financial_statements" in analyst
    assert "jobs.start_rescrape_companies" not in analyst
    assert not [name for name in analyst | operator if name.startswith(("auth.", "knox.", "axes."))]


def test_a_second_time_gives_nothing_and_keeps_what_people_changed() -> None:
    give_permissions()
    analysts = Group.objects.get(name="analyst")
    analysts.permissions.remove(Permission.objects.get(codename="change_reviewitem"))
    analysts.permissions.add(Permission.objects.get(codename="cancel_taskrun"))
    Group.objects.get(name="viewer").delete()
    call_command("sync_groups")
    assert "extraction.change_reviewitem" not in permissions_of("analyst")
    assert "jobs.cancel_taskrun" in permissions_of("analyst")
    assert not Group.objects.filter(name="viewer").exists()


def test_what_comes_later_reaches_the_roles() -> None:
    give_permissions()
    later = "jobs.start_download_pdf"
    Permission.objects.get(codename="start_download_pdf").delete()
    GivenPermission.objects.filter(permission=later).delete()
    done = give_permissions()
    assert done.given == {"analyst": [later], "operator": [later]}
    assert later in permissions_of("operator")


@pytest.mark.parametrize("role", ["viewer", "analyst", "operator"])
def test_every_role_sees_every_page(client: Client, role: str) -> None:
    client.force_login(in_role(role))
    assert [(page, client.get(page).status_code) for page in PAGES] == [(page, 200) for page in PAGES]


def test_a_viewer_starts_cancels_and_repeats_nothing(client: Client) -> None:
    company = a_company()
    client.force_login(in_role("viewer"))
    assert "scrape" not in client.get(COMPANIES).content.decode()
    start(client, company)
    assert client.post(f"{COMPANIES}{company.pk}/act/", {"action": "scrape"}).status_code == 403
    assert client.post("/admin/statements/northwind/extract/").status_code in (403, 404)
    run = launch("classify_document", document_id=1).run
    client.post(RUNS, {"action": "cancel_selected", "_selected_action": [str(run.pk)]})
    assert client.post(f"{RUNS}{run.pk}/cancel/").status_code == 403
    assert client.delete(f"/api/v1/tasks/{run.pk}").status_code == 403
    run.refresh_from_db()
    assert (run.state, run.cancel_requested_at, TaskRun.objects.count()) == (State.QUEUED, None, 1)
    TaskRun.objects.update(state=State.CANCELLED, finished_at=run.queued_at)
    assert client.post(f"{RUNS}{run.pk}/repeat/").status_code == 403
    answer = client.post(f"/api/v1/tasks/companies/{company.pk}/scrape")
    assert (answer.status_code, TaskRun.objects.count()) == (403, 1)


def test_an_analyst_starts_readings_and_cancels_what_they_asked_for_alone(client: Client) -> None:
    company = a_company()
    analyst = in_role("analyst")
    client.force_login(analyst)
    assert start(client, company, "recompile") == 302
    mine = TaskRun.objects.get()
    assert (mine.task, mine.requested_by) == ("recompile_company_statements", analyst)
    others = launch("classify_document", document_id=1).run
    assert client.delete(f"/api/v1/tasks/{others.pk}").status_code == 403
    assert client.delete(f"/api/v1/tasks/{mine.pk}").status_code == 202


def test_an_operator_starts_cancels_repeats_and_changes_no_company(client: Client) -> None:
    company = a_company()
    client.force_login(in_role("operator"))
    assert start(client, company) == 302
    run = TaskRun.objects.get()
    assert run.task == "scrape_investor_relations"
    assert client.post(f"{RUNS}{run.pk}/cancel/").status_code == 302
    assert client.post(f"{RUNS}{run.pk}/repeat/").status_code == 302
    assert sorted(TaskRun.objects.values_list("state", flat=True)) == [State.CANCELLED, State.QUEUED]
    client.post(f"{COMPANIES}{company.pk}/change/", {"name": "Another"})
    company.refresh_from_db()
    assert company.name != "Another"


def test_the_roles_are_documented() -> None:
    page = (ROOT / "docs" / "people.md").read_text()
    for role in ROLES:
        assert f"**{role.name}**" in page
        assert role.purpose in " ".join(page.split())
