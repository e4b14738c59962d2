"""Fonts that name some of their characters wrongly or not at all: what they hide is said to be
hidden, and read from the picture of the page where text recognition is installed."""

from decimal import Decimal

import pytest
from reportlab.pdfbase import pdfmetrics, ttfonts

from engine.errors import Unreadable
from engine.kinds import CellState, StatementKind
from engine.pdf import ocr
from engine.pdf.second_engine import read_pages
from engine.reading import ReadingOptions, read
from engine.statement import Reading, StatementReading
from tests.engine import makepdf
from tests.engine.makepdf import ASSETS, LIABILITIES, PROSE, balance, cash_flow, income, report

SHEETS = [PROSE, income(), balance(), cash_flow()]
UNREAD = ReadingOptions(ocr_seconds=0)
needs_recogniser = pytest.mark.skipif(
    not ocr.is_available(), reason="neither tesseract nor rapidocr-onnxruntime is installed"
)


@pytest.fixture
def embedded(monkeypatch):
    """The typesetter with fonts that are part of the file, their characters numbered in the order of
    their first use."""
    for name, file in (("Unnamed", "Vera.ttf"), ("UnnamedBold", "VeraBd.ttf")):
        # To register it would give back the font of the same face that another test has registered.
        monkeypatch.setitem(pdfmetrics._fonts, name, ttfonts.TTFont(name, file, asciiReadable=0))
    monkeypatch.setattr(makepdf, "FONT", "Unnamed")
    monkeypatch.setattr(makepdf, "BOLD", "UnnamedBold")


@pytest.fixture
def hide(monkeypatch, embedded):
    """Lets the maps of the fonts say of these characters that they are U+0000."""

    def hidden(characters: str) -> None:
        usual = ttfonts.makeToUnicodeCMap
        monkeypatch.setattr(
            ttfonts,
            "makeToUnicodeCMap",
            lambda name, subset: usual(name, [0 if chr(code) in characters else code for code in subset]),
        )

    return hidden


def without_map(data: bytes) -> bytes:
    return data.replace(b"/ToUnicode", b"/ToNothing")


def statement(reading: Reading, kind: StatementKind) -> StatementReading:
    return next(entry for entry in reading.statements if entry.table.kind is kind)


def cells(reading: Reading, kind: StatementKind) -> dict[str, list[tuple[str, CellState, Decimal | None]]]:
    return {
        row.label: [(cell.text, cell.state, cell.number) for cell in row.cells if cell is not None]
        for row in statement(reading, kind).table.rows
    }


def numbers(reading: Reading) -> list[list[Decimal | None]]:
    return [
        [None if cell is None else cell.number for cell in row.cells]
        for entry in reading.statements
        for row in entry.table.rows
        if any(row.cells)
    ]


def test_a_figure_with_a_digit_that_is_not_named_is_unread_and_not_absent_or_another(hide):
    hide("4")
    rows = cells(read(report(SHEETS), UNREAD), StatementKind.BALANCE_SHEET)
    assert rows["Inventories"] == [
        ("150.0", CellState.VALUE, Decimal("150.0")),
        ("1\ufffd0.0", CellState.NOT_READ, None),
    ]
    # Its first digit left out, this would be nought.
    assert rows["Total current assets"][0] == ("\ufffd00.0", CellState.NOT_READ, None)
    assert [state for _, state, _ in rows["Retained earnings"]] == [CellState.NOT_READ, CellState.NOT_READ]


def test_the_second_engine_says_where_a_character_is_not_named(hide):
    hide("4")
    (page,) = read_pages(report(SHEETS), (3,))
    assert "1\ufffd0.0" in [word.text for line in page.lines for word in line.words]
    assert page.unmapped == 9


def test_a_space_that_is_not_named_is_a_space(hide):
    plain = cells(read(report(SHEETS), UNREAD), StatementKind.INCOME_STATEMENT)
    hide(" ")
    assert cells(read(report(SHEETS), UNREAD), StatementKind.INCOME_STATEMENT) == plain


def test_a_ligature_that_is_not_named_is_told_from_the_word_it_stands_in(hide):
    rows = [
        ("  Employee bene\ufb01ts", *row[1:]) if row[0] == "  Trade payables" else row
        for row in (*ASSETS, *LIABILITIES)
    ]
    hide("\ufb01")
    reading = read(report([PROSE, income(), balance(rows=rows), cash_flow()]), UNREAD)
    entry = statement(reading, StatementKind.BALANCE_SHEET)
    assert [row.label for row in entry.table.rows if "bene" in row.label] == ["Employee benefits"]


@needs_recogniser
def test_digits_that_are_not_named_are_read_from_the_picture_of_the_page(hide):
    expected = numbers(read(report(SHEETS)))
    hide("4")
    reading = read(report(SHEETS))
    assert numbers(reading) == expected
    entry = statement(reading, StatementKind.BALANCE_SHEET)
    assert entry.table.read_by == "ocr"
    assert max(entry.confidences) <= 0.9
    assert (
        "the balance sheet did not prove itself at first; it was read again as a picture" in reading.warnings
    )


@needs_recogniser
def test_a_page_none_of_whose_digits_are_named_is_read_from_its_picture(hide):
    expected = numbers(read(report(SHEETS)))
    hide("0123456789")
    reading = read(report(SHEETS))
    assert numbers(reading) == expected
    assert {entry.table.read_by for entry in reading.statements} == {"ocr"}


@needs_recogniser
def test_a_file_whose_fonts_have_no_maps_is_read_from_its_pictures(embedded):
    data = report(SHEETS)
    expected = numbers(read(data))
    reading = read(without_map(data))
    assert numbers(reading) == expected
    assert {entry.table.read_by for entry in reading.statements} == {"ocr"}


def test_without_recognition_a_file_whose_fonts_have_no_maps_says_so(embedded):
    with pytest.raises(Unreadable, match="its fonts carry no usable map to characters") as refused:
        read(without_map(report(SHEETS)), UNREAD)
    assert refused.value.code == "no_text_layer"
