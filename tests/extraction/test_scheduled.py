"""What is done for all companies by the clock."""

import pytest

from jobs.execute import execute
from jobs.finish import end
from jobs.launch import launch
from jobs.lease import claim
from jobs.models import AttemptEnd, TaskRun
from jobs.states import State
from tests.extraction.made import a_company, a_company_that_restated

pytestmark = pytest.mark.django_db


def ended(run: TaskRun, state: State, **fields: object) -> None:
    """A part as if a worker had done it."""
    row = claim(run.pk, owner="test", worker="test")
    assert row is not None
    assert end(row, state, AttemptEnd.SUCCEEDED, **fields)


def parts_of(run: TaskRun, task: str) -> list[TaskRun]:
    return list(run.children().filter(task=task).order_by("subject_label"))


def test_companies_with_something_new_are_processed() -> None:
    site = {"investor_relations_url": "https://example.org/ir"}
    quiet, busy, blocked = (a_company(slug, **site) for slug in ("alder", "birch", "cedar"))
    a_company("without-a-site")
    a_company("retired", is_active=False, **site)
    run = launch("rescrape_companies").run
    execute(run.pk)
    visits = parts_of(run, "scrape_investor_relations")
    assert [visit.subject for visit in visits] == [quiet, busy, blocked]
    assert [visit.arguments for visit in visits] == [{"company_id": one.pk} for one in (quiet, busy, blocked)]
    ended(visits[0], State.SUCCEEDED, result={"created_count": 0, "updated_count": 0})
    ended(visits[1], State.SUCCEEDED, result={"created_count": 2, "updated_count": 0})
    ended(visits[2], State.PARTIAL, result={"created_count": 0}, message="The site refuses.")
    execute(run.pk)
    (work,) = parts_of(run, "process_all_documents")
    assert (work.subject, work.arguments) == (busy, {"company_id": busy.pk})
    ended(work, State.SUCCEEDED)
    execute(run.pk)
    run.refresh_from_db()
    assert (run.state, run.error_code) == (State.PARTIAL, "children_incomplete")
    assert run.message == (
        "The work on 1 of 4 companies is not complete. The first: Cedar: The site refuses."
    )
    assert run.result == {"companies": 3, "changed": 1, "incomplete": ["Cedar"]}


def test_nothing_new_is_a_success_of_its_own() -> None:
    a_company("alder", investor_relations_url="https://example.org/ir")
    run = launch("rescrape_companies").run
    execute(run.pk)
    (visit,) = parts_of(run, "scrape_investor_relations")
    ended(visit, State.SUCCEEDED, result={"created_count": 0, "updated_count": 0})
    for _ in range(2):
        execute(run.pk)
    run.refresh_from_db()
    assert (run.state, run.result) == (State.SUCCEEDED, {"companies": 1, "changed": 0})


@pytest.mark.parametrize(
    ("task", "code"), [("rescrape_companies", "no_ir_url"), ("scan_restatements", "no_extractions")]
)
def test_without_companies_there_is_nothing_to_do(task: str, code: str) -> None:
    a_company("without-anything")
    run = launch(task).run
    execute(run.pk)
    run.refresh_from_db()
    assert (run.state, run.error_code) == (State.SKIPPED, code)


def test_a_scan_finds_what_reports_say_differently_and_counts_it_once() -> None:
    a_company_that_restated("alder")
    for found in (1, 0):
        run = launch("scan_restatements").run
        execute(run.pk)
        (part,) = parts_of(run, "recompile_company_statements")
        execute(part.pk)
        execute(run.pk)
        run.refresh_from_db()
        assert (run.state, run.result) == (State.SUCCEEDED, {"companies": 1, "found": found})
