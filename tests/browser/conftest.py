"""A real browser: the system's chromium, driven by playwright."""

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

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
