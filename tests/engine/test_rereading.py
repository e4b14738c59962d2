"""A statement whose checks fail is read in other ways, and only proof replaces a reading."""

import io

from reportlab.pdfgen.canvas import Canvas

from engine.kinds import CheckOutcome, StatementKind
from engine.reading import read
from engine.statement import Reading, StatementReading
from tests.engine.makepdf import ASSETS, INCOME, LIABILITIES, PROSE, Sheet, balance, income, report

HEADS = (("2023", "2022"), ("€m", "€m"))


def statement_of(reading: Reading, kind: StatementKind) -> StatementReading:
    return next(entry for entry in reading.statements if entry.table.kind is kind)


def figures(statement: StatementReading) -> dict[str, list[str | None]]:
    return {
        row.label: [None if c is None else str(c.number) for c in row.cells] for row in statement.table.rows
    }


def failures(statement: StatementReading) -> list[str]:
    return [check.identity for check in statement.checks if check.outcome is CheckOutcome.FAILS]


def set_wide(sheet: Sheet, wide: float, only: frozenset[str] = frozenset()) -> bytes:
    """The sheet as a page whose figures, all or those of the rows in `only`, are set with wide gaps."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=(595, 842), invariant=True)
    canvas.setFont("Helvetica", 9)
    y = 780.0
    canvas.drawString(56, y, sheet.title)
    for line in sheet.lines:
        y -= 13
        canvas.drawString(56, y, line)
    for head in sheet.heads:
        y -= 13
        for right, text in zip(sheet.rights, head, strict=True):
            canvas.drawRightString(right, y, text)
    for label, *texts in sheet.rows:
        y -= 13
        canvas.drawString(56, y, label.strip())
        for right, text in zip(sheet.rights, texts[1:], strict=bool(texts)):
            kern = wide if not only or label in only else 0.0
            width = canvas.stringWidth(text, "Helvetica", 9) + kern * (len(text) - 1)
            canvas.drawString(right - width, y, text, charSpace=kern)
    canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def test_digits_set_wide_apart_are_read_with_wider_gaps():
    sheet = balance(heads=HEADS, note_at=None)
    reading = read(set_wide(sheet, 3.2))
    statement = statement_of(reading, StatementKind.BALANCE_SHEET)
    assert figures(statement)["Total assets"] == ["1000.0", "950.0"]
    assert figures(statement)["Inventories"] == ["150.0", "140.0"]
    assert failures(statement) == []
    assert "the balance sheet shows no columns but with other gaps between words" in reading.warnings


def test_a_few_figures_set_wide_apart_are_read_with_wider_gaps():
    sheet = balance(heads=HEADS, note_at=None)
    wide = frozenset({"  Inventories", "Total assets", "  Cash and cash equivalents"})
    reading = read(set_wide(sheet, 3.2, wide))
    statement = statement_of(reading, StatementKind.BALANCE_SHEET)
    assert figures(statement)["Total assets"] == ["1000.0", "950.0"]
    assert figures(statement)["Cash and cash equivalents"] == ["50.0", "40.0"]
    assert failures(statement) == []
    assert (
        "the balance sheet did not prove itself at first; it was read again with other gaps between words"
        in reading.warnings
    )


def test_lines_on_the_next_page_that_nothing_announces_are_found_by_the_sums():
    rows = [row for row in (*ASSETS, *LIABILITIES) if len(row) > 1]
    first = balance(rows=rows[:-3], heads=HEADS, note_at=None, foot="")
    second = Sheet("", (), (), [*rows[-3:-1], ("Total", *rows[-1][1:])])
    reading = read(report([PROSE, income(), first, second]))
    statement = statement_of(reading, StatementKind.BALANCE_SHEET)
    assert statement.table.pages == (3, 4)


def test_what_no_way_cures_stays_as_it_was_read():
    rows = [
        (label, note, "1,999.9", text) if label == "Total assets" else (label, note, first, text)
        for label, note, first, text in (row for row in (*ASSETS, *LIABILITIES) if len(row) > 1)
    ]
    reading = read(report([PROSE, income(), balance(rows=rows)]))
    statement = statement_of(reading, StatementKind.BALANCE_SHEET)
    assert figures(statement)["Total assets"] == ["1999.9", "950.0"]
    assert failures(statement) != []
    assert not any("read again" in warning for warning in reading.warnings)


def test_a_summary_that_proves_itself_does_not_replace_a_statement_that_fails():
    broken = [
        (label, note, "9.9", text) if label == "Gross profit" else (label, note, first, text)
        for label, note, first, text in (row for row in INCOME if len(row) > 1)
    ]
    summary = income(
        title="Income statement", rows=[row for row in INCOME if row[0] != "Cost of sales"][2:10]
    )
    reading = read(report([summary, PROSE, income(rows=broken), balance()]))
    statement = statement_of(reading, StatementKind.INCOME_STATEMENT)
    assert statement.table.pages == (3,)
