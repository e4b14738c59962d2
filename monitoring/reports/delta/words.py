"""The sections of words: accounting policies that changed, and how the report sounds against the last."""

from django.urls import reverse

from analysis.models import SentimentAnalysis, SentimentSentence
from documents.models import Document, DocumentText, Passage
from engine.kinds import Polarity
from engine.text.passages import Passage as PassageOfText
from engine.text.policies import PolicyChanges, Said, policy_changes
from monitoring.reports.delta.compare import Comparison
from monitoring.reports.paper import (
    Block,
    Cell,
    Grid,
    Heading,
    Mark,
    Quote,
    Quotes,
    Section,
    Text,
    Tile,
    Tiles,
    Tone,
)

QUOTED, SENTENCES = 25, 5
LONGEST_HEADING = 60
LEAST_SHIFT = 0.02  # of the scale; less is how two reports of one year may differ


def policies(compared: Comparison) -> Section:
    """Sentences under headings of accounting policies that are new, gone or reworded."""
    title, before = "Accounting policies", compared.before
    if before is None:
        return Section("policies", title, (Text("There is no report before to compare with."),))
    if missing := [str(one) for one in (before, compared.document) if not _has_text(one)]:
        return Section("policies", title, (Text(f"The text of {' and '.join(missing)} has not been read."),))
    changes = policy_changes(_passages(before), _passages(compared.document))
    if not changes.is_known:
        return Section("policies", title, (Text(_unknown(changes, compared)),))
    return Section("policies", title, _changed(changes, before, compared.document))


def tone(compared: Comparison) -> Section:
    """The tone of the report, beside that of the one before, with its strongest sentences."""
    now = _analysis(compared.document)
    if now is None or now.score is None:
        said = "The tone of this report has not been judged, or it has no sentence that speaks of success."
        return Section("tone", "Tone", (Text(said),))
    before = _analysis(compared.before)
    was = None if before is None else before.score
    shift = None if was is None else now.score - was
    note = "no report before was judged" if shift is None else f"{shift:+.2f} against {compared.before}"
    mark = Tone.PLAIN
    if shift is not None and abs(shift) >= LEAST_SHIFT:
        mark = Tone.GOOD if shift > 0 else Tone.WARN
    tile = Tile(
        "score",
        "Tone, from -1 to 1",
        f"{now.score:+.2f}",
        note,
        mark,
        reverse("tone:document", args=[compared.document.pk]),
        f"{now.score:.4f}",
        None if was is None else f"{was:.4f}",
    )
    blocks: list[Block] = [Tiles((tile,))]
    if before is not None and was is not None:
        blocks.append(_topics(now, before))
    for label, words in ((Polarity.POSITIVE, "Most positive"), (Polarity.NEGATIVE, "Most negative")):
        blocks.append(
            Quotes(words, tuple(_sentence(one, compared.document) for one in _strongest(now, label)), "None.")
        )
    return Section("tone", "Tone", tuple(blocks))


def _changed(changes: PolicyChanges, before: Document, after: Document) -> tuple[Block, ...]:
    old, new = changes.compared
    said = (
        f"{new:,} sentences under such headings were held against {old:,} of the report before. Figures and"
        " years do not count, and neither does another place in the report."
    )
    reworded = tuple(
        quote
        for one in changes.reworded[:QUOTED]
        for quote in (_said(one.before, before, Mark.GONE), _said(one.after, after, Mark.NEW))
    )
    return (
        Tiles(
            (
                Tile("new_sentences", "New sentences", f"{len(changes.new):,}", value=str(len(changes.new))),
                Tile("gone_sentences", "Gone", f"{len(changes.gone):,}", value=str(len(changes.gone))),
                Tile("reworded", "Reworded", f"{len(changes.reworded):,}", value=str(len(changes.reworded))),
            )
        ),
        Text(said),
        _quotes("New", changes.new, after, Mark.NEW, "No sentence is new."),
        _quotes("Gone", changes.gone, before, Mark.GONE, "No sentence is gone."),
        Quotes("Reworded", reworded, "No sentence was reworded.", max(len(changes.reworded) - QUOTED, 0)),
    )


def _quotes(title: str, said: tuple[Said, ...], document: Document, mark: Mark, empty: str) -> Quotes:
    shown = tuple(_said(one, document, mark) for one in said[:QUOTED])
    return Quotes(title, shown, empty, max(len(said) - QUOTED, 0))


def _said(said: Said, document: Document, mark: Mark) -> Quote:
    heading = said.heading if len(said.heading) <= LONGEST_HEADING else said.heading[:LONGEST_HEADING] + "…"
    under = f", {heading}" if heading else ""
    return Quote(said.text, f"{document}, page {said.page}{under}", page_address(document, said.page), mark)


def page_address(document: Document, page: int) -> str:
    """The page of the stored file."""
    return f"{reverse('document-file', args=[document.pk])}#page={page}"


def _unknown(changes: PolicyChanges, compared: Comparison) -> str:
    without = [
        str(document)
        for document, count in zip((compared.before, compared.document), changes.compared, strict=True)
        if not count
    ]
    return (
        f"Nothing is said about policies: under no heading of {' and '.join(without)} stands what is known as"
        " accounting policies."
    )


def _has_text(document: Document) -> bool:
    return DocumentText.objects.filter(document=document).exists()


def _passages(document: Document) -> list[PassageOfText]:
    return [one.value() for one in Passage.objects.filter(document=document).order_by("number")]


def _analysis(document: Document | None) -> SentimentAnalysis | None:
    if document is None:
        return None
    return SentimentAnalysis.objects.filter(document=document, is_current=True).first()


def _topics(now: SentimentAnalysis, before: SentimentAnalysis) -> Grid:
    older = {one.topic: one for one in before.topic_scores.all()}
    rows = tuple(
        (
            Cell(one.get_topic_display()),
            Cell(f"{older[one.topic].score:+.2f}"),
            Cell(f"{one.score:+.2f}"),
            Cell(f"{one.score - older[one.topic].score:+.2f}"),
        )
        for one in now.topic_scores.order_by("topic")
        if one.topic in older
    )
    headings = (
        Heading("Topic"),
        *(Heading(text, True) for text in ("Report before", "This report", "Shift")),
    )
    return Grid("By topic", headings, rows, "No topic is spoken of in both reports.")


def _strongest(analysis: SentimentAnalysis, label: Polarity) -> list[SentimentSentence]:
    found = [one for one in analysis.sentences.filter(label=label) if one.terms]
    return sorted(found, key=lambda one: (-abs(one.score), one.number))[:SENTENCES]


def _sentence(sentence: SentimentSentence, document: Document) -> Quote:
    place = f"page {sentence.page}, {sentence.score:+.2f}"
    return Quote(sentence.text, place, page_address(document, sentence.page))
