"""The words of a page that is a picture, read by the command of tesseract where it is installed.

A page is drawn in grey by pdfium and handed over through a pipe; nothing is written to disk. Words
come back with boxes and take the same type as the words of a text layer, so that the same table
reader reads them. What tesseract was unsure of, and lines it ran together, are cut out, put on one
sheet and read once more: isolated, most of them come out right.
"""

import os
import re
import shutil
import subprocess
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from statistics import median

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c
from PIL import Image

from engine.pdf.open import OpenDocument
from engine.pdf.words import Line, Page, Word
from engine.progress import Report, silent

COMMAND = "tesseract"
COARSE_DPI = 150  # enough to find the pages with statements
FINE_DPI = 300  # for the pages that are read; digits of 8 point need it
FEW_CHARACTERS = 50  # a page with fewer may be a picture
COVERED = 0.4  # of the page's area, by one image or drawing
MANY_DRAWINGS = 150  # objects; type turned into outlines has one per letter
UNMAPPED = 0.1  # of a page's characters
MOST_PIXELS = 30_000_000
SECONDS_PER_PAGE = 30
UNSURE = 60.0  # of tesseract's own confidence, 0 to 100
TALL = 1.6  # of the usual height: two lines run together
FLAT = 0.3  # of the usual height: a ruling or a dash
CAP_HEIGHT = 0.72  # of the type size
DASHES = frozenset("-–—_=~")
_DESCENDING = frozenset("gjpqyQ,;()[]{}$§|/_")
_DIGITS = frozenset("0123456789")
_GROUPED = re.compile(r"[($€£-]*\d{1,3}(?:[.,]\d{3})+[)%-]?")  # a figure in groups of three
_BEGUN = re.compile(r"[($€£-]*\d{1,3}(?:[.,]\d{3})*[.,]?")
_CONTINUED = re.compile(r"\d{3}(?:[.,]\d{3})*\)?")
CLEARLY_MORE = 5
_LANGUAGES = {
    "en": "eng", "de": "deu", "fr": "fra", "es": "spa", "it": "ita", "nl": "nld", "pt": "por", "sv": "swe",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Seen:
    """A word on the picture: box in pixels from the top left, `sure` from 0 to 100, `line` a key."""

    text: str
    x0: int
    y0: int
    x1: int
    y1: int
    sure: float
    line: tuple[int, ...]

    @property
    def height(self) -> int:
        return self.y1 - self.y0


def is_available() -> bool:
    """Whether the command that reads pictures is installed."""
    return shutil.which(COMMAND) is not None


def pictures(document: OpenDocument, texts: Sequence[str]) -> list[int]:
    """The pages (from 1) whose text is not to be had from the file: covered by an image or a
    drawing with next to no characters, or with characters that are not mapped to any."""
    return [
        index + 1
        for index, text in enumerate(texts)
        if unmapped(text) or (len(text.strip()) < FEW_CHARACTERS and _is_covered(document, index))
    ]


def unmapped(text: str) -> bool:
    """Whether more than a tenth of the characters are private, unknown or control characters."""
    return sum(map(_is_strange, text)) > UNMAPPED * max(len(text), FEW_CHARACTERS)


def _is_strange(character: str) -> bool:
    private = "\ue000" <= character <= "\uf8ff"
    control = character < " " and character not in "\n\t\x02"  # the last stands for a hyphen
    return private or control or character == "\ufffd"


def recognise_texts(
    document: OpenDocument, numbers: Sequence[int], seconds: float, report: Report = silent
) -> dict[int, str]:
    """The plain text of pages (from 1) that are pictures, coarsely read until the seconds are used
    up, one page at least. Pages that were not come to are not in the result."""
    found: dict[int, str] = {}
    end = time.monotonic() + seconds
    for done, number in enumerate(numbers):
        if found and time.monotonic() > end:
            break
        report("recognise", done, len(numbers))
        page = recognise(document, number, COARSE_DPI)
        found[number] = "\n".join(line.text for line in page.lines)
    return found


def recognise(
    document: OpenDocument, number: int, dots_per_inch: int = FINE_DPI, language: str = "en"
) -> Page:
    """The words of a page (from 1) as its picture shows them. A page that does not load, or that
    tesseract gives up, has no lines."""
    with document.page(number - 1) as page:
        if page is None:
            return Page(number, 0, 0, 0, [], "", 0, 0)
        width, height = page.get_size()
        image, scale = _drawn(page, dots_per_inch)
    languages = _installed(language)
    seen = _read_image(image, dots_per_inch, languages)
    if dots_per_inch >= FINE_DPI:
        seen = _second_look(image, seen, dots_per_inch, languages)
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


def _read_image(image: Image.Image, dots_per_inch: int, languages: str) -> list[Seen]:
    """What tesseract sees; nothing where it fails or takes too long."""
    picture = b"P5\n%d %d\n255\n" % image.size + image.tobytes()
    command = [COMMAND, "stdin", "stdout", "--dpi", str(dots_per_inch), "--psm", "6", "-l", languages, "tsv"]
    # One thread: pages are many, and more threads make one page slower on a busy machine.
    environment = {**os.environ, "OMP_THREAD_LIMIT": "1"}
    try:
        ended = subprocess.run(
            command, input=picture, capture_output=True, env=environment, timeout=SECONDS_PER_PAGE
        )
    except (OSError, subprocess.TimeoutExpired):
        return []
    return list(_words_of(ended.stdout.decode("utf-8", "replace")))


def _words_of(table: str) -> Iterable[Seen]:
    """The words of a table in tesseract's format: twelve columns, level 5 is a word."""
    for line in table.split("\n"):
        parts = line.split("\t")
        if len(parts) < 12 or parts[0] != "5" or not parts[11].strip():
            continue
        key = tuple(int(part) for part in parts[1:5])
        left, top, width, height = (int(part) for part in parts[6:10])
        yield Seen(parts[11].strip(), left, top, left + width, top + height, float(parts[10]), key)


@cache
def _available_languages() -> frozenset[str]:
    try:
        listed = subprocess.run([COMMAND, "--list-langs"], capture_output=True, timeout=20, text=True)
    except (OSError, subprocess.TimeoutExpired):
        return frozenset()
    return frozenset(listed.stdout.split("\n")[1:])


def _installed(language: str) -> str:
    """The languages to read with: the report's own, where its data is installed, and English."""
    own = _LANGUAGES.get(language, "eng")
    return f"{own}+eng" if own != "eng" and own in _available_languages() else "eng"


@dataclass(frozen=True, slots=True)
class _Cut:
    """A piece of the picture to be read once more, the words it stands for and its line's key."""

    box: tuple[int, int, int, int]
    instead_of: tuple[Seen, ...]
    line: tuple[int, ...]


def _second_look(image: Image.Image, seen: list[Seen], dots_per_inch: int, languages: str) -> list[Seen]:
    """Words that were unsure, and lines run together, read again on a sheet of their own."""
    if not seen:
        return seen
    usual = median(word.height for word in seen)
    cuts = [*_tall_lines(image, seen, usual), *_unsure_words(seen, usual)]
    if not cuts:
        return seen
    sheet, places = _sheet(image, cuts, int(usual))
    again = _read_image(sheet, dots_per_inch, languages)
    kept = list(seen)
    for cut_words, cut, place in _by_place(again, cuts, places):
        moved = [_moved(word, cut, place) for word in cut_words]
        kept = _with_better(kept, cut, moved)
    return kept


def _tall_lines(image: Image.Image, seen: Sequence[Seen], usual: float) -> list[_Cut]:
    """Each line that holds words of twice the usual height, cut in two where it is lightest."""
    cuts = []
    lines: dict[tuple[int, ...], list[Seen]] = {}
    for word in seen:
        lines.setdefault(word.line, []).append(word)
    for key, words in lines.items():
        tall = [word for word in words if TALL * usual < word.height < 2 * TALL * usual]
        if not tall or len(tall) * 2 < len(words) or all(word.sure > UNSURE for word in tall):
            continue
        x0, x1 = min(w.x0 for w in words), max(w.x1 for w in words)
        y0, y1 = min(w.y0 for w in tall), max(w.y1 for w in tall)
        edge = max(x1, *(w.x1 for w in seen))
        middle = _lightest(image, (x0, y0, x1, y1))
        cuts.append(_Cut((x0, y0, edge, middle), tuple(words), (*key, 0)))
        cuts.append(_Cut((x0, middle, edge, y1), tuple(words), (*key, 1)))
    return cuts


def _lightest(image: Image.Image, box: tuple[int, int, int, int]) -> int:
    """The row of pixels with the least ink in the middle third of a box."""
    x0, y0, x1, y1 = box
    third = (y1 - y0) // 3
    rows = range(y0 + third, max(y0 + third + 1, y1 - third))
    light = {y: sum(image.crop((x0, y, x1, y + 1)).tobytes()) for y in rows}
    return max(light, key=lambda y: light[y])


def _unsure_words(seen: Sequence[Seen], usual: float) -> list[_Cut]:
    """Words of usual height, not rulings, and wide enough not to be a lone currency sign."""
    return [
        _Cut((word.x0, word.y0, word.x1, word.y1), (word,), word.line)
        for word in seen
        if word.sure < UNSURE
        and FLAT * usual < word.height < TALL * usual
        and word.x1 - word.x0 > 0.8 * usual
    ]


def _sheet(
    image: Image.Image, cuts: Sequence[_Cut], margin: int
) -> tuple[Image.Image, list[tuple[int, int]]]:
    """All cuts one below the other on white, and where the top left of each came to lie."""
    wide = max(cut.box[2] - cut.box[0] for cut in cuts) + 4 * margin
    tall = sum(cut.box[3] - cut.box[1] + 2 * margin for cut in cuts) + 2 * margin
    sheet = Image.new("L", (wide, tall), 255)
    places, y = [], margin
    for cut in cuts:
        sheet.paste(image.crop(cut.box), (2 * margin, y))
        places.append((2 * margin, y))
        y += cut.box[3] - cut.box[1] + 2 * margin
    return sheet, places


def _by_place(
    words: Sequence[Seen], cuts: Sequence[_Cut], places: Sequence[tuple[int, int]]
) -> Iterable[tuple[list[Seen], _Cut, tuple[int, int]]]:
    for cut, place in zip(cuts, places, strict=True):
        top, bottom = place[1], place[1] + cut.box[3] - cut.box[1]
        yield [w for w in words if top <= (w.y0 + w.y1) / 2 <= bottom], cut, place


def _moved(word: Seen, cut: _Cut, place: tuple[int, int]) -> Seen:
    """A word of the sheet back at its place on the picture."""
    right, down = cut.box[0] - place[0], cut.box[1] - place[1]
    return replace(
        word, x0=word.x0 + right, x1=word.x1 + right, y0=word.y0 + down, y1=word.y1 + down, line=cut.line
    )


def _with_better(seen: list[Seen], cut: _Cut, again: list[Seen]) -> list[Seen]:
    """The second reading of a cut where it is surer than the first."""
    if not again:
        return seen
    before = min(word.sure for word in cut.instead_of)
    if sum(word.sure for word in again) / len(again) <= before:
        return seen
    return [word for word in seen if word not in cut.instead_of] + again


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
