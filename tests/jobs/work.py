"""Tasks that exist for these tests only; each does one thing a real task does."""

import os
import signal
import time
from pathlib import Path

from django.conf import settings

from config.queues import DEFAULT, ORCHESTRATION, Route
from jobs.base import Child, FanOut, Outcome, Run, partial, skipped, success, tracked_task

settings.TASK_ROUTES.update(
    {
        "tests.echo": Route(DEFAULT, soft=20, hard=30, max_retries=0),
        "tests.flaky": Route(DEFAULT, soft=20, hard=30, max_retries=2),
        "tests.family": Route(ORCHESTRATION, soft=20, hard=30, max_retries=2),
        "tests.slow": Route(DEFAULT, soft=20, hard=30, max_retries=2),
        "tests.counting": Route(DEFAULT, soft=50, hard=60, max_retries=0),
        "tests.killer": Route(DEFAULT, soft=20, hard=30, max_retries=1),
        "tests.any_end": Route(DEFAULT, soft=20, hard=30, max_retries=0),
    }
)


class SiteIsDown(Exception):
    code = "site_down"
    message = "The site does not answer. Try again later."
    retryable = True
    retry_after: float | None = None


class NoSuchPage(Exception):
    code = "http_404"
    message = "The page does not exist any more. Search the site again."
    retryable = False


@tracked_task("tests.echo")
def echo(run: Run, value: int = 0, force: bool = False) -> Outcome:
    """Give back what was given."""
    run.report("echoing", 1, 1)
    return success(value=value, force=force, by=str(run.by) if run.by else None)


@tracked_task("tests.flaky", steps=["trying", "storing"])
def flaky(run: Run, failures: int, retry_after: float | None = None, gone: bool = False) -> Outcome:
    """Fail so many times before it succeeds."""
    run.report("trying")
    run.memory["tries"] = run.memory.get("tries", 0) + 1
    if gone:
        raise NoSuchPage
    if run.attempt <= failures:
        error = SiteIsDown()
        error.retry_after = retry_after
        raise error
    run.report("storing", 1, 2)
    return success(tries=run.memory["tries"])


@tracked_task("tests.family")
def family(run: Run, parts: int, failing: int = 0) -> Outcome | FanOut:
    """Have numbers echoed by parts, then say what came back."""
    if run.stage == "":
        children = [Child("tests.echo", arguments={"value": number}) for number in range(parts)]
        children += [
            Child("tests.any_end", arguments={"how": "raise", "number": number}) for number in range(failing)
        ]
        return run.fan_out(stage="sum", children=children, memory={"asked": parts + failing})
    children = list(run.children())
    total = sum(child.result.get("value", 0) for child in children)
    failed = sum(child.error_code == "internal_error" for child in children)
    fields = {"asked": run.memory["asked"], "ended": len(children), "sum": total, "failed": failed}
    return partial(f"{failed} parts failed.", **fields) if failed else success(**fields)


@tracked_task("tests.slow")
def slow(run: Run, diary: str, seconds: float) -> Outcome:
    """Write a line at the start and one at the end, and report in between."""
    _write(diary, f"start {os.getpid()}")
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        run.report("waiting", message="still here")
        time.sleep(0.05)
    run.check()
    _write(diary, "end")
    return success()


@tracked_task("tests.counting", steps=["counting", "putting_away"])
def counting(run: Run, upto: int, pause: float) -> Outcome:
    """Count and say where it is."""
    for number in range(1, upto + 1):
        run.report("counting", number, upto, message=f"At number {number}")
        time.sleep(pause)
    run.report("putting_away")
    return success(counted=upto)


@tracked_task("tests.killer")
def killer(run: Run, diary: str) -> Outcome:
    """Kill the process it runs in."""
    _write(diary, "start")
    os.kill(os.getpid(), signal.SIGKILL)
    return success()


@tracked_task("tests.any_end")
def any_end(run: Run, how: str, number: int = 0) -> Outcome:
    """End in the way that is asked for."""
    if how == "raise":
        raise ZeroDivisionError("secret detail")
    if how == "partial":
        return partial("One page of two could be read.", code="half", warnings=["page 2 is empty"], pages=1)
    if how == "skipped":
        return skipped("There was nothing to do.", code="nothing")
    if how == "nothing":
        return None  # type: ignore[return-value]
    if how == "no json":
        return success(value=object())
    return success()


def _write(diary: str, line: str) -> None:
    with Path(diary).open("a", encoding="utf-8") as file:
        file.write(line + "\n")
