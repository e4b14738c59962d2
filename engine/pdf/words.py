"""Glyph boxes to words and lines.

The text engine's own strings are not used: it invents spaces where digits are kerned ("1 1 ,128").
A word ends where the gap between two advance boxes is wide for the size of the type, or where the
file really holds a space. Coordinates are in points from the top left of the page as it is shown;
a page whose type runs sideways is turned upright first (`turns`), and boxes are turned back with
`Page.shown_box`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from operator import attrgetter
from statistics import median
from typing import Any

import pypdfium2 as pdfium

from engine.pdf.glyphs import Glyph, glyphs_of
from engine.values import Box

DIGITS = frozenset("0123456789")
REAL_SPACE_GAP = 0.06  # between digits, a space of the file narrower than this is none
SAME_LINE = 0.45  # of the type size, between two baselines
_NUMBER_PARTS = DIGITS | frozenset(".,'’")


@dataclass(frozen=True, slots=True)
class Gaps:
    """From which gap on two glyphs belong to different words, in parts of the type size: between
    letters, where a space is about 0.25 and 0.13 behind an f whose box overhangs; between digits and
    their marks, which some writers kern apart; and behind a comma, which parts no thousands before a
    space ("June 30, 2023")."""

    word: float = 0.11
    digit: float = 0.30
    comma: float = 0.20


USUAL = Gaps()
# For digits set wide apart, and for words and columns set close: where the checks of a table fail.
UNUSUAL = (Gaps(word=0.17, digit=0.48, comma=0.48), Gaps(word=0.08, digit=0.16, comma=0.16))


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


def read_page(document: pdfium.PdfDocument, index: int, gaps: Gaps = USUAL) -> Page:
    """The words of the page with this index (from 0). A page that does not load has no lines."""
    try:
        page = document[index]
    except pdfium.PdfiumError:
        return Page(index + 1, 0, 0, 0, [], "", 0, 0)
    try:
        return _page_of(page, index + 1, gaps)
    finally:
        page.close()


def _page_of(page: pdfium.PdfPage, number: int, gaps: Gaps) -> Page:
    found = glyphs_of(page)
    if found is None:
        return Page(number, 0, 0, 0, [], "", 0, 0)
    seen = [glyph for glyph in found.glyphs if not glyph.hidden]
    hidden = "".join(glyph.text for glyph in found.glyphs if glyph.hidden)
    lines, count = lines_of(seen, gaps), len(found.glyphs)
    return Page(number, found.width, found.height, found.turns, lines, hidden, found.unmapped, count)


def lines_of(glyphs: Iterable[Glyph], gaps: Gaps = USUAL) -> list[Line]:
    """Glyphs grouped by baseline, split into words, superscripts kept on the line they belong to."""
    lines: list[list[Glyph]] = []
    baseline = size = 0.0  # of a line's first glyph: small raised type at its head starts no line
    for glyph in sorted(glyphs, key=attrgetter("y", "x0")):
        if lines and glyph.y - baseline <= SAME_LINE * (glyph.size if glyph.size > size else size):
            lines[-1].append(glyph)
        else:
            lines.append([glyph])
            baseline, size = glyph.y, glyph.size
    return [_line(group, gaps) for group in lines]


def _line(glyphs: list[Glyph], gaps: Gaps) -> Line:
    glyphs.sort(key=attrgetter("x0"))
    size = median([glyph.size for glyph in glyphs])
    baseline = median([glyph.y for glyph in glyphs if glyph.size >= 0.8 * size])
    small, high = 0.82 * size, baseline - 0.12 * size
    previous = glyphs[0]
    word = _word_of(previous, previous.size < small and previous.y < high)
    words = [word]
    for glyph in glyphs[1:]:
        raised = glyph.size < small and glyph.y < high
        if glyph.text == previous.text and _printed_twice(previous, glyph):
            continue
        if raised != word.raised or _gap_between(previous, glyph, gaps):
            word = _word_of(glyph, raised)
            words.append(word)
        else:
            word.text += glyph.text
            if glyph.x1 > word.x1:
                word.x1 = glyph.x1
            word.bold = word.bold and glyph.bold
        previous = glyph
    return Line(words, baseline)


def _word_of(glyph: Glyph, raised: bool) -> Word:
    return Word(glyph.text, glyph.x0, glyph.x1, glyph.y, glyph.size, glyph.bold, raised)


def _printed_twice(a: Glyph, b: Glyph) -> bool:
    """Whether the same glyph is laid over itself, a way to fake bold type. The letters of one
    ligature glyph also share a box; they follow one another at once."""
    if a.order + 1 == b.order and a.x0 == b.x0:
        return False
    return abs(a.x0 - b.x0) < 0.12 * a.size and abs(a.y - b.y) < 0.12 * a.size


def _gap_between(a: Glyph, b: Glyph, gaps: Gaps) -> bool:
    size = a.size if a.size > b.size else b.size
    gap = (b.x0 - a.x1) / size if size else 0.0
    if gap < -1.5:
        return True
    digits = a.text in _NUMBER_PARTS and b.text in _NUMBER_PARTS
    if b.after_space:
        return gap > REAL_SPACE_GAP if digits else True
    if digits:
        return gap > (gaps.comma if a.text == "," else gaps.digit)
    return gap > gaps.word
