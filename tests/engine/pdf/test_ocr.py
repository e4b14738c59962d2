"""Pages that are pictures: found, read by text recognition where it is installed, and never trusted
without arithmetic."""

import io
import json
from decimal import Decimal
from pathlib import Path

import pypdfium2 as pdfium
import pytest
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from engine.errors import Unreadable
from engine.kinds import CheckOutcome, StatementKind
from engine.limits import Limits
from engine.pdf import ocr, rapid
from engine.pdf.open import open_document
from engine.reading import ReadingOptions, read
from engine.sandbox import read_safely
from engine.statement import Reading, StatementReading
from tests.engine.makepdf import PROSE, balance, cash_flow, income, report

SAMPLES = Path(__file__).resolve().parents[4] / "shared" / "samples"
SHEETS = [income(), balance(), cash_flow()]
needs_recogniser = pytest.mark.skipif(
    not ocr.is_available(), reason="neither tesseract nor rapidocr-onnxruntime is installed"
)
needs_rapid = pytest.mark.skipif(not rapid.is_available(), reason="rapidocr-onnxruntime is not installed")


def scanned(data: bytes, dots_per_inch: int = 200) -> bytes:
    """The same pages as a scanner makes them: one grey picture each."""
    output = io.BytesIO()
    canvas = Canvas(output, pagesize=(595, 842))
    document = pdfium.PdfDocument(data)
    for page in document:
        image = page.render(scale=dots_per_inch / 72, grayscale=True).to_pil().convert("L")
        canvas.setPageSize(page.get_size())
        canvas.drawImage(ImageReader(image), 0, 0, *page.get_size())
        canvas.showPage()
    canvas.save()
    return output.getvalue()


def figures(reading: Reading) -> dict[StatementKind, list[list[Decimal | None]]]:
    return {
        statement.table.kind: [
            [None if cell is None else cell.number for cell in row.cells]
            for row in statement.table.rows
            if any(row.cells)
        ]
        for statement in reading.statements
    }


def unproven(statement: StatementReading) -> list[float]:
    """Confidences of rows with figures that take part in nothing that holds."""
    held = {n for c in statement.checks if c.outcome is CheckOutcome.HOLDS for n in c.rows}
    return [
        confidence
        for n, (row, confidence) in enumerate(zip(statement.table.rows, statement.confidences, strict=True))
        if any(row.cells) and n not in held and statement.signs[n].rule != "subtotal"
    ]


def test_pages_that_are_pictures_are_told_from_pages_with_text_and_empty_ones():
    plain = report([PROSE, income()])
    for data, expected in ((plain, []), (scanned(plain), [1, 2]), (report([""]), [])):
        with open_document(data) as document:
            texts = [document.text(index) for index in range(document.pages)]
            assert ocr.pictures(document, texts) == expected


def test_text_that_is_not_mapped_to_characters_counts_as_a_picture():
    assert ocr.unmapped("\ue001\ue002\ue003" * 30)
    assert not ocr.unmapped("Total assets 1,234 1,200\n" * 30 + "\ue001")


def test_without_recognition_the_answer_is_no_text_layer():
    with pytest.raises(Unreadable, match="needs text recognition") as refused:
        read(scanned(report(SHEETS)), ReadingOptions(ocr_seconds=0))
    assert refused.value.code == "no_text_layer"


@pytest.mark.skipif(rapid.is_available(), reason="rapidocr-onnxruntime is installed and reads instead")
def test_without_the_command_the_answer_is_no_text_layer(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Unreadable, match="install tesseract") as refused:
        read_safely(scanned(report(SHEETS)))
    assert refused.value.code == "no_text_layer"


@needs_recogniser
def test_a_scan_gives_the_figures_of_the_file_it_was_made_from():
    plain = report(SHEETS)
    reading = read_safely(scanned(plain, 300))
    assert figures(reading) == figures(read(plain))
    assert {statement.table.read_by for statement in reading.statements} == {"ocr"}
    assert [statement.table.pages for statement in reading.statements] == [(1,), (2,), (3,)]


@needs_recogniser
def test_what_no_check_confirms_is_never_sure():
    for statement in read_safely(scanned(report(SHEETS), 300)).statements:
        assert max(statement.confidences) <= 0.9
        assert all(confidence <= 0.6 for confidence in unproven(statement) if confidence)


@needs_recogniser
def test_a_picture_between_pages_with_text_is_read_where_a_statement_is_missing():
    text, picture = pdfium.PdfDocument(report([PROSE, *SHEETS[:2]])), scanned(report(SHEETS[2:]))
    text.import_pages(pdfium.PdfDocument(picture))
    output = io.BytesIO()
    text.save(output)
    reading = read(output.getvalue())
    assert [(s.table.kind.value, s.table.pages, s.table.read_by) for s in reading.statements] == [
        ("income_statement", (2,), "geometry"),
        ("balance_sheet", (3,), "geometry"),
        ("cash_flow_statement", (4,), "ocr"),
    ]


@needs_recogniser
def test_pages_there_is_no_time_for_are_named():
    reading = read(scanned(report([*SHEETS, PROSE])), ReadingOptions(ocr_seconds=1e-9))
    assert reading.warnings[-1] == "3 pages are pictures and were not looked at for lack of time"


@needs_recogniser
def test_pictures_without_words_have_no_text_layer():
    output = io.BytesIO()
    canvas = Canvas(output)
    canvas.rect(0, 0, 600, 850, fill=1)
    canvas.save()
    with pytest.raises(Unreadable, match="found no words") as refused:
        read(output.getvalue())
    assert refused.value.code == "no_text_layer"


@needs_recogniser
@pytest.mark.samples
def test_scanned_statement_pages_of_a_real_report():
    file = SAMPLES / "bad_inputs" / "image_only_statements_COSTCO_2022.pdf"
    if not file.exists():
        pytest.skip("the samples are not beside the repository")
    truth = json.loads((SAMPLES / "truth" / "COSTCO_2022_10K.json").read_text())
    reading = read_safely(file.read_bytes(), Limits(wall_seconds=120))
    read_rows = figures(reading)
    right = wanted = 0
    for kind, statement in truth["statements"].items():
        for item in statement["items"]:
            values = [None if value is None else Decimal(str(value)) for value in item["values"]]
            wanted += sum(value is not None for value in values)
            best = max(
                (sum(v is not None and v == w for v, w in zip(values, row, strict=True)) for row in
                 read_rows[StatementKind(kind)]),
                default=0,
            )  # fmt: skip
            right += best
    assert wanted > 150
    assert right / wanted >= 0.97


class Clairvoyant:
    """A recogniser that sees one word in the lower right quarter of every picture."""

    COARSE_DPI = 150
    MULTILINGUAL = False

    def __init__(self, installed: bool = True) -> None:
        self.installed = installed
        self.asked: list[tuple[int, bool]] = []

    def is_available(self) -> bool:
        return self.installed

    def see(self, image, dots_per_inch, language, careful):
        self.asked.append((dots_per_inch, careful))
        width, height = image.size
        return [ocr.Seen("1,234", width // 2, height // 2, width, height, 90.0, (1,))]


def test_the_first_recogniser_that_is_installed_reads(monkeypatch):
    missing, first, second = Clairvoyant(installed=False), Clairvoyant(), Clairvoyant()
    monkeypatch.setattr(ocr, "RECOGNISERS", (missing, first, second))
    with open_document(scanned(report([PROSE]))) as document:
        page = ocr.recognise(document, 1)
        assert ocr.recognise(document, 1, language="de") is page
        ocr.recognise_texts(document, [1], 10)
    assert (missing.asked, first.asked, second.asked) == ([], [(300, True), (150, False)], [])
    (word,) = page.lines[0].words
    assert (word.text, round(word.x0), round(word.x1)) == ("1,234", round(page.width / 2), round(page.width))


def test_with_no_recogniser_a_page_has_no_lines(monkeypatch):
    monkeypatch.setattr(ocr, "RECOGNISERS", (Clairvoyant(installed=False),))
    with open_document(scanned(report([PROSE]))) as document:
        assert not ocr.is_available()
        assert ocr.recognise(document, 1).lines == []


def test_of_many_pages_those_that_look_like_tables_are_read_first(monkeypatch):
    monkeypatch.setattr(ocr, "RECOGNISERS", (Clairvoyant(),))
    pages = [PROSE] * 12 + SHEETS
    with open_document(scanned(report(pages), 100)) as document:
        numbers = range(1, 16)
        assert set(ocr._likely_first(document, numbers)[:3]) == {13, 14, 15}
        assert ocr._likely_first(document, [3, 1, 2]) == [3, 1, 2]
        assert set(ocr.recognise_texts(document, numbers, 1e-9)) <= {13, 14, 15}


def test_a_page_of_running_text_does_not_look_like_a_table():
    with open_document(scanned(report([PROSE, *SHEETS]), 100)) as document:
        rows = [ocr._table_rows(document, number) for number in (1, 2, 3, 4)]
    assert rows[0] == 0
    assert min(rows[1:]) >= 6


@needs_rapid
def test_without_tesseract_the_package_reads_the_same_figures(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    plain = report(SHEETS)
    reading = read_safely(scanned(plain, 300), Limits(wall_seconds=300))
    assert figures(reading) == figures(read(plain))
    assert {statement.table.read_by for statement in reading.statements} == {"ocr"}
    for statement in reading.statements:
        assert max(statement.confidences) <= 0.9
        assert all(confidence <= 0.6 for confidence in unproven(statement) if confidence)


@needs_rapid
def test_the_package_reads_a_picture_the_same_twice():
    with open_document(scanned(report([income()]), 200)) as document:
        image, _ = ocr._drawn(document.pdf[0], 150)
    first = rapid.see(image, 150, "en", False)
    assert first == rapid.see(image, 150, "en", False)
    assert len(first) > 20


@needs_rapid
def test_the_package_has_no_words_for_an_empty_page():
    with open_document(report([""])) as document:
        image, _ = ocr._drawn(document.pdf[0], 150)
    assert rapid.see(image, 150, "en", False) == []


def seen(*texts: str) -> list[ocr.Seen]:
    """Words of one line, a wide gap between any two unless the second begins with "_"."""
    words, x = [], 0
    for text in texts:
        x += 2 if text.startswith("_") else 60
        words.append(ocr.Seen(text.lstrip("_"), x, 0, x + 40, 30, 90.0, (1,)))
        x += 40
    return words


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (("(3,891", ")"), ["(3,891)"]),
        (("464,", "_209"), ["464,209"]),
        (("464,", "209"), ["464,", "209"]),
        (("588", "_464"), ["588464"]),
        (("588", "464"), ["588", "464"]),
        (("2022,", "_2021"), ["2022,", "2021"]),
        (("12", ")"), ["12", ")"]),
    ],
)
def test_pieces_of_one_figure_are_joined(texts, expected):
    assert [word.text for word in ocr._closed(seen(*texts))] == expected


def test_one_mark_between_thousands():
    commas = ["1,234", "(5,678)", "9,012", "3,456", "7,890"]
    assert [w.text for w in ocr._grouped_alike(seen(*commas, "9.862", "3.29"))] == [*commas, "9,862", "3.29"]
    assert [w.text for w in ocr._grouped_alike(seen("1,234", "9.862"))] == ["1,234", "9.862"]
    points = [text.replace(",", ".") for text in commas]
    assert [w.text for w in ocr._grouped_alike(seen(*points, "9,862"))] == [*points, "9.862"]
