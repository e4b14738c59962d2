"""Clues about a document and what each of them weighs."""

import functools
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from engine.classify.dates import plain_text
from engine.data_file import read_data
from engine.discover.links import Link
from engine.discover.rank import ENCLOSED, is_enclosed, kind_by_words, link_phrases, texts_by_layer
from engine.discover.urls import extension_of_name
from engine.discover.words import Phrase, PhraseBook, phrase_book, tokens
from engine.kinds import DocumentKind, Framework, StatementKind
from engine.statement import Survey

_NAMES = (
    r"(10 ?-? ?k(?:t|405)?|10 ?-? ?qt?|[68] ?-? ?k|[24]0 ?-? ?f|11 ?-? ?k|s-[1348]|f-[134])"
    r"(?: ?/ ?a)?(?![\w-])"
)
_FORM = re.compile(rf"\bform ?{_NAMES}")
# Some covers are printed without the word: then the sentence below it must say which report it is.
_BARE_FORM = re.compile(
    rf"(?<![\w-]){_NAMES} [^a-z]{{0,20}}(?:\(mark one\) )?[^a-z]{{0,20}}"
    r"(?:annual|quarterly|current) report (?:pursuant|under)"
)
_PROXY = re.compile(r"\bschedule 14a\b|\bdef(?:initive)? ?14a\b")
_PROXY_TITLE = re.compile(
    r"notice of [^.]{0,60}meeting[^.]{0,80}proxy statement"
    r"|proxy statement[^.]{0,80}notice of [^.]{0,60}meeting"
)
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
    file has not been opened; `statements_found` None where nobody looked for statements. `outline` names
    the file's bookmarks, `statement_pages` are the plain texts of pages with statements, `currency` is the
    one those are in, `framework` the one named around them.
    """

    url: str = ""
    file_name: str = ""
    link_text: str = ""
    context: str = ""
    heading: str = ""
    first_pages: tuple[str, ...] = ()
    page_count: int | None = None
    statements_found: frozenset[StatementKind] | None = None
    outline: tuple[str, ...] = ()
    statement_pages: tuple[str, ...] = ()
    currency: str | None = None
    framework: Framework | None = None


@dataclass(frozen=True, slots=True)
class ClueFound:
    """One thing that speaks for or against a kind. `layer` is where: link, form, title,
    running_head, cover, early or structure, and period for what decided the year."""

    layer: str
    topic: str
    weight: float
    text: str


def with_survey(clues: DocumentClues, survey: Survey) -> DocumentClues:
    """The clues with what was seen when the file was looked over."""
    return replace(
        clues,
        first_pages=survey.first_pages,
        page_count=survey.pages,
        statements_found=survey.statements,
        outline=survey.outline,
        statement_pages=survey.statement_pages,
        currency=survey.currency,
        framework=survey.framework,
    )


def evidence_for(clues: DocumentClues, form: str, form_page: int) -> tuple[ClueFound, ...]:
    """Everything that speaks for a kind, in the order of the layers."""
    pages = pages_with_text(clues.first_pages)
    if form in _knowledge()["wrappers"]["forms"] and len(pages) > form_page + 1:
        pages = pages[form_page + 1 :]
    return (
        *_from_link(clues),
        *_from_form(form, form_page, clues),
        *_from_title(pages),
        *_from_patterns(pages),
        *_from_running_heads(pages),
        *_from_pages(pages),
        *_from_outline(clues.outline),
        *_from_structure(clues),
    )


def form_of(pages: Sequence[str]) -> tuple[str, int]:
    """The regulator's form that heads a page, with the number of the page counted from 0 among
    those with text; ("", -1) where none does."""
    for number, page in enumerate(pages_with_text(pages)[:6]):
        head = plain_text(page)[:FORM_WITHIN]
        if number == 0 and _PROXY_TITLE.search(head[:300]):
            return "DEF 14A", number
        if _REGULATOR.search(head) is None:
            continue
        if _PROXY.search(head[:600]):
            return "DEF 14A", number
        found = _FORM.search(head) or _BARE_FORM.search(head)
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


def _from_form(form: str, form_page: int, clues: DocumentClues) -> list[ClueFound]:
    known = _knowledge()["forms"].get(form)
    if known is None:
        return []
    weight = float(known["weight"]) * (1.0 if form_page == 0 else 0.5)
    said = f"page {form_page + 1} with text is the cover of form {form}"
    around = known.get("around")
    if around is not None and clues.statements_found:
        head = plain_text(" ".join(clues.first_pages[:4]))
        if any(words in head for words in around["words"]):
            return [ClueFound("form", around["kind"], weight, f"{said}, around results with statements")]
    return [ClueFound("form", known["kind"], weight, said)]


def _from_outline(outline: Sequence[str]) -> list[ClueFound]:
    """Parts of a document that its bookmarks name."""
    said = {phrase for title in outline for phrase in _book().found_in(tokens(plain_text(title)))}
    factor = float(_knowledge()["factors"]["outline"])
    return _spoken("outline", said, factor)


def _from_title(pages: Sequence[str]) -> list[ClueFound]:
    if not pages:
        return []
    words = tokens(plain_text(pages[0]))[: int(_knowledge()["title_words"])]
    factor = float(_knowledge()["factors"]["title"])
    loudest: dict[str, ClueFound] = {}
    said = link_phrases().found_in(words)
    for phrase in said:
        if phrase.topic in ("page", "away"):
            continue
        known = loudest.get(phrase.topic)
        weight = phrase.weight * factor * (ENCLOSED if is_enclosed(phrase, said) else 1.0)
        if known is None or weight > known.weight:
            loudest[phrase.topic] = ClueFound("title", phrase.topic, round(weight, 2), f"“{phrase.text}”")
    return list(loudest.values())


def _from_patterns(pages: Sequence[str]) -> list[ClueFound]:
    """Wordings of the first page's head that have parts in between."""
    head = plain_text(pages[0]) if pages else ""
    found = []
    for rule in _knowledge()["patterns"]:
        match = next(
            (m for written in rule["any"] if (m := re.search(written, head[: rule["within"]]))), None
        )
        if match is not None:
            found.append(ClueFound("cover", rule["topic"], float(rule["weight"]), f"“{match[0][:90]}”"))
    return found


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
        found += _spoken(layer, said, float(factors[layer]))
    return found


def _spoken(layer: str, said: Collection[Phrase], factor: float) -> list[ClueFound]:
    """What phrases of one layer say together, by topic; of one topic no more than so much counts."""
    by_topic: dict[str, list[Phrase]] = {}
    for phrase in sorted(said, key=lambda phrase: (-phrase.weight, phrase.text)):
        by_topic.setdefault(phrase.topic, []).append(phrase)
    found = []
    for topic, spoken in by_topic.items():
        weight = min(sum(phrase.weight for phrase in spoken), float(_knowledge()["most"]))
        words = ", ".join(f"“{phrase.text}”" for phrase in spoken[:4])
        found.append(ClueFound(layer, topic, round(weight * factor, 2), words))
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
            reports = ("annual_report", "half_year_report", "quarterly_report")
            topics = (*reports, "results_release") if complete else reports
            found.extend(_structure(topic, weight, text) for topic in topics)
    return found


def _structure(topic: str, weight: float, text: str) -> ClueFound:
    return ClueFound("structure", topic, float(weight), text)


def _spelt(form: str) -> str:
    """ "10k" and "10-k" become "10-K"."""
    letters = re.sub(r"[\s-]", "", form.upper())
    return re.sub(r"\A(\d+|[SF])(?=[A-Z\d])", r"\1-", letters, count=1)


@functools.cache
def _book() -> PhraseBook:
    return phrase_book(_knowledge()["groups"])


@functools.cache
def _knowledge() -> dict[str, Any]:
    loaded: dict[str, Any] = read_data(Path(__file__).parent / "vocabulary" / "content.yaml")
    return loaded
