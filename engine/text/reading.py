"""A file to the text of its pages and its passages: what search, summaries and tone work on."""

import hashlib
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from engine.errors import Unreadable
from engine.legible import as_it_came, mended
from engine.limits import OCR_SECONDS
from engine.pdf import ocr
from engine.pdf.open import OpenLimits
from engine.pdf.text_lines import PagesInLines
from engine.progress import Report, silent
from engine.text.lines import PageLines, plain_pages
from engine.text.markup import plain_texts
from engine.text.passages import Passage, PassageKind, Passages, passages_of

# Raised whenever other passages may come out of the same file: what is kept is then made again.
TEXT_VERSION = 1
HEADER_WITHIN = 1024  # bytes in which a PDF says that it is one

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ReadPage:
    """The text of one page (from 1) that a reader can see. `hidden` is text that nobody can see,
    `is_picture` says that text recognition read it."""

    number: int
    text: str
    hidden: str = ""
    is_picture: bool = False


@dataclass(frozen=True, slots=True)
class TextReading:
    """All the text of a report. `text_hash` is the SHA-256 of what can be seen; `said` what had to be
    done for it or could not be."""

    pages: tuple[ReadPage, ...]
    passages: tuple[Passage, ...]
    language: str
    text_hash: str
    said: tuple[str, ...] = ()


def read_text(
    data: bytes,
    *,
    limits: OpenLimits | None = None,
    ocr_seconds: float = OCR_SECONDS,
    report: Report = silent,
) -> TextReading:
    """The text of all pages of a PDF, or of a plain or HTML text, and its passages.

    Pages that are pictures are recognised where a recogniser is installed, as many as `ocr_seconds`
    allow. Raises Unreadable where the file does not open.
    """
    limits = limits or OpenLimits()
    if b"%PDF-" not in data[:HEADER_WITHIN]:
        _refuse_what_is_no_text(data, limits)
        return text_to_reading(plain_texts(data))
    with ExitStack() as stack:
        came = as_it_came(stack, data, limits, PagesInLines, report=report)
        file = mended(stack, came, limits, report=report)
        pictures, said = _recognised(file.document, list(file.texts), ocr_seconds, report)
        pages = []
        for number in range(1, file.document.pages + 1):
            if number in pictures:
                plain = plain_pages([pictures[number]])[0]
                pages.append(PageLines(number, plain.lines))
            else:
                pages.append(file.texts.lines(number))
    return _reading(pages, frozenset(pictures), (*file.said, *said))


def _refuse_what_is_no_text(data: bytes, limits: OpenLimits) -> None:
    """Bytes that no text has are those of another kind of file."""
    if len(data) > limits.largest_file:
        raise Unreadable(f"The text has {len(data):,} bytes, more than can be read.", code="too_large")
    if b"\x00" in data[:HEADER_WITHIN] or data.startswith(b"PK\x03\x04"):
        raise Unreadable("The file is neither a PDF nor a text. Fetch the report itself.", code="not_a_pdf")


def text_to_reading(texts: tuple[str, ...]) -> TextReading:
    """The same of texts that came without a file, one for each page."""
    return _reading(list(plain_pages(texts)), frozenset(), ())


def _recognised(
    document: Any, texts: list[str], seconds: float, report: Report
) -> tuple[dict[int, str], tuple[str, ...]]:
    wanted = ocr.pictures(document, texts)
    if not wanted:
        return {}, ()
    if not seconds or not ocr.is_available():
        return {}, (f"{len(wanted)} pages are pictures and were not read: no text recognition",)
    found = ocr.recognise_texts(document, wanted, seconds, report)
    left = len(wanted) - len(found)
    return found, (f"{left} pages are pictures and were not looked at for lack of time",) if left else ()


def _reading(pages: list[PageLines], pictures: frozenset[int], said: tuple[str, ...]) -> TextReading:
    found: Passages = passages_of(pages)
    digest = hashlib.sha256("\f".join(page.text for page in pages).encode("utf-8", "replace"))
    return TextReading(
        pages=tuple(ReadPage(page.number, page.text, page.hidden, page.number in pictures) for page in pages),
        passages=found.passages,
        language=found.language,
        text_hash=digest.hexdigest(),
        said=said,
    )


def text_reading_to_json(reading: TextReading) -> Json:
    """The reading as plain values for JSON."""
    return {
        "pages": [[page.number, page.text, page.hidden, page.is_picture] for page in reading.pages],
        "passages": [
            [passage.kind, list(passage.headings), passage.text, list(passage.starts), passage.language]
            for passage in reading.passages
        ],
        "language": reading.language,
        "text_hash": reading.text_hash,
        "said": list(reading.said),
    }


def text_reading_from_json(raw: Json) -> TextReading:
    """The reading that JSON holds."""
    passages = (
        Passage(number, PassageKind(kind), tuple(headings), text, tuple((o, p) for o, p in starts), language)
        for number, (kind, headings, text, starts, language) in enumerate(raw["passages"])
    )
    return TextReading(
        pages=tuple(ReadPage(*page) for page in raw["pages"]),
        passages=tuple(passages),
        language=raw["language"],
        text_hash=raw["text_hash"],
        said=tuple(raw["said"]),
    )
