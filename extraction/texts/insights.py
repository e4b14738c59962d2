"""What a document's text tells at first sight, with its amounts linked to facts."""

from contextlib import nullcontext
from dataclasses import dataclass
from itertools import islice

from documents.models import Document, DocumentText
from documents.text import keep_text
from engine.progress import Report, silent
from engine.text.insights import Quoted, insights_of
from extraction.texts.mentions import Linked, linked_figures
from jobs.run import Storing

MOST_TOPICS = 12
MOST_FIGURES = 40
MOST_QUOTED = 20


@dataclass(frozen=True, slots=True)
class Read:
    """The text of a document and what stands out in it: its most frequent words, its key figures, and
    sentences of guidance and risk. `figures_found` counts the figures of which those given are part."""

    text: DocumentText
    is_new: bool
    topics: tuple[str, ...]
    figures: tuple[Linked, ...]
    figures_found: int
    guidance: tuple[Quoted, ...]
    risks: tuple[Quoted, ...]


def read_document(
    document: Document, *, force: bool = False, report: Report = silent, storing: Storing = nullcontext
) -> Read:
    """Keep the document's text and say what stands out in it. Raises what `keep_text` raises."""
    kept = keep_text(document, force=force, report=report, storing=storing)
    found = insights_of([passage.value() for passage in kept.text.passages.all()])
    linked = linked_figures(document, found.key_figures)
    # Those that a fact proves come first.
    proved = sorted(linked, key=lambda one: one.fact is None)
    return Read(
        text=kept.text,
        is_new=kept.is_new,
        topics=tuple(islice(kept.text.profile, MOST_TOPICS)),
        figures=tuple(proved[:MOST_FIGURES]),
        figures_found=len(linked),
        guidance=found.guidance[:MOST_QUOTED],
        risks=found.risks[:MOST_QUOTED],
    )
