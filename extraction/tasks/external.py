"""Doorbells of facts from outside."""

from collections.abc import Sequence
from typing import Any

from django.utils import timezone

from companies.models import Company
from documents.models import Document
from engine.errors import BadInput
from extraction.external.cross_check import cross_check, cross_check_company
from extraction.external.report_types import (
    documents_of,
    pairs_for,
    report_type_of,
    sources_for,
    tagged_reports_of,
    unread,
)
from extraction.external.sync import Synced, sync
from extraction.models import CrossCheck, SyncOutcome, SyncRun, TaggedReport
from jobs.base import Child, FanOut, Outcome, Run, partial, skipped, success, tracked_task
from jobs.states import NEEDS_ATTENTION

PROBLEMS_TOLD = 20


@tracked_task("sync_external_data", steps=("asking_sources", "comparing"))
def sync_external_data(
    run: Run, data_sources: Sequence[str] = (), company_id: int | None = None, full: bool = False
) -> Outcome:
    """Ask sources outside for what is new: exchange rates, tagged reports, the drop folder. Without names all
    that are in use; `company_id` asks for one company alone, `full` for everything again.

    Gives for each source what came of it, its counts, cursor and problems; compares companies with new
    tagged figures with their reports.
    """
    company = None
    if company_id is not None:
        company = Company.objects.filter(pk=company_id).first()
        if company is None:
            return skipped("The company is gone.", code="company_not_found")
    synced = sync(
        data_sources, at=timezone.now(), company=company, full=full, report=run.report, task_run=run.row,
        storing=run.storing,
    )  # fmt: skip
    changed = list(Company.objects.filter(pk__in=synced.companies).order_by("pk"))
    checks = 0
    for place, one in enumerate(changed):
        run.report("comparing", place, len(changed), one.name)
        checks += len(cross_check_company(one, run.row))
    return _told(synced, checks)


@tracked_task("process_financial_reports")
def process_financial_reports(
    run: Run, company_id: int, report_type: str = "annual", force: bool = False
) -> Outcome | FanOut:
    """Read the printed reports of a type, ask for the tagged ones, and compare both cell by cell. Types are
    annual, half, quarter, 10-k, 10-q, 20-f and esef.

    Gives for each report what was read and how it compares with what is tagged of the same period.
    """
    company = Company.objects.filter(pk=company_id).first()
    if company is None:
        return skipped("The company is gone.", code="company_not_found")
    try:
        wanted = report_type_of(report_type)
    except BadInput as error:
        return skipped(error.message, code=error.code)
    if run.stage == "":
        documents = documents_of(company, wanted)
        children = [_reading(document, force) for document in (documents if force else unread(documents))]
        sources = sources_for(company, wanted)
        if sources:
            arguments: dict[str, Any] = {"data_sources": sources, "company_id": company.pk}
            children.append(Child("sync_external_data", company, arguments))
        return run.fan_out(stage="compare", children=children)
    pairs = pairs_for(company, wanted)
    checks: list[CrossCheck] = []
    for place, (document, report) in enumerate(pairs):
        run.report("comparing", place, len(pairs), str(document))
        checks.append(cross_check(document, report, run.row))
    return _compared(run, documents_of(company, wanted), tagged_reports_of(company, wanted), checks)


def _reading(document: Document, force: bool) -> Child:
    arguments = {"document_id": document.pk, "interim": True, "force": force}
    return Child("extraction.process_document", document, arguments)


def _told(synced: Synced, checks: int) -> Outcome:
    fields: dict[str, Any] = {
        "sources": {sync_run.source.code: _source(sync_run) for sync_run in synced.runs},
        "unknown_sources": synced.unknown,
        "paused": {code: until.isoformat() for code, until in synced.paused.items()},
        "companies_with_news": len(synced.companies),
        "comparisons": checks,
    }
    if synced.unknown:
        return partial(
            f"There is no source {', '.join(synced.unknown)}. The list of sources has their codes.",
            code="unknown_source",
            **fields,
        )
    problems = [problem for sync_run in synced.runs for problem in sync_run.problems]
    if problems:
        subject, code, message = problems[0]
        return partial(f"{subject}: {message}", code=code, **fields)
    if synced.runs and all(one.outcome == SyncOutcome.NOTHING_TO_ASK for one in synced.runs):
        return skipped("There was nothing to ask the sources for.", code="nothing_to_ask", **fields)
    if not synced.runs:
        reason = "All sources are left alone for now." if synced.paused else "No source is in use."
        return skipped(reason, code="sources_paused" if synced.paused else "no_sources", **fields)
    return success(**fields)


def _source(sync_run: SyncRun) -> dict[str, object]:
    return {
        "outcome": sync_run.outcome,
        "asked": sync_run.asked,
        "new": sync_run.new,
        "changed": sync_run.changed,
        "unchanged": sync_run.unchanged,
        "cursor": sync_run.cursor,
        "problems": [
            {"subject": subject, "code": code, "reason": reason}
            for subject, code, reason in sync_run.problems[:PROBLEMS_TOLD]
        ],
    }


def _compared(
    run: Run, documents: Sequence[Document], reports: Sequence[TaggedReport], checks: Sequence[CrossCheck]
) -> Outcome:
    compared = {check.report_id for check in checks}
    fields: dict[str, Any] = {
        "reports": [_document(document, checks) for document in documents]
        + [_tagged_alone(report) for report in reports if report.pk not in compared],
        "comparisons": len(checks),
        "agrees": sum(check.agrees for check in checks),
        "differs": sum(check.differs for check in checks),
    }
    unfinished = [child for child in run.children() if child.state in NEEDS_ATTENTION]
    if unfinished:
        first = unfinished[0]
        return partial(
            f"{len(unfinished)} steps are not complete. The first: {first.task} of {first.subject_label}:"
            f" {first.error_message or first.message}",
            code="children_incomplete",
            **fields,
        )
    if not documents and not reports:
        return skipped(
            "No report of this type is known, printed or tagged. Search the company's site, upload reports,"
            " or enter its CIK or LEI.",
            code="no_reports",
            **fields,
        )
    return success(**fields)


def _document(document: Document, checks: Sequence[CrossCheck]) -> dict[str, object]:
    return {
        "document_id": document.pk,
        "title": str(document),
        "period_end": document.period_end.isoformat() if document.period_end else None,
        "status": document.status,
        "tagged": [
            {
                "check_id": check.pk,
                "source": check.report.source.code,
                "accession": check.report.accession,
                "agrees": check.agrees,
                "differs": check.differs,
                "only_printed": check.only_printed,
                "only_tagged": check.only_tagged,
                "not_comparable": check.not_comparable,
            }
            for check in checks
            if check.document_id == document.pk
        ],
    }


def _tagged_alone(report: TaggedReport) -> dict[str, object]:
    """A tagged publication to which no printed report was read."""
    return {
        "document_id": None,
        "title": str(report),
        "period_end": report.period_end.isoformat(),
        "status": "only_tagged",
        "source": report.source.code,
        "accession": report.accession,
    }
