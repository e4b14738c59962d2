"""Passages and documents that speak of the same."""

from dataclasses import dataclass

from documents.full_text import Filters, Match, full_text
from documents.models import Document, DocumentText, Passage
from engine.text.profiles import counts_of
from engine.text.query import Term
from engine.text.ranking import weight_of

TELLING = 24  # words of a passage whose rarity is looked up
RAREST = 8  # of them, by which candidates are found
CANDIDATES = 150
LEAST_LIKENESS = 0.1
MOST = 50


@dataclass(frozen=True, slots=True)
class SimilarPassage:
    """A passage and how much it is like another, 0 to 1."""

    passage: Passage
    likeness: float


@dataclass(frozen=True, slots=True)
class SimilarDocument:
    """A document and how much it is like another, 0 to 1."""

    document: Document
    likeness: float


def similar_passages(
    passage: Passage, filters: Filters | None = None, *, limit: int = 10
) -> tuple[SimilarPassage, ...]:
    """Passages of all documents that are like one, most like first; the same words in another year's
    report count as another passage."""
    # Imported here: the library behind it takes a second to load, which no page should wait for at start.
    from engine.text.similarity import likeness_of_texts

    index = full_text()
    counts = counts_of(passage.text)
    words = sorted(counts, key=lambda word: (-counts[word] * len(word), word))[:TELLING]
    terms = [Term((word,), word) for word in words]
    frequencies = index.frequencies(terms)
    rare = sorted(
        (term for term in terms if frequencies[term] > 1), key=lambda term: (frequencies[term], term.written)
    )[:RAREST]
    if not rare:
        return ()
    total = max(Passage.objects.count(), 1)
    weights = {term: weight_of(frequencies[term], total) for term in rare}
    share = sum(frequencies[term] for term in rare) / total
    ids = index.best(Match(any_of=tuple(rare)), filters or Filters(), weights, CANDIDATES, share)
    others = list(
        Passage.objects.filter(pk__in=ids)
        .exclude(pk=passage.pk)
        .select_related("document__company")
        .order_by("pk")
    )
    likeness = likeness_of_texts(passage.text, [other.text for other in others])
    found = [
        SimilarPassage(other, value)
        for other, value in zip(others, likeness, strict=True)
        if value >= LEAST_LIKENESS
    ]
    found.sort(key=lambda one: (-one.likeness, one.passage.pk))
    return tuple(found[: min(limit, MOST)])


def similar_documents(document: Document, *, limit: int = 10) -> tuple[SimilarDocument, ...]:
    """Documents whose most frequent words are those of one, most like first; none without its text."""
    from engine.text.similarity import likeness_of_counts

    texts = list(DocumentText.objects.select_related("document__company").order_by("document_id"))
    own = next((text for text in texts if text.document_id == document.pk), None)
    if own is None:
        return ()
    others = [text for text in texts if text.document_id != document.pk]
    likeness = likeness_of_counts(own.profile, [text.profile for text in others])
    found = [SimilarDocument(text.document, value) for text, value in zip(others, likeness, strict=True)]
    found = [one for one in found if one.likeness >= LEAST_LIKENESS]
    found.sort(key=lambda one: (-one.likeness, one.document.pk))
    return tuple(found[: min(limit, MOST)])
