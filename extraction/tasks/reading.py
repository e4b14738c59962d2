"""Doorbells of reading one document."""

from typing import Any

from documents.models import Document
from extraction.extract import extract
from extraction.models import ExtractionStatus
from extraction.process import process
from jobs.base import Outcome, Run, partial, skipped, success, tracked_task


@tracked_task("extract_financial_statements", steps=("processing_pdf", "storing_extractions"))
def extract_financial_statements(run: Run, document_id: int, force: bool = False) -> Outcome:
    """Read the three statements out of a document's file.

    Gives for each statement its rows, columns, pages and checks, and in `cost` the dollars that a second
    reader has cost for this document so far.
    """
    document = Document.objects.select_related("company", "current_version").filter(pk=document_id).first()
    if document is None:
        return skipped("The document is gone.", code="document_not_found")
    extracted = extract(document, force=force, report=run.report, task_run=run.row, storing=run.storing)
    fields: dict[str, Any] = {
        "document_id": document.pk,
        "run_id": extracted.run.pk,
        "repeated": extracted.repeated,
        "cost": extracted.run.second_reader.get("cost", ""),
        "statements": {
            kind.value: {
                "rows": counts.rows,
                "columns": counts.columns,
                "pages": list(counts.pages),
                "checks_passed": counts.checks_passed,
                "checks_failed": counts.checks_failed,
            }
            for kind, counts in extracted.statements.items()
        },
    }
    if extracted.run.status == ExtractionStatus.SUCCEEDED:
        return success(**fields)
    return partial(extracted.reason, code=extracted.code, **fields)


@tracked_task(
    "extraction.process_document",
    steps=(
        *("downloading_file", "classifying", "reading_text", "storing_text"),
        *("processing_pdf", "storing_extractions"),
    ),
)
def process_document(run: Run, document_id: int, interim: bool = False, force: bool = False) -> Outcome:
    """Download, classify and read one document, each step only where it is still needed. Reports of
    quarters and half-years are read with `interim`.

    Gives what was done at each step, the number of facts.
    """
    document = Document.objects.select_related("company", "current_version").filter(pk=document_id).first()
    if document is None:
        return skipped("The document is gone.", code="document_not_found")
    processed = process(
        document, force=force, interim=interim, report=run.report, task_run=run.row, storing=run.storing
    )
    fields: dict[str, Any] = {"document_id": document.pk, "steps": processed.steps, "facts": processed.facts}
    if processed.reason:
        return partial(processed.reason, code=processed.code, **fields)
    return success(**fields)
