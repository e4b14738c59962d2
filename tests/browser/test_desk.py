"""An analyst looks around: the first page, what is missing, a company, a report and its pages."""

from pathlib import Path

import pytest
from django.core.cache import cache
from playwright.sync_api import Page, expect

from companies.models import Company
from documents.models import Document
from extraction.compile import compile_company
from jobs.launch import launch
from jobs.models import TaskRun
from tests.extraction.made import a_company, a_company_that_restated, a_document

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _nothing_kept() -> None:
    cache.clear()


def test_the_first_page_keeps_itself_up_to_date(signed_in: Page, live_server: object) -> None:
    page = signed_in
    page.reload()
    under_way = page.locator("section", has=page.get_by_role("heading", name="Under way"))
    expect(under_way).to_contain_text("Nothing is running.")
    page.evaluate("window.notReloaded = true")
    northwind = a_company()
    launch("scrape_investor_relations", subject=northwind, company_id=northwind.pk)
    expect(under_way.get_by_role("link", name="Northwind")).to_be_visible(timeout=10_000)
    expect(under_way.get_by_role("progressbar")).to_have_attribute("aria-valuenow", "0")
    assert page.evaluate("window.notReloaded") is True
    health = page.locator("section", has=page.get_by_role("heading", name="Health"))
    expect(health).to_contain_text("The database answers.", timeout=10_000)


def test_a_hole_is_seen_and_something_is_done_about_it(signed_in: Page, live_server: object) -> None:
    page = signed_in
    northwind = a_company(investor_relations_url="https://northwind.example/ir")
    for year in (2023, 2024):
        a_document(northwind, year)
    page.goto(f"{live_server}/admin/coverage/")
    page.get_by_role("row", name="Northwind").get_by_role("link", name="Northwind", exact=True).click()
    expect(page.get_by_role("heading", name="What is missing, and what to do about it")).to_be_visible()
    page.locator("tr", has_text="FY 2024").get_by_role("button", name="Process it").click()
    expect(page.get_by_text("1 run is queued.")).to_be_visible()
    expect(page).to_have_url(f"{live_server}/admin/coverage/northwind/")
    assert TaskRun.objects.get().subject == Document.objects.get(fiscal_year=2024)


def test_from_a_company_to_a_report_and_its_pages(
    signed_in: Page, live_server: object, company: Company, files: Path
) -> None:
    page = signed_in
    page.goto(f"{live_server}/admin/companies/company/{company.pk}/change/")
    expect(page.locator(".tf-headlines .tf-card").first).to_contain_text("million")
    page.locator("section", has=page.get_by_role("heading", name="Documents")).get_by_role("link").nth(
        2
    ).click()
    expect(page.get_by_role("heading", name="Statements that were found")).to_be_visible()
    expect(page.locator(".tf-stated")).to_have_count(3)
    sheet = page.locator(".tf-contact img").first
    sheet.scroll_into_view_if_needed()
    page.wait_for_function("document.querySelector('.tf-contact img').naturalWidth === 1008", timeout=20_000)


def test_a_button_of_a_company_starts_its_work(signed_in: Page, live_server: object) -> None:
    page = signed_in
    northwind = a_company(investor_relations_url="https://northwind.example/ir")
    page.goto(f"{live_server}/admin/companies/company/{northwind.pk}/change/")
    page.get_by_role("button", name="Search the investor-relations site").click()
    expect(page.get_by_text("1 run is queued.")).to_be_visible()
    expect(page).to_have_url(f"{live_server}/admin/companies/company/{northwind.pk}/change/")
    assert TaskRun.objects.get().task == "scrape_investor_relations"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_no_page_is_wider_than_the_window(
    signed_in: Page, live_server: object, scheme: str, width: int
) -> None:
    page = signed_in
    northwind = a_company(investor_relations_url="https://northwind.example/ir")
    report = a_document(northwind, 2024)
    compile_company(a_company_that_restated("eastwind"))
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.set_viewport_size({"width": width, "height": 844})
    for path in (
        "/admin/",
        "/admin/overview/first-steps/",
        "/admin/coverage/?kind=all",
        "/admin/coverage/northwind/",
        f"/admin/companies/company/{northwind.pk}/change/",
        f"/admin/documents/document/{report.pk}/change/",
        "/admin/extraction/restatement/",
        "/admin/statements/eastwind/",
    ):
        response = page.goto(f"{live_server}{path}")
        assert response is not None
        assert response.status == 200, path
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
