"""Glyph boxes to words and lines.

The text engine's own strings are not used: it invents spaces where digits are kerned ("1 1 ,128").
A word ends where the gap between two advance boxes is wide for the size of the type, or where the
file really holds a space. Coordinates are in points from the top left of the page as it is shown;
a page whose type runs sideways is turned upright first (`turns`), and boxes are turned back with
`Page.shown_box`.
"""

import ctypes
import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from statistics import median
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from engine.values import Box

DIGITS = frozenset("0123456789")
WORD_GAP = 0.17  # of the type size; a space is about 0.25
DIGIT_GAP = 0.30  # between digits and their marks, which some writers kern apart
REAL_SPACE_GAP = 0.06  # between digits, a space of the file narrower than this is none
SAME_LINE = 0.45  # of the type size, between two baselines
_QUARTER = math.pi / 2
TINY = 1.5  # points; smaller type is not meant to be read
_INVISIBLE = 3  # text rendering mode, ISO 32000-1 table 106
_NUMBER_PARTS = DIGITS | frozenset(".,'’")
_SPACES = frozenset(" \u00a0\u2002\u2003\u2007\u2009\u202f\t")
_LIGATURES = {"\ufb00": "ff", "\ufb01": "fi", "\ufb02": "fl", "\ufb03": "ffi", "\ufb04": "ffl"}
_HYPHEN_MARK = "\x02"  # how pdfium returns a hyphen at the end of a line


@dataclass(slots=True)
class Glyph:
    """One character: advance box (`x0`, `x1`), baseline `y`, type size, in reading coordinates."""

    text: str
    x0: float
    x1: float
    y: float
    size: float
    bold: bool
    hidden: bool
    after_space: bool
    order: int = 0  # place in the content of the page


@dataclass(slots=True)
class Word:
    """Glyphs without a gap. `y` is the baseline; `raised` marks superscripts."""

    text: str
    x0: float
    x1: float
    y: float
    size: float
    bold: bool
    raised: bool = False

    @property
    def top(self) -> float:
        return self.y - 0.8 * self.size

    @property
    def bottom(self) -> float:
        return self.y + 0.22 * self.size


@dataclass(slots=True)
class Line:
    """Words on one baseline, from left to right. `figures` remembers what was made of them."""

    words: list[Word]
    y: float
    figures: dict[bool, list[Any]] = field(default_factory=dict, repr=False, compare=False)

    @property
    def size(self) -> float:
        return median(word.size for word in self.words)

    @property
    def x0(self) -> float:
        return self.words[0].x0

    @property
    def x1(self) -> float:
        return self.words[-1].x1

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)

    @property
    def bold(self) -> bool:
        return sum(len(w.text) for w in self.words if w.bold) * 2 > sum(len(w.text) for w in self.words)


@dataclass(slots=True)
class Page:
    """The lines of one page, top to bottom, in reading coordinates. `number` counts from 1;
    `hidden` is the text kept away because a reader of the page cannot see it."""

    number: int
    width: float
    height: float
    turns: int
    lines: list[Line]
    hidden: str
    unmapped: int
    glyphs: int

    def shown_box(self, box: Box) -> Box:
        """A box of reading coordinates on the page as shown."""
        if self.turns == 0:
            return box
        if self.turns == 1:  # type runs downwards: the top of the reading is the right of the page
            return Box(self.height - box.y1, box.x0, self.height - box.y0, box.x1)
        if self.turns == 3:  # type runs upwards
            return Box(box.y0, self.width - box.x1, box.y1, self.width - box.x0)
        return Box(self.width - box.x1, self.height - box.y1, self.width - box.x0, self.height - box.y0)


def read_page(document: pdfium.PdfDocument, index: int) -> Page:
    """The words of the page with this index (from 0). A page that does not load has no lines."""
    try:
        page = document[index]
    except pdfium.PdfiumError:
        return Page(index + 1, 0, 0, 0, [], "", 0, 0)
    try:
        return _page_of(page, index + 1)
    finally:
        page.close()


def _page_of(page: pdfium.PdfPage, number: int) -> Page:
    text_page = pdfium_c.FPDFText_LoadPage(page)
    if not text_page:
        return Page(number, 0, 0, 0, [], "", 0, 0)
    try:
        frame = _Frame.of(page)
        glyphs, turns, unmapped = _glyphs(text_page, frame)
    finally:
        pdfium_c.FPDFText_ClosePage(text_page)
    width, height = (frame.width, frame.height) if turns % 2 == 0 else (frame.height, frame.width)
    seen = [glyph for glyph in glyphs if not glyph.hidden]
    hidden = "".join(glyph.text for glyph in glyphs if glyph.hidden)
    return Page(number, width, height, turns, lines_of(seen), hidden, unmapped, len(glyphs))


@dataclass(frozen=True, slots=True)
class _Frame:
    """How user space lies on the shown page: visible box and quarter turns clockwise."""

    left: float
    bottom: float
    right: float
    top: float
    turns: int

    @classmethod
    def of(cls, page: pdfium.PdfPage) -> "_Frame":
        left, bottom, right, top = page.get_bbox()
        return cls(left, bottom, right, top, page.get_rotation() // 90 % 4)

    @property
    def width(self) -> float:
        return self.top - self.bottom if self.turns % 2 else self.right - self.left

    @property
    def height(self) -> float:
        return self.right - self.left if self.turns % 2 else self.top - self.bottom

    def shown(self, x: float, y: float) -> tuple[float, float]:
        """A point of user space on the shown page, from its top left."""
        if self.turns == 0:
            return x - self.left, self.top - y
        if self.turns == 1:
            return y - self.bottom, x - self.left
        if self.turns == 2:
            return self.right - x, y - self.bottom
        return self.top - y, self.right - x


@dataclass(slots=True)
class _Raw:
    """A glyph as the library gives it, in user space; `turn` counts quarter turns clockwise."""

    text: str
    box: tuple[float, float, float, float]
    origin: tuple[float, float]
    turn: int
    bold: bool
    hidden: bool
    after_space: bool
    order: int


def _glyphs(text_page: object, frame: _Frame) -> tuple[list[Glyph], int, int]:
    """All glyphs in reading coordinates, the quarter turns of the type, and the unmapped ones."""
    raw: list[_Raw] = []
    box = pdfium_c.FS_RECTF()
    x, y = ctypes.c_double(), ctypes.c_double()
    styles = _Styles()
    after_space = False
    unmapped = 0
    for i in range(pdfium_c.FPDFText_CountChars(text_page)):
        handle = pdfium_c.FPDFText_GetTextObject(text_page, i)
        if not handle:  # made up by the library between two objects
            continue
        code = pdfium_c.FPDFText_GetUnicode(text_page, i)
        character = chr(code) if code < 0x110000 else "\ufffd"
        if character in _SPACES or character in "\r\n":
            after_space = True
            continue
        if code == 0 or code == 0xFFFD or 0xE000 <= code <= 0xF8FF:
            unmapped += 1
        if code < 32 and character != _HYPHEN_MARK:
            continue
        pdfium_c.FPDFText_GetLooseCharBox(text_page, i, box)
        pdfium_c.FPDFText_GetCharOrigin(text_page, i, x, y)
        bold, hidden, turn = styles.of(text_page, i, handle)
        text = "-" if character == _HYPHEN_MARK else _LIGATURES.get(character, character)
        edges = (box.left, box.bottom, box.right, box.top)
        turn = (turn + frame.turns) % 4
        raw.append(_Raw(text, edges, (x.value, y.value), turn, bold, hidden, after_space, i))
        after_space = False
    turns = _main_turn(Counter(glyph.turn for glyph in raw))
    return [_upright(glyph, frame, turns) for glyph in raw], turns, unmapped


def _main_turn(angles: Counter[int]) -> int:
    """The direction most type runs in."""
    if not angles:
        return 0
    turn, count = angles.most_common(1)[0]
    return turn if count > 0.6 * angles.total() else 0


def _upright(raw: _Raw, frame: _Frame, turns: int) -> Glyph:
    """The glyph in reading coordinates. Type that runs another way than the page's, such as a
    watermark along its edge, is kept away like hidden type."""
    ax, ay = frame.shown(raw.box[0], raw.box[1])
    bx, by = frame.shown(raw.box[2], raw.box[3])
    x0, x1, y0, y1 = min(ax, bx), max(ax, bx), min(ay, by), max(ay, by)
    px, y = frame.shown(*raw.origin)
    outside = x1 < 0 or y1 < 0 or x0 > frame.width or y0 > frame.height
    if turns == 1:
        x0, x1, y0, y1, y = y0, y1, frame.width - x1, frame.width - x0, frame.width - px
    elif turns == 3:
        x0, x1, y0, y1, y = frame.height - y1, frame.height - y0, x0, x1, px
    elif turns == 2:
        x0, x1 = frame.width - x1, frame.width - x0
        y0, y1, y = frame.height - y1, frame.height - y0, frame.height - y
    hidden = raw.hidden or outside or y1 - y0 < TINY or raw.turn != turns
    return Glyph(raw.text, x0, x1, y, y1 - y0, raw.bold, hidden, raw.after_space, raw.order)


class _Styles:
    """Weight, visibility and direction of a glyph, looked up once per text object and font."""

    def __init__(self) -> None:
        self._objects: dict[int, tuple[bool, bool, int]] = {}
        self._fonts: dict[int, bool] = {}

    def of(self, text_page: object, index: int, handle: Any) -> tuple[bool, bool, int]:
        """(bold, hidden, quarter turns clockwise in user space)."""
        address = ctypes.addressof(handle.contents)
        if address not in self._objects:
            mode = pdfium_c.FPDFTextObj_GetTextRenderMode(handle)
            turn = round(pdfium_c.FPDFText_GetCharAngle(text_page, index) / _QUARTER)
            hidden = mode == _INVISIBLE or _faint(handle)
            self._objects[address] = (self._bold(handle, mode), hidden, turn)
        return self._objects[address]

    def _bold(self, handle: object, mode: int) -> bool:
        font = pdfium_c.FPDFTextObj_GetFont(handle)
        if not font:
            return False
        address = ctypes.addressof(font.contents)
        if address not in self._fonts:
            name = ctypes.create_string_buffer(128)
            pdfium_c.FPDFFont_GetBaseFontName(font, name, 128)
            text = name.value.decode("latin-1").lower()
            heavy = any(mark in text for mark in ("bold", "black", "heavy", "semibold", "-bd", "demi"))
            self._fonts[address] = heavy or pdfium_c.FPDFFont_GetWeight(font) >= 600
        return self._fonts[address] or mode == 2  # filled and stroked: bold by thickening


def _faint(handle: object) -> bool:
    """Fully transparent type."""
    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    known = pdfium_c.FPDFPageObj_GetFillColor(handle, red, green, blue, alpha)
    return bool(known) and alpha.value < 8


def lines_of(glyphs: Iterable[Glyph]) -> list[Line]:
    """Glyphs grouped by baseline, split into words, superscripts kept on the line they belong to."""
    lines: list[list[Glyph]] = []
    ordered = sorted(glyphs, key=lambda g: (g.y, g.x0))
    for glyph in ordered:
        last = lines[-1] if lines else None
        if last is not None and glyph.y - _anchor(last) <= SAME_LINE * max(glyph.size, last[0].size):
            last.append(glyph)
        else:
            lines.append([glyph])
    return [line for group in lines if (line := _line(group)) is not None]


def _anchor(group: list[Glyph]) -> float:
    """The first baseline of a group; small raised type at its head must not start a line of its own."""
    return group[0].y


def _line(glyphs: list[Glyph]) -> Line | None:
    glyphs.sort(key=lambda g: g.x0)
    size = median(g.size for g in glyphs)
    baseline = median(g.y for g in glyphs if g.size >= 0.8 * size)
    words: list[Word] = []
    previous: Glyph | None = None
    for glyph in glyphs:
        raised = glyph.size < 0.82 * size and glyph.y < baseline - 0.12 * size
        if previous is not None and _printed_twice(previous, glyph):
            continue
        if previous is None or raised != words[-1].raised or _gap_between(previous, glyph):
            words.append(Word(glyph.text, glyph.x0, glyph.x1, glyph.y, glyph.size, glyph.bold, raised))
        else:
            word = words[-1]
            word.text += glyph.text
            word.x1 = max(word.x1, glyph.x1)
            word.bold = word.bold and glyph.bold
        previous = glyph
    return Line(words, baseline) if words else None


def _printed_twice(a: Glyph, b: Glyph) -> bool:
    """The same glyph laid over itself, a way to fake bold type. The letters of one ligature glyph
    also share a box; they follow one another at once."""
    if a.order + 1 == b.order and a.x0 == b.x0:
        return False
    return a.text == b.text and abs(a.x0 - b.x0) < 0.12 * a.size and abs(a.y - b.y) < 0.12 * a.size


def _gap_between(a: Glyph, b: Glyph) -> bool:
    size = max(a.size, b.size)
    gap = (b.x0 - a.x1) / size if size else 0.0
    if gap < -1.5:
        return True
    digits = a.text in _NUMBER_PARTS and b.text in _NUMBER_PARTS
    if b.after_space:
        return gap > REAL_SPACE_GAP if digits else True
    return gap > (DIGIT_GAP if digits else WORD_GAP)
