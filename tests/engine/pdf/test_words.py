"""Glyphs to words and lines, and the two engines against one another."""

import io

import pypdfium2
import pytest
from reportlab.pdfgen.canvas import Canvas

from engine.errors import Unreadable
from engine.kinds import StatementKind
from engine.locate.lexicon import vocabulary
from engine.pdf.glyphs import Glyph
from engine.pdf.second_engine import read_pages
from engine.pdf.words import lines_of, read_page
from engine.tables.read import read_table
from engine.values import Box
from tests.engine.makepdf import PROSE, balance, cash_flow, income, report


def glyphs(
    text: str, x: float = 0.0, y: float = 100.0, *, size: float = 10.0, step: float = 5.0
) -> list[Glyph]:
    """One glyph a character, `step` apart; "_" is a space of the file, "|" a kern of two points."""
    made: list[Glyph] = []
    space = False
    for character in text:
        if character in "_|":
            x += step / 2 if character == "_" else 2.0
            space = character == "_"
            continue
        made.append(Glyph(character, x, x + step, y, size, False, False, space, len(made)))
        x, space = x + step, False
    return made


def test_kerned_digits_stay_one_number():
    assert [w.text for w in lines_of(glyphs("1|1|,128"))[0].words] == ["11,128"]


def test_letters_part_at_gaps_and_at_spaces():
    assert lines_of(glyphs("Total_assets"))[0].text == "Total assets"
    assert lines_of(glyphs("Total|assets"))[0].text == "Total assets"


def test_columns_are_separate_words():
    line = lines_of([*glyphs("4,801", 100), *glyphs("5,738", 200)])[0]
    assert [(w.text, w.x0, w.x1) for w in line.words] == [("4,801", 100.0, 125.0), ("5,738", 200.0, 225.0)]


def test_raised_small_type_is_a_word_of_its_own():
    line = lines_of([*glyphs("Basic"), *glyphs("3", 25, 96, size=6, step=3)])[0]
    assert [(w.text, w.raised) for w in line.words] == [("Basic", False), ("3", True)]


def test_bold_by_printing_twice_is_read_once():
    twice = glyphs("Total") + [
        Glyph(g.text, g.x0 + 0.2, g.x1 + 0.2, g.y, g.size, False, False, False, g.order + 5)
        for g in glyphs("Total")
    ]
    assert lines_of(twice)[0].text == "Total"


def test_letters_of_one_ligature_are_all_kept():
    f = [Glyph("f", 0, 5, 100, 10, False, False, False, n) for n in (0, 1)]
    assert lines_of([*f, Glyph("e", 5, 10, 100, 10, False, False, False, 2)])[0].text == "ffe"


@pytest.mark.parametrize("page_turn", [0, 90, 180, 270])
@pytest.mark.parametrize("type_turn", [0, 90, 180])
def test_turned_type_and_pages_read_alike_and_their_boxes_show_ink(page_turn, type_turn):
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=(400, 600))
    canvas.translate(200, 300)
    canvas.rotate(type_turn)
    canvas.drawString(-100, 20, "Alpha Beta")
    canvas.drawString(-100, 0, "Gamma Delta")
    canvas.setPageRotation(page_turn)
    canvas.showPage()
    canvas.save()
    document = pypdfium2.PdfDocument(buffer.getvalue())
    page = read_page(document, 0)
    assert [line.text for line in page.lines] == ["Alpha Beta", "Gamma Delta"]
    word = page.lines[0].words[0]
    box = page.shown_box(Box(word.x0, word.top, word.x1, word.bottom))
    picture = document[0].render(scale=1).to_pil().convert("L")
    ink = picture.crop((int(box.x0), int(box.y0), int(box.x1) + 1, int(box.y1) + 1)).getextrema()[0]
    assert ink < 100


def test_type_that_runs_across_the_page_is_kept_away():
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=(400, 600))
    canvas.drawString(50, 500, "Revenue and other income of the year")
    canvas.rotate(90)
    canvas.drawString(300, -20, "Draft")
    canvas.showPage()
    canvas.save()
    page = read_page(pypdfium2.PdfDocument(buffer.getvalue()), 0)
    assert [line.text for line in page.lines] == ["Revenue and other income of the year"]
    assert page.hidden == "Draft"


def test_invisible_type_is_kept_away():
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=(400, 600))
    canvas.drawString(50, 500, "Seen")
    text = canvas.beginText(50, 400)
    text.setTextRenderMode(3)
    text.textOut("Unseen")
    canvas.drawText(text)
    canvas.showPage()
    canvas.save()
    page = read_page(pypdfium2.PdfDocument(buffer.getvalue()), 0)
    assert [line.text for line in page.lines] == ["Seen"]
    assert page.hidden == "Unseen"


def test_the_second_engine_reads_the_same_table():
    data = report([PROSE, income(), balance(), cash_flow()])
    words = vocabulary("en")
    first = read_table(
        StatementKind.BALANCE_SHEET, [read_page(pypdfium2.PdfDocument(data), 2)], 1.0, words
    ).table
    second = read_table(StatementKind.BALANCE_SHEET, read_pages(data, (3,)), 1.0, words).table
    assert [(r.label, [c and c.number for c in r.cells]) for r in second.rows] == [
        (r.label, [c and c.number for c in r.cells]) for r in first.rows
    ]


def test_the_second_engine_says_when_it_cannot_read():
    with pytest.raises(Unreadable) as refused:
        read_pages(b"%PDF-1.4 cut off", (1,))
    assert refused.value.code == "damaged"


def test_a_space_under_the_overhang_of_an_f_parts_words():
    assert lines_of([*glyphs("of"), *glyphs("revenues", 11.3)])[0].text == "of revenues"
    assert lines_of([*glyphs("of"), *glyphs("fice", 10.9)])[0].text == "office"


def test_a_comma_before_a_wide_gap_ends_a_day_and_parts_no_thousands():
    assert lines_of([*glyphs("June_30,"), *glyphs("2023", 44.7)])[0].text == "June 30, 2023"
    assert lines_of([*glyphs("30,"), *glyphs("202", 16.5)])[0].text == "30,202"
