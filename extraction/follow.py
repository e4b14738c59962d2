"""A run and its children told line by line, for a terminal."""

import time
from collections.abc import Iterator

from jobs.models import TaskRun
from jobs.states import FINISHED, State

_POLL_SECONDS = 0.3

# What a person calls the steps of the pipeline.
_WORDS = {
    "scrape_investor_relations": "Search the site",
    "extraction.process_document": "Process",
    "download_pdf": "Download",
    "classify_document": "Classify",
    "extract_financial_statements": "Read",
    "compile_company_statements": "Compile",
}


def follow(run: TaskRun, *, timeout_seconds: float) -> Iterator[str]:
    """A line whenever something changed, until the run has ended or the time is up.

    The run goes on when nobody follows it.
    """
    deadline = time.monotonic() + timeout_seconds
    told: dict[object, tuple[str, str]] = {}
    while time.monotonic() < deadline:
        run.refresh_from_db()
        for one in run.children():
            line = _line(one)
            if line is not None and told.get(one.pk) != (one.state, one.step):
                told[one.pk] = (one.state, one.step)
                yield line
        if run.state in FINISHED:
            yield _ending(run)
            return
        time.sleep(_POLL_SECONDS)
    yield f"Still {run.state} after {timeout_seconds:.0f} seconds; it goes on in the background."


def _line(run: TaskRun) -> str | None:
    what = f"{_WORDS.get(run.task, run.task)}: {run.subject_label}"
    if run.state in FINISHED:
        reason = run.error_message or run.message
        outcome = "done" if run.state == State.SUCCEEDED else f"{run.state}. {reason}"
        return f"  {what} - {outcome}{_details(run)}"
    if run.step:
        return f"  {what} - {run.step}"
    return None


def _details(run: TaskRun) -> str:
    """The one figure of a result that a person wants to see go by."""
    result = run.result or {}
    if "discovered_count" in result:
        return f", {result['discovered_count']} documents on {result['pages_visited']} pages"
    if result.get("facts"):
        return f", {result['facts']} figures"
    steps = result.get("steps") or {}
    if steps.get("extract") == "not_annual":
        return f", {steps.get('classify', 'unknown').replace('_', ' ')}, left aside"
    if steps.get("download") == "duplicate":
        return ", the same file as another document"
    if result.get("compiled"):
        latest = [c for c in result["compiled"] if (c["view"], c["period"]) == ("latest", "full_year")]
        return ", " + ", ".join(f"{c['statement'].replace('_', ' ')} {len(c['years'])} years" for c in latest)
    return ""


def _ending(run: TaskRun) -> str:
    if run.state == State.SUCCEEDED:
        return "Complete."
    return f"Ended as {run.state}. {run.error_message or run.message}"
