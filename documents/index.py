"""The text of all documents of a company, brought up to date."""

import time
from contextlib import nullcontext
from dataclasses import dataclass, field

from companies.models import Company
from documents.models import Document, DocumentStatus, DocumentText
from documents.text import keep_text, remove_text
from engine.errors import Unreadable
from engine.progress import Report, silent
from jobs.run import Storing


@dataclass(slots=True)
class Indexed:
    """Ids of documents whose text was made now, how many had it already, passages that went, and the
    documents whose files cannot be read, with the reasons."""

    updated: list[int] = field(default_factory=list)
    kept: int = 0
    removed: int = 0
    failed: list[dict[str, object]] = field(default_factory=list)
    took_ms: int = 0


def update_index(
    company: Company, *, force: bool = False, report: Report = silent, storing: Storing = nullcontext
) -> Indexed:
    """Make the text of documents whose file or whose way of reading has changed, and remove the text of
    those that are no longer looked at. Nothing is written for the others."""
    begun = time.monotonic()
    done = Indexed()
    _remove_what_is_gone(company, done, storing)
    documents = list(
        Document.objects.filter(company=company, current_version__isnull=False)
        .not_duplicates()
        .exclude(status=DocumentStatus.IGNORED)
        .select_related("current_version", "company")
        .order_by("pk")
    )
    for number, document in enumerate(documents):
        report("indexing", number, len(documents), str(document))
        try:
            kept = keep_text(document, force=force, storing=storing)
        except Unreadable as error:
            done.failed.append({"document_id": document.pk, "code": error.code, "error": error.message})
            continue
        if kept.is_new:
            done.updated.append(document.pk)
        else:
            done.kept += 1
    done.took_ms = round(1000 * (time.monotonic() - begun))
    return done


def _remove_what_is_gone(company: Company, done: Indexed, storing: Storing) -> None:
    """Duplicates, ignored documents and those whose file was taken away."""
    texts = DocumentText.objects.filter(document__company=company).select_related("document")
    for text in texts:
        document = text.document
        if (
            document.duplicate_of_id is not None
            or document.current_version_id is None
            or document.status == DocumentStatus.IGNORED
        ):
            with storing():
                done.removed += remove_text(document)
