"""`./run screens tutorial`: goes through docs/tutorial.md step by step, and takes its pictures on the way.

Every step does what the page says, by the names it uses, and looks for what the page promises. A step that
does not hold ends the run; its name is printed last.
"""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

ROOT = Path(__file__).resolve().parent.parent
REPORT = ROOT / "demo" / "reports" / "annual-report-2025.pdf"
SECONDS = 180  # in which a report is read
PATIENCE = 45_000  # milliseconds for a page
# Pictures of pages come late, those out of sight not at all.
PICTURES_ARE_THERE = """() => [...document.images].every(
    image => image.complete || image.getBoundingClientRect().top > innerHeight)"""
# Takes a picture and its name.
Keep = Callable[[bytes, str], None]


class Tutorial:
    """The steps in their order; each begins on the page on which the one before ended."""

    def __init__(self, page: Page, address: str, password: str, keep: Keep) -> None:
        self.page, self.address, self.password, self._keep = page, address, password, keep

    def take(self, name: str) -> None:
        self.page.wait_for_load_state("networkidle")
        self.page.wait_for_function(PICTURES_ARE_THERE)
        self.page.wait_for_timeout(400)
        self._keep(self.page.screenshot(), name)

    def cell(self, line: str, column: int) -> Locator:
        row = self.page.locator("tr", has=self.page.get_by_role("rowheader", name=line, exact=True))
        return row.locator("td.tf-cell a").nth(column)

    def sign_in(self) -> None:
        page = self.page
        page.goto(f"{self.address}/admin/")
        page.fill("input[name=username]", "admin")
        page.fill("input[name=password]", self.password)
        page.click("button[type=submit]")
        expect(page.get_by_text("questions wait for a decision")).to_be_visible()
        self.take("overview")

    def see_the_table(self) -> None:
        page = self.page
        page.goto(f"{self.address}/admin/statements/harrowmere/")
        expect(page.locator("table[role=grid] thead th[data-period]")).to_have_count(10)
        expect(self.cell("Revenue", 0)).to_have_text("481.6")
        expect(self.cell("Revenue", 9)).to_have_text("286.4")
        self.take("table")

    def prove_a_figure(self) -> None:
        self.cell("Revenue", 0).click()
        side = self.page.locator("#tf-side")
        expect(side.get_by_text("481,600,000 EUR")).to_be_visible()
        expect(side.get_by_text("open the PDF at this page")).to_be_visible()
        self.take("proof")
        self.page.keyboard.press("Escape")

    def compare_publications(self) -> None:
        page = self.page
        expect(self.cell("Administrative expenses", 3)).to_have_text("R(35.0)")
        page.get_by_role("link", name="Original", exact=True).click()
        expect(self.cell("Administrative expenses", 3)).to_contain_text("(32.8)")
        self.take("original")
        page.get_by_role("link", name="Latest", exact=True).click()
        expect(self.cell("Administrative expenses", 3)).to_have_text("R(35.0)")
        expect(page.get_by_role("heading", name="Restated figures")).to_be_visible()

    def draw_rows(self) -> None:
        page = self.page
        for line in ("Gross profit", "Operating profit", "Profit for the year"):
            page.get_by_role("button", name=f"{line} in the chart", exact=True).click()
        expect(page.locator("#tf-chart")).to_be_visible()
        page.evaluate("window.scrollTo(0, 0)")
        page.wait_for_timeout(800)
        self.take("chart")
        page.get_by_role("button", name="Clear", exact=True).click()

    def take_the_figures_along(self) -> None:
        with self.page.expect_download() as download:
            self.page.get_by_role("link", name="Excel", exact=True).click()
        workbook = Path(download.value.path()).read_bytes()
        sheets = zipfile.ZipFile(io.BytesIO(workbook)).read("xl/workbook.xml").decode()
        for sheet in ("Income statement", "Balance sheet", "Cash flow statement", "Sources"):
            if f'name="{sheet}"' not in sheets:
                raise AssertionError(f"the workbook has no sheet {sheet}")

    def answer_a_question(self) -> None:
        page = self.page
        page.goto(f"{self.address}/admin/review/")
        page.get_by_role("link", name="Customer laboratories").first.click()
        expect(page.get_by_role("heading", name="What is this line?")).to_be_visible()
        self.take("questions")

    def try_a_correction(self) -> None:
        page = self.page
        page.goto(f"{self.address}/admin/statements/harrowmere/")
        self.cell("Finance income", 0).click()
        page.locator("#tf-side").get_by_role("link", name="Correct this figure").click()
        page.get_by_label("As it should read").fill("2.9")
        page.get_by_role("button", name="Show what would change").first.click()
        expect(page.get_by_role("heading", name="What would change")).to_be_visible()
        expect(page.get_by_role("button", name="Keep this correction")).to_be_visible()
        self.take("correction")

    def read_interim_reports(self) -> None:
        page = self.page
        page.goto(f"{self.address}/admin/statements/harrowmere/")
        page.get_by_role("link", name="Half year", exact=True).click()
        expect(page.get_by_role("heading", name="No half year has been read")).to_be_visible()
        page.locator(".tf-empty").get_by_role("button", name="Read interim reports").click()
        self._wait_for_the_run()
        page.goto(f"{self.address}/admin/statements/harrowmere/?period=half_year")
        expect(page.locator("table[role=grid]")).to_contain_text("H1")
        self.take("half-year")

    def add_a_company(self) -> None:
        page = self.page
        page.goto(f"{self.address}/admin/companies/company/add/")
        page.get_by_label("Name", exact=False).first.fill("My Company plc")
        page.get_by_role("button", name="Save", exact=True).click()
        expect(page.get_by_text("was added successfully")).to_be_visible()

    def upload_a_report(self) -> None:
        page = self.page
        company = self._company("my-company-plc")
        page.goto(f"{self.address}/admin/documents/document/add/?company={company}")
        page.set_input_files("input[type=file]", str(REPORT))
        page.get_by_role("button", name="Save", exact=True).click()
        expect(page.get_by_text("was added successfully")).to_be_visible()

    def compile_it(self) -> None:
        page = self.page
        self._wait_for_the_run()
        page.goto(f"{self.address}/admin/companies/company/{self._company('my-company-plc')}/change/")
        page.get_by_role("button", name="Recompile the statements").click()
        self._wait_for_the_run()
        page.goto(f"{self.address}/admin/statements/my-company-plc/")
        expect(page.locator("table[role=grid] thead th[data-period]")).to_have_count(2)
        expect(self.cell("Revenue", 0)).to_have_text("481.6")
        self.take("own-company")

    def _company(self, slug: str) -> int:
        answer = self.page.request.get(f"{self.address}/api/v1/companies/?page_size=200").json()
        return int(next(one["id"] for one in answer["results"] if one["slug"] == slug))

    def _wait_for_the_run(self) -> None:
        """Until nothing that was asked for is left to be done."""
        for _ in range(SECONDS):
            self.page.wait_for_timeout(1000)
            runs = self.page.request.get(f"{self.address}/api/v1/tasks/?page_size=20").json()["results"]
            if all(run["state"] not in ("queued", "running", "waiting") for run in runs):
                return
        raise AssertionError("the work did not end in time")

    STEPS = (
        sign_in, see_the_table, prove_a_figure, compare_publications, draw_rows, take_the_figures_along,
        answer_a_question, try_a_correction, read_interim_reports, add_a_company, upload_a_report, compile_it,
    )  # fmt: skip


def go_through(page: Page, address: str, password: str, keep: Keep) -> None:
    """All steps, on an installation with the demo company in it."""
    # The work of the steps goes on beside the pages, on the same processors.
    expect.set_options(timeout=PATIENCE)
    page.set_default_timeout(PATIENCE)
    tutorial = Tutorial(page, address, password, keep)
    for step in Tutorial.STEPS:
        print(step.__name__.replace("_", " "))
        step(tutorial)
