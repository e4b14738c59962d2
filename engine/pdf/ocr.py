"""The words of a page that is a picture, read by a text recogniser where one is installed.

A page is drawn in grey by pdfium and handed to the recogniser, a program of its own. Words come
back with boxes and take the same type as the words of a text layer, so that the same table reader
reads them. tesseract is asked first: it knows accented letters and is the faster of the two.
"""

import re
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from statistics import median

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c
from PIL import Image

from engine.pdf import rapid, tesseract
from engine.pdf.glance import table_rows
from engine.pdf.open import OpenDocument
from engine.pdf.seen import Recogniser, Seen
from engine.pdf.words import Line, Page, Word
from engine.progress import Report, silent

FINE_DPI = 300  # for the pages that are read; digits of 8 point need it
LOOKING = 2 / 3  # of the time, where the pages that are found are read a second time
FEW_CHARACTERS = 50  # a page with fewer may be a picture
COVERED = 0.4  # of the page's area, by one image or drawing
MANY_DRAWINGS = 150  # objects; type turned into outlines has one per letter
UNMAPPED = 0.1  # of a page's characters
FEW_UNKNOWN = 20  # characters of a page may be ornaments
FEW_PAGES = 12  # are all looked at in less time than it matters
GLANCE_DPI = 60  # a line of type is then some five pixels high
GLANCE_GAP = 12.0  # points between columns, more than between words
GLANCE_SLACK = 2.5  # points by which right edges of one column waver
MOST_PIXELS = 30_000_000
FLAT = 0.3  # of the usual height: a ruling or a dash
CAP_HEIGHT = 0.72  # of the type size
DASHES = frozenset("-–—_=~")
_DESCENDING = frozenset("gjpqyQ,;()[]{}$§|/_")
_DIGITS = frozenset("0123456789")
_GROUPED = re.compile(r"[($€£-]*\d{1,3}(?:[.,]\d{3})+[)%-]?")  # a figure in groups of three
_BEGUN = re.compile(r"[($€£-]*\d{1,3}(?:[.,]\d{3})*[.,]?")
_CONTINUED = re.compile(r"\d{3}(?:[.,]\d{3})*\)?")
CLEARLY_MORE = 5
_DIGIT = re.compile("[0-9]")
# Private, unknown and control characters, but for tab, line feed and 2, which stands for a hyphen.
# U+FFFE is how the library writes a character without a name, and at the end of a line a hyphen.
_STRANGE = re.compile("[\x00\x01\x03-\x08\x0b-\x1f\ue000-\uf8ff\ufffd]|\ufffe(?!\n)")
RECOGNISERS: tuple[Recogniser, ...] = (tesseract, rapid)  # the first that is installed reads


def is_available() -> bool:
    """Whether a program that reads pictures is installed."""
    return any(recogniser.is_available() for recogniser in RECOGNISERS)


def pictures(document: OpenDocument, texts: Sequence[str]) -> list[int]:
    """The pages (from 1) whose text is not to be had from the file: covered by an image or a
    drawing with next to no characters, or with characters that are not mapped to any."""
    return [
        index + 1
        for index, text in enumerate(texts)
        if unmapped(text) or (len(text.strip()) < FEW_CHARACTERS and _is_covered(document, index))
    ]


def unmapped(text: str) -> bool:
    """Whether more than a tenth of the characters are private, unknown or control characters, or more
    are unknown than are digits: then it may be the digits that the font does not name."""
    strange = _STRANGE.findall(text)
    if len(strange) > UNMAPPED * max(len(text), FEW_CHARACTERS):
        return True
    if len(strange) <= FEW_UNKNOWN:
        return False
    unknown = sum(not "\ue000" <= character <= "\uf8ff" for character in strange)
    return unknown > max(FEW_UNKNOWN, len(_DIGIT.findall(text)))


def recognise_texts(
    document: OpenDocument, numbers: Sequence[int], seconds: float, report: Report = silent
) -> dict[int, str]:
    """The plain text of pages (from 1) that are pictures, read one after the other, one at least, in
    the seconds there are for looking at pictures. Of these, part is kept for `recognise` where that
    has to read the found pages again. Where there may be more pages than time, those that look most
    like tables of figures come first. Pages that were not come to are not in the result."""
    found: dict[int, str] = {}
    reader = _reader()
    coarse = reader.COARSE_DPI if reader else FINE_DPI
    seconds *= LOOKING if coarse < FINE_DPI else 1
    begun = time.monotonic()
    slowest = 0.0
    for done, number in enumerate(_likely_first(document, numbers)):
        before = time.monotonic()
        # A page is not begun that would run past the end.
        if found and before + slowest > begun + seconds:
            break
        report("recognise", done, len(numbers))
        page = recognise(document, number, coarse)
        found[number] = "\n".join(line.text for line in page.lines)
        slowest = max(slowest, time.monotonic() - before)
    return found


def _likely_first(document: OpenDocument, numbers: Sequence[int]) -> list[int]:
    """Few pages in their order; many by how much they look like tables of figures."""
    if len(numbers) <= FEW_PAGES:
        return list(numbers)
    return sorted(numbers, key=lambda number: (-_table_rows(document, number), number))


def _table_rows(document: OpenDocument, number: int) -> int:
    """How many lines of a page (from 1), drawn small, end in pieces that stand apart and end where
    those of other lines do, as figures in columns do."""
    with document.page(number - 1) as page:
        if page is None:
            return 0
        image, scale = _drawn(page, GLANCE_DPI)
    return table_rows(image, round(GLANCE_GAP * scale), round(GLANCE_SLACK * scale))


def recognise(
    document: OpenDocument, number: int, dots_per_inch: int = FINE_DPI, language: str = "en"
) -> Page:
    """The words of a page (from 1) as its picture shows them. A page that does not load, or that
    the recogniser gives up, has no lines."""
    reader = _reader()
    if reader is None:
        return Page(number, 0, 0, 0, [], "", 0, 0)
    key = (number, dots_per_inch, language if reader.MULTILINGUAL else "")
    if key not in document.recognised:
        document.recognised[key] = _recognise(reader, document, number, dots_per_inch, language)
    page: Page = document.recognised[key]
    return page


def _reader() -> Recogniser | None:
    return next((recogniser for recogniser in RECOGNISERS if recogniser.is_available()), None)


def _recognise(
    reader: Recogniser, document: OpenDocument, number: int, dots_per_inch: int, language: str
) -> Page:
    with document.page(number - 1) as page:
        if page is None:
            return Page(number, 0, 0, 0, [], "", 0, 0)
        width, height = page.get_size()
        image, scale = _drawn(page, dots_per_inch)
    seen = reader.see(image, dots_per_inch, language, dots_per_inch >= FINE_DPI)
    lines = _lines(_grouped_alike(_closed(_tidied(seen))), scale)
    return Page(number, width, height, 0, lines, "", 0, sum(len(word.text) for word in seen))


def _is_covered(document: OpenDocument, index: int) -> bool:
    with document.page(index) as page:
        if page is None:
            return False
        width, height = page.get_size()
        drawings = 0
        for thing in page.get_objects(max_depth=1):
            if thing.type == pdfium_c.FPDF_PAGEOBJ_TEXT:
                continue
            drawings += 1
            left, bottom, right, top = thing.get_bounds()
            if drawings > MANY_DRAWINGS or (right - left) * (top - bottom) > COVERED * width * height:
                return True
    return False


def _drawn(page: pdfium.PdfPage, dots_per_inch: int) -> tuple[Image.Image, float]:
    """The page in grey and its pixels per point; a page of unusual size is drawn smaller."""
    width, height = page.get_size()
    scale = min(dots_per_inch / 72, (MOST_PIXELS / max(1.0, width * height)) ** 0.5)
    bitmap = page.render(scale=scale, grayscale=True)
    try:
        return bitmap.to_pil().convert("L").copy(), scale
    finally:
        bitmap.close()


def _tidied(seen: Sequence[Seen]) -> list[Seen]:
    """Without rulings taken for words, and with the marks put right that a picture confuses."""
    if not seen:
        return []
    usual = median(word.height for word in seen)
    dollars = any(word.text == "$" for word in seen)
    return [
        replace(word, text=text)
        for word in seen
        if not _is_ruling(word, usual) and (text := _mended(word.text, word, usual, dollars))
    ]


def _closed(seen: Sequence[Seen]) -> list[Seen]:
    """Pieces of one figure that were seen apart: a closing bracket, the thousands behind a comma
    that may have been lost. Columns stand farther apart than the pieces do."""
    closed: list[Seen] = []
    for word in seen:
        last = closed[-1] if closed else None
        if last is not None and last.line == word.line and _belong_together(last, word):
            closed[-1] = replace(last, text=last.text + word.text, x1=word.x1)
        else:
            closed.append(word)
    return closed


def _belong_together(a: Seen, b: Seen) -> bool:
    if b.text == ")":
        return "(" in a.text and ")" not in a.text
    near = b.x0 - a.x1 < 0.6 * max(a.height, b.height)
    return near and bool(_BEGUN.fullmatch(a.text)) and bool(_CONTINUED.fullmatch(b.text))


def _grouped_alike(seen: Sequence[Seen]) -> list[Seen]:
    """With one mark between thousands: a comma that looks like a point, where nearly all figures
    of the page have commas, is a comma, and the other way round."""
    marks = Counter(
        mark for word in seen if _GROUPED.fullmatch(word.text) for mark in word.text if mark in ".,"
    )
    usual, rare = (",", ".") if marks[","] >= marks["."] else (".", ",")
    if marks[rare] * CLEARLY_MORE > marks[usual]:
        return list(seen)
    return [
        replace(word, text=word.text.replace(rare, usual)) if _GROUPED.fullmatch(word.text) else word
        for word in seen
    ]


def _is_ruling(word: Seen, usual: float) -> bool:
    flat, wide = word.height < FLAT * usual, word.x1 - word.x0 > 2.5 * usual
    upright = word.x1 - word.x0 < FLAT * usual and not any(c.isalnum() for c in word.text)
    return (flat and wide) or upright


def _mended(text: str, word: Seen, usual: float, dollars: bool) -> str:
    if set(text) <= DASHES or (word.height < FLAT * usual and not _DIGITS & set(text)):
        return "—" if word.x1 - word.x0 < 2.5 * usual else ""
    if dollars and set(text) <= {"§", "$", "S"}:
        return "$"
    if set(text[:-1]) & _DIGITS and text[-1] in ".:;" and not set(text) - _DIGITS - set(".,:;()$-"):
        return text[:-1]  # a speck behind a figure
    return text


def _lines(seen: Sequence[Seen], scale: float) -> list[Line]:
    """Words on common baselines. Size and baseline are those of the line: single boxes waver."""
    groups: dict[tuple[int, ...], list[Seen]] = {}
    for word in seen:
        groups.setdefault(word.line, []).append(word)
    lines = [_line(words, scale) for words in groups.values()]
    return _joined(sorted(lines, key=lambda line: line.y))


def _line(words: Sequence[Seen], scale: float) -> Line:
    firm = [w for w in words if not _DESCENDING & set(w.text) and not set(w.text) <= DASHES]
    capitals = [w for w in firm if any(c.isdigit() or c.isupper() for c in w.text)]
    baseline = median(w.y1 for w in firm) if firm else median(w.y1 - 0.2 * w.height for w in words)
    height = median(w.height for w in capitals or firm or words) / CAP_HEIGHT
    size, y = height / scale, baseline / scale
    placed = [Word(w.text, w.x0 / scale, w.x1 / scale, y, size, False) for w in words]
    return Line(sorted(placed, key=lambda word: word.x0), y)


def _joined(lines: Sequence[Line]) -> list[Line]:
    """Pieces of one printed line that the recognition held for two, side by side."""
    joined: list[Line] = []
    for line in lines:
        last = joined[-1] if joined else None
        if last is not None and _side_by_side(last, line):
            for word in line.words:
                word.y = last.y
            last.words = sorted([*last.words, *line.words], key=lambda word: word.x0)
        else:
            joined.append(line)
    return joined


def _side_by_side(a: Line, b: Line) -> bool:
    if b.y - a.y >= 0.4 * min(a.size, b.size):
        return False
    return not any(v.x0 < w.x1 and w.x0 < v.x1 for v in a.words for w in b.words)
