"""Many pages as one small picture, to find one's way in a report."""

import io

import pypdfium2 as pdfium
from PIL import Image

from engine.errors import NotFound, Unreadable

COLUMNS, ROWS = 6, 4
PAGES = COLUMNS * ROWS
# The place of one page in dots, in the proportions of A4 with a little room around.
CELL_WIDTH, CELL_HEIGHT = 168, 234
_GAP = 6
_GROUND = (226, 232, 240)


def contact_sheet(data: bytes, first: int) -> bytes:
    """The pages from `first` (counted from 1) on, 24 at the most, as one JPEG of six columns: left to
    right, then down. Every page is as large as its place allows. A page that cannot be drawn leaves
    its place empty.

    Raises Unreadable where the file is no PDF that opens, NotFound where it has no page `first`.
    """
    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        raise Unreadable("The file does not open as a PDF.", code="damaged") from error
    try:
        if not 1 <= first <= len(document):
            raise NotFound(f"The file has {len(document)} pages; there is no page {first}.")
        count = min(PAGES, len(document) - first + 1)
        rows = -(-count // COLUMNS)
        sheet = Image.new("RGB", (COLUMNS * CELL_WIDTH, rows * CELL_HEIGHT), _GROUND)
        for place in range(count):
            _put(sheet, document, first - 1 + place, place)
    finally:
        document.close()
    output = io.BytesIO()
    sheet.save(output, "JPEG", quality=72, optimize=True)
    return output.getvalue()


def _put(sheet: Image.Image, document: pdfium.PdfDocument, index: int, place: int) -> None:
    room = (CELL_WIDTH - _GAP, CELL_HEIGHT - _GAP)
    try:
        page = document[index]
        width, height = page.get_size()
        drawn = page.render(scale=min(room[0] / width, room[1] / height)).to_pil().convert("RGB")
    except (pdfium.PdfiumError, ZeroDivisionError):
        return
    left = place % COLUMNS * CELL_WIDTH + (CELL_WIDTH - drawn.width) // 2
    top = place // COLUMNS * CELL_HEIGHT + (CELL_HEIGHT - drawn.height) // 2
    sheet.paste(drawn, (left, top))
