"""Bytes to an open document, with the reasons why a file cannot be read told apart."""

import ctypes
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, overload

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from engine.errors import Unreadable
from engine.progress import Report, silent

# Where the header of a PDF may begin: viewers accept some leading bytes, and so does pdfium.
_HEADER_WITHIN = 1024
_PAGES_PER_REPORT = 25
_OUTLINE_LEVELS = 2
_MOST_BOOKMARKS = 1000  # that are looked at
_MAY_COPY = 1 << 4  # bit 5 of the permission flags, ISO 32000-1 table 22
_MAY_COPY_FOR_ACCESSIBILITY = 1 << 9


@dataclass(frozen=True, slots=True)
class OpenLimits:
    """What is turned away unread. `largest_file` in bytes, `most_pages` in pages."""

    largest_file: int = 300_000_000
    most_pages: int = 3000
    refuse_copying_forbidden: bool = False

    def __post_init__(self) -> None:
        if self.largest_file < 1 or self.most_pages < 1:
            raise ValueError("largest_file and most_pages must be at least 1")


class _TextBuffer:
    """Memory that the library writes the text of one page after the other into."""

    def __init__(self) -> None:
        self._make(16_384)

    def _make(self, characters: int) -> None:
        self._array = (ctypes.c_ushort * characters)()
        self._bytes = memoryview(self._array).cast("B")

    def text_of(self, text_page: object) -> str:
        count = pdfium_c.FPDFText_CountChars(text_page)
        if count < 1:
            return ""
        if count >= len(self._array):
            self._make(2 * count)
        written = pdfium_c.FPDFText_GetText(text_page, 0, count, self._array)
        raw = self._bytes[: max(0, written - 1) * 2]
        return str(raw, "utf-16-le", "replace").replace("\r\n", "\n").replace("\x00", "")


@dataclass(slots=True)
class OpenDocument:
    """An open file. Page indices count from 0 here, as in the library."""

    pdf: pdfium.PdfDocument
    pages: int
    encrypted: bool
    copying_forbidden: bool
    producer: str
    title: str
    damaged_pages: set[int] = field(default_factory=set)
    recognised: dict[Any, Any] = field(default_factory=dict, repr=False)  # what engine.pdf.ocr has read
    buffer: _TextBuffer = field(default_factory=_TextBuffer, repr=False)

    @contextmanager
    def page(self, index: int) -> Iterator[pdfium.PdfPage | None]:
        """One page, closed afterwards; None where the page does not load."""
        try:
            page = self.pdf[index]
        except pdfium.PdfiumError:
            self.damaged_pages.add(index)
            yield None
            return
        try:
            yield page
        finally:
            page.close()

    def text(self, index: int) -> str:
        """The plain text of a page, lines ended by a line feed; empty where there is none."""
        raw = pdfium_c.FPDF_LoadPage(self.pdf, index)
        if not raw:
            self.damaged_pages.add(index)
            return ""
        text_page = pdfium_c.FPDFText_LoadPage(raw)
        try:
            if not text_page:
                self.damaged_pages.add(index)
                return ""
            return self.buffer.text_of(text_page)
        finally:
            if text_page:
                pdfium_c.FPDFText_ClosePage(text_page)
            pdfium_c.FPDF_ClosePage(raw)

    def outline(self) -> tuple[str, ...]:
        """The names of the bookmarks of the two upper levels, none where the file has no outline."""
        try:
            marks = islice(self.pdf.get_toc(), _MOST_BOOKMARKS)
            upper = [mark.get_title().strip()[:200] for mark in marks if mark.level < _OUTLINE_LEVELS]
            return tuple(title for title in upper if title)
        except (pdfium.PdfiumError, ValueError, RecursionError):
            return ()


class PageTexts(Sequence[str]):
    """The plain text of every page in order, each read from the file when it is first asked for. Pages
    other than the `wanted` (from 1), where some are named, are empty."""

    def __init__(self, document: OpenDocument, wanted: Sequence[int] = (), report: Report = silent) -> None:
        self._document = document
        self._report = report
        self._texts: list[str | None] = [None] * document.pages
        if wanted:
            self._texts = [None if n in wanted else "" for n in range(1, document.pages + 1)]
        self._unread = self._texts.count(None)

    def __len__(self) -> int:
        return len(self._texts)

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> list[str]: ...
    def __getitem__(self, index: int | slice) -> str | list[str]:
        if isinstance(index, slice):
            return [self[n] for n in range(*index.indices(len(self)))]
        text = self._texts[index]
        if text is None:
            text = self._texts[index] = self._read(index % len(self))
            self._unread -= 1
            if self._unread % _PAGES_PER_REPORT == 0:
                self._report("text", len(self) - self._unread, len(self))
        return text

    def _read(self, index: int) -> str:
        return self._document.text(index)

    def seen(self) -> list[str]:
        """The texts that have been asked for so far."""
        return [text for text in self._texts if text is not None]


@contextmanager
def open_document(data: bytes, limits: OpenLimits | None = None) -> Iterator[OpenDocument]:
    """Open a PDF for reading. The empty user password is tried, as every viewer does.

    Raises Unreadable: not_a_pdf, encrypted, damaged, too_large, too_many_pages, copying_forbidden.
    """
    limits = limits or OpenLimits()
    _refuse_before_opening(data, limits)
    try:
        pdf = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        raise _why_it_does_not_open(error) from error
    try:
        yield _described(pdf, limits)
    finally:
        pdf.close()


def _refuse_before_opening(data: bytes, limits: OpenLimits) -> None:
    if not data:
        raise Unreadable("The file is empty. Fetch it again from its source.", code="not_a_pdf")
    if b"%PDF-" not in data[:_HEADER_WITHIN]:
        start = data[:64].lstrip().lower()
        what = "a web page" if start.startswith((b"<!doctype html", b"<html")) else "not a PDF"
        raise Unreadable(
            f"The file is {what}: it does not begin as a PDF does. Fetch the report itself.",
            code="not_a_pdf",
        )
    if len(data) > limits.largest_file:
        raise Unreadable(
            f"The file has {len(data):,} bytes, more than the {limits.largest_file:,} allowed. "
            "Raise the limit if the file is meant.",
            code="too_large",
        )


def _why_it_does_not_open(error: pdfium.PdfiumError) -> Unreadable:
    code = getattr(error, "err_code", None)
    if code in (pdfium_c.FPDF_ERR_PASSWORD, pdfium_c.FPDF_ERR_SECURITY) or "password" in str(error).lower():
        return Unreadable(
            "The file needs a password. Upload a copy that opens without one; trying again will not help.",
            code="encrypted",
        )
    return Unreadable(
        "The file begins as a PDF and does not open: it is damaged or cut off. Fetch it again.",
        code="damaged",
    )


def _described(pdf: pdfium.PdfDocument, limits: OpenLimits) -> OpenDocument:
    pages = len(pdf)
    if pages == 0:
        raise Unreadable("The file opens and has no page. Fetch it again.", code="damaged")
    if pages > limits.most_pages:
        raise Unreadable(
            f"The file has {pages:,} pages, more than the {limits.most_pages:,} allowed. "
            "Raise the limit if the file is meant.",
            code="too_many_pages",
        )
    encrypted = pdfium_c.FPDF_GetSecurityHandlerRevision(pdf) >= 0
    permissions = pdfium_c.FPDF_GetDocPermissions(pdf)
    forbidden = encrypted and not permissions & _MAY_COPY
    if forbidden and limits.refuse_copying_forbidden:
        raise Unreadable(
            "The file opens but its author forbids copying from it, and the settings turn such files away.",
            code="copying_forbidden",
        )
    about = pdf.get_metadata_dict()
    return OpenDocument(
        pdf, pages, encrypted, forbidden, about.get("Producer", "").strip(), about.get("Title", "").strip()
    )
