"""Many pages on one small picture."""

import io

import pytest
from PIL import Image
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from engine.errors import NotFound, Unreadable
from engine.pdf.contact_sheet import CELL_HEIGHT, CELL_WIDTH, PAGES, contact_sheet
from engine.sandbox import contact_sheet_safely


def pdf(count: int) -> bytes:
    """White pages of A4 with a number at the top."""
    output = io.BytesIO()
    canvas = Canvas(output, pagesize=A4)
    for number in range(1, count + 1):
        canvas.drawString(72, 780, f"Page {number}")
        canvas.showPage()
    canvas.save()
    return output.getvalue()


def size(image: bytes) -> tuple[int, int]:
    with Image.open(io.BytesIO(image)) as opened:
        assert opened.format == "JPEG"
        return opened.size


@pytest.mark.parametrize(
    ("count", "first", "rows"), [(1, 1, 1), (6, 1, 1), (7, 1, 2), (30, 1, 4), (30, 25, 1), (30, 30, 1)]
)
def test_a_sheet_is_as_high_as_its_pages_need(count: int, first: int, rows: int) -> None:
    assert size(contact_sheet(pdf(count), first)) == (6 * CELL_WIDTH, rows * CELL_HEIGHT)


def test_every_page_stands_in_its_place() -> None:
    with Image.open(io.BytesIO(contact_sheet(pdf(8), 1))) as sheet:
        middles = [
            sheet.getpixel((column * CELL_WIDTH + CELL_WIDTH // 2, row * CELL_HEIGHT + CELL_HEIGHT // 2))
            for row in (0, 1)
            for column in range(6)
        ]
    paper = [all(channel > 245 for channel in middle) for middle in middles]  # type: ignore[union-attr]
    assert paper == [True] * 8 + [False] * 4


@pytest.mark.parametrize("first", [0, 9])
def test_a_page_that_is_not_there(first: int) -> None:
    with pytest.raises(NotFound, match="The file has 8 pages"):
        contact_sheet(pdf(8), first)


def test_what_is_no_pdf() -> None:
    with pytest.raises(Unreadable, match="does not open"):
        contact_sheet(b"no pdf", 1)


def test_in_a_process_of_its_own() -> None:
    assert contact_sheet_safely(pdf(3), 1) == contact_sheet(pdf(3), 1)
    with pytest.raises(NotFound):
        contact_sheet_safely(pdf(3), 1 + PAGES)
