"""The text of a document's file, kept in pages and passages."""

from contextlib import nullcontext
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction

from documents.errors import NoFile
from documents.models import Document, DocumentText, DocumentVersion, PageText, Passage
from documents.storage import open_version
from engine.limits import Limits
from engine.progress import Report, silent
from engine.sandbox import passages_safely
from engine.text.profiles import profile_of
from engine.text.query import search_form
from engine.text.reading import TEXT_VERSION, TextReading
from jobs.run import Storing

_BATCH = 500
# The databases store a text with the character of code 0 in no column.
_NO_NULLS = {0: None}


@dataclass(frozen=True, slots=True)
class KeptText:
    """The text of a document and whether it was made now; nothing is written where it was kept."""

    text: DocumentText
    is_new: bool


def keep_text(
    document: Document, *, force: bool = False, report: Report = silent, storing: Storing = nullcontext
) -> KeptText:
    """Have the text of the document's current file in pages and passages.

    What was made from the same file by the same version is kept unless `force` says otherwise. Raises
    NoFile for a document without a file and Unreadable for a file that does not open.
    """
    version = document.current_version
    if version is None:
        raise NoFile(
            f"“{document}” has no file yet. Download it first; trying again without that does not help."
        )
    known = DocumentText.objects.filter(version=version, engine_version=TEXT_VERSION).first()
    if known is not None and not force:
        return KeptText(known, is_new=False)
    report("reading_text", 0, 2, f"Reading {version.page_count or '?'} pages")
    with open_version(version) as file:
        data = file.read()
    reading = passages_safely(
        data,
        Limits(**settings.READING_LIMITS),
        refuse_copying_forbidden=settings.REFUSE_COPYING_FORBIDDEN,
    )
    report("storing_text", 1, 2, f"Storing {len(reading.passages)} passages")
    with storing():
        return KeptText(store_text(version, reading), is_new=True)


def store_text(version: DocumentVersion, reading: TextReading) -> DocumentText:
    """Put a text in the place of what the document had before; in one transaction."""
    with transaction.atomic():
        # The document's row is the lock: two runs may make the text of one document at the same moment.
        document = Document.objects.select_for_update().get(pk=version.document_id)
        remove_text(document)
        text = DocumentText.objects.create(
            document=document,
            version=version,
            engine_version=TEXT_VERSION,
            text_hash=reading.text_hash,
            language=reading.language,
            page_count=len(reading.pages),
            passage_count=len(reading.passages),
            profile=profile_of(passage.text for passage in reading.passages),
            hidden_pages=[page.number for page in reading.pages if page.hidden],
            warnings=list(reading.said),
        )
        PageText.objects.bulk_create(
            [
                PageText(
                    text_of=text,
                    number=page.number,
                    text=page.text.translate(_NO_NULLS),
                    hidden=page.hidden.translate(_NO_NULLS),
                    is_picture=page.is_picture,
                )
                for page in reading.pages
            ],
            batch_size=_BATCH,
        )
        Passage.objects.bulk_create(_passages(document, text, reading), batch_size=_BATCH)
    return text


def remove_text(document: Document) -> int:
    """Remove the text of a document; gives the number of passages that went."""
    count = Passage.objects.filter(document=document).delete()[0]
    DocumentText.objects.filter(document=document).delete()
    return count


def _passages(document: Document, text: DocumentText, reading: TextReading) -> list[Passage]:
    return [
        Passage(
            document=document,
            text_of=text,
            number=passage.number,
            kind=passage.kind.value,
            headings="\n".join(passage.headings).translate(_NO_NULLS),
            text=passage.text.translate(_NO_NULLS),
            page=passage.page,
            last_page=passage.last_page,
            starts=[list(start) for start in passage.starts],
            language=passage.language,
            search_heading=search_form(" ".join(passage.headings)),
            search_text=search_form(passage.text),
        )
        for passage in reading.passages
    ]
