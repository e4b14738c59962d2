"""Fonts that do not say which characters they show: worked out from widths where that is certain."""

import io
import random
import re
from dataclasses import replace

import pypdfium2 as pdfium
import pytest
from pdfminer.fontmetrics import FONT_METRICS
from pdfminer.pdfdocument import PDFDocument
from pdfminer.pdfpage import PDFPage
from pdfminer.pdfparser import PDFParser
from reportlab.lib.pdfencrypt import StandardEncryption

from engine.errors import Unreadable
from engine.pdf import ocr
from engine.pdf.glyphs import UNKNOWN
from engine.pdf.letters import ORDER, letters_of
from engine.pdf.unicode_maps import mended
from engine.provenance import Place, relocate
from engine.reading import ReadingOptions, read, survey
from tests.engine.makepdf import PROSE, Sheet, balance, cash_flow, income, report

COLONS = "These characters were all used: 0123456789. Between the digits and a question mark stands a colon."
# In bold: with fewer capitals, those of one width, such as "N" and "R", could not be told apart.
CHAPTERS = ("Auditors", "Board", "Divisions", "Human resources", "Key figures", "Notes", "Risks", "Units")
CONTENTS = Sheet("Contents", (), (), [(chapter,) for chapter in CHAPTERS])
SHEETS = [PROSE, CONTENTS, income(), balance(), cash_flow(), COLONS]
FACES = {"F1": "Helvetica", "F2": "Helvetica-Bold"}

_ESCAPE = re.compile(rb"\\([0-7]{3}|.)", re.DOTALL)
_STEP = re.compile(rb"/(F\d) |\(((?:[^()\\]|\\.)*)\) Tj", re.DOTALL)


def _plain(escaped: bytes) -> str:
    """A string of a content stream as text. The widths of the euro sign were never published."""

    def one(match: re.Match[bytes]) -> bytes:
        return bytes([int(match[1], 8)]) if len(match[1]) == 3 else match[1]

    return _ESCAPE.sub(one, escaped).decode("cp1252").replace("€", "$")


def without_maps(data: bytes, names: dict[str, str] | None = None, *, stream: bool = False) -> bytes:
    """The same pages with the characters of each font numbered 1, 2, 3 … in the usual order and no
    map back. `names` are the fonts' names; `stream` writes the table of objects as a stream."""
    names = names or {key: f"ABCDEF+{face}" for key, face in FACES.items()}
    pages = [
        b"\n".join(stream.get_data() for stream in page.contents)
        for page in PDFPage.create_pages(PDFDocument(PDFParser(io.BytesIO(data))))
    ]
    used: dict[str, set[str]] = {key: set() for key in FACES}
    for key, text, _ in (step for page in pages for step in _steps(page)):
        used[key] |= set(text)
    codes = {
        key: {letter: code for code, letter in enumerate(sorted(letters, key=ORDER.index), start=1)}
        for key, letters in used.items()
    }
    return _file([_renumbered(page, codes) for page in pages], codes, names, stream)


def _steps(page: bytes):
    font = "F1"
    for match in _STEP.finditer(page):
        if match[1]:
            font = match[1].decode()
        else:
            yield font, _plain(match[2]), match


def _renumbered(page: bytes, codes: dict[str, dict[str, int]]) -> bytes:
    parts, at = [], 0
    for font, text, match in _steps(page):
        shown = "".join(f"{codes[font][letter]:04X}" for letter in text)
        parts += [page[at : match.start()], f"<{shown}> Tj".encode()]
        at = match.end()
    return b"".join([*parts, page[at:]])


def _file(pages: list[bytes], codes: dict[str, dict[str, int]], names: dict[str, str], stream: bool) -> bytes:
    objects = {1: b"<< /Type /Catalog /Pages 2 0 R >>"}
    fonts = b""
    for number, (key, letters) in enumerate(codes.items()):
        at = 3 + 3 * number
        fonts += b"/%s %d 0 R " % (key.encode(), at)
        name = names[key].encode()
        widths = " ".join(str(round(FONT_METRICS[FACES[key]][1][letter])) for letter in letters)
        objects[at] = (
            b"<< /Type /Font /Subtype /Type0 /BaseFont /%s /Encoding /Identity-H /DescendantFonts [%d 0 R] >>"
            % (name, at + 1)
        )
        objects[at + 1] = (
            b"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /%s /CIDToGIDMap /Identity /DW 1000 "
            b"/W [1 [%s]] /FontDescriptor %d 0 R "
            b"/CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> >>"
            % (name, widths.encode(), at + 2)
        )
        objects[at + 2] = (
            b"<< /Type /FontDescriptor /FontName /%s /Flags 4 /FontBBox [-166 -225 1000 931] /ItalicAngle 0 "
            b"/Ascent 718 /Descent -207 /CapHeight 718 /StemV 88 >>" % name
        )
    kids = []
    for number, page in enumerate(pages):
        at = 20 + 2 * number
        kids.append(b"%d 0 R" % at)
        objects[at] = (
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R "
            b"/Resources << /Font << %s>> >> >>" % (at + 1, fonts)
        )
        objects[at + 1] = b"<< /Length %d >>\nstream\n%s\nendstream" % (len(page), page)
    objects[2] = b"<< /Type /Pages /Count %d /Kids [%s] >>" % (len(pages), b" ".join(kids))
    output = io.BytesIO()
    output.write(b"%PDF-1.5\n")
    places = {}
    for number, body in sorted(objects.items()):
        places[number] = output.tell()
        output.write(b"%d 0 obj\n%s\nendobj\n" % (number, body))
    start, size = output.tell(), max(objects) + 1
    if stream:
        places[size] = start
        rows = b"".join(
            b"\x01" + place.to_bytes(4, "big") + b"\x00\x00" for _, place in sorted(places.items())
        )
        index = b" ".join(b"%d 1" % number for number in sorted(places))
        output.write(
            b"%d 0 obj\n<< /Type /XRef /Size %d /Root 1 0 R /W [1 4 2] /Index [%s] /Length %d >>\n"
            b"stream\n%s\nendstream\nendobj\n" % (size, size + 1, index, len(rows), rows)
        )
    else:
        rows = b"".join(b"%d 1\n%010d 00000 n \n" % item for item in sorted(places.items()))
        output.write(b"xref\n%strailer\n<< /Size %d /Root 1 0 R >>\n" % (rows, size))
    output.write(b"startxref\n%d\n%%%%EOF\n" % start)
    return output.getvalue()


def tables(data: bytes) -> list[list[tuple[str, list[str | None]]]]:
    reading = read(data, ReadingOptions(ocr_seconds=0))
    return [
        [(row.label, [cell and cell.text for cell in row.cells]) for row in statement.table.rows]
        for statement in reading.statements
    ]


@pytest.mark.parametrize("stream", [False, True])
def test_a_report_without_maps_gives_the_tables_of_the_one_with_maps(stream):
    plain = report(SHEETS)
    garbled = without_maps(plain, stream=stream)
    assert ocr.unmapped(pdfium.PdfDocument(garbled)[2].get_textpage().get_text_range())
    expected = [[(label.replace("€", "$"), cells) for label, cells in rows] for rows in tables(plain)]
    assert tables(garbled) == expected
    assert len(expected) == 3


def test_a_reading_says_that_letters_were_worked_out():
    reading = read(without_maps(report(SHEETS)), ReadingOptions(ocr_seconds=0))
    assert reading.warnings[0] == (
        "unmapped text decoded: 2 fonts do not say which characters they show; their letters were worked out "
        "from the widths of the type"
    )
    assert {statement.table.read_by for statement in reading.statements} == {"geometry"}


def test_a_survey_shows_words_and_the_hash_of_the_file_itself():
    plain = report(SHEETS)
    garbled = without_maps(plain)
    expected = tuple(text.replace("€", "$") for text in survey(plain).first_pages)
    assert survey(garbled).first_pages == expected
    assert survey(garbled).sha256 == read(garbled, ReadingOptions(ocr_seconds=0)).survey.sha256
    assert survey(garbled).size == len(garbled)


def test_its_figures_are_found_again_in_the_file():
    garbled = without_maps(report(SHEETS))
    asked = [
        Place(cell.page, cell.box, cell.text, statement.table.read_by)
        for statement in read(garbled, ReadingOptions(ocr_seconds=0)).statements
        for row in statement.table.rows
        for cell in row.cells
        if cell is not None
    ]
    assert len(asked) > 60
    assert relocate(garbled, asked).found == (True,) * len(asked)
    assert relocate(garbled, [replace(asked[0], text="7" + asked[0].text)]).found == (False,)


def test_the_file_itself_stays_at_the_front():
    garbled = without_maps(report(SHEETS))
    found = mended(garbled)
    assert found is not None
    assert found.data.startswith(garbled)
    assert found.fonts == 2
    assert mended(found.data) is None


def test_an_unknown_face_is_left_alone():
    garbled = without_maps(report(SHEETS), {"F1": "ABCDEF+Unheard", "F2": "ABCDEF+Unheard-Bold"})
    assert mended(garbled) is None
    with pytest.raises(Unreadable, match="its fonts carry no usable map") as refused:
        read(garbled, ReadingOptions(ocr_seconds=0))
    assert refused.value.code == "no_text_layer"


def test_files_with_maps_or_a_password_or_no_sense_are_left_alone():
    assert mended(report(SHEETS)) is None
    assert mended(report(SHEETS, encrypt=StandardEncryption("", "owner"))) is None
    assert mended(b"%PDF-1.4 nothing") is None
    assert mended(b"") is None


def test_what_a_damaged_file_gives_opens_as_the_file_itself_does():
    garbled = without_maps(report(SHEETS))
    for end in range(len(garbled) // 2, len(garbled), 997):
        found = mended(garbled[:end])
        if found is not None:
            assert len(pdfium.PdfDocument(found.data)) == len(pdfium.PdfDocument(garbled[:end]))


TIMES = FONT_METRICS["Times-Roman"][1]
USED = " $%&(),-.0123456789:ABCDEFGHILMNOPRSTUabcdefghiklmnopqrstuvwxyz—’"


def numbered(letters: str) -> dict[int, float]:
    ordered = sorted(letters, key=ORDER.index)
    return {code: TIMES[letter] for code, letter in enumerate(ordered, start=1)}


def as_text(found: dict[int, str] | None) -> str:
    return "".join(found[code] for code in sorted(found)) if found else ""


@pytest.mark.parametrize(
    "name", ["ABCDEF+TimesNewRoman", "TimesNewRomanPSMT", "Times-Roman", "XYZABC+TimesNewRomanPS"]
)
def test_letters_come_from_widths_in_the_usual_order(name):
    assert as_text(letters_of(name, numbered(USED))) == "".join(sorted(USED, key=ORDER.index))


@pytest.mark.parametrize("missing", "0123456789")
def test_no_digit_is_guessed(missing):
    found = as_text(letters_of("TimesNewRoman", numbered(USED.replace(missing, ""))))
    assert not set(found) & set("0123456789")
    assert found.count(UNKNOWN) == 9


def test_ten_digits_may_be_nine_and_a_question_mark_of_their_width():
    widths = FONT_METRICS["Helvetica"][1]
    for letters, certain in ((USED, True), (USED.replace(":", ""), False)):
        ordered = sorted(letters, key=ORDER.index)
        found = letters_of("Arial", {code: widths[letter] for code, letter in enumerate(ordered, start=1)})
        assert ("0123456789" in as_text(found)) is certain


def test_a_comma_that_may_be_a_point_is_not_guessed_beside_digits():
    letters = "".join(letter for letter in USED if letter not in "().-")
    found = as_text(letters_of("TimesNewRoman", numbered(letters)))
    assert found == "".join(sorted(letters, key=ORDER.index)).replace(",", UNKNOWN)
    without_digits = "".join(letter for letter in letters if not letter.isdigit())
    assert as_text(letters_of("TimesNewRoman", numbered(without_digits))).count(",") == 1


def test_type_in_another_order_is_not_taken_for_the_usual_one():
    for seed in range(20):
        letters = list(USED)
        random.Random(seed).shuffle(letters)
        widths = {code: TIMES[letter] for code, letter in enumerate(letters, start=1)}
        assert letters_of("TimesNewRoman", widths) is None


def test_a_font_with_the_usual_glyph_numbers_is_shifted():
    widths = {ord(letter) - 29: TIMES[letter] for letter in "1379 Consolidated group income statements"}
    found = letters_of("ABCDEF+TimesNewRoman", widths)
    assert found == {code: chr(code + 29) for code in widths}


@pytest.mark.parametrize(
    ("name", "widths"),
    [
        ("ABCDEF+Courier", numbered(USED)),
        ("ABCDEF+ArialNarrow", numbered(USED)),
        ("ABCDEF+TimesNewRoman-Bold", numbered(USED)),
        ("TimesNewRoman", numbered("abc")),
        ("TimesNewRoman", {code: width + 40 for code, width in numbered(USED).items()}),
        ("TimesNewRoman", dict(enumerate(reversed(numbered(USED).values()), start=1))),
        ("", numbered(USED)),
    ],
)
def test_what_does_not_fit_gives_nothing(name, widths):
    assert letters_of(name, widths) is None
