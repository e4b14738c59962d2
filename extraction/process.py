"""One document from its address to its facts, each step only where it is still needed."""

from contextlib import nullcontext
from dataclasses import dataclass, field

from documents.classify import classify_document
from documents.download import Downloaded, download
from documents.models import Document
from documents.querysets import INTERIM
from documents.text import keep_text
from engine.errors import Unreadable
from engine.kinds import DocumentKind
from engine.progress import Report, silent
from extraction.extract import extract
from extraction.models import ExtractionStatus, Fact, ReviewKind
from extraction.store import ask, withdraw
from jobs.models import TaskRun
from jobs.run import Storing


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
    interim: bool = False,
    report: Report = silent,
    task_run: TaskRun | None = None,
    storing: Storing = nullcontext,
) -> Processed:
    """Download, classify and, where it is an annual report, read a document; with `interim` reports
    of quarters and half-years too.

    A step that was done for the same content is not repeated unless `force` says so. What cannot
    be done (a blocked site, a file that is no PDF) ends the work with its code and reason; what
    may succeed later is raised for the caller to retry.
    """
    processed = Processed()
    downloaded = _download_step(document, processed, force=force, report=report, storing=storing)
    if downloaded is not None:
        classified = classify_document(document, surveyed=downloaded.surveyed, report=report, storing=storing)
        processed.steps["classify"] = classified.document_type
        _text_step(document, processed, report=report, storing=storing)
        if classified.document_type == DocumentKind.UNKNOWN:
            with storing():
                _ask_for_type(document, processed)
            return processed
        withdraw(document, ReviewKind.DOCUMENT_TYPE)
        if classified.document_type == DocumentKind.ANNUAL_REPORT or (
            interim and classified.document_type in INTERIM
        ):
            _extract_step(document, processed, force=force, report=report, task_run=task_run, storing=storing)
        else:
            processed.steps["extract"] = "not_annual"
    return processed


def _text_step(document: Document, processed: Processed, *, report: Report, storing: Storing) -> None:
    """The text is kept for search. A file that gives none may still be read as pictures, and what is wrong
    with it is said where its statements are read."""
    try:
        kept = keep_text(document, report=report, storing=storing)
    except Unreadable as error:
        processed.steps["text"] = error.code
        return
    processed.steps["text"] = "done" if kept.is_new else "kept"


def _ask_for_type(document: Document, processed: Processed) -> None:
    processed.steps["extract"] = "type_unknown"
    processed.code = "type_unknown"
    processed.reason = (
        f"What kind of document “{document}” is could not be told. Choose its type on its page and process"
        " it again; trying again without that does not help."
    )
    ask(document, ReviewKind.DOCUMENT_TYPE, processed.reason, {"evidence": document.type_evidence})


def _download_step(
    document: Document, processed: Processed, *, force: bool, report: Report, storing: Storing
) -> Downloaded | None:
    """The file to go on with; None where there is none, or where it is another document's to be read."""
    if document.current_version is not None and not force:
        processed.steps["download"] = "kept"
        return Downloaded(document.current_version)
    if not document.url and document.current_version is not None:
        processed.steps["download"] = "uploaded"
        return Downloaded(document.current_version)
    result = download(document, force=force, report=report, storing=storing)
    if result.reason:
        processed.steps["download"] = "failed"
        processed.code, processed.reason = result.reason_code, result.reason
        return None
    if result.duplicate_of_id is not None:
        processed.steps["download"] = "duplicate"
        return None
    processed.steps["download"] = "done"
    return result


def _extract_step(
    document: Document,
    processed: Processed,
    *,
    force: bool,
    report: Report,
    task_run: TaskRun | None,
    storing: Storing,
) -> None:
    extracted = extract(document, force=force, report=report, task_run=task_run, storing=storing)
    processed.steps["extract"] = "kept" if extracted.repeated else "done"
    processed.facts = Fact.objects.filter(document=document, superseded_at__isnull=True).count()
    if extracted.run.status != ExtractionStatus.SUCCEEDED:
        processed.steps["extract"] = extracted.run.status
        processed.code, processed.reason = extracted.code, extracted.reason
