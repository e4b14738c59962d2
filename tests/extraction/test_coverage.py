"""How far reports have come, and what is done by itself when one is due or replaced."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from documents.models import Document, DocumentVersion, PublicationDateSource
from engine.coverage import ReportState
from extraction.coverage.reports import coverage_of, due_for_a_visit
from extraction.models import ExtractionRun, ReviewItem
from jobs.execute import execute
from jobs.launch import launch
from jobs.models import TaskRun
from jobs.states import State
from tests.extraction.made import a_company, a_document
from tests.extraction.test_scheduled import ended, parts_of

pytestmark = pytest.mark.django_db
TODAY = date(2025, 6, 1)


def read(document: Document, status: str = "succeeded") -> None:
    assert document.current_version is not None
    ExtractionRun.objects.create(version=document.current_version, engine_version="1", status=status)


def test_every_state_a_report_can_be_in() -> None:
    company = a_company()
    verified, asked, partly = (a_document(company, year) for year in (2024, 2023, 2022))
    a_document(company, 2021)
    Document.objects.create(
        company=company, fiscal_year=2020, document_type="annual_report", url="https://a.example/"
    )
    for document, status in ((verified, "succeeded"), (asked, "succeeded"), (partly, "partial")):
        read(document, status)
    ReviewItem.objects.create(company=company, document=asked, kind="document_type", fingerprint="x")
    found = coverage_of(company, today=TODAY)
    assert [one.state.value for one in found.reports][:7] == [
        "expected", "verified", "read", "read", "downloaded", "found", "late",
    ]  # fmt: skip
    assert found.share(ReportState.VERIFIED) == 0.1
    assert found.reports[1].key == verified.pk


def test_companies_whose_report_is_due_are_visited() -> None:
    site = {"investor_relations_url": "https://example.org/ir"}
    today = timezone.localdate()
    due, later = a_company("alder", **site), a_company("birch", **site)
    for company, days in ((due, 30), (later, 300)):
        ends = today - timedelta(days=365 + 30)
        company.fiscal_year_end_month, company.fiscal_year_end_day = ends.month, ends.day
        company.save()
        for years in range(10):
            end = ends.replace(year=ends.year - years, day=min(ends.day, 28))
            a_document(
                company,
                end.year,
                published_on=end + timedelta(days=days),
                published_on_source=PublicationDateSource.PERSON,
            )
        for document in Document.objects.filter(company=company):
            Document.objects.filter(pk=document.pk).update(
                period_end=date(document.fiscal_year, ends.month, min(ends.day, 28))
            )
    assert due_for_a_visit([due, later]) == [due]
    run = launch("rescrape_companies", only_due=True).run
    execute(run.pk)
    assert [visit.subject for visit in parts_of(run, "scrape_investor_relations")] == [due]


def test_with_nothing_due_nobody_is_visited() -> None:
    run = launch("rescrape_companies", only_due=True).run
    execute(run.pk)
    run.refresh_from_db()
    assert (run.state, run.error_code) == (State.SKIPPED, "nothing_due")


def test_a_replaced_file_is_noticed_and_read_by_itself() -> None:
    company = a_company()
    old, fresh, uploaded = (
        a_document(company, 2023, url="https://a.example/23.pdf", url_normalised="https://a.example/23.pdf"),
        a_document(company, 2024, url="https://a.example/24.pdf", url_normalised="https://a.example/24.pdf"),
        a_document(company, 2022),
    )
    Document.objects.filter(pk=fresh.pk).update(checked_at=timezone.now())
    Document.objects.filter(pk=old.pk).update(checked_at=datetime(2020, 1, 1, tzinfo=UTC))
    run = launch("check_known_files").run
    execute(run.pk)
    (asked,) = parts_of(run, "download_pdf")
    assert asked.subject == old
    ended(asked, State.SUCCEEDED, result={"replaced": True})
    execute(run.pk)
    (work,) = parts_of(run, "extraction.process_document")
    assert work.subject == old
    ended(work, State.SUCCEEDED)
    execute(run.pk)
    (compiled,) = parts_of(run, "compile_company_statements")
    ended(compiled, State.SUCCEEDED)
    execute(run.pk)
    run.refresh_from_db()
    assert (run.state, run.result) == (State.SUCCEEDED, {"files": 1, "replaced": 1})
    assert not TaskRun.objects.filter(subject_id=str(uploaded.pk), task="download_pdf").exists()
    assert DocumentVersion.objects.count() == 3
