"""A statement whose checks fail is read in other ways, and only proof replaces a reading."""

import io
from collections.abc import Sequence

from reportlab.pdfgen.canvas import Canvas

from engine.concepts.taxonomy import load_taxonomy
from engine.concluding import concluded
from engine.kinds import CheckOutcome, StatementKind
from engine.locate.choose import choose
from engine.locate.lexicon import vocabulary
from engine.pdf.open import open_document
from engine.pdf.words import USUAL, Gaps, Page
from engine.reading import read
from engine.rereading import read_first, reread
from engine.source import Source
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


class Misread(Source):
    """A source whose first engine takes one printed figure for another, whatever the gaps."""

    def pages(self, numbers: Sequence[int], gaps: Gaps = USUAL) -> list[Page]:
        found = super().pages(numbers, gaps)
        for page in found:
            for line in page.lines:
                line.figures.clear()
                for word in line.words:
                    word.text = {"150.0": "160.0"}.get(word.text, word.text)
        return found


def test_what_the_first_engine_misreads_is_read_by_the_second():
    data = report([PROSE, income(), balance(note_at=None, rows=without_notes())])
    with open_document(data) as document:
        texts = [document.text(index) for index in range(document.pages)]
        words = vocabulary("en")
        source = Misread(data, document, texts, words, choose(texts, words), frozenset())
        candidate = source.choice.chosen[StatementKind.BALANCE_SHEET]
        entry, _ = read_first(StatementKind.BALANCE_SHEET, candidate, source)
        first = concluded(entry.table, load_taxonomy(), ())
        assert figures(first)["Inventories"] == ["160.0", "140.0"]
        best, said = reread(first, source, lambda table: concluded(table, load_taxonomy(), ()))
    assert figures(best)["Inventories"] == ["150.0", "140.0"]
    assert best.table.read_by == "second_engine"
    assert best.table.columns == first.table.columns
    assert said == "the balance sheet did not prove itself at first; it was read again by the second engine"


def without_notes() -> list[tuple[str, ...]]:
    return [row if len(row) == 1 else (row[0], "", *row[2:]) for row in (*ASSETS, *LIABILITIES)]
