"""One document from its address to its facts, each step only where it is still needed."""

from dataclasses import dataclass, field

from documents.classify import classify_document
from documents.download import download
from documents.models import Document
from engine.kinds import DocumentKind
from engine.progress import Report, silent
from extraction.extract import extract
from extraction.models import ExtractionStatus, Fact
from jobs.models import TaskRun


@dataclass(slots=True)
class Processed:
    """What each step did: "done", "kept" where nothing was left to do, or why not."""

    steps: dict[str, str] = field(default_factory=dict)
    facts: int = 0
    code: str = ""
    reason: str = ""


def process(
    document: Document,
    *,
    force: bool = False,
    report: Report = silent,
    task_run: TaskRun | None = None,
) -> Processed:
    """Download, classify and, where it is an annual report, read a document.

    A step that was done for the same content is not repeated unless `force` says so. What cannot
    be done (a blocked site, a file that is no PDF) ends the work with its code and reason; what
    may succeed later is raised for the caller to retry.
    """
    processed = Processed()
    downloaded = _download_step(document, processed, force=force, report=report)
    if downloaded:
        classified = classify_document(document, report=report)
        processed.steps["classify"] = classified.document_type
        if classified.document_type == DocumentKind.ANNUAL_REPORT:
            _extract_step(document, processed, force=force, report=report, task_run=task_run)
        else:
            processed.steps["extract"] = "not_annual"
    return processed


def _download_step(document: Document, processed: Processed, *, force: bool, report: Report) -> bool:
    """Whether there is a file to go on with, and whether it is this document's to be read."""
    if document.current_version is not None and not force:
        processed.steps["download"] = "kept"
        return True
    if not document.url and document.current_version is not None:
        processed.steps["download"] = "uploaded"
        return True
    result = download(document, force=force, report=report)
    if result.reason:
        processed.steps["download"] = "failed"
        processed.code, processed.reason = result.reason_code, result.reason
        return False
    if result.duplicate_of_id is not None:
        processed.steps["download"] = "duplicate"
        return False
    processed.steps["download"] = "done"
    return True


def _extract_step(
    document: Document, processed: Processed, *, force: bool, report: Report, task_run: TaskRun | None
) -> None:
    extracted = extract(document, force=force, report=report, task_run=task_run)
    processed.steps["extract"] = "kept" if extracted.repeated else "done"
    processed.facts = Fact.objects.filter(document=document, superseded_at__isnull=True).count()
    if extracted.run.status != ExtractionStatus.SUCCEEDED:
        processed.steps["extract"] = extracted.run.status
        processed.code, processed.reason = extracted.code, extracted.reason
