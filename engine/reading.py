"""The reading of one report: open, locate, read, map, sign, check.

`read` is the call inside the process; `engine.sandbox` runs it in a throw-away child for bytes
that are not trusted.
"""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace

from engine import ENGINE_VERSION
from engine.concepts.mapping import MappingRule
from engine.concepts.taxonomy import load_taxonomy
from engine.concluding import bridged, concluded
from engine.errors import NotFound, Unreadable
from engine.kinds import StatementKind
from engine.locate.choose import Candidate, Choice, choose
from engine.locate.lexicon import Vocabulary
from engine.locate.score import bears_language, language_of
from engine.pdf import ocr
from engine.pdf.open import OpenDocument, OpenLimits, open_document
from engine.progress import Report, silent
from engine.rereading import read_first, reread
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

FIRST_PAGES = 8
TEXT_PAGE = 30  # characters from which a page counts as having a text layer
LEAST_TEXT_SHARE = 0.05


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
    ocr_seconds: float = 120.0

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
    with _legible(data, replace(options, pages=()), silent) as found:
        return _described(data, found.document, found.texts)


def read(data: bytes, options: ReadingOptions | None = None, report: Report = silent) -> Reading:
    """The three statements of a report with concepts, signs and checks.

    Raises Unreadable with a code where the file cannot be read; a statement that is not there is
    an abstention in the result.
    """
    options = options or ReadingOptions()
    with _legible(data, options, report) as found:
        document, texts = found.document, found.texts
        about = _described(data, document, texts)
        words, choice = _located(texts)
        pictures, passed_over = _pictures(document, about, texts, choice, options, report)
        if pictures:
            texts = [pictures.get(n, text) for n, text in enumerate(texts, start=1)]
            words, choice = _located(texts)
        _refuse_without_text(about, texts, frozenset(pictures))
        report("locate")
        source = Source(found.data, document, texts, words, choice, frozenset(pictures))
        tables, abstentions, unusual = _read_tables(source, options)
        report("read")
        tables, warnings = completed(tables, texts)
        statements, repairs = _concluded(tables, source, options)
        report("conclude")
    warnings += [*found.said, *unusual, *repairs]
    if passed_over:
        warnings.append(f"{passed_over} pages are pictures and were not looked at for lack of time")
    warnings += [warning for entry in tables for warning in entry.warnings]
    warnings += [
        f"page {index + 1} does not load and was left out" for index in sorted(document.damaged_pages)
    ]
    return Reading(about, statements, tuple(abstentions), tuple(warnings), ENGINE_VERSION)


@dataclass(frozen=True, slots=True)
class _Legible:
    """An open file with its bytes and the text of its pages, and what had to be done for that."""

    document: OpenDocument
    data: bytes
    texts: list[str]
    said: tuple[str, ...] = ()


@contextmanager
def _legible(data: bytes, options: ReadingOptions, report: Report) -> Iterator[_Legible]:
    """The file, with the maps to characters that its fonts lack where they can be worked out."""
    with ExitStack() as stack:
        document = stack.enter_context(open_document(data, options.limits))
        report("open")
        found = _Legible(document, data, _texts(document, options, report))
        unmapped = sum(map(ocr.unmapped, found.texts))
        if unmapped:
            again = _with_maps(stack, data, options, report)
            if again is not None and sum(map(ocr.unmapped, again.texts)) < unmapped:
                found = again
        yield found


def _with_maps(stack: ExitStack, data: bytes, options: ReadingOptions, report: Report) -> _Legible | None:
    # Imported here because few reports need it and its library is slow to load.
    from engine.pdf import unicode_maps

    mended = unicode_maps.mended(data)
    if mended is None:
        return None
    # It was small enough before the maps were added.
    limits = replace(options.limits, largest_file=max(options.limits.largest_file, len(mended.data)))
    document = stack.enter_context(open_document(mended.data, limits))
    said = (
        f"unmapped text decoded: {mended.fonts} fonts do not say which characters they show; their letters "
        "were worked out from the widths of the type"
    )
    return _Legible(document, mended.data, _texts(document, options, report), (said,))


def _texts(document: OpenDocument, options: ReadingOptions, report: Report) -> list[str]:
    wanted = set(options.pages)
    texts = []
    for index in range(document.pages):
        texts.append(document.text(index) if not wanted or index + 1 in wanted else "")
        if index % 25 == 0:
            report("text", index, document.pages)
    return texts


def _described(data: bytes, document: OpenDocument, texts: Sequence[str]) -> Survey:
    usable = sum(len(text) >= TEXT_PAGE for text in texts)
    return Survey(
        sha256=hashlib.sha256(data).hexdigest(),
        size=len(data),
        pages=document.pages,
        encrypted=document.encrypted,
        copying_forbidden=document.copying_forbidden,
        text_share=round(usable / document.pages, 4),
        producer=document.producer,
        title=document.title,
        first_pages=tuple(texts[:FIRST_PAGES]),
    )


def _located(texts: Sequence[str]) -> tuple[Vocabulary, Choice]:
    words = language_of(texts)
    return words, choose(texts, words)


def _pictures(
    document: OpenDocument,
    about: Survey,
    texts: Sequence[str],
    choice: Choice,
    options: ReadingOptions,
    report: Report,
) -> tuple[dict[int, str], int]:
    """The text of the pages (from 1) that are pictures, read only where the file's own text does
    not give every statement that is asked for; and how many there was no time for."""
    complete = all(kind in choice.chosen for kind in options.kinds)
    if complete or not options.ocr_seconds or not ocr.is_available():
        return {}, 0
    garbled = about.text_share >= LEAST_TEXT_SHARE and not bears_language(texts)
    numbers = range(1, document.pages + 1) if garbled else ocr.pictures(document, texts)
    wanted = [number for number in numbers if not options.pages or number in options.pages]
    found = ocr.recognise_texts(document, wanted, options.ocr_seconds, report)
    return found, len(wanted) - len(found)


def _refuse_without_text(about: Survey, texts: Sequence[str], pictures: frozenset[int]) -> None:
    """`texts` are those of the file, or what recognition made of the pages in `pictures`."""
    if pictures:
        if sum(map(len, texts)) < TEXT_PAGE or not bears_language(texts):
            raise Unreadable(
                "The file has no text layer, and text recognition found no words in its pictures. A copy "
                "that was not scanned, or a better scan, is needed.",
                code="no_text_layer",
            )
        return
    advice = "" if ocr.is_available() else " (install tesseract, or the packages of requirements-ocr.txt)"
    if about.text_share >= LEAST_TEXT_SHARE and not bears_language(texts):
        raise Unreadable(
            "The file's text is not words: its fonts carry no usable map to characters. It needs text "
            f"recognition{advice}, or a copy made anew from its source.",
            code="no_text_layer",
        )
    if about.text_share < LEAST_TEXT_SHARE:
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
    tables: Sequence[TableReading], source: Source, options: ReadingOptions
) -> tuple[tuple[StatementReading, ...], list[str]]:
    """What the tables mean, each read again where its checks fail, and what was repaired by that."""
    taxonomy = load_taxonomy()

    def conclude(table: StatementTable) -> StatementReading:
        return concluded(table, taxonomy, options.rules)

    read_again = [reread(conclude(entry.table), source, conclude) for entry in tables]
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
