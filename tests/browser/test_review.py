"""An analyst works the queue off with single keys, and names a line for all years."""

import io
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from companies.models import Company
from documents.models import DocumentStatus
from documents.upload import accept_upload
from engine.kinds import DocumentKind
from extraction.compile import compile_company
from extraction.extract import extract
from extraction.models import CompiledRow, Correction, Fact, ReviewItem
from jobs.models import TaskRun
from tests.extraction.made import a_company
from tests.extraction.test_corrections import MISPRINTED, standing, the_report
from tests.extraction.working import work_off

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def company(files: Path) -> Company:
    """A report whose gross profit is misprinted and in which one line is the company's own."""
    company = a_company(fiscal_year_end_month=6, fiscal_year_end_day=30)
    rows = [
        ("Cost of the workshop", "", "—", "12.0") if label == "Other operating income" else (label, *rest)
        for label, *rest in MISPRINTED
    ]
    document = accept_upload(company, io.BytesIO(the_report(rows)), "annual-report-2023.pdf").document
    document.document_type, document.fiscal_year = DocumentKind.ANNUAL_REPORT, 2023
    document.status = DocumentStatus.CLASSIFIED
    document.save()
    extract(document)
    compile_company(company)
    return company


@pytest.fixture
def signed_in(page: Page, live_server: object) -> Page:
    User.objects.create_superuser("ada", password="a-long-enough-one")
    page.goto(f"{live_server}/admin/login/")
    page.fill("input[name=username]", "ada")
    page.fill("input[name=password]", "a-long-enough-one")
    page.click("button[type=submit]")
    expect(page).to_have_url(f"{live_server}/admin/")
    return page


def worked_off() -> None:
    for run in TaskRun.objects.filter(task="extraction.apply_corrections"):
        work_off(run)


def test_the_queue_is_worked_off_with_single_keys(
    signed_in: Page, live_server: object, company: Company
) -> None:
    page = signed_in
    page.goto(f"{live_server}/admin/review/")
    title = page.locator("#rv-title")
    expect(title).to_have_text("Figures do not add up")
    expect(page.locator(".rv-page img")).to_have_js_property("complete", True)
    # Forward and back.
    page.keyboard.press("j")
    expect(title).not_to_have_text("Figures do not add up")
    page.keyboard.press("k")
    expect(title).to_have_text("Figures do not add up")
    # The first repair, taken by its number.
    page.keyboard.press("1")
    expect(page.get_by_text("1 question answered by a repair.")).to_be_visible()
    worked_off()
    assert standing("Gross profit").value == 534_500_000
    assert ReviewItem.objects.get(kind="identity_fails").state == "corrected"
    # And taken back.
    page.keyboard.press("u")
    expect(page.get_by_text("1 question open again.")).to_be_visible()
    worked_off()
    assert standing("Gross profit").value == 634_500_000
    # Letters that are typed decide nothing.
    expect(title).to_have_text("Figures do not add up")
    page.locator("#rv-kind").focus()
    page.keyboard.press("a")
    assert ReviewItem.objects.filter(state="accepted").count() == 0


def test_a_line_is_named_from_the_queue_after_a_look_at_what_changes(
    signed_in: Page, live_server: object, company: Company
) -> None:
    page = signed_in
    item = ReviewItem.objects.get(kind="unmapped", reason__contains="Cost of the workshop")
    page.goto(f"{live_server}/admin/review/?item={item.pk}")
    page.keyboard.press("c")
    expect(page.locator(".tf h1")).to_have_text("Correct Cost of the workshop")
    page.get_by_label("Concept").select_option("is.other_op")
    page.locator("form:has(#c-concept)").get_by_role("button", name="Show what would change").click()
    preview = page.locator("section", has=page.get_by_role("heading", name="What would change"))
    expect(preview).to_contain_text("Other operating income and expense, net")
    assert Correction.objects.count() == 0
    preview.get_by_role("button", name="Keep this correction").click()
    expect(page.get_by_text("The correction is kept")).to_be_visible()
    worked_off()
    fact = Fact.objects.get(label="Cost of the workshop", period_end__year=2022, superseded_at=None)
    assert fact.concept == "is.other_op"
    row = CompiledRow.objects.get(compiled__is_current=True, compiled__view="latest", key="is.other_op")
    assert row.label == "Cost of the workshop"
    # At the proof it is said what a person decided.
    page.goto(f"{live_server}/admin/statements/figures/{fact.pk}/")
    page.get_by_role("link", name="Who, when and why").click()
    expect(page.get_by_role("heading", name="History")).to_be_visible()
    page.get_by_role("button", name="Undo this correction").click()
    expect(page.get_by_role("button", name="Put it in force again")).to_be_visible()
