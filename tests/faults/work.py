"""Tasks for the tests of faults: they note each start, store an output, and can be made to die.

Outputs and starts go to two tables of their own without any constraint, so that what is stored twice
is there twice.
"""

import os
import signal
import time
from io import BytesIO
from pathlib import Path

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import connection

from config.queues import DEFAULT, ORCHESTRATION, Route
from documents.storage import store_content
from documents.whole_files import WholeFileStorage
from jobs.base import Child, FanOut, Outcome, Run, success, tracked_task

POINTS = (
    "after claim",
    "after download",
    "during file rename",
    "after reply",
    "before commit",
    "after commit",
)

settings.TASK_ROUTES.update(
    {
        "tests.faults.document": Route(DEFAULT, soft=60, hard=90, max_retries=2),
        "tests.faults.slow": Route(DEFAULT, soft=60, hard=90, max_retries=2),
        "tests.faults.poison": Route(DEFAULT, soft=60, hard=90, max_retries=2),
        "tests.faults.large": Route(DEFAULT, soft=60, hard=90, max_retries=2),
        "tests.faults.failing": Route(DEFAULT, soft=60, hard=90, max_retries=2),
        "tests.faults.family": Route(ORCHESTRATION, soft=60, hard=90, max_retries=2),
    }
)


def make_tables() -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE faults_output (key text, run_id uuid)")
        cursor.execute("CREATE TABLE faults_event (what text, key text, process int)")


def note(what: str, key: str) -> None:
    """Write down that something happened, at once and whatever becomes of it."""
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO faults_event VALUES (%s, %s, %s)", [what, key, os.getpid()])


def count(what: str, key: str | None = None) -> int:
    with connection.cursor() as cursor:
        if key is None:
            cursor.execute("SELECT count(*) FROM faults_event WHERE what = %s", [what])
        else:
            cursor.execute("SELECT count(*) FROM faults_event WHERE what = %s AND key = %s", [what, key])
        return int(cursor.fetchone()[0])


def die_at(point: str, key: str) -> None:
    """Kill this process the first time that it gets to the point for which the key is marked."""
    mark = Path(settings.MEDIA_ROOT) / f"die {point} {key}"
    try:
        mark.unlink()
    except FileNotFoundError:
        return
    os.kill(os.getpid(), signal.SIGKILL)


def store(run: Run, key: str) -> None:
    with run.storing(), connection.cursor() as cursor:
        cursor.execute("INSERT INTO faults_output VALUES (%s, %s)", [key, run.id])


@tracked_task("tests.faults.document")
def document(run: Run, key: str) -> Outcome:
    """What reading a document does: download, keep the file, ask a service that costs money, store."""
    note("start", key)
    run.report("downloading_file")
    content = f"content of {key}".encode()
    note("download", key)
    die_at("after download", key)
    storage = WholeFileStorage(location=Path(settings.MEDIA_ROOT) / "files")
    if not storage.exists(key):
        storage.save(key, ContentFile(content, name=key))
    run.report("calling_llm")
    if not storage.exists(f"{key} reply"):
        note("paid", key)
        die_at("after reply", key)
        storage.save(f"{key} reply", ContentFile(b"reply"))
    run.report("storing_extractions")
    store(run, key)
    return success(key=key)


@tracked_task("tests.faults.slow")
def slow(run: Run, key: str, seconds: float = 0.0) -> Outcome:
    """Report for so long, then store."""
    note("start", key)
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        run.report("waiting", message="still here")
        time.sleep(0.05)
    run.check()
    note("done", key)
    store(run, key)
    return success(key=key)


@tracked_task("tests.faults.poison")
def poison(run: Run, key: str) -> Outcome:
    """Kill the process it runs in, as a document does that takes all memory."""
    note("start", key)
    os.kill(os.getpid(), signal.SIGKILL)
    return success()


@tracked_task("tests.faults.large")
def large(run: Run, key: str, size: int) -> Outcome:
    """Keep a file of so many bytes."""
    kept = store_content(BytesIO(b"x" * size))
    store(run, key)
    return success(key=key, size=kept.size)


class SiteIsDown(Exception):
    code = "site_down"
    message = "The site does not answer. Try again later."
    retryable = True


@tracked_task("tests.faults.failing")
def failing(run: Run, key: str, failures: int) -> Outcome:
    """Fail so often before it succeeds."""
    if run.attempt <= failures:
        raise SiteIsDown
    store(run, key)
    return success(key=key)


@tracked_task("tests.faults.family")
def family(run: Run, key: str, parts: int, seconds: float = 0.0) -> Outcome | FanOut:
    """Have parts done, then store."""
    if not run.stage:
        note("start", key)
        children = [
            Child("tests.faults.slow", arguments={"key": f"{key}.{number}", "seconds": seconds})
            for number in range(parts)
        ]
        return run.fan_out(stage="end", children=children)
    store(run, key)
    return success(key=key, ended=run.children().count())
