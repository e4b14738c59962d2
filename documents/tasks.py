"""Doorbells of finding, fetching and classifying. Each one loads, calls its step and returns.

Repeating any of them is harmless: records are upserted by address, files are named by content,
and what a person decided is never overwritten.
"""

from pathlib import Path
from typing import Any

from django.conf import settings

from companies.models import Company
from documents.classify import classify_document as classify
from documents.discover import discover
from documents.download import download
from documents.intake import take_in_drop_folder as take_in
from documents.models import Document
from engine.discover.frontier import CrawlBounds
from jobs.base import Outcome, Run, partial, skipped, success, tracked_task

_REPLACED = (
    "The site has put another file under this address. Both are kept; figures read from the old one may"
    " no longer be what the company says. Process the document to read the new one."
)


@tracked_task(
    "scrape_investor_relations",
    steps=("fetching_company_info", "scraping_website", "creating_document_records"),
)
def scrape_investor_relations(
    run: Run, company_id: int, max_pages: int = 40, max_depth: int = 3, force: bool = False
) -> Outcome:
    """Find the documents a company's site offers.

    Gives the counts of documents found, new and changed, the pages visited, what stood in the way.
    """
    company = Company.objects.filter(pk=company_id).first()
    if company is None:
        return skipped("The company is gone.", code="company_not_found")
    found = discover(
        company,
        bounds=CrawlBounds(most_pages=max_pages, deepest=max_depth),
        report=run.report,
        task_run=run.row,
        storing=run.storing,
    )
    fields: dict[str, Any] = {
        "discovered_count": found.discovered,
        "created_count": found.created,
        "updated_count": found.updated,
        "pages_visited": found.pages_visited,
        "blocked": found.blocked,
        "crawl_run_id": found.crawl_run_id,
        "document_ids": list(found.document_ids),
    }
    if found.reason:
        return partial(found.reason, code=found.reason_code, warnings=list(found.warnings), **fields)
    return success(warnings=list(found.warnings), **fields)


@tracked_task("download_pdf", steps=("downloading_file",))
def download_pdf(run: Run, document_id: int, force: bool = False) -> Outcome:
    """Fetch a document's file.

    Gives the file's hash, size and pages, whether it is a new version, which document it repeats.
    """
    document = Document.objects.select_related("company").filter(pk=document_id).first()
    if document is None:
        return skipped("The document is gone.", code="document_not_found")
    result = download(document, force=force, report=run.report, storing=run.storing)
    fields: dict[str, Any] = {
        "document_id": document.pk,
        "version_id": result.version.pk if result.version else None,
        "file_hash": result.version.sha256 if result.version else None,
        "size_bytes": result.version.size if result.version else None,
        "page_count": result.version.page_count if result.version else None,
        "is_new_version": result.is_new_version,
        "replaced": result.replaced,
        "duplicate_of": result.duplicate_of_id,
    }
    if result.reason:
        return partial(result.reason, code=result.reason_code, **fields)
    return success(warnings=[_REPLACED] if result.replaced else [], **fields)


@tracked_task("classify_document", steps=("classifying",))
def classify_document(run: Run, document_id: int, force: bool = False) -> Outcome:
    """Decide what a document is.

    Gives the kind of document with its confidence, fiscal year, period end, language.
    """
    document = Document.objects.select_related("company", "current_version").filter(pk=document_id).first()
    if document is None:
        return skipped("The document is gone.", code="document_not_found")
    result = classify(document, report=run.report, storing=run.storing)
    return success(
        document_id=document.pk,
        document_type=result.document_type,
        confidence=result.confidence,
        fiscal_year=result.fiscal_year,
        period_end=result.period_end.isoformat() if result.period_end else None,
        language=result.language,
        kept_decision_of_person=result.kept_decision_of_person,
        warnings=list(result.warnings),
    )


@tracked_task("take_in_drop_folder")
def take_in_drop_folder(run: Run) -> Outcome:
    """Take in the reports and lists of addresses that lie in the drop folder, and process them.

    Gives the counts of documents taken in and of those known already, what was refused and why.
    """
    taken = take_in(Path(settings.DROP_DIR))
    fields: dict[str, Any] = {
        "documents": [document.pk for document in taken.documents],
        "known": taken.known,
        "refused": [{"name": one.name, "code": one.code, "reason": one.reason} for one in taken.refused],
    }
    if taken.refused:
        first = taken.refused[0]
        return partial(
            f"{len(taken.refused)} of the things in the drop folder were not taken. The first:"
            f" {first.name}: {first.reason}",
            code="refused",
            **fields,
        )
    if not taken.documents:
        return skipped("Nothing new lies in the drop folder.", code="nothing_there", **fields)
    return success(**fields)
