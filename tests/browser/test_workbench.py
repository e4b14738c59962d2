"""A person signs in, opens a company's table and follows a figure to its page."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from companies.models import Company
from extraction.models import Fact
from tests.conftest import ROOT

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_from_the_dashboard_to_the_page_of_a_figure(
    signed_in: Page, live_server: object, company: Company
) -> None:
    page = signed_in
    page.reload()
    expect(page.get_by_role("heading", name="Ten years by company")).to_be_visible()
    page.get_by_role("link", name="Harrowmere Instruments plc").first.click()
    expect(page.locator("thead th").nth(2)).to_contain_text("FY2025")
    revenue = Fact.objects.get(
        concept="is.revenue", document__fiscal_year=2025, period_end__year=2025, superseded_at=None
    )
    cell = page.locator(f"a[href='/admin/statements/figures/{revenue.pk}/']")
    expect(cell).to_be_visible()
    cell.click()
    panel = page.get_by_role("complementary", name="Where the figure comes from")
    expect(panel.get_by_role("heading", name=revenue.label)).to_be_visible()
    panel.get_by_role("link", name="whole page").click()
    expect(page.locator(".tf h1")).to_have_text(revenue.label)
    expect(page.locator(".tf-figure")).to_have_text(revenue.observation.text)
    expect(page.locator(".tf-proof img")).to_be_visible()
    drawn = "document.querySelector('.tf-proof img').complete"
    page.wait_for_function(f"{drawn} && document.querySelector('.tf-proof img').naturalWidth > 600")


def test_the_heading_and_the_first_column_stay_in_sight(
    signed_in: Page, live_server: object, company: Company
) -> None:
    page = signed_in
    page.set_viewport_size({"width": 700, "height": 500})
    page.goto(f"{live_server}/admin/statements/harrowmere/?statement=balance_sheet&lines=all")
    sheet = page.locator(".tf-sheet")
    before = page.locator("thead th").first.bounding_box()
    sheet.evaluate("sheet => { sheet.scrollTop = 400; sheet.scrollLeft = 200; }")
    after = page.locator("thead th").first.bounding_box()
    assert before is not None
    assert after is not None
    assert (round(after["x"]), round(after["y"])) == (round(before["x"]), round(before["y"]))


def test_a_report_is_uploaded_in_the_admin(signed_in: Page, live_server: object, files: Path) -> None:
    Company.objects.create(name="Northwind", slug="northwind")
    page = signed_in
    page.goto(f"{live_server}/admin/documents/document/add/?company={Company.objects.get().pk}")
    page.set_input_files("input[type=file]", ROOT / "demo" / "reports" / "annual-report-2025.pdf")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("was added successfully")).to_be_visible()
    expect(page.get_by_text("annual-report-2025.pdf").first).to_be_visible()


def test_a_file_that_is_no_pdf_is_refused_in_words(signed_in: Page, live_server: object, files: Path) -> None:
    Company.objects.create(name="Northwind", slug="northwind")
    page = signed_in
    page.goto(f"{live_server}/admin/documents/document/add/?company={Company.objects.get().pk}")
    page.set_input_files(
        "input[type=file]",
        {"name": "ar.pdf", "mimeType": "application/pdf", "buffer": b"<html>Sign in</html>"},
    )
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("it is a web page")).to_be_visible()
