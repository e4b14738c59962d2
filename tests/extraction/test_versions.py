"""Versions of a compiled statement: what each changed against the one before, and why."""

from datetime import date
from decimal import Decimal

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from companies.models import Company
from documents.models import Document
from engine.kinds import MappingMethod
from extraction.compile import compile_company
from extraction.models import CompiledChange, CompiledStatement, StatementRow
from extraction.store import store_reading
from jobs.launch import launch
from tests.extraction.made import Line, a_company, a_document, a_reading
from tests.extraction.working import work_off

pytestmark = pytest.mark.django_db

LINES: list[Line] = [
    ("Revenue", "is.revenue", 1, ["1,000", "900"]),
    ("Administrative expenses", "is.admin", -1, ["600", "550"]),
]


def read(document: Document, lines: list[Line], *, options: str = "d", engine: str = "test") -> None:
    year = document.fiscal_year or 0
    reading = a_reading([year, year - 1], lines)
    object.__setattr__(reading, "engine_version", engine)
    store_reading(document.current_version, reading, options_digest=options, task_run=None)


@pytest.fixture
def company() -> Company:
    company = a_company()
    read(a_document(company, 2024, published_on=date(2025, 3, 1)), LINES)
    compile_company(company)
    return company


def changes(company: Company, view: str = "latest") -> list[tuple]:
    current = CompiledStatement.objects.get(company=company, view=view, is_current=True)
    found = current.changes.values_list(
        "kind", "cause", "row_key", "period_end__year", "old_value", "new_value", "document__fiscal_year"
    )
    return [
        (kind, cause, key, year, *(None if v is None else v / 1_000_000 for v in (old, new)), document)
        for kind, cause, key, year, old, new, document in found
    ]


def test_the_first_version_changed_nothing(company: Company) -> None:
    assert CompiledChange.objects.count() == 0


def test_a_new_report_is_the_cause_of_what_it_adds_and_restates(company: Company) -> None:
    later = a_document(company, 2025, published_on=date(2026, 3, 1))
    read(later, [("Revenue", "is.revenue", 1, ["1,100", "980"]), ("Income tax", "is.tax", -1, ["50", "40"])])
    compile_company(company)
    new = "new_document"
    assert changes(company) == [
        ("added", new, "is.revenue", 2025, None, Decimal(1100), 2025),
        ("changed", new, "is.revenue", 2024, Decimal(1000), Decimal(980), 2025),
        ("added", new, "is.tax", None, None, None, 2025),
        ("added", new, "is.tax", 2025, None, Decimal(-50), 2025),
        ("added", new, "is.tax", 2024, None, Decimal(-40), 2025),
    ]
    # The first publication of 2024 stays in the original view.
    assert ("changed", new, "is.revenue", 2024) not in [change[:4] for change in changes(company, "original")]


def test_a_report_read_again_otherwise(company: Company) -> None:
    document = Document.objects.get()
    read(document, [("Revenue", "is.revenue", 1, ["1,010", "900"])])
    compile_company(company)
    assert [change[:4] for change in changes(company)] == [
        ("changed", "re_reading", "is.revenue", 2024),
        ("removed", "re_reading", "is.admin", None),
        ("removed", "re_reading", "is.admin", 2024),
        ("removed", "re_reading", "is.admin", 2023),
    ]


def test_a_newer_engine_reads_otherwise(company: Company) -> None:
    read(Document.objects.get(), [("Revenue", "is.revenue", 1, ["1,010", "900"]), LINES[1]], engine="newer")
    compile_company(company)
    assert [change[:4] for change in changes(company)] == [("changed", "engine_version", "is.revenue", 2024)]


def test_a_persons_rule_is_an_override(company: Company) -> None:
    document = Document.objects.get()
    read(document, [*LINES, ("Handling", "is.other_op", 1, ["5", "4"])], options="with rule")
    StatementRow.objects.filter(concept="is.other_op").update(mapping_method=MappingMethod.CONFIRMED_RULE)
    compile_company(company)
    assert {(change[0], change[1], change[2]) for change in changes(company)} == {
        ("added", "override", "is.other_op")
    }


def test_a_report_that_is_no_longer_one(company: Company) -> None:
    read(
        a_document(company, 2025, published_on=date(2026, 3, 1)),
        [("Revenue", "is.revenue", 1, ["1,100", "980"])],
    )
    compile_company(company)
    Document.objects.filter(fiscal_year=2025).update(document_type="investor_presentation")
    compile_company(company)
    assert changes(company) == [
        ("removed", "document_gone", "is.revenue", 2025, Decimal(1100), None, 2025),
        ("changed", "document_gone", "is.revenue", 2024, Decimal(980), Decimal(1000), 2025),
    ]


def test_unchanged_input_is_skipped_and_force_writes_a_version_all_the_same(company: Company) -> None:
    start = {"subject": company, "company_id": company.pk}
    run = work_off(launch("recompile_company_statements", **start).run)
    assert (run.state, run.error_code) == ("skipped", "unchanged")
    assert [entry["is_new"] for entry in run.result["compiled"]] == [False, False]
    assert CompiledStatement.objects.count() == 2
    forced = work_off(launch("recompile_company_statements", force=True, **start).run)
    assert forced.state == "succeeded"
    assert [(entry["version"], entry["changes"]) for entry in forced.result["compiled"]] == [(2, 0), (2, 0)]


def test_the_task_of_one_statement_tells_of_the_view_asked_for(company: Company) -> None:
    read(
        a_document(company, 2025, published_on=date(2026, 3, 1)),
        [("Revenue", "is.revenue", 1, ["1,100", "980"])],
    )
    arguments = {"company_id": company.pk, "statement_type": "income_statement"}
    run = work_off(launch("normalize_and_compile_statements", subject=company, **arguments).run)
    latest = CompiledStatement.objects.get(company=company, view="latest", is_current=True)
    told = {
        name: run.result[name]
        for name in ("compiled_id", "version", "view", "years", "restatements", "changes")
    }
    assert told == {
        "compiled_id": latest.pk, "version": 2, "view": "latest", "years": [2025, 2024, 2023],
        "restatements": 1, "changes": 2,
    }  # fmt: skip
    assert run.result["content_hash"] == latest.content_hash
    as_of = launch(
        "normalize_and_compile_statements",
        subject=company,
        **arguments,
        view="as_of",
        as_of="2025-06-30",
    )
    then = work_off(as_of.run)
    assert (then.result["compiled_id"], then.result["years"], then.result["restatements"]) == (
        None,
        [2024, 2023],
        0,
    )
    early = launch(
        "normalize_and_compile_statements", subject=company, **arguments, view="as_of", as_of="2020-01-01"
    )
    assert work_off(early.run).error_code == "no_extractions"


def test_the_page_of_a_version_shows_its_changes(company: Company, client: Client) -> None:
    read(
        a_document(company, 2025, published_on=date(2026, 3, 1)),
        [("Revenue", "is.revenue", 1, ["1,100", "980"])],
    )
    compile_company(company)
    client.force_login(User.objects.create_superuser("root"))
    current = CompiledStatement.objects.get(company=company, view="latest", is_current=True)
    page = client.get(f"/admin/extraction/compiledstatement/{current.pk}/change/").content.decode()
    assert "version 2, against version 1" in page
    assert "1,000,000,000" in page
    assert "980,000,000" in page
    assert "A report that was not there before" in page
    table = client.get(f"/admin/statements/{company.slug}/").content.decode()
    assert f"/admin/extraction/compiledstatement/{current.pk}/change/" in table
    assert "2 changes since version 1" in table


def test_a_recompile_asks_as_much_of_the_database_whatever_the_number_of_rows(company: Company) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            compile_company(company, force=True)
        # SQLite takes a limited number of values at a time, so that it inserts in batches.
        return sum(not query["sql"].startswith("INSERT") for query in asked)

    few = queries()
    many: list[Line] = [(f"Line {letter}", None, 1, ["12", "11"]) for letter in "abcdefghijklmnopqrstuvwxyz"]
    read(Document.objects.get(), [*LINES, *many])
    compile_company(company)
    assert queries() == few
