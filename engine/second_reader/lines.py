"""The pages of a statement as numbered lines, their figures as tokens with boxes.

Type that a reader of the page cannot see is not among them: what the words of a table leave out, and
beyond that whatever leaves no mark on the drawn page, such as white on white. The lines are plain
values, so that they can be made in the throw-away process and asked about outside of it.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

from PIL.Image import Image

from engine.kinds import CellState
from engine.pdf import ocr
from engine.pdf.open import OpenDocument, open_document
from engine.pdf.words import Line, Page, Word, read_page
from engine.tables.numbers import Figure, FigureKind, figures_of, uses_spaced_groups
from engine.values import Box

MOST_LINES = 400  # of all pages together: two full pages have about 150
POINTS_PER_STEP = 6.0  # of indentation
DEEPEST = 20
DRAWN_SCALE = 2.0  # pixels per point of the page that is looked at
LEAST_CONTRAST = 24  # of 255 shades of grey between type and paper; pale grey type has 60


@dataclass(frozen=True, slots=True)
class Token:
    """One printed figure. `state` says whether it is a number, a dash or words in its place."""

    text: str
    state: CellState
    box: Box


@dataclass(frozen=True, slots=True)
class PrintedLine:
    """One line of a page. `label` is what is printed beside its tokens, which stand from left to
    right; `indent` are steps from the left edge of the page's type."""

    page: int
    indent: int
    label: str
    tokens: tuple[Token, ...]
    box: Box

    def to_json(self) -> list[Any]:
        """Lists of plain values."""
        tokens = [[token.text, token.state.value, _corners(token.box)] for token in self.tokens]
        return [self.page, self.indent, self.label, tokens, _corners(self.box)]

    @classmethod
    def from_json(cls, values: Sequence[Any]) -> "PrintedLine":
        """The inverse of `to_json`."""
        page, indent, label, tokens, box = values
        made = tuple(Token(str(text), CellState(state), Box(*corners)) for text, state, corners in tokens)
        return cls(int(page), int(indent), str(label), made, Box(*box))


def printed_lines(data: bytes, pages: Sequence[int], read_by: str) -> tuple[PrintedLine, ...]:
    """The lines of these pages (from 1), top to bottom, as the engine that read the table sees them.

    Raises Unreadable where the file does not open. A page that is not there has no lines.
    """
    with open_document(data) as document:
        found = [_page(document, data, number, read_by) for number in pages]
    lines = [line for page in found for line in page.lines]
    spaced = uses_spaced_groups(lines)
    numbered = [_printed(line, page, spaced) for page in found for line in page.lines]
    return tuple(numbered[:MOST_LINES])


def _page(document: OpenDocument, data: bytes, number: int, read_by: str) -> Page:
    if not 1 <= number <= document.pages:
        return Page(number, 0, 0, 0, [], "", 0, 0)
    if read_by == "ocr":
        return ocr.recognise(document, number)
    page = read_page(document.pdf, number - 1)
    if not page.unmapped:
        return _seen(page, document)
    # Imported here because few reports need it and its library is slow to load.
    from engine.pdf import unicode_maps

    mended = unicode_maps.mended(data)
    if mended is None:
        return _seen(page, document)
    with open_document(mended.data) as again:
        return _seen(read_page(again.pdf, number - 1), again)


def _seen(page: Page, document: OpenDocument) -> Page:
    """The page without words that leave no mark on it when it is drawn."""
    if not page.lines:
        return page
    loaded = document.pdf[page.number - 1]
    try:
        drawn = loaded.render(scale=DRAWN_SCALE).to_pil().convert("L")
    finally:
        loaded.close()
    lines = []
    for line in page.lines:
        words = [word for word in line.words if _leaves_mark(word, page, drawn)]
        if words:
            lines.append(Line(words, line.y))
    return replace(page, lines=lines)


def _leaves_mark(word: Word, page: Page, drawn: Image) -> bool:
    box = page.shown_box(Box(word.x0, word.top, word.x1, word.bottom))
    left, top = math.floor(box.x0 * DRAWN_SCALE), math.floor(box.y0 * DRAWN_SCALE)
    right, bottom = math.ceil(box.x1 * DRAWN_SCALE), math.ceil(box.y1 * DRAWN_SCALE)
    left, top = max(left, 0), max(top, 0)
    right, bottom = min(right, drawn.width), min(bottom, drawn.height)
    if right <= left or bottom <= top:
        return False
    low, high = cast(tuple[int, int], drawn.crop((left, top, right, bottom)).getextrema())
    return high - low >= LEAST_CONTRAST


def _printed(line: Line, page: Page, spaced: bool) -> PrintedLine:
    figures = figures_of(line, spaced)
    taken = {n for figure in figures for n in range(figure.first, figure.last + 1)}
    words = [word.text for n, word in enumerate(line.words) if n not in taken]
    margin = min((other.x0 for other in page.lines), default=0.0)
    box = Box(line.x0, min(w.top for w in line.words), line.x1, max(w.bottom for w in line.words))
    return PrintedLine(
        page=page.number,
        indent=min(DEEPEST, round((line.x0 - margin) / POINTS_PER_STEP)),
        label=" ".join(words),
        tokens=tuple(_token(figure, page) for figure in figures),
        box=page.shown_box(box),
    )


def _token(figure: Figure, page: Page) -> Token:
    states = {FigureKind.NUMBER: CellState.VALUE, FigureKind.DASH: CellState.NIL}
    box = Box(figure.x0, figure.y0, figure.x1, figure.y1)
    return Token(figure.text, states.get(figure.kind, CellState.TEXT), page.shown_box(box))


def _corners(box: Box) -> list[float]:
    return [box.x0, box.y0, box.x1, box.y1]
