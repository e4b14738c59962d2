"""Whole stories: an analyst, an operator and a viewer, each with what their role is for."""

import io
import os
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from companies.models import Company
from documents.models import Document
from documents.storage import open_version
from documents.upload import accept_upload
from extraction.models import Correction, Fact
from jobs.launch import launch
from jobs.models import TaskRun
from jobs.states import State
from tests.http import small_pdf
from tests.people import PASSWORD, in_role

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]


READ = "extract_financial_statements"


@pytest.fixture
def at_work(worker: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A worker, and a web server that tells the broker."""
    from jobs import broker

    monkeypatch.setattr(broker, "_closed_until", 0.0)
    monkeypatch.setattr(broker._line, "connection", None)
    return worker


@pytest.fixture
def ten_reports(files: Path) -> Company:
    """Ten reports to read, the last of which has lost its file."""
    company = Company.objects.create(name="Harrowmere Instruments plc", slug="harrowmere")
    for number in range(10):
        content = small_pdf(f"Annual report {2010 + number}")
        document = accept_upload(company, io.BytesIO(content), f"report-{2010 + number}.pdf").document
        Document.objects.filter(pk=document.pk).update(title=f"Report {2010 + number}")
    return company


def enter(page: Page, live_server: object, role: str) -> Page:
    """Sign in as somebody in a role."""
    in_role(role)
    page.goto(f"{live_server}/admin/login/")
    page.fill("input[name=username]", role)
    page.fill("input[name=password]", PASSWORD)
    page.click("button[type=submit]")
    expect(page).to_have_url(f"{live_server}/admin/")
    return page


def test_an_operator_starts_ten_readings_cancels_one_and_repeats_a_failed_one(
    page: Page, live_server: object, ten_reports: Company, at_work: Any
) -> None:
    enter(page, live_server, "operator")
    lost = Document.objects.get(title="Report 2019").current_version
    with open_version(lost) as file:
        content, path = file.read(), Path(file.name)
    os.unlink(path)
    page.goto(f"{live_server}/admin/documents/document/")
    page.check("#action-toggle")
    page.select_option("select[name=action]", "extract")
    page.click("button[title='Run the selected action']")
    expect(page.get_by_text("10 runs are queued.")).to_be_visible()

    page.goto(f"{live_server}/admin/now/")
    page.evaluate("window.notReloaded = true")
    waiting = page.locator("section[aria-labelledby=monitor-queued] [data-run]")
    chosen = waiting.last.get_attribute("data-run")
    page.locator(f"[formaction$='{chosen}/cancel/']").click()
    expect(page.get_by_text("1 run is asked to stop.")).to_be_visible()
    page.evaluate("window.notReloaded = true")
    ended = page.locator("section[aria-labelledby=monitor-ended] > ul > [data-run]")
    expect(ended).to_have_count(10, timeout=120_000)
    assert page.evaluate("window.notReloaded") is True
    assert TaskRun.objects.get(pk=chosen).state == State.CANCELLED

    failed = TaskRun.objects.get(state=State.FAILED)
    assert failed.subject == lost.document
    page.goto(f"{live_server}/admin/jobs/taskrun/?state__exact=failed")
    page.locator("#result_list a", has_text=READ).click()
    expect(page.locator(".tf-standing-head")).to_contain_text("Failed")
    path.write_bytes(content)
    page.get_by_role("button", name="Repeat").click()
    expect(page.locator(".tf-standing[data-over]")).to_be_visible(timeout=60_000)
    again = TaskRun.objects.exclude(pk=failed.pk).filter(subject_id=failed.subject_id).latest("queued_at")
    assert (again.task, again.requested_by.username) == (READ, "operator")
    assert again.state != State.FAILED


def test_a_viewer_can_do_neither(page: Page, live_server: object, ten_reports: Company) -> None:
    document = Document.objects.first()
    waiting = launch(READ, subject=document, document_id=document.pk).run
    enter(page, live_server, "viewer")
    page.goto(f"{live_server}/admin/documents/document/")
    expect(page.get_by_text("Report 2019").first).to_be_visible()
    assert page.locator("select[name=action] option[value=extract]").count() == 0
    page.goto(f"{live_server}/admin/now/")
    expect(page.locator(f"[data-run='{waiting.pk}']")).to_be_visible()
    assert page.locator("[formaction]").count() == 0
    page.goto(f"{live_server}{waiting.get_absolute_url()}")
    expect(page.locator(".tf-standing")).to_be_visible()
    assert page.get_by_role("button", name=re.compile("Cancel|Repeat")).count() == 0
    waiting.refresh_from_db()
    assert (waiting.state, TaskRun.objects.count()) == (State.QUEUED, 1)


def test_an_analyst_proves_a_figure_corrects_a_line_and_finds_it_kept_after_another_reading(
    page: Page, live_server: object, company: Company, at_work: Any
) -> None:
    page.set_default_timeout(15_000)
    enter(page, live_server, "analyst")
    page.get_by_role("link", name="Harrowmere Instruments plc").first.click()
    page.goto(f"{live_server}/admin/statements/harrowmere/")
    lines = Fact.objects.filter(document__fiscal_year=2025, superseded_at=None, row_kind="line")
    fact = lines.exclude(concept="").filter(statement="cash_flow_statement").latest("period_end", "pk")
    page.goto(f"{live_server}/admin/statements/figures/{fact.pk}/")
    expect(page.locator("figure img").first).to_be_visible()
    page.get_by_role("link", name="Correct this figure").click()
    page.select_option("#c-concept", "")
    page.fill("#c-reason-concept", "A line of its own")
    page.locator("form", has=page.locator("#c-concept")).get_by_role("button", name="Show what").click()
    expect(page.get_by_role("heading", name="What would change")).to_be_visible()
    page.get_by_role("button", name="Keep this correction").click()
    correction = Correction.objects.get()
    assert (correction.action, correction.author.username) == ("concept", "analyst")

    def settled() -> bool:
        return not TaskRun.objects.unfinished().exists()

    wait(page, settled)
    page.goto(f"{live_server}/admin/documents/document/{fact.document_id}/change/")
    launch(READ, subject=fact.document, document_id=fact.document_id, force=True)
    wait(page, settled)
    assert not TaskRun.objects.filter(state__in=(State.FAILED, State.DEAD)).exists()
    kept = Fact.objects.filter(
        document=fact.document, label=fact.label, period_end=fact.period_end, superseded_at=None
    ).latest("pk")
    assert (kept.concept, kept.value) == ("", fact.value)
    page.goto(f"{live_server}/admin/statements/figures/{kept.pk}/")
    expect(page.get_by_text("A person decided")).to_be_visible()

    page.goto(f"{live_server}/admin/statements/harrowmere/")
    with page.expect_download() as download:
        page.get_by_role("link", name="Excel").click()
    assert download.value.suggested_filename.endswith(".xlsx")
    assert Path(download.value.path()).read_bytes()[:2] == b"PK"


def wait(page: Page, condition: Any, seconds: float = 90) -> None:
    """Until it holds, looking four times a second."""
    for _ in range(int(seconds * 4)):
        if condition():
            return
        page.wait_for_timeout(250)
    pytest.fail("It took too long.")
