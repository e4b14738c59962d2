"""The lines of a page in the order of the file, with place, size and weight of their type.

Of each line three characters are looked at: first, middle and last. That costs little more than the
plain text, so that it can be done for every page of a report; `engine.pdf.words` looks at every glyph
and costs many times that.
"""

import ctypes
from collections.abc import Sequence

import pypdfium2.raw as pdfium_c

from engine.pdf.glyphs import Styles
from engine.pdf.open import OpenDocument, PageTexts
from engine.progress import Report, silent
from engine.text.lines import LineBox, PageLines, TextLine

TINY = 2.0  # points; nobody reads smaller type
# What the library writes for a hyphen that divides a word at the end of a line.
DIVIDING = ("\x02", "\ufffe", "\xad")


class PagesInLines(PageTexts):
    """The plain text of every page, and its lines, for which the page is loaded only once."""

    def __init__(self, document: OpenDocument, wanted: Sequence[int] = (), report: Report = silent) -> None:
        super().__init__(document, wanted, report)
        self._lines: dict[int, PageLines] = {}

    def lines(self, number: int) -> PageLines:
        """The lines of the page with this number (from 1); none of one that was not wanted or does not
        load."""
        if 1 <= number <= len(self):
            self[number - 1]
        return self._lines.get(number, PageLines(number, ()))

    def _read(self, index: int) -> str:
        self._lines[index + 1], raw = _page(self._document, index + 1)
        return raw.replace("\r\n", "\n").replace("\x00", "")


def _page(document: OpenDocument, number: int) -> tuple[PageLines, str]:
    """The lines of a page and its whole text as the library gives it."""
    page = pdfium_c.FPDF_LoadPage(document.pdf, number - 1)
    if not page:
        document.damaged_pages.add(number - 1)
        return PageLines(number, ()), ""
    text_page = pdfium_c.FPDFText_LoadPage(page)
    try:
        if not text_page:
            document.damaged_pages.add(number - 1)
            return PageLines(number, ()), ""
        upright = pdfium_c.FPDFPage_GetRotation(page) == 0
        return _Reader(text_page, upright).lines(number)
    finally:
        if text_page:
            pdfium_c.FPDFText_ClosePage(text_page)
        pdfium_c.FPDF_ClosePage(page)


class _Reader:
    def __init__(self, text_page: ctypes._Pointer, upright: bool) -> None:  # type: ignore[type-arg]
        self._page = text_page
        self._upright = upright
        address = ctypes.cast(text_page, ctypes.c_void_p).value or 0
        self._styles = Styles(address, 0)

    def lines(self, number: int) -> tuple[PageLines, str]:
        raw = self._raw()
        kept: list[TextLine] = []
        hidden: list[str] = []
        at = 0  # in units of UTF-16, as the library counts
        for line in raw.split("\r\n"):
            units = len(line.encode("utf-16-le", "surrogatepass")) // 2
            text = line.replace("\x00", "").strip()
            if text:
                lead = len(line) - len(line.lstrip())
                tail = len(line) - len(line.rstrip())
                made, unseen = self._line(text, at + lead, at + units - tail - 1)
                if unseen:
                    hidden.append(text)
                else:
                    kept.append(made)
            at += units + 2
        return PageLines(number, tuple(kept), "\n".join(hidden)), raw

    def _raw(self) -> str:
        count = pdfium_c.FPDFText_CountChars(self._page)
        if count < 1:
            return ""
        units = (ctypes.c_ushort * (count + 1))()
        written = pdfium_c.FPDFText_GetText(self._page, 0, count, units)
        return str(memoryview(units).cast("B")[: max(0, written - 1) * 2], "utf-16-le", "replace")

    def _line(self, text: str, first: int, last: int) -> tuple[TextLine, bool]:
        """The line, and whether nobody can see it."""
        indices = [
            index
            for unit in (first, (first + last) // 2, last)
            if (index := pdfium_c.FPDFText_GetCharIndexFromTextIndex(self._page, unit)) >= 0
        ]
        looks = [look for index in indices if (look := self._look(index)) is not None]
        box = self._box(indices) if self._upright and all(turn == 0 for turn, _, _ in looks) else None
        unseen = bool(looks) and all(hidden for _, _, hidden in looks)
        unseen = unseen or (box is not None and box.size < TINY)
        return TextLine(text, bool(looks) and all(bold for _, bold, _ in looks), box), unseen

    def _look(self, index: int) -> tuple[int, bool, bool] | None:
        handle = pdfium_c.FPDFText_GetTextObject(self._page, index)
        address = ctypes.cast(handle, ctypes.c_void_p).value if handle else None
        return None if address is None else self._styles.of(address, index)

    def _box(self, indices: list[int]) -> LineBox | None:
        if not indices:
            return None
        first, last = self._rectangle(indices[0]), self._rectangle(indices[-1])
        if first is None or last is None:
            return None
        return LineBox(first.left, max(last.right, first.right), first.bottom, first.top - first.bottom)

    def _rectangle(self, index: int) -> pdfium_c.FS_RECTF | None:
        rectangle = pdfium_c.FS_RECTF()
        known = pdfium_c.FPDFText_GetLooseCharBox(self._page, index, ctypes.byref(rectangle))
        return rectangle if known else None
