"""A paper as PDF: A4, letters embedded, links live. The same paper always gives the same bytes."""

import io
from collections.abc import Sequence
from typing import Any
from urllib.parse import urljoin

from reportlab.graphics.shapes import Drawing, Line, Rect, String
from reportlab.lib.colors import Color, HexColor
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    CondPageBreak,
    Flowable,
    Frame,
    KeepTogether,
    PageTemplate,
    Paragraph,
    Spacer,
    Table,
)

from monitoring.charts import stacked_bars
from monitoring.reports.fonts import BOLD, PLAIN, markup, register
from monitoring.reports.paper import (
    Bars,
    Block,
    Cell,
    Grid,
    Mark,
    Moves,
    Paper,
    Quotes,
    Section,
    Text,
    Tile,
    Tiles,
    Tone,
)

MARGIN = 18 * mm
WIDTH = A4[0] - 2 * MARGIN
TILES_IN_A_ROW = 4
_CELL_PADDING = 7.0  # left and right of the text of a cell, with a little room to spare
INK, MUTED, LINE, SOFT = HexColor("#0f172a"), HexColor("#5b6678"), HexColor("#dfe5ec"), HexColor("#f6f8fa")
ACCENT = HexColor("#0b6b4f")
TONES = {
    Tone.PLAIN: INK,
    Tone.GOOD: HexColor("#15803d"),
    Tone.WARN: HexColor("#b45309"),
    Tone.BAD: HexColor("#b91c1c"),
}
FILLS = {
    "good": HexColor("#15803d"),
    "warn": HexColor("#d08a1c"),
    "bad": HexColor("#b91c1c"),
    "off": HexColor("#a3b0c2"),
}
MARKS = {Mark.NONE: LINE, Mark.NEW: HexColor("#15803d"), Mark.GONE: HexColor("#b91c1c")}


def pdf_of(paper: Paper, *, site: str) -> bytes:
    """The file. `site` is the address that paths of the paper are joined to."""
    register()
    out = io.BytesIO()
    press = _Press(paper, site)
    document = BaseDocTemplate(
        out,
        pagesize=A4,
        leftMargin=MARGIN,
        rightMargin=MARGIN,
        topMargin=MARGIN,
        bottomMargin=MARGIN,
        title=paper.title,
        author="Tenfold",
        subject=paper.under,
        # Neither the time nor the machine is part of the file.
        invariant=1,
    )
    frame = Frame(MARGIN, MARGIN, WIDTH, A4[1] - 2 * MARGIN, 0, 4 * mm, 0, 0)
    document.addPageTemplates(PageTemplate(frames=[frame], onPage=press.foot))
    document.build(press.story())
    return out.getvalue()


def _style(size: float, colour: Color = INK, font: str = PLAIN, **more: Any) -> ParagraphStyle:
    return ParagraphStyle(
        f"{font}{size}", fontName=font, fontSize=size, leading=size * 1.32, textColor=colour, **more
    )


OVER = _style(8.5, ACCENT, BOLD)
TITLE = _style(20, INK, BOLD, spaceAfter=2)
UNDER = _style(9.5, MUTED)
SECTION = _style(12.5, INK, BOLD, spaceAfter=3)
SMALL_TITLE = _style(9, MUTED, BOLD, spaceBefore=5, spaceAfter=2)
BODY = _style(9)
QUIET = _style(8.5, MUTED)
CELL, CELL_RIGHT = _style(8), _style(8, alignment=TA_RIGHT)
HEAD, HEAD_RIGHT = _style(7.5, MUTED, BOLD), _style(7.5, MUTED, BOLD, alignment=TA_RIGHT)
FIGURE, LABEL, NOTE = _style(15, INK, BOLD), _style(7.5, MUTED), _style(7, MUTED)


class _Press:
    """One paper on its way into a file."""

    def __init__(self, paper: Paper, site: str) -> None:
        self.paper, self.site = paper, site

    def foot(self, canvas: Canvas, document: BaseDocTemplate) -> None:
        """What stands at the bottom of each page."""
        canvas.setFont(PLAIN, 7)
        canvas.setFillColor(MUTED)
        canvas.setStrokeColor(LINE)
        canvas.line(MARGIN, MARGIN - 1 * mm, A4[0] - MARGIN, MARGIN - 1 * mm)
        canvas.drawString(MARGIN, MARGIN - 5 * mm, self.paper.foot[:130])
        canvas.drawRightString(A4[0] - MARGIN, MARGIN - 5 * mm, f"{document.page}")

    def story(self) -> list[Flowable]:
        """The paper in the order in which it is set."""
        paper = self.paper
        head = [Paragraph(markup(paper.over), OVER), Paragraph(markup(paper.title), TITLE)]
        story: list[Flowable] = [*head, Paragraph(markup(paper.under), UNDER), Spacer(1, 3 * mm)]
        if paper.facts:
            pairs = [f"{markup(name)} <b>{markup(text)}</b>" for name, text in paper.facts]
            said = " &nbsp;·&nbsp; ".join(pairs)
            story += [Paragraph(said, QUIET), Spacer(1, 2 * mm)]
        for section in paper.sections:
            story += self._section(section)
        return story

    def _section(self, section: Section) -> list[Flowable]:
        blocks = [self._block(block) for block in section.blocks]
        first = [_rule(), Paragraph(markup(section.title), SECTION), *(blocks[0] if blocks else ())]
        rest = [flowable for block in blocks[1:] for flowable in block]
        # A title never stands alone at the foot of a page.
        return [CondPageBreak(35 * mm), *first, *rest]

    def _block(self, block: Block) -> list[Flowable]:
        match block:
            case Text():
                return [Paragraph(markup(block.text), _style(9, TONES[block.tone])), Spacer(1, 1.5 * mm)]
            case Tiles():
                return [self._tiles(block.tiles), Spacer(1, 2 * mm)]
            case Grid():
                return self._grid(block)
            case Bars():
                return [KeepTogether([_small(block.title), _bars(block), Spacer(1, 2 * mm)])]
            case Moves():
                return [KeepTogether([_small(block.title), self._moves(block), Spacer(1, 2 * mm)])]
            case Quotes():
                return self._quotes(block)

    def _tiles(self, tiles: Sequence[Tile]) -> Table:
        cells = [self._tile(tile) for tile in tiles]
        while len(cells) % TILES_IN_A_ROW:
            cells.append([])
        rows = [cells[start : start + TILES_IN_A_ROW] for start in range(0, len(cells), TILES_IN_A_ROW)]
        style: list[Any] = [
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LEFTPADDING", (0, 0), (-1, -1), 6),
            ("RIGHTPADDING", (0, 0), (-1, -1), 6),
            ("TOPPADDING", (0, 0), (-1, -1), 5),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 6),
        ]
        for number in range(len(tiles)):
            place = (number % TILES_IN_A_ROW, number // TILES_IN_A_ROW)
            style += [("BACKGROUND", place, place, SOFT), ("BOX", place, place, 2.5, HexColor("#ffffff"))]
        return Table(rows, colWidths=[WIDTH / TILES_IN_A_ROW] * TILES_IN_A_ROW, style=style)

    def _tile(self, tile: Tile) -> list[Flowable]:
        size = 15 if len(tile.text) <= 11 else 11 if len(tile.text) <= 18 else 9
        shown = self._linked(tile.text, tile.address, TONES[tile.tone])
        figure = Paragraph(shown, _style(size, TONES[tile.tone], BOLD))
        said = [Paragraph(markup(tile.label), LABEL), figure]
        return [*said, Paragraph(markup(tile.note), NOTE)] if tile.note else said

    def _grid(self, grid: Grid) -> list[Flowable]:
        title = [CondPageBreak(22 * mm), _small(grid.title)] if grid.title else []
        if not grid.rows:
            return [*title, Paragraph(markup(grid.empty or "Nothing."), QUIET), Spacer(1, 2 * mm)]
        right = [heading.is_number for heading in grid.headings]
        head = [
            Paragraph(markup(heading.text), HEAD_RIGHT if heading.is_number else HEAD)
            for heading in grid.headings
        ]
        body = [
            [self._cell(cell, is_right) for cell, is_right in zip(row, right, strict=True)]
            for row in grid.rows
        ]
        table = Table(
            [head, *body],
            colWidths=_widths(grid),
            repeatRows=1,
            style=[
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("LINEBELOW", (0, 0), (-1, 0), 0.6, MUTED),
                ("LINEBELOW", (0, 1), (-1, -1), 0.3, LINE),
                ("LEFTPADDING", (0, 0), (-1, -1), 2),
                ("RIGHTPADDING", (0, 0), (-1, -1), 4),
                ("TOPPADDING", (0, 0), (-1, -1), 2.2),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 2.6),
            ],
        )
        return [*title, table, *self._more(grid.unlisted, grid.address), Spacer(1, 2 * mm)]

    def _cell(self, cell: Cell, is_right: bool) -> Paragraph:
        style = CELL_RIGHT if is_right else CELL
        if cell.tone is not Tone.PLAIN:
            style = _style(8, TONES[cell.tone], alignment=style.alignment)
        colour = ACCENT if cell.tone is Tone.PLAIN else TONES[cell.tone]
        return Paragraph(self._linked(cell.text, cell.address, colour), style)

    def _quotes(self, quotes: Quotes) -> list[Flowable]:
        if not quotes.quotes:
            empty = Paragraph(markup(quotes.empty or "None."), QUIET)
            return [CondPageBreak(14 * mm), _small(quotes.title), empty, Spacer(1, 2 * mm)]
        rows = []
        style: list[Any] = [
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LEFTPADDING", (0, 0), (-1, -1), 7),
            ("TOPPADDING", (0, 0), (-1, -1), 2),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
        ]
        for number, quote in enumerate(quotes.quotes):
            word = f"{quote.mark.value.capitalize()} · " if quote.mark else ""
            place = Paragraph(f"{word}{self._linked(quote.place, quote.address)}", NOTE)
            rows.append([[Paragraph(markup(quote.text), BODY), place]])
            style.append(("LINEBEFORE", (0, number), (0, number), 2, MARKS[quote.mark]))
        table = Table(rows, colWidths=[WIDTH], style=style)
        more = self._more(quotes.unlisted, "")
        return [CondPageBreak(25 * mm), _small(quotes.title), table, *more, Spacer(1, 2 * mm)]

    def _moves(self, moves: Moves) -> Table:
        rows = [
            [
                Paragraph(self._linked(move.label, move.address), CELL),
                _move(float(move.width), is_known=move.share is not None),
                Paragraph(markup(move.text), CELL_RIGHT),
            ]
            for move in moves.moves
        ]
        padding = [(f"{side}PADDING", (0, 0), (-1, -1), 2) for side in ("LEFT", "RIGHT", "TOP", "BOTTOM")]
        style = [("VALIGN", (0, 0), (-1, -1), "MIDDLE"), ("LINEBELOW", (0, 0), (-1, -1), 0.3, LINE)]
        return Table(rows, colWidths=[WIDTH * 0.32, WIDTH * 0.30, WIDTH * 0.38], style=[*style, *padding])

    def _more(self, unlisted: int, address: str) -> list[Flowable]:
        if not unlisted:
            return []
        return [Paragraph(self._linked(f"And {unlisted:,} more.", address), QUIET)]

    def _linked(self, text: str, address: str, colour: Color = ACCENT) -> str:
        if not address:
            return markup(text)
        whole = urljoin(self.site, address).replace("&", "&amp;").replace('"', "%22")
        return f'<a href="{whole}" color="#{colour.hexval()[2:]}">{markup(text)}</a>'


def _small(title: str) -> Paragraph:
    return Paragraph(markup(title), SMALL_TITLE)


def _rule() -> Drawing:
    drawing = Drawing(WIDTH, 5 * mm)
    drawing.add(Line(0, 2 * mm, WIDTH, 2 * mm, strokeColor=LINE, strokeWidth=0.8))
    return drawing


def _bars(bars: Bars) -> Drawing:
    """The same places as on the page, stretched to the width."""
    geometry = stacked_bars(
        [(column.label, column.counts) for column in bars.columns],
        [(kind.fill, kind.text) for kind in bars.kinds],
    )
    left, height, below = 26.0, 74.0, 24.0
    wide = (WIDTH - left) / max(geometry.width, 1)
    high = height / geometry.height
    drawing = Drawing(WIDTH, height + below + 6)
    drawing.add(_word(f"{geometry.highest:,}", left - 4, below + height - 6, anchor="end"))
    drawing.add(Line(left, below, WIDTH, below, strokeColor=MUTED, strokeWidth=0.5))
    for bar in geometry.bars:
        for piece in bar.pieces:
            bottom = below + (geometry.height - piece.y - piece.height) * high
            drawing.add(
                Rect(
                    left + bar.x * wide,
                    bottom,
                    14 * wide,
                    piece.height * high,
                    fillColor=FILLS[piece.fill],
                    strokeColor=None,
                )
            )
    if geometry.bars:
        drawing.add(_word(geometry.bars[0].label, left, below - 9))
        drawing.add(_word(geometry.bars[-1].label, WIDTH, below - 9, anchor="end"))
    place = left
    for number, kind in enumerate(bars.kinds):
        count = sum(column.counts[number] for column in bars.columns)
        if count:
            said = f"{count:,} {kind.text.lower()}"
            drawing.add(Rect(place, 2, 6, 6, fillColor=FILLS[kind.fill], strokeColor=None))
            drawing.add(_word(said, place + 9, 2.5))
            place += 9 + len(said) * 4.1 + 12
    return drawing


def _move(width: float, *, is_known: bool) -> Drawing:
    across, height = WIDTH * 0.28, 9.0
    middle = across / 2
    drawing = Drawing(across, height)
    drawing.add(Line(middle, 0, middle, height, strokeColor=MUTED, strokeWidth=0.5))
    if is_known and width:
        colour = FILLS["good"] if width > 0 else FILLS["bad"]
        start = middle if width > 0 else middle + width * middle
        drawing.add(Rect(start, 1.5, abs(width) * middle, 6, fillColor=colour, strokeColor=None))
    return drawing


def _word(text: str, x: float, y: float, anchor: str = "start") -> String:
    return String(x, y, text, fontName=PLAIN, fontSize=7, fillColor=MUTED, textAnchor=anchor)


def _widths(grid: Grid) -> list[float]:
    """Wide enough for the longest word of each column; what is left goes to those that would break most."""
    least, whole = [], []
    for place, heading in enumerate(grid.headings):
        texts = [(heading.text, 7.5, BOLD), *((row[place].text, 8, PLAIN) for row in grid.rows)]
        words = [(word, size, font) for text, size, font in texts for word in text.split() or [""]]
        widest = max(stringWidth(word, font, size) for word, size, font in words)
        least.append(min(widest, WIDTH / 3) + _CELL_PADDING)
        longest = max(stringWidth(text, font, size) for text, size, font in texts)
        whole.append(min(longest, WIDTH / 2) + _CELL_PADDING)
    room = WIDTH - sum(least)
    if room <= 0:
        return [WIDTH * one / sum(least) for one in least]
    wanted = [full - narrow for full, narrow in zip(whole, least, strict=True)]
    if sum(wanted) <= room:
        spare = (room - sum(wanted)) / len(wanted)
        return [full + spare for full in whole]
    return [narrow + room * want / sum(wanted) for narrow, want in zip(least, wanted, strict=True)]
