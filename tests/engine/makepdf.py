"""Statement PDFs written from tables of printed words, so that the truth is known by construction."""

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfgen.canvas import Canvas

FONT, BOLD = "Helvetica", "Helvetica-Bold"
SIZE = 9.0
LEADING = 13.0
LEFT = 56.0
TOP = 780.0


@dataclass
class Sheet:
    """One page with a statement. `rows` are (label, note, texts...); a label alone is a heading.
    `rights` are the right edges of the columns of figures, `heads` their headings line by line; `drawn`
    draws what is beside all that."""

    title: str
    lines: Sequence[str]
    heads: Sequence[Sequence[str]]
    rows: Sequence[Sequence[str]]
    rights: Sequence[float] = (430.0, 530.0)
    note_at: float | None = None
    foot: str = ""
    hang: bool = True
    turned: bool = False
    bold: bool = False
    extra: list[tuple[float, float, str]] = field(default_factory=list)
    drawn: Callable[[Canvas], None] | None = None


def report(
    sheets: Sequence[Sheet | str],
    *,
    title: str = "Annual report",
    encrypt: StandardEncryption | None = None,
) -> bytes:
    """A PDF of these pages; a plain text becomes a page of prose."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=(595, 842), invariant=True, encrypt=encrypt)
    canvas.setTitle(title)
    for sheet in sheets:
        if isinstance(sheet, str):
            _prose(canvas, sheet)
        else:
            _draw(canvas, sheet)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def _prose(canvas: Canvas, text: str) -> None:
    canvas.setFont(FONT, SIZE)
    words, y, line = text.split(), TOP, ""
    for word in words:
        if pdfmetrics.stringWidth(f"{line} {word}", FONT, SIZE) > 480:
            canvas.drawString(LEFT, y, line)
            y, line = y - LEADING, word
        else:
            line = f"{line} {word}".strip()
    canvas.drawString(LEFT, y, line)


def _draw(canvas: Canvas, sheet: Sheet) -> None:
    if sheet.turned:
        canvas.setPageSize((842, 595))
        canvas.setPageRotation(90)
        canvas.translate(842, 0)
        canvas.rotate(90)
    y = TOP
    canvas.setFont(BOLD, 12)
    canvas.drawString(LEFT, y, sheet.title)
    canvas.setFont(FONT, SIZE)
    for line in sheet.lines:
        y -= LEADING
        canvas.drawString(LEFT, y, line)
    y -= LEADING
    for head in sheet.heads:
        y -= LEADING
        for right, text in zip(sheet.rights, head, strict=True):
            canvas.drawRightString(right, y, text)
    if sheet.note_at is not None and sheet.heads:
        canvas.drawString(sheet.note_at, y, "Note")
    for label, *rest in sheet.rows:
        y -= LEADING
        _row(canvas, sheet, y, label, rest)
    if sheet.foot:
        canvas.drawString(LEFT, y - 2 * LEADING, sheet.foot)
    for x, at, text in sheet.extra:
        canvas.drawString(x, at, text)
    if sheet.drawn is not None:
        sheet.drawn(canvas)


def _row(canvas: Canvas, sheet: Sheet, y: float, label: str, rest: Sequence[str]) -> None:
    indent = len(label) - len(label.lstrip())
    canvas.setFont(BOLD if sheet.bold or not rest else FONT, SIZE)
    canvas.drawString(LEFT + 4 * indent, y, label.strip())
    canvas.setFont(FONT, SIZE)
    if not rest:
        return
    note, *texts = rest
    if sheet.note_at is not None and note:
        canvas.drawString(sheet.note_at, y, note)
    for right, text in zip(sheet.rights, texts, strict=True):
        hanging = sheet.hang and text.endswith(")")
        canvas.drawRightString(right + (pdfmetrics.stringWidth(")", FONT, SIZE) if hanging else 0), y, text)


INCOME = (
    ("Revenue", "4", "1,234.5", "1,150.0"),
    ("Cost of sales", "", "(700.0)", "(650.0)"),
    ("Gross profit", "", "534.5", "500.0"),
    ("Administrative expenses", "5", "(200.0)", "(180.0)"),
    ("Other operating income", "", "—", "12.0"),
    ("Operating profit", "", "334.5", "332.0"),
    ("Finance costs", "6", "(34.5)", "(32.0)"),
    ("Profit before tax", "", "300.0", "300.0"),
    ("Income tax expense", "7", "(75.0)", "(70.0)"),
    ("Profit for the year", "", "225.0", "230.0"),
    ("Earnings per share",),
    ("  Basic (€)", "8", "1.25", "1.28"),
    ("  Diluted (€)", "8", "1.24", "1.27"),
)
ASSETS = (
    ("Non-current assets",),
    ("  Property, plant and equipment", "9", "500.0", "480.0"),
    ("  Goodwill", "10", "100.0", "100.0"),
    ("Total non-current assets", "", "600.0", "580.0"),
    ("Current assets",),
    ("  Inventories", "", "150.0", "140.0"),
    ("  Trade receivables", "11", "200.0", "190.0"),
    ("  Cash and cash equivalents", "", "50.0", "40.0"),
    ("Total current assets", "", "400.0", "370.0"),
    ("Total assets", "", "1,000.0", "950.0"),
)
LIABILITIES = (
    ("Equity",),
    ("  Share capital", "", "100.0", "100.0"),
    ("  Retained earnings", "", "450.0", "400.0"),
    ("Total equity", "", "550.0", "500.0"),
    ("Current liabilities",),
    ("  Trade payables", "12", "300.0", "310.0"),
    ("  Borrowings", "", "150.0", "140.0"),
    ("Total liabilities", "", "450.0", "450.0"),
    ("Total equity and liabilities", "", "1,000.0", "950.0"),
)
CASH = (
    ("Cash flows from operating activities",),
    ("  Profit for the year", "", "225.0", "230.0"),
    ("  Depreciation and amortisation", "", "60.0", "55.0"),
    ("  Change in working capital", "", "(25.0)", "5.0"),
    ("Net cash from operating activities", "", "260.0", "290.0"),
    ("Cash flows from investing activities",),
    ("  Purchase of property, plant and equipment", "", "(80.0)", "(90.0)"),
    ("Net cash used in investing activities", "", "(80.0)", "(90.0)"),
    ("Cash flows from financing activities",),
    ("  Dividends paid", "", "(170.0)", "(190.0)"),
    ("Net cash used in financing activities", "", "(170.0)", "(190.0)"),
    ("Net increase in cash and cash equivalents", "", "10.0", "10.0"),
    ("Cash and cash equivalents at beginning of year", "", "40.0", "30.0"),
    ("Cash and cash equivalents at end of year", "", "50.0", "40.0"),
)
YEARS = (("2023", "2022"), ("€m", "€m"))
NOTES = "The accompanying notes form an integral part of these financial statements."


def income(**changes: object) -> Sheet:
    """A consolidated income statement of 2023 and 2022 in millions of euros."""
    given: dict[str, object] = {
        "title": "Consolidated income statement",
        "lines": ("for the year ended 30 June 2023",),
        "heads": YEARS,
        "rows": INCOME,
        "note_at": 330.0,
        "foot": NOTES,
    }
    return Sheet(**(given | changes))  # type: ignore[arg-type]


def balance(**changes: object) -> Sheet:
    """A consolidated balance sheet on one page."""
    given: dict[str, object] = {
        "title": "Consolidated balance sheet",
        "lines": ("as at 30 June 2023",),
        "heads": YEARS,
        "rows": ASSETS + LIABILITIES,
        "note_at": 330.0,
        "foot": NOTES,
    }
    return Sheet(**(given | changes))  # type: ignore[arg-type]


def cash_flow(**changes: object) -> Sheet:
    """A consolidated cash flow statement."""
    given: dict[str, object] = {
        "title": "Consolidated cash flow statement",
        "lines": ("for the year ended 30 June 2023",),
        "heads": YEARS,
        "rows": CASH,
        "note_at": 330.0,
        "foot": NOTES,
    }
    return Sheet(**(given | changes))  # type: ignore[arg-type]


PROSE = (
    "This report describes the business of the group during the year and what the directors expect of "
    "the next one. It is written for the owners of the company and for everyone who works with it. "
) * 4
