"""What people say of sentences: kept with the sentence, and what models are trained on."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from analysis.models import SentimentSentence
from audit.actions import Action
from audit.changing import change_rows
from engine.kinds import Polarity


@dataclass(frozen=True, slots=True)
class LabelledSentence:
    """A row of training data. Sentences of one document belong on one side of a split."""

    document_id: int
    text: str
    label: Polarity


def label(sentences: QuerySet[SentimentSentence], polarity: Polarity | None, *, by: Any) -> int:
    """Say what these sentences are; None takes back what was said, in older analyses of the same words
    too. Returns how many."""
    if polarity is None:
        documents = sentences.values_list("analysis__document_id", flat=True).distinct()
        texts = sentences.values_list("text", flat=True)
        same = SentimentSentence.objects.filter(analysis__document_id__in=documents, text__in=texts)
        count = sentences.count()
        labelled = SentimentSentence.objects.filter(pk__in=list(same.values_list("pk", flat=True)))
        nothing = {"reviewer_label": "", "reviewed_by": None, "reviewed_at": None}
        change_rows(labelled, nothing, by=by, action=Action.DECIDED)
        return count
    said = {"reviewer_label": polarity, "reviewed_by": by, "reviewed_at": timezone.now()}
    return change_rows(sentences, said, by=by, action=Action.DECIDED)


def labelled_sentences() -> Iterator[LabelledSentence]:
    """Every labelled sentence once for each document, the latest word on it, in a steady order."""
    rows = (
        SentimentSentence.objects.exclude(reviewer_label="")
        .order_by("analysis__document_id", "text", "-reviewed_at", "-pk")
        .values_list("analysis__document_id", "text", "reviewer_label")
    )
    before: tuple[int, str] | None = None
    for document_id, text, reviewer_label in rows.iterator(chunk_size=1000):
        if (document_id, text) != before:
            yield LabelledSentence(document_id, text, Polarity(reviewer_label))
        before = (document_id, text)
