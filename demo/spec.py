"""What a report says and how it looks, before any of it is drawn.

A `ReportSpec` is a list of blocks in reading order and a `Design`. Figures are in the printed unit
with the printed sign: Decimal(0) prints as the nil mark, None prints nothing.
"""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from engine.kinds import RowKind, Scope, StatementKind

A4 = (595.28, 841.89)
LETTER = (612.0, 792.0)

UNIT_NAMES = {1: "units", 1_000: "thousands", 1_000_000: "millions", 1_000_000_000: "billions"}


@dataclass(frozen=True, slots=True)
class NumberStyle:
    """How figures are written. `negative` is brackets, minus, trailing or true_minus (U+2212)."""

    thousands: str = ","
    decimal: str = "."
    negative: str = "brackets"
    nil: str = "–"

    def text(self, number: Decimal, decimals: int) -> str:
        """The printed form of a figure, the nil mark for zero."""
        if number == 0:
            return self.nil
        digits = f"{abs(number):,.{decimals}f}"
        digits = digits.replace(",", "\0").replace(".", self.decimal).replace("\0", self.thousands)
        if number > 0:
            return digits
        forms = {"brackets": "({})", "minus": "-{}", "trailing": "{}-", "true_minus": "\u2212{}"}
        return forms[self.negative].format(digits)


@dataclass(frozen=True, slots=True)
class Design:
    """How a report looks. Lengths are points; colours are red, green, blue from 0 to 1.

    `title_style` is plain, centred, letter_spaced, small_caps or band. `label_width` limits the
    label column, so that labels wrap; None lets it take what the figures leave.
    """

    page: tuple[float, float] = A4
    margin: float = 56.0
    font: str = "Helvetica"
    bold: str = "Helvetica-Bold"
    italic: str = "Helvetica-Oblique"
    heading_font: str = "Helvetica-Bold"
    size: float = 9.0
    row_height: float = 13.4
    accent: tuple[float, float, float] = (0.09, 0.24, 0.35)
    title_style: str = "plain"
    note_column: bool = False
    dot_leaders: bool = False
    shaded: bool = False
    column_width: float = 66.0
    label_width: float | None = None
    currency_sign: str = ""
    indent: float = 10.0


@dataclass(frozen=True, slots=True)
class Column:
    """A column of figures. `heading` holds its lines, `group` a heading over several columns."""

    heading: tuple[str, ...]
    start: date | None = None
    end: date | None = None
    group: str = ""
    scope: Scope = Scope.CONSOLIDATED
    restated: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One printed line. A heading has no values; `shown` is what is printed where it differs from
    the label, as for a total without a caption. `decimals` None takes those of the statement."""

    label: str
    values: tuple[Decimal | None, ...] = ()
    kind: RowKind = RowKind.LINE
    level: int = 0
    note: str = ""
    decimals: int | None = None
    key: str = ""


@dataclass(frozen=True, slots=True)
class Cover:
    title: str
    subtitle: str
    strapline: str = ""


@dataclass(frozen=True, slots=True)
class Contents:
    title: str


@dataclass(frozen=True, slots=True)
class Prose:
    """Running text on a page of its own unless `continues`; paragraphs starting with "# " are
    headings within it."""

    title: str
    paragraphs: tuple[str, ...]
    listed: bool = True
    continues: bool = False
    signature: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """A table of a note or of the management report: not a statement, so not part of the truth."""

    title: str
    columns: tuple[Column, ...]
    lines: tuple[Line, ...]
    decimals: int = 0
    intro: tuple[str, ...] = ()
    listed: bool = False
    new_page: bool = False


@dataclass(frozen=True, slots=True)
class Statement:
    """A primary statement. `break_before` counts the lines that go to a page of their own at the
    end, 0 for none. `split_at` puts the lines from that index beside the others. Where `counted`
    is false the table only looks like a statement (a parent company's, say)."""

    kind: StatementKind
    title: str
    columns: tuple[Column, ...]
    lines: tuple[Line, ...]
    scale: int
    unit_text: str
    decimals: int = 0
    subtitle: str = ""
    footnote: str = ""
    break_before: int = 0
    blank_page: bool = False
    split_at: int = 0
    landscape: bool = False
    new_page: bool = True
    counted: bool = True
    listed: bool = True
    continued: str = "continued"
    note_heading: str = "Note"


Block = Cover | Contents | Prose | Table | Statement


@dataclass(frozen=True, slots=True)
class ReportSpec:
    """A whole report. `name` becomes the document's title and the footer's text."""

    name: str
    company: str
    title: str
    language: str
    currency: str
    design: Design
    numbers: NumberStyle
    blocks: tuple[Block, ...]
    footer: str = ""
    subject: str = ""


@dataclass(frozen=True, slots=True)
class PrintedItem:
    """A line as it was drawn. `values` are in the printed unit with the printed sign."""

    label: str
    section: str
    values: tuple[Decimal | None, ...]
    printed: tuple[str | None, ...]
    page: int
    key: str = ""
    kind: RowKind = RowKind.LINE


@dataclass(frozen=True, slots=True)
class PrintedStatement:
    """A statement as it was drawn, with the pages it stands on, counted from 1."""

    kind: StatementKind
    pages: tuple[int, ...]
    scale: int
    unit_text: str
    columns: tuple[Column, ...]
    items: tuple[PrintedItem, ...]


@dataclass(frozen=True, slots=True)
class Typeset:
    """A finished report: its bytes, and what is printed in its statements."""

    pdf: bytes
    pages: int
    statements: tuple[PrintedStatement, ...]
    sections: tuple[tuple[str, int], ...] = field(default=())
