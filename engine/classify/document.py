"""Clues → kind, year, period end, language, with margin. Unknown is an answer."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from engine.classify.dates import period_clues, period_end_of, plain_text
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
from engine.classify.language import language_of
from engine.classify.money import currency_of, framework_of
from engine.discover.rank import fiscal_year_by_words
from engine.discover.years import years_in
from engine.kinds import DocumentKind, Framework

INTERIM = frozenset(
    {DocumentKind.HALF_YEAR_REPORT, DocumentKind.QUARTERLY_REPORT, DocumentKind.RESULTS_RELEASE}
)
DATED = INTERIM | {DocumentKind.ANNUAL_REPORT, DocumentKind.ESEF_PACKAGE}
_NAMED_FISCAL_YEAR = re.compile(r"\b(?:fiscal(?: year)?|fy|financial year) ?(20\d\d)(?!\d)")


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
        currency=currency_of(pages, form),
        framework=framework_of(pages, form),
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
    return period_end_of(kind, period_clues(pages))


def _fiscal_year(
    kind: DocumentKind, end: date | None, clues: DocumentClues, pages: Sequence[str]
) -> tuple[int | None, str]:
    """The year of the period's end; an interim report's own naming of its fiscal year goes first,
    because a quarter may end in the calendar year before."""
    if end is not None:
        named = _named_fiscal_year(end, pages) if kind in INTERIM else None
        if named is not None:
            return named, f"the text speaks of fiscal {named}"
        return (end - timedelta(days=7)).year, f"the period ends on {end.isoformat()}"
    by_link = fiscal_year_by_words(link_texts(clues))
    on_cover = years_in(plain_text(pages[0])[:600]) if pages else ()
    if on_cover and kind in DATED:
        return on_cover[0].year, f"the cover says {on_cover[0].text}"
    return by_link, f"the link says {by_link}" if by_link is not None else ""


def _named_fiscal_year(end: date, pages: Sequence[str]) -> int | None:
    counts: dict[int, int] = {}
    for page in pages:
        for found in _NAMED_FISCAL_YEAR.finditer(plain_text(page)):
            counts[int(found[1])] = counts.get(int(found[1]), 0) + 1
    return _most_named({year: count for year, count in counts.items() if year in (end.year, end.year + 1)})


def _most_named(counts: Mapping[int, int]) -> int | None:
    return max(counts, key=lambda year: (counts[year], year)) if counts else None
