"""A real browser: the system's chromium, driven by playwright."""

import io
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.conftest import ROOT

if TYPE_CHECKING:
    from companies.models import Company

# Playwright keeps an event loop in the thread of the test, which Django takes for asynchronous code.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

_QUIET = [
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        pytest.fail("No chromium on this machine. Install it (Debian: apt-get install chromium).")
    # Chromium's own sandbox cannot be set up by root.
    options = [*_QUIET, "--no-sandbox"] if os.geteuid() == 0 else _QUIET
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=options)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A fresh window. The test fails if any of its pages throws, complains, breaks the content security
    policy or asks for something that is not there."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    faults: list[str] = []
    context.on("weberror", lambda fault: faults.append(f"script: {fault.error}"))
    # What the content security policy refuses is an error of the console.
    context.on(
        "console",
        lambda said: (
            faults.append(f"console of {said.page.url if said.page else ''}: {said.text}")
            if said.type in ("error", "assert")
            else None
        ),
    )
    context.on(
        "response",
        lambda response: (
            faults.append(f"{response.status} {response.url}") if response.status >= 400 else None
        ),
    )
    yield context.new_page()
    context.close()
    assert faults == [], "\n".join(faults)


@pytest.fixture
def company(files: Path) -> "Company":
    """The demo company with the two newest of its reports, really read."""
    # This file is read before Django has been set up.
    from companies.models import Company
    from documents.classify import classify_document
    from documents.upload import accept_upload
    from extraction.compile import compile_company
    from extraction.extract import extract

    company = Company.objects.create(
        name="Harrowmere Instruments plc",
        slug="harrowmere",
        fiscal_year_end_month=6,
        fiscal_year_end_day=30,
    )
    for year in (2024, 2025):
        content = (ROOT / "demo" / "reports" / f"annual-report-{year}.pdf").read_bytes()
        document = accept_upload(company, io.BytesIO(content), f"annual-report-{year}.pdf").document
        classify_document(document)
        assert document.document_type == "annual_report"
        extract(document)
    compile_company(company)
    return company


@pytest.fixture
def signed_in(page: Page, live_server: object) -> Page:
    from django.contrib.auth.models import User

    User.objects.create_superuser("ada", password="a-long-enough-one")
    page.goto(f"{live_server}/admin/login/")  # type: ignore[str-bytes-safe]
    page.fill("input[name=username]", "ada")
    page.fill("input[name=password]", "a-long-enough-one")
    page.click("button[type=submit]")
    expect(page).to_have_url(f"{live_server}/admin/")
    return page
