"""Document → SentimentAnalysis with its sentences."""

from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Coalesce

from analysis.models import SentimentAnalysis, SentimentSentence, SentimentTopicScore
from analysis.sentiment.judges import NamedJudge, current_judge
from analysis.sentiment.load import day_of
from documents.models import Document, DocumentText
from documents.text import keep_text
from engine.progress import Report, silent
from engine.sentiment.document import DocumentTone, Judged, Said, document_tone
from engine.text.passages import PassageKind
from jobs.run import Storing

_BATCH = 500


@dataclass(frozen=True, slots=True)
class Analysed:
    """An analysis, whether it was made now, and its difference from the document of the same kind before
    (None where there is none, or one of them has no score)."""

    analysis: SentimentAnalysis
    is_new: bool
    trend_delta: float | None


def analyze(
    document: Document, *, force: bool = False, report: Report = silent, storing: Storing = nullcontext
) -> Analysed:
    """Have the tone of a document judged.

    The same text judged by the same judge is not judged again unless `force` says so. What people have
    said of its sentences is kept. Raises NoFile for a document without a file and Unreadable for a file
    that does not open.
    """
    text = keep_text(document, report=report, storing=storing).text
    judge = current_judge()
    known = SentimentAnalysis.objects.filter(
        version=text.version,
        model=judge.name,
        model_version=judge.version,
        input_hash=text.text_hash,
        is_current=True,
    ).first()
    if known is not None and not force:
        return Analysed(known, False, delta_of(known))
    report("judging_sentences", message=f"Judging {text.passage_count} passages")
    tone = document_tone(_sentences(text), judge.judge)
    with storing():
        analysis = _store(text, judge, tone)
    return Analysed(analysis, True, delta_of(analysis))


def delta_of(analysis: SentimentAnalysis) -> float | None:
    """What the score has beyond that of the company's document of the same kind before."""
    document = analysis.document
    day = day_of(document)
    if analysis.score is None or day is None:
        return None
    before = (
        SentimentAnalysis.objects.filter(
            is_current=True,
            score__isnull=False,
            document__company_id=document.company_id,
            document__document_type=document.document_type,
            document__duplicate_of__isnull=True,
        )
        .exclude(document=document)
        .annotate(day=Coalesce("document__period_end", "document__published_on"))
        .filter(day__lt=day)
        .order_by("-day", "-pk")
        .first()
    )
    if before is None or before.score is None:
        return None
    return round(analysis.score - before.score, 4)


def _sentences(text: DocumentText) -> Iterator[Said]:
    passages = text.passages.filter(kind=PassageKind.PROSE).order_by("number")
    for passage in passages.iterator(chunk_size=_BATCH):
        headings = tuple(passage.headings.split("\n")) if passage.headings else ()
        language = passage.language or text.language
        for sentence in passage.sentences():
            yield Said(sentence.text, sentence.page, headings, language, passage.number)


def _store(text: DocumentText, judge: NamedJudge, tone: DocumentTone) -> SentimentAnalysis:
    """The only writer of analyses; one transaction."""
    with transaction.atomic():
        # The document's row is the lock: two runs may judge one document at the same moment.
        document = Document.objects.select_for_update().get(pk=text.document_id)
        said_by_people = _labels(document)
        same = Q(version=text.version, model=judge.name, model_version=judge.version)
        SentimentAnalysis.objects.filter(same, document=document).delete()
        SentimentAnalysis.objects.filter(document=document, is_current=True).update(is_current=False)
        overall = tone.overall
        analysis = SentimentAnalysis.objects.create(
            document=document,
            version=text.version,
            model=judge.name,
            model_version=judge.version,
            input_hash=text.text_hash,
            score=overall.value if overall else None,
            polarity=overall.polarity if overall else "",
            confidence=overall.confidence if overall else None,
            n_sentences=tone.counted,
            n_evidence=overall.evidence if overall else 0,
            axes={axis.value: share for axis, share in tone.axes.items()},
            left_out=dict(tone.left_out),
        )
        SentimentTopicScore.objects.bulk_create(
            SentimentTopicScore(
                analysis=analysis,
                topic=topic,
                score=score.value,
                polarity=score.polarity,
                confidence=score.confidence,
                n=score.evidence,
            )
            for topic, score in tone.topics.items()
            if score is not None
        )
        kept = sorted((*tone.sentences, *tone.quiet), key=lambda one: one.said.source)
        SentimentSentence.objects.bulk_create(
            (
                _sentence(analysis, number, one, said_by_people.get(one.said.text))
                for number, one in enumerate(kept)
            ),
            batch_size=_BATCH,
        )
    return analysis


def _labels(document: Document) -> dict[str, SentimentSentence]:
    """What people have said of the document's sentences, by their words; the latest wins."""
    labelled = SentimentSentence.objects.filter(analysis__document=document).exclude(reviewer_label="")
    return {sentence.text: sentence for sentence in labelled.order_by(F("reviewed_at").asc())}


def _sentence(
    analysis: SentimentAnalysis, number: int, one: Judged, said: SentimentSentence | None
) -> SentimentSentence:
    return SentimentSentence(
        analysis=analysis,
        number=number,
        page=one.said.page,
        heading=one.said.headings[-1] if one.said.headings else "",
        text=one.said.text,
        score=one.tone.score,
        label=one.tone.label,
        terms=[
            {"text": term.text, "effect": term.effect, "because": term.because} for term in one.tone.terms
        ],
        topics=[topic.value for topic in one.topics],
        axes=[axis.value for axis in one.axes],
        reviewer_label=said.reviewer_label if said else "",
        reviewed_by_id=said.reviewed_by_id if said else None,
        reviewed_at=said.reviewed_at if said else None,
    )
