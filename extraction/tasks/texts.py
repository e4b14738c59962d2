"""Doorbells of the text of documents: kept and searched, looked over, summarised."""

from typing import Any

from companies.models import Company
from documents.errors import DocumentError
from documents.index import update_index
from documents.inline import DocumentData, document_of
from documents.models import Document
from documents.summarise import summarise_document
from engine.kinds import SummaryStyle
from extraction.texts.insights import Read, read_document
from extraction.texts.rewriting import rewrite_summary
from jobs.base import Child, FanOut, Outcome, Run, partial, skipped, success, tracked_task
from jobs.models import TaskRun
from jobs.states import State

MOST_DOCUMENTS = 1000


@tracked_task("documents.process_document", steps=("reading_text", "storing_text"))
def process_text(run: Run, document_data: dict[str, Any], force: bool = False) -> Outcome:
    """Keep the text of a document for search, from its file or from a content that comes along, and say
    what stands out in it.

    Gives the document, its language and number of passages, pages with hidden text; topics, key figures
    with the facts that prove them, sentences of guidance and risk.
    """
    document = document_of(DocumentData.parse(document_data))
    read = read_document(document, force=force, report=run.report, storing=run.storing)
    return success(
        warnings=read.text.warnings,
        document_id=document.pk,
        chunks=read.text.passage_count,
        language=read.text.language,
        hidden_text=read.text.hidden_pages,
        is_new=read.is_new,
        insights=_insights(read),
    )


@tracked_task("batch_process_documents")
def batch_process_documents(
    run: Run, documents_data: list[dict[str, Any]], force: bool = False
) -> Outcome | FanOut:
    """Keep the texts of many documents, at most 1,000; one that cannot be used stops no other.

    Gives the counts, and for each document in the given order its id or why it failed.
    """
    if len(documents_data) > MOST_DOCUMENTS:
        return partial(
            f"At most {MOST_DOCUMENTS:,} documents are taken at once, {len(documents_data):,} were sent."
            " Send them in parts.",
            code="too_many",
            total_documents=len(documents_data),
        )
    if run.stage == "":
        entries = _taken_in(run, documents_data)
        ids = dict.fromkeys(entry["document_id"] for entry in entries if "document_id" in entry)
        children = [
            Child(
                "documents.process_document",
                None,
                {"document_data": {"document_id": id_}, **({"force": True} if force else {})},
            )
            for id_ in ids
        ]
        return run.fan_out(stage="summary", children=children, memory={"entries": entries})
    return _batch_summary(run)


@tracked_task("update_document_index", steps=("indexing",))
def update_document_index(run: Run, company_id: int, force: bool = False) -> Outcome:
    """Bring the text of a company's documents up to date, for search.

    Gives the documents whose text was made again, how many were as they should be, passages that were
    removed, files that cannot be read, and the milliseconds it took.
    """
    company = Company.objects.filter(pk=company_id).first()
    if company is None:
        return skipped("The company is gone.", code="company_not_found")
    done = update_index(company, force=force, report=run.report, storing=run.storing)
    fields: dict[str, Any] = {
        "company_id": company.pk,
        "updated_documents": done.updated,
        "kept": done.kept,
        "removed": done.removed,
        "failed": done.failed,
        "took_ms": done.took_ms,
    }
    if done.failed:
        return partial(
            f"{len(done.failed)} files cannot be read. The first: {done.failed[0]['error']}",
            code="unreadable",
            **fields,
        )
    if not done.updated and not done.removed:
        return skipped("The text of every document is as it should be.", code="unchanged", **fields)
    return success(**fields)


@tracked_task("generate_document_summary", steps=("reading_text", "storing_text", "summarising"))
def generate_document_summary(
    run: Run,
    document_id: int,
    style: str = SummaryStyle.KEY_POINTS,
    max_sentences: int = 7,
    force: bool = False,
) -> Outcome:
    """Choose the sentences that say most of a document, word for word, each with its page. Where a model
    is set up it is asked to join them; what it writes is kept only if every number stands in them.

    Gives the sentences, the method, and the joined text where there is one.
    """
    document = Document.objects.select_related("company", "current_version").filter(pk=document_id).first()
    if document is None:
        return skipped("The document is gone.", code="document_not_found")
    made = summarise_document(
        document, SummaryStyle(style), max_sentences, force=force, report=run.report, storing=run.storing
    )
    run.commit()
    summary = rewrite_summary(made.summary, task_run=run.row, storing=run.storing)
    return success(
        warnings=[summary.rewrite_refused] if summary.rewrite_refused else [],
        document_id=document.pk,
        style=summary.style,
        summary=[
            {"sentence": one["sentence"], "page": one["page"], "score": one["score"]}
            for one in summary.sentences
        ],
        method="lexrank",
        rewrite=summary.rewrite,
        model=summary.rewrite_model,
        is_new=made.is_new,
    )


def _insights(read: Read) -> dict[str, Any]:
    return {
        "topics": list(read.topics),
        "key_figures": [
            {
                "measure": one.figure.measure,
                "text": one.figure.text,
                "value": f"{one.figure.value:f}",
                "currency": one.figure.currency,
                "year": one.figure.year,
                "page": one.figure.page,
                "fact_id": one.fact.pk if one.fact else None,
                "concept": one.fact.concept if one.fact else None,
            }
            for one in read.figures
        ],
        "key_figures_found": read.figures_found,
        "guidance_sentences": [{"sentence": one.text, "page": one.page} for one in read.guidance],
        "risk_sentences": [{"sentence": one.text, "page": one.page} for one in read.risks],
    }


def _taken_in(run: Run, documents_data: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """For each in order the id of its document, or why there is none."""
    entries: list[dict[str, Any]] = []
    for number, raw in enumerate(documents_data):
        run.report("taking_in", number, len(documents_data))
        try:
            entries.append({"document_id": document_of(DocumentData.parse(raw)).pk})
        except DocumentError as error:
            if error.retryable:
                raise
            entries.append({"code": error.code, "error": error.message})
    return entries


def _batch_summary(run: Run) -> Outcome:
    children = {_document_id(child): child for child in run.children()}
    processed: list[dict[str, Any]] = []
    failed: list[dict[str, Any]] = []
    entries = run.memory["entries"]
    for index, entry in enumerate(entries):
        child = children.get(entry.get("document_id"))
        if child is not None and child.state == State.SUCCEEDED:
            chunks = (child.result or {}).get("chunks")
            processed.append({"index": index, "document_id": entry["document_id"], "chunks": chunks})
        elif child is not None:
            failed.append(
                {
                    "index": index,
                    "document_id": entry["document_id"],
                    "code": child.error_code or child.state,
                    "error": (child.error_message or child.message)[:200],
                }
            )
        else:
            failed.append({"index": index, "code": entry["code"], "error": entry["error"][:200]})
    fields: dict[str, Any] = {
        "total_documents": len(entries),
        "processed_successfully": len(processed),
        "failed_documents": len(failed),
        "processed_docs": processed,
        "failed_docs": failed,
    }
    if failed:
        return partial(
            f"{len(failed)} of {len(entries)} documents were not processed. The first, number"
            f" {failed[0]['index']}: {failed[0]['error']}",
            code="children_incomplete",
            **fields,
        )
    return success(**fields)


def _document_id(child: TaskRun) -> int | None:
    found = child.arguments.get("document_data", {}).get("document_id")
    return found if isinstance(found, int) else None
