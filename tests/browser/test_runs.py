"""A run is watched while it goes on and stopped in the admin; Flower shows the same at the same time."""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from jobs import broker as broker_door
from jobs.launch import launch
from jobs.models import TaskRun
from jobs.states import State
from stack import flower
from stack.places import Places
from tests.conftest import ROOT, STATE
from tests.jobs.processes import Broker, running_worker

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.timeout(180)]

DATABASE = f"sqlite:///{STATE / 'test.sqlite3'}"


@pytest.fixture
def at_work(monkeypatch: pytest.MonkeyPatch, settings) -> Iterator[None]:  # type: ignore[no-untyped-def]
    """A broker, a worker and Flower of this test alone."""
    import tests.jobs.work  # noqa: F401

    folder = Path(tempfile.mkdtemp(prefix="watched-"))
    broker, places = Broker(folder), Places(folder)
    where = flower.address({}, places)
    settings.JOBS = {"progress_every": 0.2, "lease": 10, "heartbeat": 1}
    settings.FLOWER_URL, settings.FLOWER_ACCOUNT = where, flower.account({}, places)
    monkeypatch.setenv("CELERY_BROKER_WRITE_URL", broker.celery_url)
    monkeypatch.setattr(broker_door, "_closed_until", 0.0)
    monkeypatch.setattr(broker_door._line, "connection", None)
    broker.start()
    flower.prepare(where)
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "TENFOLD_STATE_DIR": str(folder),
        "DATABASE_URL": DATABASE,
        "REDIS_URL": broker.url,
        "FLOWER_BASIC_AUTH": settings.FLOWER_ACCOUNT,
    }
    environment.pop("CELERY_BROKER_WRITE_URL")
    shown = subprocess.Popen(
        flower.command(where, places), cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=-3
    )
    try:
        with running_worker(broker, DATABASE):
            yield
    finally:
        shown.terminate()
        shown.wait(timeout=20)
        broker.kill()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def signed_in(page: Page, live_server: object) -> Page:
    User.objects.create_superuser("ada", password="a-long-enough-one")
    page.goto(f"{live_server}/admin/login/")
    page.fill("input[name=username]", "ada")
    page.fill("input[name=password]", "a-long-enough-one")
    page.click("button[type=submit]")
    expect(page).to_have_url(f"{live_server}/admin/")
    return page


def percent(page: Page) -> int:
    return int(page.locator(".tf-standing [role=progressbar]").get_attribute("aria-valuenow") or -1)


def test_a_run_is_watched_and_cancelled_while_flower_shows_it(
    at_work: None, signed_in: Page, live_server: object
) -> None:
    page = signed_in
    run = launch("tests.counting", upto=200, pause=0.2).run
    page.goto(f"{live_server}{run.get_absolute_url()}")
    standing = page.locator(".tf-standing")
    expect(standing.locator(".tf-step-now")).to_have_text("counting", timeout=30_000)
    # Without a reload of the page: this mark would be gone after one.
    page.evaluate("window.notReloaded = true")
    seen = [percent(page)]
    while len(seen) < 4:
        page.wait_for_function(
            "before => Number(document.querySelector('.tf-standing [role=progressbar]')"
            ".getAttribute('aria-valuenow')) > before",
            arg=seen[-1],
            timeout=20_000,
        )
        seen.append(percent(page))
    assert page.evaluate("window.notReloaded") is True
    assert seen == sorted(set(seen))
    expect(standing.locator(".tf-said")).to_contain_text(re.compile(r"At number \d+\s+\d+ of 200"))
    shown = page.context.new_page()
    shown.goto(f"{live_server}/admin/flower/task/{run.pk}")
    expect(shown.locator("body")).to_contain_text("tests.counting", timeout=20_000)
    expect(shown.locator("body")).to_contain_text("STARTED")
    shown.goto(f"{live_server}/admin/flower/tasks")
    expect(shown.locator(f"a[href='/admin/flower/task/{run.pk}']")).to_be_visible(timeout=20_000)
    shown.close()
    page.get_by_role("button", name="Cancel").click()
    # The page comes back at once; when the run has stopped it shows that by itself.
    expect(page.locator(".tf-standing[data-over]")).to_be_visible(timeout=30_000)
    expect(page.locator(".tf-standing-head")).to_contain_text("Cancelled")
    expect(page.get_by_role("button", name="Repeat")).to_be_visible()
    run.refresh_from_db()
    assert (run.state, run.cancel_requested_by.username) == (State.CANCELLED, "ada")
    assert 0 < run.progress < 100


def test_the_list_of_runs_moves_by_itself(at_work: None, signed_in: Page, live_server: object) -> None:
    page = signed_in
    launch("tests.counting", upto=20, pause=0.2)
    page.goto(f"{live_server}/admin/jobs/taskrun/")
    row = page.locator("#result_list tr", has_text="tests.counting")
    expect(row).to_contain_text("Running", timeout=30_000)
    page.evaluate("window.notReloaded = true")
    expect(row).to_contain_text("Succeeded", timeout=30_000)
    expect(row.get_by_role("progressbar")).to_have_attribute("aria-valuenow", "100")
    assert page.evaluate("window.notReloaded") is True
    assert TaskRun.objects.get().result == {"counted": 20}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_of_a_run_opens_without_a_fault(signed_in: Page, live_server: object, scheme: str) -> None:
    import tests.jobs.work  # noqa: F401

    signed_in.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    run = launch("tests.counting", upto=1, pause=0).run
    signed_in.goto(f"{live_server}{run.get_absolute_url()}")
    expect(signed_in.locator(".tf-standing")).to_contain_text("Count and say where it is.")
