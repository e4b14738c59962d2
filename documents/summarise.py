"""The summary of a document: made of its text, and kept until that changes."""

from contextlib import nullcontext
from dataclasses import dataclass

from documents.models import Document, DocumentSummary
from documents.text import keep_text
from engine.kinds import SummaryStyle
from engine.progress import Report, silent
from jobs.run import Storing

MOST_SENTENCES = 30


@dataclass(frozen=True, slots=True)
class Summarised:
    """The summary and whether it was made now."""

    summary: DocumentSummary
    is_new: bool


def summarise_document(
    document: Document,
    style: SummaryStyle = SummaryStyle.KEY_POINTS,
    most_sentences: int = 7,
    *,
    force: bool = False,
    report: Report = silent,
    storing: Storing = nullcontext,
) -> Summarised:
    """Choose the sentences that say most of a document.

    What was made of the same text in the same way is kept unless `force` says otherwise. Raises what
    `keep_text` raises, and ValueError for fewer than one sentence or more than thirty.
    """
    # Imported here: the library behind it takes a second to load, which no page should wait for.
    from engine.text.summary import SUMMARY_VERSION, summarise

    if not 1 <= most_sentences <= MOST_SENTENCES:
        raise ValueError(f"A summary has 1 to {MOST_SENTENCES} sentences.")
    text = keep_text(document, report=report, storing=storing).text
    known = DocumentSummary.objects.filter(
        document=document, style=style.value, most_sentences=most_sentences
    ).first()
    if (
        known is not None
        and not force
        and (known.text_hash, known.engine_version) == (text.text_hash, SUMMARY_VERSION)
    ):
        return Summarised(known, is_new=False)
    report("summarising", 0, 1, str(document))
    sentences = summarise([passage.value() for passage in text.passages.all()], style, most_sentences)
    with storing():
        summary, _ = DocumentSummary.objects.update_or_create(
            document=document,
            style=style.value,
            most_sentences=most_sentences,
            defaults={
                "engine_version": SUMMARY_VERSION,
                "text_hash": text.text_hash,
                "sentences": [
                    {
                        "sentence": sentence.text,
                        "page": sentence.page,
                        "passage": sentence.passage,
                        "score": sentence.score,
                    }
                    for sentence in sentences
                ],
                "rewrite": "",
                "rewrite_model": "",
                "rewrite_refused": "",
            },
        )
    return Summarised(summary, is_new=True)
