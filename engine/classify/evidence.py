"""Clues about a document and what each of them weighs."""

import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.classify.dates import plain_text
from engine.data_file import read_data
from engine.discover.links import Link
from engine.discover.rank import kind_by_words, link_phrases, texts_by_layer
from engine.discover.urls import extension_of_name
from engine.discover.words import Phrase, PhraseBook, phrase_book, tokens
from engine.kinds import DocumentKind, StatementKind

_FORM = re.compile(
    r"\bform ?(10-?kt|10-?k405|10-?k|10-?qt|10-?q|8-?k|20-?f|40-?f|6-?k|11-?k|s-[134]|f-[134])"
    r"(?: ?/ ?a)?(?![\w-])"
)
_PROXY = re.compile(r"\bschedule 14a\b|\bdef(?:initive)? ?14a\b")
_REGULATOR = re.compile(
    r"securities and exchange commission|securities ?exchange ?act of ?1934|securities act of 1933"
)
_PACKAGE_NAME = re.compile(r"\b[0-9A-Z]{18}\d{2}[-_](\d{4})[-_](\d{2})[-_](\d{2})", re.IGNORECASE)
LONGEST_PAGE = 20_000  # characters; a full page of small print has about 8,000
FORM_WITHIN = 2500  # characters of a page in which its form stands
LAYERS_OF_LINK = ("text", "file", "context", "heading", "path")


@dataclass(frozen=True, slots=True)
class DocumentClues:
    """All that is known about a document before it is read.

    `first_pages` are the plain texts of its first pages, at most eight; `page_count` None where the
    file has not been opened; `statements_found` None where nobody looked for statements.
    """

    url: str = ""
    file_name: str = ""
    link_text: str = ""
    context: str = ""
    heading: str = ""
    first_pages: tuple[str, ...] = ()
    page_count: int | None = None
    statements_found: frozenset[StatementKind] | None = None


@dataclass(frozen=True, slots=True)
class ClueFound:
    """One thing that speaks for or against a kind. `layer` is where: link, form, title,
    running_head, cover, early or structure, and period for what decided the year."""

    layer: str
    topic: str
    weight: float
    text: str


def evidence_for(clues: DocumentClues, form: str, form_page: int) -> tuple[ClueFound, ...]:
    """Everything that speaks for a kind, in the order of the layers."""
    pages = pages_with_text(clues.first_pages)
    return (
        *_from_link(clues),
        *_from_form(form, form_page),
        *_from_title(pages),
        *_from_running_heads(pages),
        *_from_pages(pages),
        *_from_structure(clues),
    )


def form_of(pages: Sequence[str]) -> tuple[str, int]:
    """The regulator's form that heads a page, with the number of the page counted from 0 among
    those with text; ("", -1) where none does."""
    for number, page in enumerate(pages_with_text(pages)[:6]):
        head = plain_text(page)[:FORM_WITHIN]
        if _REGULATOR.search(head) is None:
            continue
        if _PROXY.search(head[:600]):
            return "DEF 14A", number
        found = _FORM.search(head)
        if found is not None:
            return _spelt(found[1]), number
    return "", -1


def pages_with_text(pages: Sequence[str]) -> tuple[str, ...]:
    """The pages that hold at least two words; covers are often pictures."""
    return tuple(page[:LONGEST_PAGE] for page in pages if len(tokens(page[:400])) >= 2)


def package_end(name: str) -> tuple[int, int, int] | None:
    """Year, month and day in the name of an ESEF package (issuer's identifier, then the date)."""
    found = _PACKAGE_NAME.search(name)
    return (int(found[1]), int(found[2]), int(found[3])) if found else None


def rules() -> dict[str, Any]:
    """The vocabulary of first pages as it stands in its file."""
    return _knowledge()


def link_texts(clues: DocumentClues) -> dict[str, str]:
    """What link and address say, by the layer of the vocabulary of links."""
    texts = texts_by_layer(Link(clues.url, clues.link_text, clues.context, clues.heading))
    name = clues.file_name.rsplit(".", 1)[0]
    if name and name not in texts["file"]:
        texts["file"] = f"{texts['file']} {name}".strip()
    return texts


def _from_link(clues: DocumentClues) -> list[ClueFound]:
    words = {layer: tokens(text) for layer, text in link_texts(clues).items()}
    opinion = kind_by_words(words)
    factor = float(_knowledge()["factors"]["link"])
    reasons = {topic: "" for topic, _weight in opinion.scores}
    for reason in opinion.reasons:
        topic = reason.rpartition(" ")[2]
        reasons[topic] = f"{reasons.get(topic, '')}; {reason}".strip("; ")
    found = [
        ClueFound("link", topic, round(weight * factor, 2), reasons[topic])
        for topic, weight in opinion.scores
    ]
    names = {extension_of_name(clues.file_name), extension_of_name(clues.url.partition("?")[0])}
    if names & {"zip", "xbri"}:
        found.append(ClueFound("link", DocumentKind.ESEF_PACKAGE, 6.0, "a package of files"))
        if package_end(clues.file_name) or package_end(clues.url):
            found.append(
                ClueFound("link", DocumentKind.ESEF_PACKAGE, 20.0, "named as the rules for packages ask")
            )
    return found


def _from_form(form: str, form_page: int) -> list[ClueFound]:
    known = _knowledge()["forms"].get(form)
    if known is None:
        return []
    weight = float(known["weight"]) * (1.0 if form_page == 0 else 0.5)
    return [
        ClueFound(
            "form", known["kind"], weight, f"page {form_page + 1} with text is the cover of form {form}"
        )
    ]


def _from_title(pages: Sequence[str]) -> list[ClueFound]:
    if not pages:
        return []
    words = tokens(plain_text(pages[0]))[: int(_knowledge()["title_words"])]
    factor = float(_knowledge()["factors"]["title"])
    loudest: dict[str, ClueFound] = {}
    for phrase in link_phrases().found_in(words):
        if phrase.topic in ("page", "away"):
            continue
        known = loudest.get(phrase.topic)
        if known is None or phrase.weight * factor > known.weight:
            clue = ClueFound("title", phrase.topic, round(phrase.weight * factor, 2), f"“{phrase.text}”")
            loudest[phrase.topic] = clue
    return list(loudest.values())


def _from_running_heads(pages: Sequence[str]) -> list[ClueFound]:
    """Names of documents that are repeated at the edge of the pages after the cover."""
    rule = _knowledge()["running_heads"]
    repeated: dict[Phrase, int] = {}
    for page in pages[1:8]:
        words = tokens(plain_text(page))
        edges = (words[: rule["words"]], words[-rule["words"] :])
        for phrase in {phrase for edge in edges for phrase in link_phrases().found_in(edge)}:
            if phrase.topic not in ("page", "away") and phrase.weight >= rule["least"]:
                repeated[phrase] = repeated.get(phrase, 0) + 1
    named = [phrase for phrase, count in repeated.items() if count >= rule["pages"]]
    return [
        ClueFound("running_head", phrase.topic, phrase.weight, f"“{phrase.text}” on {repeated[phrase]} pages")
        for phrase in sorted(named, key=lambda phrase: phrase.text)[:3]
    ]


def _from_pages(pages: Sequence[str]) -> list[ClueFound]:
    found: list[ClueFound] = []
    factors = _knowledge()["factors"]
    for layer, texts in (("cover", pages[:1]), ("early", pages[1:8])):
        said = {phrase for text in texts for phrase in _book().found_in(tokens(plain_text(text)))}
        by_topic: dict[str, list[tuple[float, str]]] = {}
        for phrase in sorted(said, key=lambda phrase: (-phrase.weight, phrase.text)):
            by_topic.setdefault(phrase.topic, []).append((phrase.weight, phrase.text))
        for topic, spoken in by_topic.items():
            weight = min(sum(weight for weight, _text in spoken), float(_knowledge()["most"]))
            words = ", ".join(f"“{text}”" for _weight, text in spoken[:4])
            found.append(ClueFound(layer, topic, round(weight * float(factors[layer]), 2), words))
    return found


def _from_structure(clues: DocumentClues) -> list[ClueFound]:
    found: list[ClueFound] = []
    rule = _knowledge()["structure"]
    pages = clues.page_count
    if pages is not None and pages >= rule["annual_report_pages"]["least"]:
        found.append(_structure("annual_report", rule["annual_report_pages"]["weight"], f"{pages} pages"))
    if pages is not None and pages <= rule["short_pages"]["most"]:
        found.append(_structure("annual_report", rule["short_pages"]["weight"], f"only {pages} pages"))
    if pages is not None and pages <= rule["release_pages"]["most"]:
        found.append(_structure("results_release", rule["release_pages"]["weight"], f"{pages} pages"))
    if clues.statements_found is not None:
        complete = len(clues.statements_found) == len(StatementKind)
        weight = rule["statements" if complete else "no_statements"]["weight"]
        if complete or not clues.statements_found:
            text = "all three statements found" if complete else "no statement found"
            found.extend(
                _structure(topic, weight, text)
                for topic in ("annual_report", "half_year_report", "quarterly_report")
            )
    return found


def _structure(topic: str, weight: float, text: str) -> ClueFound:
    return ClueFound("structure", topic, float(weight), text)


def _spelt(form: str) -> str:
    """ "10k" and "10-k" become "10-K"."""
    letters = form.upper().replace("-", "")
    return re.sub(r"\A(\d+|[SF])(?=[A-Z\d])", r"\1-", letters, count=1)


@functools.cache
def _book() -> PhraseBook:
    return phrase_book(_knowledge()["groups"])


@functools.cache
def _knowledge() -> dict[str, Any]:
    loaded: dict[str, Any] = read_data(Path(__file__).parent / "vocabulary" / "content.yaml")
    return loaded
