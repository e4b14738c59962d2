"""An analyst at the table of many years: by mouse and keyboard, on a narrow screen, by a link passed on."""

import csv
import io
import re

import pytest
from playwright.sync_api import Page, expect

from companies.models import Company

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PANEL = "Where the figure comes from"


def figures(page: Page) -> str:
    return page.locator("tr[data-key='is.revenue'] td.tf-cell").first.inner_text()


def test_an_analyst_proves_figures_by_keyboard_and_takes_the_table_along(
    signed_in: Page, live_server: object, company: Company
) -> None:
    page = signed_in
    page.goto(f"{live_server}/admin/statements/harrowmere/")
    panel = page.get_by_role("complementary", name=PANEL)
    expect(panel).to_be_hidden()

    # By keyboard: the proof follows where the arrows go, and its cell stands in the address.
    page.locator("tr[data-key='is.revenue'] td.tf-cell").first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(panel.get_by_role("heading", name="Revenue", exact=True)).to_be_visible()
    expect(panel).to_contain_text("FY2024")
    expect(page).to_have_url(re.compile(r"[?&]cell=is\.revenue%402024-06-30"))
    page.wait_for_function(
        "document.querySelector('.tf-bands img')?.complete"
        " && document.querySelector('.tf-bands img').naturalWidth > 200"
    )
    page.keyboard.press("ArrowDown")
    expect(panel.get_by_role("heading", name="Cost of sales", exact=True)).to_be_visible()
    expect(panel).to_contain_text("I1 holds")
    expect(page).to_have_url(re.compile(r"cell=is\.cost_of_sales%402024-06-30"))
    shared = page.url
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(page.locator("td.tf-cell:focus")).to_have_attribute("aria-selected", "true")

    # Unit, view, shares and growth.
    page.get_by_role("link", name="Millions").click()
    assert figures(page) == "481.6"
    page.get_by_role("link", name="Thousands").click()
    assert figures(page) == "481,600"
    page.get_by_role("link", name="Original").click()
    expect(page.get_by_role("link", name="Original")).to_have_attribute("aria-current", "true")
    page.get_by_role("link", name="Growth").click()
    growth = page.locator("tr[data-key='is.revenue'] td.tf-beside").first
    expect(growth).to_have_text("+6.4")
    assert figures(page) == "481,600"  # the unit was kept

    # A chart of two rows, kept when the unit changes.
    page.get_by_role("button", name="Revenue in the chart").click()
    page.get_by_role("button", name="Operating profit in the chart").click()
    chart = page.get_by_role("img", name=re.compile("Chart of Revenue, Operating profit"))
    expect(chart).to_be_visible()
    page.get_by_role("link", name="Millions").click()
    expect(chart).to_be_visible()
    expect(page.get_by_role("button", name="Revenue in the chart")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="Clear").click()
    expect(chart).to_be_hidden()

    # The export has what is on the screen.
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    text = download.value.path().read_text(encoding="utf-8-sig")
    revenue = next(line for line in csv.reader(io.StringIO(text)) if line[0] == "is.revenue")
    assert revenue[5:7] == ["481600000", "452700000"]

    # The link that was passed on opens the same proof, before any script has run.
    page.goto(shared)
    expect(panel.get_by_role("heading", name="Cost of sales", exact=True)).to_be_visible()
    page.go_back()
    page.go_forward()
    expect(panel.get_by_role("heading", name="Cost of sales", exact=True)).to_be_visible()


def test_the_proof_fills_a_narrow_screen_and_goes_away_again(
    signed_in: Page, live_server: object, company: Company
) -> None:
    page = signed_in
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{live_server}/admin/statements/harrowmere/?statement=balance_sheet")
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide == 390  # the page itself does not scroll sideways, only the table does
    page.locator("tr[data-key='bs.total_assets'] td.tf-cell").first.click()
    panel = page.get_by_role("complementary", name=PANEL)
    expect(panel.get_by_role("heading", name="Total assets", exact=True)).to_be_visible()
    box = panel.bounding_box()
    assert box is not None
    assert (box["x"], box["width"]) == (0, 390)
    page.get_by_role("link", name="Close the proof").click()
    expect(panel).to_be_hidden()
    assert "cell=" not in page.url

    # Each cell is a link besides, to be opened in a window of its own.
    page.goto(f"{live_server}/admin/statements/harrowmere/?statement=balance_sheet&lines=all")
    link = page.locator("td.tf-gap a").first.get_attribute("href")
    page.goto(f"{live_server}{link}")
    expect(page.get_by_role("heading", name="Why there is none")).to_be_visible()
