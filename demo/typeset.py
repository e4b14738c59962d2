"""Typesets a `ReportSpec` into a PDF and says what stands where.

A development tool (reportlab): the demo's reports, the tests and the benchmarks use it, the product
never does. The same specification gives the same content streams, fonts and metadata on any machine.
"""

import io
from dataclasses import dataclass, field
from decimal import Decimal

from reportlab import rl_config
from reportlab.lib.colors import Color, white
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from demo.spec import (
    Block,
    Column,
    Contents,
    Cover,
    Line,
    PrintedItem,
    PrintedStatement,
    Prose,
    ReportSpec,
    Statement,
    Table,
    Typeset,
)
from engine.kinds import RowKind

rl_config.useA85 = 0  # binary streams: a fifth smaller than the ASCII form
EMBEDDED_FONTS = {"Vera": "Vera.ttf", "Vera-Bold": "VeraBd.ttf", "Vera-Italic": "VeraIt.ttf"}
FOOTER_HEIGHT = 34.0
NOTE_WIDTH = 34.0


def typeset(spec: ReportSpec) -> Typeset:
    """The finished report. It is set twice: the first time tells the contents its page numbers."""
    _register_fonts()
    first = _Press(spec, ())
    first.run()
    second = _Press(spec, tuple(first.sections))
    return second.run()


def _register_fonts() -> None:
    for name, file in EMBEDDED_FONTS.items():
        if name not in pdfmetrics.getRegisteredFontNames():
            pdfmetrics.registerFont(TTFont(name, file))


@dataclass(frozen=True, slots=True)
class _Grid:
    """Where the columns of one table stand. `rights` are where the last digits end."""

    left: float
    right: float
    label_width: float
    note_x: float | None
    rights: tuple[float, ...]
    column_width: float


@dataclass(slots=True)
class _Drawn:
    """What has been printed of the statement in hand."""

    pages: list[int] = field(default_factory=list)
    items: list[PrintedItem] = field(default_factory=list)
    section: str = ""


class _Press:
    """A canvas with a position on it. `y` is the baseline of the next line."""

    def __init__(self, spec: ReportSpec, sections: tuple[tuple[str, int], ...]) -> None:
        self.spec = spec
        self.design = spec.design
        self.known_sections = sections
        self.sections: list[tuple[str, int]] = []
        self.statements: list[PrintedStatement] = []
        self.buffer = io.BytesIO()
        self.canvas = Canvas(self.buffer, pagesize=self.design.page, invariant=1, pageCompression=1)
        self.canvas.setTitle(f"{spec.company} – {spec.title}")
        self.canvas.setAuthor(spec.company)
        self.canvas.setSubject(spec.subject or spec.title)
        self.canvas.setCreator("Tenfold typesetter")
        self.page = 0
        self.open = False
        self.bare = False
        self.width, self.height = self.design.page
        self.y = 0.0

    def run(self) -> Typeset:
        for block in self.spec.blocks:
            self._draw(block)
        self._close_page()
        self.canvas.save()
        return Typeset(self.buffer.getvalue(), self.page, tuple(self.statements), tuple(self.sections))

    def _draw(self, block: Block) -> None:
        match block:
            case Cover():
                self._cover(block)
            case Contents():
                self._contents(block)
            case Prose():
                self._prose(block)
            case Table():
                self._table(block)
            case Statement():
                self._statement(block)

    # Pages

    def _new_page(self, *, landscape: bool = False, bare: bool = False) -> None:
        self._close_page()
        wide, high = self.design.page
        if landscape:
            wide, high = max(wide, high), min(wide, high)
        self.width, self.height = wide, high
        self.canvas.setPageSize((wide, high))
        self.page += 1
        self.open, self.bare = True, bare
        self.y = high - self.design.margin - self.design.size
        if not bare:
            self._running_head()

    def _close_page(self) -> None:
        if not self.open:
            return
        if not self.bare:
            self._footer()
        self.canvas.showPage()
        self.open = False

    def _running_head(self) -> None:
        if self.design.title_style != "band":
            return
        self._font(self.design.font, 7)
        self._ink(0.45)
        self.canvas.drawRightString(self.width - self.design.margin, self.height - 34, self.spec.company)

    def _footer(self) -> None:
        margin = self.design.margin
        self.canvas.setLineWidth(0.4)
        self.canvas.setStrokeColor(Color(*self.design.accent))
        self.canvas.line(margin, FOOTER_HEIGHT + 8, self.width - margin, FOOTER_HEIGHT + 8)
        self._font(self.design.font, 7)
        self._ink(0.35)
        self.canvas.drawString(margin, FOOTER_HEIGHT - 3, self.spec.footer or self.spec.company)
        self.canvas.drawRightString(self.width - margin, FOOTER_HEIGHT - 3, str(self.page))

    @property
    def bottom(self) -> float:
        return FOOTER_HEIGHT + 20

    def _list(self, title: str) -> None:
        self.sections.append((title, self.page))

    # Ink

    def _font(self, name: str, size: float) -> None:
        self.canvas.setFont(name, size)

    def _ink(self, grey: float = 0.0) -> None:
        self.canvas.setFillColor(Color(grey, grey, grey))

    def _accent(self) -> None:
        self.canvas.setFillColor(Color(*self.design.accent))

    # Front matter

    def _cover(self, block: Cover) -> None:
        self._new_page(bare=True)
        accent = self.design.accent
        self.canvas.setFillColor(Color(*accent))
        self.canvas.rect(0, self.height * 0.36, self.width, self.height * 0.64, stroke=0, fill=1)
        self._dial()
        self.canvas.setFillColor(white)
        self._font(self.design.bold, 15)
        self.canvas.drawString(self.design.margin, self.height - 80, self.spec.company)
        self._font(self.design.font, 10)
        self.canvas.drawString(self.design.margin, self.height - 98, block.strapline)
        self._accent()
        self._font(self.design.heading_font, 32)
        self.canvas.drawString(self.design.margin, self.height * 0.36 - 70, block.title)
        self._ink(0.3)
        self._font(self.design.font, 12)
        self.canvas.drawString(self.design.margin, self.height * 0.36 - 96, block.subtitle)

    def _dial(self) -> None:
        """A graduated arc: the mark of a maker of instruments."""
        c, x, y = self.canvas, self.width * 0.72, self.height * 0.36
        c.saveState()
        clip = c.beginPath()
        clip.rect(0, y, self.width, self.height - y)
        c.clipPath(clip, stroke=0, fill=0)
        c.setStrokeColor(Color(1, 1, 1, alpha=0.35))
        for radius, width in ((120, 1.2), (170, 0.6), (228, 6), (244, 0.6), (300, 1)):
            c.setLineWidth(width)
            c.circle(x, y, radius, stroke=1, fill=0)
        c.translate(x, y)
        for step in range(61):
            c.setLineWidth(1.4 if step % 5 == 0 else 0.5)
            c.line(252 if step % 5 == 0 else 262, 0, 276, 0)
            c.rotate(3)
        c.restoreState()

    def _contents(self, block: Contents) -> None:
        self._new_page()
        self._page_title(block.title)
        self.y -= 14
        right = self.width - self.design.margin
        for title, page in self.known_sections:
            self._font(self.design.font, 10)
            self._ink(0.1)
            self.canvas.drawString(self.design.margin, self.y, title)
            self.canvas.drawRightString(right, self.y, str(page))
            self.canvas.setStrokeColor(Color(0.8, 0.8, 0.8))
            self.canvas.setLineWidth(0.3)
            self.canvas.line(self.design.margin, self.y - 5, right, self.y - 5)
            self.y -= 20

    # Titles and text

    def _page_title(self, title: str, *, left: float | None = None, style: str | None = None) -> None:
        """The title at the head of a page; afterwards `y` is below it."""
        draw = {
            "plain": self._title_plain,
            "centred": self._title_centred,
            "letter_spaced": self._title_letter_spaced,
            "small_caps": self._title_small_caps,
            "band": self._title_band,
        }[style or self.design.title_style]
        draw(title, self.design.margin if left is None else left)

    def _title_plain(self, title: str, left: float) -> None:
        self._accent()
        for line in self._wrap(title, self.design.heading_font, 15, self.width - left - self.design.margin):
            self._font(self.design.heading_font, 15)
            self.canvas.drawString(left, self.y, line)
            self.y -= 18

    def _title_centred(self, title: str, left: float) -> None:
        self._ink(0.05)
        self._font(self.design.heading_font, 14)
        self.canvas.drawCentredString(self.width / 2, self.y, title)
        self.y -= 17

    def _title_letter_spaced(self, title: str, left: float) -> None:
        text = self.canvas.beginText(left, self.y)
        text.setFont(self.design.heading_font, 12)
        text.setFillColor(Color(*self.design.accent))
        text.setCharSpace(2.6)
        text.textOut(title.upper())
        text.setCharSpace(0)
        self.canvas.drawText(text)
        self.y -= 18

    def _title_small_caps(self, title: str, left: float) -> None:
        text = self.canvas.beginText(left, self.y)
        text.setFillColor(Color(*self.design.accent))
        for letter in title:
            capital = letter.isupper() or not letter.isalpha()
            text.setFont(self.design.heading_font, 15 if capital else 11.5)
            text.textOut(letter.upper())
        self.canvas.drawText(text)
        self.y -= 18

    def _title_band(self, title: str, left: float) -> None:
        self._accent()
        self._font(self.design.heading_font, 19)
        self.y -= 8
        for line in self._wrap(title, self.design.heading_font, 19, self.width - left - self.design.margin):
            self._font(self.design.heading_font, 19)
            self.canvas.drawString(left, self.y, line)
            self.y -= 22
        self.canvas.setStrokeColor(Color(*self.design.accent))
        self.canvas.setLineWidth(2)
        self.canvas.line(left, self.y + 10, left + 40, self.y + 10)
        self.y -= 4

    def _wrap(self, text: str, font: str, size: float, width: float) -> list[str]:
        lines: list[str] = []
        current = ""
        for word in text.split(" "):
            longer = f"{current} {word}" if current else word
            if current and stringWidth(longer, font, size) > width:
                lines.append(current)
                current = word
            else:
                current = longer
        return [*lines, current]

    def _room(self, height: float) -> None:
        """Goes to a new page when less than `height` is left."""
        if self.y - height < self.bottom:
            self._new_page()

    def _paragraph(self, text: str) -> None:
        design = self.design
        size = design.size + 0.5
        if text.startswith("# "):
            self._room(60)
            self.y -= 7
            self._accent()
            self._font(design.bold, size + 2)
            self.canvas.drawString(design.margin, self.y, text[2:])
            self.y -= size + 9
            return
        for line in self._wrap(text, design.font, size, self.width - 2 * design.margin):
            self._room(size)
            self._ink(0.12)
            self._font(design.font, size)
            self.canvas.drawString(design.margin, self.y, line)
            self.y -= size * 1.42
        self.y -= size * 0.6

    def _prose(self, block: Prose) -> None:
        if block.continues and self.open:
            self._room(110)
            self.y -= 12
        else:
            self._new_page()
        if block.listed:
            self._list(block.title)
        if block.title and not block.continues:
            self._page_title(block.title, style="plain" if self.design.title_style == "centred" else None)
            self.y -= 10
        elif block.title:
            self._paragraph(f"# {block.title}")
        for paragraph in block.paragraphs:
            self._paragraph(paragraph)
        for index, line in enumerate(block.signature):
            self._room(20)
            self._ink(0.1)
            self._font(self.design.italic if index == 0 else self.design.font, self.design.size + 0.5)
            self.canvas.drawString(self.design.margin, self.y - 8, line)
            self.y -= 14

    # Tables

    def _table(self, block: Table) -> None:
        needed = 70 + len(block.lines) * self.design.row_height
        if block.new_page or not self.open:
            self._new_page()
            self._page_title(block.title)
            self.y -= 8
        else:
            self._room(min(needed, 260))
            self._paragraph(f"# {block.title}")
        if block.listed:
            self._list(block.title)
        for paragraph in block.intro:
            self._paragraph(paragraph)
        self._room(40 + 2 * self.design.row_height)
        width = min(self.design.column_width, 330 / max(len(block.columns), 1))
        grid = self._grid(len(block.columns), width=width, notes=False)
        self._headings(grid, block.columns, small=True)
        drawn = _Drawn()
        for line in block.lines:
            self._row(grid, line, block.decimals, drawn, first=False)
        self.y -= 16

    def _grid(
        self,
        count: int,
        *,
        left: float | None = None,
        right: float | None = None,
        width: float | None = None,
        notes: bool | None = None,
    ) -> _Grid:
        design = self.design
        left = design.margin if left is None else left
        right = self.width - design.margin if right is None else right
        width = design.column_width if width is None else width
        hang = stringWidth(")", design.bold, design.size)
        rights = tuple(right - hang - (count - 1 - index) * width for index in range(count))
        first_left = right - count * width
        with_notes = design.note_column if notes is None else notes
        note_x = first_left - NOTE_WIDTH / 2 if with_notes else None
        available = first_left - (NOTE_WIDTH if with_notes else 0) - left - 6
        label_width = min(available, design.label_width or available)
        return _Grid(left, right, label_width, note_x, rights, width)

    def _headings(
        self,
        grid: _Grid,
        columns: tuple[Column, ...],
        *,
        note_heading: str = "",
        small: bool = False,
    ) -> None:
        design = self.design
        size = design.size - 0.5 if small else design.size
        self._ink(0.05)
        self._groups(grid, columns, size)
        depth = max(len(column.heading) for column in columns)
        top = self.y
        for column, right in zip(columns, grid.rights, strict=True):
            self.y = top - (depth - len(column.heading)) * (size + 2.5)
            for text in column.heading:
                self._font(design.bold, size)
                self.canvas.drawRightString(right, self.y, text)
                self.y -= size + 2.5
        self.y = top - (depth - 1) * (size + 2.5)
        if grid.note_x is not None and note_heading:
            self._font(design.bold, size)
            self.canvas.drawCentredString(grid.note_x, self.y, note_heading)
        self.canvas.setStrokeColor(Color(*design.accent))
        self.canvas.setLineWidth(0.8)
        self.canvas.line(grid.left, self.y - 4.5, grid.right, self.y - 4.5)
        self.y -= design.row_height + 3

    def _groups(self, grid: _Grid, columns: tuple[Column, ...], size: float) -> None:
        names = list(dict.fromkeys(column.group for column in columns if column.group))
        if not names:
            return
        for name in names:
            ends = [right for column, right in zip(columns, grid.rights, strict=True) if column.group == name]
            left, right = min(ends) - grid.column_width + 14, max(ends)
            self._font(self.design.bold, size)
            self.canvas.drawCentredString((left + right) / 2, self.y, name)
            self.canvas.setLineWidth(0.4)
            self.canvas.setStrokeColor(Color(0.4, 0.4, 0.4))
            self.canvas.line(left, self.y - 3, right, self.y - 3)
        self.y -= size + 6

    def _row(self, grid: _Grid, line: Line, decimals: int, drawn: _Drawn, *, first: bool) -> None:
        if line.kind is RowKind.HEADING:
            self._heading_row(grid, line)
            drawn.section = line.label
            return
        design = self.design
        strong = line.kind in (RowKind.SUBTOTAL, RowKind.TOTAL)
        font = design.bold if strong else design.font
        indent = line.level * design.indent
        labels = self._wrap(line.label, font, design.size, grid.label_width - indent)
        if strong:
            self._rule_above(grid, line)
        self._ink(0.05)
        for index, text in enumerate(labels):
            self._font(font, design.size)
            hanging = indent + (design.indent if index and design.label_width is None else 0)
            self.canvas.drawString(grid.left + hanging, self.y, text)
            if index < len(labels) - 1:
                self.y -= design.size + 2
        end_of_label = grid.left + indent + stringWidth(labels[-1], font, design.size)
        if line.note and grid.note_x is not None:
            self._font(design.font, design.size)
            self.canvas.drawCentredString(grid.note_x, self.y, line.note)
        self._leaders(grid, line, end_of_label)
        sign = design.currency_sign if first or line.kind is RowKind.TOTAL else ""
        printed = tuple(
            self._figure(right, grid.column_width, value, line, decimals, font, sign)
            for right, value in zip(grid.rights, line.values, strict=True)
        )
        drawn.items.append(
            PrintedItem(line.label, drawn.section, line.values, printed, self.page, line.key, line.kind)
        )
        if line.kind is RowKind.TOTAL:
            self._rule_below(grid, line)
        self.y -= design.row_height

    def _heading_row(self, grid: _Grid, line: Line) -> None:
        self.y -= 3
        self._accent()
        self._font(self.design.bold, self.design.size)
        for index, text in enumerate(
            self._wrap(line.label, self.design.bold, self.design.size, grid.label_width)
        ):
            if index:
                self.y -= self.design.size + 2
            self.canvas.drawString(grid.left + line.level * self.design.indent, self.y, text)
        self.y -= self.design.row_height

    def _figure(
        self,
        right: float,
        width: float,
        value: Decimal | None,
        line: Line,
        decimals: int,
        font: str,
        sign: str,
    ) -> str | None:
        """Draws one figure so that its last digit ends at `right`; returns what was printed."""
        if value is None:
            return None
        design = self.design
        shown = decimals if line.decimals is None else line.decimals
        text = self.spec.numbers.text(value, shown)
        body = text.rstrip(")-") if text[-1] in ")-" and len(text) > 1 else text
        self._font(font, design.size)
        start = right - stringWidth(body, font, design.size)
        self.canvas.drawString(start, self.y, text)
        if sign:
            self.canvas.drawString(right - width + 16, self.y, sign)
        return sign + text

    def _leaders(self, grid: _Grid, line: Line, start: float) -> None:
        if not self.design.dot_leaders or not line.label:
            return
        end = grid.left + grid.label_width - 4
        dot = stringWidth(" .", self.design.font, self.design.size)
        count = int((end - start - 4) / dot)
        if count > 2:
            self._font(self.design.font, self.design.size)
            self.canvas.drawRightString(end, self.y, " ." * count)

    def _rule_above(self, grid: _Grid, line: Line) -> None:
        self.canvas.setStrokeColor(Color(0.35, 0.35, 0.35))
        self.canvas.setLineWidth(0.5)
        y = self.y + self.design.size + 0.5
        for right, value in zip(grid.rights, line.values, strict=True):
            if value is not None:
                self.canvas.line(right - grid.column_width + 14, y, right + 3, y)

    def _rule_below(self, grid: _Grid, line: Line) -> None:
        self.canvas.setStrokeColor(Color(0.1, 0.1, 0.1))
        self.canvas.setLineWidth(0.6)
        for right, value in zip(grid.rights, line.values, strict=True):
            if value is not None:
                for y in (self.y - 3, self.y - 4.8):
                    self.canvas.line(right - grid.column_width + 14, y, right + 3, y)
        self.y -= 3

    # Statements

    def _statement(self, block: Statement) -> None:
        if block.new_page or not self.open:
            self._new_page(landscape=block.landscape)
        else:
            self.y -= 22
        if block.listed:
            self._list(block.title)
        self._statement_head(block)
        drawn = _Drawn()
        if block.split_at:
            self._side_by_side(block, drawn)
        else:
            self._one_below_the_other(block, drawn)
        self._footnote(block)
        if block.counted:
            self.statements.append(
                PrintedStatement(
                    block.kind,
                    tuple(sorted({item.page for item in drawn.items})),
                    block.scale,
                    block.unit_text,
                    block.columns,
                    tuple(drawn.items),
                )
            )

    def _statement_head(self, block: Statement, title: str = "") -> None:
        self._page_title(title or block.title)
        self._ink(0.3)
        centred = self.design.title_style == "centred"
        for text in (block.subtitle, block.unit_text):
            if not text:
                continue
            self._font(self.design.italic if centred else self.design.font, self.design.size)
            if centred:
                self.canvas.drawCentredString(self.width / 2, self.y, text)
            else:
                self.canvas.drawString(self.design.margin, self.y, text)
            self.y -= self.design.size + 3
        self.y -= 12

    def _one_below_the_other(self, block: Statement, drawn: _Drawn) -> None:
        grid = self._grid(len(block.columns))
        last = len(block.lines) - block.break_before if block.break_before else -1
        self._tint(grid, block, len(block.lines) if last < 0 else last)
        self._headings(grid, block.columns, note_heading=block.note_heading)
        for index, line in enumerate(block.lines):
            if index == last or self.y < self.bottom:
                self._continue(block, grid)
            self._row(grid, line, block.decimals, drawn, first=index == 0)

    def _continue(self, block: Statement, grid: _Grid) -> None:
        landscape = self.width > self.height
        if block.blank_page:
            self._new_page(landscape=landscape, bare=True)
        self._new_page(landscape=landscape)
        if block.continued:
            self._statement_head(block, f"{block.title} ({block.continued})")
            self._headings(grid, block.columns, note_heading=block.note_heading)

    def _side_by_side(self, block: Statement, drawn: _Drawn) -> None:
        middle = self.width / 2
        top = self.y
        halves = (
            (block.lines[: block.split_at], self.design.margin, middle - 12),
            (block.lines[block.split_at :], middle + 12, self.width - self.design.margin),
        )
        lowest = top
        for lines, left, right in halves:
            self.y = top
            grid = self._grid(len(block.columns), left=left, right=right)
            self._headings(grid, block.columns, note_heading=block.note_heading)
            drawn.section = ""
            for line in lines:
                self._row(grid, line, block.decimals, drawn, first=False)
            lowest = min(lowest, self.y)
        self.y = lowest

    def _tint(self, grid: _Grid, block: Statement, rows: int) -> None:
        """A light band behind the current year, as many printed reports have."""
        if not self.design.shaded:
            return
        newest = max(range(len(block.columns)), key=lambda index: str(block.columns[index].end))
        right = grid.rights[newest]
        wrapped = sum(
            max(0, len(self._wrap(line.label, self.design.bold, self.design.size, grid.label_width)) - 1)
            for line in block.lines[:rows]
        )
        headings = sum(line.kind is RowKind.HEADING for line in block.lines[:rows])
        totals = sum(line.kind is RowKind.TOTAL for line in block.lines[:rows])
        height = (rows + 3) * self.design.row_height + headings * 3 + totals * 3 + wrapped * 11
        height = min(height, self.y + 2 - self.bottom)
        red, green, blue = self.design.accent
        self.canvas.setFillColor(Color(red, green, blue, alpha=0.07))
        self.canvas.rect(
            right - grid.column_width + 12,
            self.y + 12 - height,
            grid.column_width - 6,
            height,
            stroke=0,
            fill=1,
        )

    def _footnote(self, block: Statement) -> None:
        if not block.footnote:
            return
        self.y -= 8
        width = self.width - 2 * self.design.margin
        for line in self._wrap(block.footnote, self.design.italic, self.design.size - 1.5, width):
            self._ink(0.3)
            self._font(self.design.italic, self.design.size - 1.5)
            self.canvas.drawString(self.design.margin, self.y, line)
            self.y -= self.design.size + 1
