"""A person selects many companies, is told how long it will take, and goes on."""

import os
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from companies.models import Company
from jobs.launch import launch
from jobs.models import TaskRun
from jobs.states import State

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TASK = "recompile_company_statements"


def test_many_runs_are_asked_about_before_they_start(signed_in: Page, live_server: object) -> None:
    page = signed_in
    Company.objects.bulk_create(
        [Company(name=f"Company {number}", slug=f"company-{number}") for number in range(30)]
    )
    earlier = launch(TASK, company_id=0).run
    end = timezone.now()
    TaskRun.objects.filter(pk=earlier.pk).update(
        state=State.SUCCEEDED, started_at=end - timedelta(minutes=3), finished_at=end
    )
    page.goto(f"{live_server}/admin/companies/company/")  # type: ignore[str-bytes-safe]
    page.check("#action-toggle")
    page.select_option("select[name=action]", "recompile")
    page.click("button[name=index], button[title='Run the selected action']")
    expect(page.get_by_text("One takes about 3 min 0 s, judged by the last 1")).to_be_visible()
    if picture := os.environ.get("TENFOLD_PICTURE"):
        page.screenshot(path=picture)
    assert TaskRun.objects.count() == 1
    page.get_by_role("button", name="Start 30 runs").click()
    expect(page.get_by_text("30 runs are queued.")).to_be_visible()
    assert TaskRun.objects.filter(task=TASK, state=State.QUEUED).count() == 30
