"""Clues → kind, year, period end, language, with margin. Unknown is an answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from engine.classify.dates import PeriodClue, period_clues, period_end_of, plain_text
from engine.classify.evidence import (
    ClueFound,
    DocumentClues,
    evidence_for,
    form_of,
    link_texts,
    package_end,
    pages_with_text,
    rules,
)
from engine.classify.fiscal_years import INTERIM, fiscal_year_of
from engine.classify.language import language_of
from engine.classify.money import currency_of, framework_of, prescribed_framework
from engine.discover.rank import fiscal_year_by_words
from engine.discover.years import years_in
from engine.kinds import DocumentKind, Framework

HEAD_OF_STATEMENT = 1_500  # characters of a page with a statement, among which its days stand
DATED = INTERIM | {DocumentKind.ANNUAL_REPORT, DocumentKind.ESEF_PACKAGE}


@dataclass(frozen=True, slots=True)
class Classification:
    """What a document is, as far as the evidence goes.

    `confidence` lies between 0 and 1 and follows from the lead of the best kind over the next
    (`margin`); with too small a lead the kind is UNKNOWN. `fiscal_year` is named after the calendar
    year in which the year ends. `form` is the form of the United States' regulator, "" for others.
    """

    kind: DocumentKind
    confidence: float
    fiscal_year: int | None
    period_end: date | None
    language: str
    currency: str | None
    framework: Framework | None
    evidence: tuple[ClueFound, ...]
    margin: float
    form: str = ""


def classify(clues: DocumentClues) -> Classification:
    """Weighs all clues about a document."""
    pages = pages_with_text(clues.first_pages)
    form, form_page = form_of(clues.first_pages)
    evidence = evidence_for(clues, form, form_page)
    kind, confidence, margin = _decided(evidence)
    end, said = _period_end(kind, clues, pages)
    year, year_said = _fiscal_year(kind, end, clues, pages)
    notes = [ClueFound("period", "period_end", 0.0, said)] if said else []
    notes += [ClueFound("period", "fiscal_year", 0.0, year_said)] if year_said else []
    return Classification(
        kind=kind,
        confidence=confidence,
        fiscal_year=year,
        period_end=end,
        language=language_of(pages or (clues.link_text, clues.context)),
        currency=clues.currency or currency_of(pages, form),
        framework=prescribed_framework(form) or clues.framework or framework_of(pages),
        evidence=(*evidence, *notes),
        margin=margin,
        form=form,
    )


def _decided(evidence: Sequence[ClueFound]) -> tuple[DocumentKind, float, float]:
    """The kind with the largest sum, if it leads the next one far enough."""
    scores: dict[str, float] = {}
    for clue in evidence:
        scores[clue.topic] = scores.get(clue.topic, 0.0) + clue.weight
    ordered = sorted(scores.items(), key=lambda item: (-item[1], item[0]))
    if not ordered:
        return DocumentKind.UNKNOWN, 0.0, 0.0
    best, weight = ordered[0]
    margin = round(weight - max(ordered[1][1] if len(ordered) > 1 else 0.0, 0.0), 2)
    if weight < rules()["least"] or margin < rules()["margin"]:
        return DocumentKind.UNKNOWN, 0.0, margin
    return DocumentKind(best), round(margin / (margin + 4.0), 3), margin


def _period_end(kind: DocumentKind, clues: DocumentClues, pages: Sequence[str]) -> tuple[date | None, str]:
    named = package_end(clues.file_name) or package_end(clues.url)
    if named is not None:
        try:
            return date(*named), "the name of the package"
        except ValueError:
            return None, ""
    if kind not in DATED:
        return None, ""
    at_statements = [
        clue
        for page in clues.statement_pages
        for clue in _latest(period_clues(("", page[:HEAD_OF_STATEMENT])))
    ]
    return period_end_of(kind, (*period_clues(pages), *at_statements))


def _latest(clues: Sequence[PeriodClue]) -> list[PeriodClue]:
    """The clues to the last of the days that a statement names, which names the years before beside it."""
    last = max((clue.end for clue in clues), default=None)
    return [clue for clue in clues if clue.end == last]


def _fiscal_year(
    kind: DocumentKind, end: date | None, clues: DocumentClues, pages: Sequence[str]
) -> tuple[int | None, str]:
    """The year to which the period's end belongs; without one, that of the cover or the link."""
    if end is not None:
        return fiscal_year_of(kind, end, (*pages, *clues.statement_pages))
    by_link = fiscal_year_by_words(link_texts(clues))
    on_cover = years_in(plain_text(pages[0])[:600]) if pages else ()
    if on_cover and kind in DATED:
        return on_cover[0].year, f"the cover says {on_cover[0].text}"
    return by_link, f"the link says {by_link}" if by_link is not None else ""
