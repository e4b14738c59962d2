"""How likely a link leads to a report, and the words that say so."""

import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from engine.data_file import read_data
from engine.discover.links import Link
from engine.discover.urls import (
    extension,
    file_name,
    host_of,
    is_numbered,
    is_other_file,
    looks_like_file,
    registered_domain,
    same_site,
    unwrapped,
    without_keys,
)
from engine.discover.words import Phrase, PhraseBook, phrase_book, tokens
from engine.discover.years import PLAIN, STRONG, WEAK, YearClue, years_in
from engine.kinds import DocumentKind

REPORT_KINDS = frozenset(
    {
        DocumentKind.ANNUAL_REPORT,
        DocumentKind.HALF_YEAR_REPORT,
        DocumentKind.QUARTERLY_REPORT,
        DocumentKind.RESULTS_RELEASE,
        DocumentKind.ESEF_PACKAGE,
    }
)
_YEAR_WORD = re.compile(r"(?:19|20)\d\d")
OUTRIGHT = 8.0  # the weight of a phrase that names a document outright
ENCLOSED = 0.4  # what a paper counts that a report brings with it
_LAYERS = ("text", "file", "context", "heading", "path")
_FILE_WORDS = frozenset({"pdf", "xhtml"})
_SOURCE_BONUS = {"next_page": 3.0, "option": 2.0, "form": 2.0, "json": 6.0, "iframe": 1.0}
_NOT_A_PAGE = frozenset({"script", "onclick"})


class LinkRole(StrEnum):
    """What to do with a link: keep it as a document, open it as a page, or leave it."""

    DOCUMENT = "document"
    PAGE = "page"
    IGNORE = "ignore"


@dataclass(frozen=True, slots=True)
class Site:
    """The site being searched. `document_hosts` are further hosts whose pages belong to it; files
    are taken from any host a page of the site links to."""

    start_url: str
    document_hosts: frozenset[str] = frozenset()

    @property
    def domain(self) -> str:
        return registered_domain(self.start_url)

    def holds(self, url: str) -> bool:
        """True for pages of the site itself."""
        return same_site(url, self.start_url) or host_of(url) in self.document_hosts


@dataclass(frozen=True, slots=True)
class RankedLink:
    """A link with its role. `score` orders links of one role, best first; `confidence` is the
    share, between 0 and 1, by which `kind` leads; `reasons` say what spoke for and against."""

    link: Link
    role: LinkRole
    score: float
    kind: DocumentKind
    fiscal_year: int | None
    reasons: tuple[str, ...]
    confidence: float = 0.0

    @property
    def is_report(self) -> bool:
        """True for documents that carry a company's figures, as far as the link tells."""
        return self.role is LinkRole.DOCUMENT and self.kind in REPORT_KINDS


@dataclass(frozen=True, slots=True)
class KindOpinion:
    """What words alone say about a document's kind."""

    kind: DocumentKind
    weight: float
    confidence: float
    scores: tuple[tuple[str, float], ...]
    reasons: tuple[str, ...]


def rank_link(link: Link, site: Site) -> RankedLink:
    """Judges a link by its words, its surroundings and its address."""
    texts = texts_by_layer(link)
    words = {layer: tokens(text) for layer, text in texts.items()}
    opinion = kind_by_words(words)
    year = fiscal_year_by_words(texts, opinion.kind)
    if _is_document(link, opinion):
        kind, reasons = opinion.kind, opinion.reasons
        if extension(link.url) in ("zip", "xbri") and kind in (
            DocumentKind.ANNUAL_REPORT,
            DocumentKind.UNKNOWN,
        ):
            kind, reasons = DocumentKind.ESEF_PACKAGE, (*reasons, "a package, not a PDF")
        if kind is DocumentKind.UNKNOWN and link.source == "menu" and year is None:
            kind, reasons = DocumentKind.OTHER, (*reasons, "in a menu, and nothing names a report")
        score = opinion.weight if kind in REPORT_KINDS else -opinion.weight
        return RankedLink(link, LinkRole.DOCUMENT, score, kind, year, reasons, opinion.confidence)
    return _ranked_page(link, site, words, year)


def kind_by_words(words: dict[str, tuple[str, ...]]) -> KindOpinion:
    """The kind that tokens, given by layer (text, file, context, heading, path), speak for.

    Per layer and kind the loudest phrase counts, so that repetition proves nothing. What stands
    around a link counts for kinds only where its own text and file name leave the question open,
    because a row often names the neighbours too.
    """
    scores: dict[str, float] = {}
    reasons: list[str] = []
    for layer in _LAYERS:
        if layer in ("context", "heading", "path") and _decided(scores):
            continue
        named = any(scores.get(kind, 0.0) >= OUTRIGHT for kind in REPORT_KINDS)
        found = link_phrases().found_in(_without_years(words.get(layer, ())))
        for topic, phrase in _loudest(found).items():
            if topic in ("page", "away"):
                continue
            weight = phrase.weight * (ENCLOSED if is_enclosed(phrase, found, named) else 1.0)
            scores[topic] = scores.get(topic, 0.0) + weight * _layers()[layer]
            reasons.append(f"{layer}: “{phrase.text}” speaks for {topic}")
    return _opinion(scores, tuple(reasons))


def fiscal_year_by_words(texts: dict[str, str], kind: DocumentKind = DocumentKind.UNKNOWN) -> int | None:
    """The fiscal year that texts by layer speak of, None where none does.

    A day is that of publication, unless words make it the end of a period: an annual report that came
    out in the first half of a year is about the year before. Where a heading names the fiscal year, the
    day of a quarter within it does not count against it.
    """
    scores: dict[int, float] = {}
    named: list[int] = []
    for layer, factor in (("text", 1.0), ("context", 0.75), ("file", 0.8), ("heading", 0.5), ("path", 0.2)):
        clue = _surest_year(texts.get(layer, ""), innermost=layer == "heading")
        if clue is None:
            continue
        year = clue.year
        if clue.is_publication and kind is DocumentKind.ANNUAL_REPORT:
            year -= 1
        scores[year] = scores.get(year, 0.0) + clue.strength * factor
        if clue.strength >= STRONG:
            named.append(clue.year)
    if not scores or max(scores.values()) < WEAK * 0.5:
        return None
    best = max(scores, key=lambda year: (scores[year], year))
    if best not in named and best + 1 in named and scores[best] < PLAIN * 1.5:
        return best + 1
    return best


def _surest_year(text: str, *, innermost: bool) -> YearClue | None:
    """The surest clue of a text; of headings, those of the nearest one that has any."""
    parts = text.split(" / ")[::-1] if innermost else [text]
    return next((clues[0] for part in parts if (clues := years_in(part))), None)


def texts_by_layer(link: Link) -> dict[str, str]:
    """The texts that speak about a link, by the layer they belong to."""
    url = unwrapped(link.url)
    name = file_name(url)
    stem = name.rsplit(".", 1)[0] if "." in name else name
    parts = urlsplit(url)
    directories = unquote(parts.path).replace("+", " ").rstrip("/").rpartition("/")[0]
    return {
        "text": link.text,
        "file": without_keys(stem),
        "context": link.context,
        "heading": link.heading,
        "path": without_keys(f"{directories} {unquote(parts.query)}"),
    }


def _is_document(link: Link, opinion: KindOpinion) -> bool:
    """A file by its address, or a link whose words say that it is one."""
    url = unwrapped(link.url)
    if looks_like_file(url) or link.is_file:
        return True
    if is_other_file(url):
        return False
    if is_numbered(url) and opinion.kind in REPORT_KINDS and link.source not in _NOT_A_PAGE:
        return True
    said = set(tokens(link.text)) | set(tokens(link.context[:80]) if not link.text else ())
    names_file = bool(_FILE_WORDS & said) and link.source not in _NOT_A_PAGE
    return (
        names_file
        and opinion.kind is not DocumentKind.UNKNOWN
        and extension(url) in ("", "php", "aspx", "ashx")
    )


def _ranked_page(link: Link, site: Site, words: dict[str, tuple[str, ...]], year: int | None) -> RankedLink:
    if is_other_file(link.url):
        return _ignored(link, year, "a file of another kind")
    if not site.holds(link.url):
        return _ignored(link, year, "a page of another site")
    score, reasons = 0.0, []
    for layer in ("text", "file", "path", "context", "heading"):
        factor = _layers()[layer]
        for topic, phrase in _loudest(link_phrases().found_in(words[layer])).items():
            # A page that speaks of annual reports leads to them, whatever else it is about.
            value = phrase.weight if topic in ("page", "away") else phrase.weight * 0.5
            if topic in ("other", "prospectus", "sustainability_report"):
                value = -2.0
            score += value * factor
            reasons.append(f"{layer}: “{phrase.text}” ({topic})")
    if year is not None:
        score += 1.5
        reasons.append(f"speaks of {year}")
    if link.source in ("next_page", "option", "form", "feed", "json", "sitemap", "iframe"):
        score += {"next_page": 3.0, "option": 2.0, "form": 2.0, "json": 6.0, "iframe": 1.0}.get(
            link.source, 0.0
        )
        reasons.append(f"found as {link.source}")
    return RankedLink(link, LinkRole.PAGE, round(score, 3), DocumentKind.UNKNOWN, year, tuple(reasons))


def _ignored(link: Link, year: int | None, reason: str) -> RankedLink:
    return RankedLink(link, LinkRole.IGNORE, 0.0, DocumentKind.UNKNOWN, year, (reason,))


def _without_years(words: Sequence[str]) -> tuple[str, ...]:
    """So that "full year 2023 results" is still "full year results"."""
    return tuple(word for word in words if not _YEAR_WORD.fullmatch(word))


def is_enclosed(phrase: Phrase, found: Sequence[Phrase], named: bool = False) -> bool:
    """True for other papers that are named after a report: "Annual report with notice of meeting".
    `named` says that a louder layer has named a report outright."""
    if phrase.topic not in (DocumentKind.OTHER, DocumentKind.SUSTAINABILITY_REPORT):
        return False
    before = found[: found.index(phrase)]
    return named or any(other.topic in REPORT_KINDS and other.weight >= OUTRIGHT for other in before)


def _loudest(found: Sequence[Phrase]) -> dict[str, Phrase]:
    loudest: dict[str, Phrase] = {}
    for phrase in found:
        known = loudest.get(phrase.topic)
        if known is None or abs(phrase.weight) > abs(known.weight):
            loudest[phrase.topic] = phrase
    return loudest


def _decided(scores: dict[str, float]) -> bool:
    """True once a document's own words name its kind outright."""
    return bool(scores) and max(scores.values()) >= OUTRIGHT * _layers()["file"]


def _opinion(scores: dict[str, float], reasons: tuple[str, ...]) -> KindOpinion:
    ordered = sorted(scores.items(), key=lambda item: (-item[1], item[0]))
    if not ordered or ordered[0][1] < _rules()["least"]:
        return KindOpinion(DocumentKind.UNKNOWN, 0.0, 0.0, tuple(ordered), reasons)
    best, weight = ordered[0]
    lead = weight - (ordered[1][1] if len(ordered) > 1 else 0.0)
    kind = DocumentKind(best) if lead >= _rules()["margin"] else DocumentKind.UNKNOWN
    confidence = round(min(0.99, weight / (weight + 4.0) * min(1.0, 0.5 + lead / weight / 2)), 3)
    return KindOpinion(kind, round(weight, 3), confidence, tuple(ordered), reasons)


@functools.cache
def _rules() -> dict[str, Any]:
    loaded: dict[str, Any] = read_data(Path(__file__).parent / "vocabulary" / "links.yaml")
    return loaded


@functools.cache
def link_phrases() -> PhraseBook:
    """What words of links, and of titles, speak for."""
    return phrase_book(_rules()["groups"])


@functools.cache
def _layers() -> dict[str, float]:
    return {layer: float(factor) for layer, factor in _rules()["layers"].items()}
