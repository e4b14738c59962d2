"""The reading of one report: open, locate, read, map, sign, check.

`read` is the call inside the process; `engine.sandbox` runs it in a throw-away child for bytes
that are not trusted.
"""

import hashlib
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace

from engine import ENGINE_VERSION
from engine.classify.money import framework_of
from engine.concepts.ligatures import with_ligatures
from engine.concepts.mapping import MappingRule
from engine.concepts.taxonomy import load_taxonomy
from engine.concluding import bridged, concluded
from engine.errors import NotFound, Unreadable
from engine.kinds import StatementKind
from engine.legible import Legible, as_it_came, count_unmapped, mended
from engine.limits import OCR_SECONDS
from engine.locate.choose import Candidate, Choice, choose, choose_from_front
from engine.locate.lexicon import Vocabulary
from engine.locate.score import bears_language, language_of
from engine.pdf import ocr
from engine.pdf.open import OpenDocument, OpenLimits, PageTexts
from engine.progress import Report, silent
from engine.rereading import is_beyond_doubt, read_first, reread
from engine.source import Source
from engine.statement import (
    Abstention,
    Reading,
    RunnerUp,
    StatementReading,
    StatementTable,
    Survey,
)
from engine.tables.complete import completed
from engine.tables.read import TableReading
from engine.tables.units import around, currency_of_pages

FIRST_PAGES = 8
FRONT_PAGES = 24  # that tell the language of a report whose other pages may stay unread
LONGEST_PAGE = 8_000  # characters of a page with a statement that are kept for the survey
TEXT_PAGE = 30  # characters from which a page counts as having a text layer
LEAST_TEXT_SHARE = 0.05
MOST_TEXT_SHARE = 0.5  # of the pages with text: below it, nobody can tell that a report has no statements


@dataclass(frozen=True, slots=True)
class ReadingOptions:
    """Settings of a reading. `rules` are confirmed wordings of the company; `pages` (from 1)
    restricts the search to some pages; `limits` say what is turned away unread. Pages that are
    pictures are read by text recognition where it is installed; `ocr_seconds` is how long that may
    take, 0 leaves such pages unread."""

    limits: OpenLimits = field(default_factory=OpenLimits)
    rules: tuple[MappingRule, ...] = ()
    kinds: tuple[StatementKind, ...] = tuple(StatementKind)
    pages: tuple[int, ...] = ()
    ocr_seconds: float = OCR_SECONDS

    def __post_init__(self) -> None:
        if any(page < 1 for page in self.pages):
            raise ValueError("pages count from 1")
        if self.ocr_seconds < 0:
            raise ValueError("ocr_seconds must not be negative")
        if not self.kinds:
            raise ValueError("kinds must name at least one statement")


def survey(data: bytes, options: ReadingOptions | None = None) -> Survey:
    """What a file is, before anything is read from it.

    Raises Unreadable where it does not open; a file without a text layer is described.
    """
    options = options or ReadingOptions()
    with ExitStack() as stack:
        came = as_it_came(stack, data, options.limits, PageTexts)
        file = mended(stack, came, options.limits)
        return _with_statements(_described(data, file.document, file.texts), file)


def read(data: bytes, options: ReadingOptions | None = None, report: Report = silent) -> Reading:
    """The three statements of a report with concepts, signs and checks.

    Raises Unreadable with a code where the file cannot be read; a statement that is not there is
    an abstention in the result.
    """
    options = options or ReadingOptions()
    with ExitStack() as stack:
        file = as_it_came(stack, data, options.limits, PageTexts, options.pages, report)
        report("open")
        found = _from_front(file, options, report)
        if found is None:
            file = mended(stack, file, options.limits, options.pages, report)
            found = _from_all(file, options, report)
        about = _described(data, file.document, file.texts.seen())
        damaged = sorted(file.document.damaged_pages)
    left_out = (f"page {index + 1} does not load and was left out" for index in damaged)
    warnings = (*file.said, *found.warnings, *left_out)
    return Reading(about, found.statements, found.abstentions, warnings, ENGINE_VERSION)


@dataclass(frozen=True, slots=True)
class _Found:
    """What the pages of a report gave."""

    statements: tuple[StatementReading, ...]
    abstentions: tuple[Abstention, ...]
    warnings: tuple[str, ...]


def _from_front(file: Legible[PageTexts], options: ReadingOptions, report: Report) -> _Found | None:
    """The statements of a report that is searched no further than behind them; None where they do not
    stand out, or where their figures leave a doubt."""
    words = language_of(file.texts[:FRONT_PAGES])
    choice = choose_from_front(file.texts, words)
    if choice is None or count_unmapped(file.texts.seen()):
        return None
    report("locate")
    source = Source(file.data, file.document, file.texts, words, choice, frozenset())
    found = _found(source, options, report, repair=False)
    proven = not found.abstentions and all(map(is_beyond_doubt, found.statements))
    return found if proven else None


def _from_all(file: Legible[PageTexts], options: ReadingOptions, report: Report) -> _Found:
    """The statements of a report of which every page is looked at, read again where they fail."""
    texts: Sequence[str] = file.texts
    has_text = _text_share(texts) >= LEAST_TEXT_SHARE
    words, choice = _located(texts)
    pictures, passed_over = _pictures(file.document, texts, choice, options, report, has_text=has_text)
    if pictures:
        texts = [pictures.get(n, text) for n, text in enumerate(texts, start=1)]
        words, choice = _located(texts)
    _refuse_without_text(texts, choice, frozenset(pictures), has_text=has_text)
    report("locate")
    may_recognise = bool(options.ocr_seconds)
    source = Source(file.data, file.document, texts, words, choice, frozenset(pictures), may_recognise)
    found = _found(source, options, report, repair=True)
    if not passed_over:
        return found
    said = f"{passed_over} pages are pictures and were not looked at for lack of time"
    return replace(found, warnings=(*found.warnings, said))


def _found(source: Source, options: ReadingOptions, report: Report, *, repair: bool) -> _Found:
    tables, abstentions, unusual = _read_tables(source, options)
    report("read")
    tables, warnings = completed(tables, source.texts)
    statements, repairs = _concluded(tables, source, options, repair=repair)
    report("conclude")
    warnings += [*unusual, *repairs, *(warning for entry in tables for warning in entry.warnings)]
    return _Found(statements, tuple(abstentions), tuple(warnings))


def _text_share(texts: Sequence[str]) -> float:
    return round(sum(len(text) >= TEXT_PAGE for text in texts) / len(texts), 4)


def _described(data: bytes, document: OpenDocument, texts: Sequence[str]) -> Survey:
    return Survey(
        sha256=hashlib.sha256(data).hexdigest(),
        size=len(data),
        pages=document.pages,
        encrypted=document.encrypted,
        copying_forbidden=document.copying_forbidden,
        text_share=_text_share(texts),
        producer=document.producer,
        title=document.title,
        first_pages=tuple(texts[:FIRST_PAGES]),
    )


def _with_statements(about: Survey, file: Legible[PageTexts]) -> Survey:
    """The survey with what the outline and the pages that look like statements say."""
    if not bears_language(file.texts):
        return replace(about, outline=file.document.outline())
    _words, choice = _located(file.texts)
    pages = sorted({candidate.pages[0] for candidate in choice.chosen.values()})
    # Statements may stand on pages that are pictures: that none was found says nothing then.
    known = bool(pages) or about.text_share >= MOST_TEXT_SHARE
    return replace(
        about,
        outline=file.document.outline(),
        statements=frozenset(choice.chosen) if known else None,
        statement_pages=tuple(file.texts[page - 1][:LONGEST_PAGE] for page in pages),
        currency=currency_of_pages(file.texts, pages),
        framework=framework_of(around(file.texts, pages)),
    )


def _located(texts: Sequence[str]) -> tuple[Vocabulary, Choice]:
    words = language_of(texts)
    return words, choose(texts, words)


def _pictures(
    document: OpenDocument,
    texts: Sequence[str],
    choice: Choice,
    options: ReadingOptions,
    report: Report,
    *,
    has_text: bool,
) -> tuple[dict[int, str], int]:
    """The text of the pages (from 1) that are pictures, read only where the file's own text does
    not give every statement that is asked for; and how many there was no time for."""
    complete = all(
        kind in choice.chosen and not any(ocr.unmapped(texts[n - 1]) for n in choice.chosen[kind].pages)
        for kind in options.kinds
    )
    if complete or not options.ocr_seconds or not ocr.is_available():
        return {}, 0
    garbled = has_text and not bears_language(texts)
    numbers = range(1, document.pages + 1) if garbled else ocr.pictures(document, texts)
    wanted = [number for number in numbers if not options.pages or number in options.pages]
    found = ocr.recognise_texts(document, wanted, options.ocr_seconds, report)
    return found, len(wanted) - len(found)


def _refuse_without_text(
    texts: Sequence[str], choice: Choice, pictures: frozenset[int], *, has_text: bool
) -> None:
    """`texts` are those of the file, or what recognition made of the pages in `pictures`; `has_text`
    says whether the file had a text layer of its own."""
    if pictures:
        if sum(map(len, texts)) < TEXT_PAGE or not bears_language(texts):
            raise Unreadable(
                "The file has no text layer, and text recognition found no words in its pictures. A copy "
                "that was not scanned, or a better scan, is needed.",
                code="no_text_layer",
            )
        return
    advice = "" if ocr.is_available() else " (install tesseract, or the packages of requirements-ocr.txt)"
    codes = not choice.chosen and 2 * count_unmapped(texts) > sum(map(bool, texts))
    if has_text and (codes or not bears_language(texts)):
        raise Unreadable(
            "The file's text is not words: its fonts carry no usable map to characters. It needs text "
            f"recognition{advice}, or a copy made anew from its source.",
            code="no_text_layer",
        )
    if not has_text:
        raise Unreadable(
            "The file has no text layer: its pages are pictures or empty. It needs text "
            f"recognition{advice}, or a copy that was not scanned.",
            code="no_text_layer",
        )


def _read_tables(
    source: Source, options: ReadingOptions
) -> tuple[list[TableReading], list[Abstention], list[str]]:
    tables, abstentions, warnings = [], [], []
    for kind in options.kinds:
        candidate = source.choice.chosen.get(kind)
        if candidate is None:
            abstentions.append(_not_found(kind, source.choice))
            continue
        try:
            table, said = read_first(kind, candidate, source)
            tables.append(_by_recognition(table) if source.pictures & set(candidate.pages) else table)
            warnings += [said] if said else []
        except NotFound as error:
            abstentions.append(_not_read(kind, source.choice, candidate, error.message))
    return tables, abstentions, warnings


def _by_recognition(entry: TableReading) -> TableReading:
    return replace(entry, table=replace(entry.table, read_by="ocr"))


def _concluded(
    tables: Sequence[TableReading], source: Source, options: ReadingOptions, *, repair: bool
) -> tuple[tuple[StatementReading, ...], list[str]]:
    """What the tables mean; each, for a `repair`, read again where its checks fail, and what came of
    that."""
    taxonomy = load_taxonomy()

    def conclude(table: StatementTable) -> StatementReading:
        return concluded(with_ligatures(table, taxonomy), taxonomy, options.rules)

    first = [conclude(entry.table) for entry in tables]
    read_again = [reread(one, source, conclude) if repair else (one, "") for one in first]
    return bridged(tuple(statement for statement, _ in read_again)), [said for _, said in read_again if said]


def _runners_up(choice: Choice, kind: StatementKind) -> tuple[RunnerUp, ...]:
    return tuple(
        RunnerUp(kind, c.pages, c.score, "; ".join(c.reasons)) for c in choice.runners_up.get(kind, ())
    )


def _not_found(kind: StatementKind, choice: Choice) -> Abstention:
    best = choice.runners_up.get(kind, ())
    why = f"the best page reaches {best[0].score:g}" if best else "no page has its captions"
    return Abstention(
        kind,
        "statement_not_found",
        f"No page looks enough like the {kind.value.replace('_', ' ')}: {why}.",
        _runners_up(choice, kind),
    )


def _not_read(kind: StatementKind, choice: Choice, candidate: Candidate, why: str) -> Abstention:
    return Abstention(
        kind,
        "table_not_read",
        f"Page {candidate.pages[0]} looks like it, but: {why}",
        _runners_up(choice, kind),
    )
