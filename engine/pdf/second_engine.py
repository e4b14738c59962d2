"""The words of a page from pdfminer.six, an independent reading of the same bytes.

It costs many times what the first engine does, so it is asked only about a page whose checks fail.
Glyphs become words and lines by the same rules, so that any difference is the engine's.
"""

import io
import logging
from collections.abc import Iterator

from pdfminer.converter import PDFPageAggregator
from pdfminer.layout import LTChar, LTContainer, LTItem, LTPage
from pdfminer.pdfinterp import PDFPageInterpreter, PDFResourceManager
from pdfminer.pdfpage import PDFPage
from pdfminer.pdftypes import PDFException
from pdfminer.psexceptions import PSException

from engine.errors import Unreadable
from engine.pdf.glyphs import UNKNOWN, Glyph
from engine.pdf.words import Page, lines_of

_SLANT = 0.1  # of the type's matrix: type that runs sideways is kept away
_DESCENT = 0.22  # of the type size, from the lower edge of the box to the baseline
logging.getLogger("pdfminer").setLevel(logging.ERROR)


def read_pages(data: bytes, numbers: tuple[int, ...]) -> tuple[Page, ...]:
    """The pages with these numbers (from 1), in order.

    Raises Unreadable (damaged) where this engine cannot read the file.
    """
    try:
        return tuple(_pages(data, numbers))
    except (PDFException, PSException, ValueError, KeyError, TypeError, AssertionError) as error:
        raise Unreadable(
            f"The second engine cannot read the file: {type(error).__name__}.", code="damaged"
        ) from error


def _pages(data: bytes, numbers: tuple[int, ...]) -> Iterator[Page]:
    resources = PDFResourceManager()
    device = PDFPageAggregator(resources, laparams=None)
    interpreter = PDFPageInterpreter(resources, device)
    wanted = sorted(numbers)
    for number, page in zip(
        wanted,
        PDFPage.get_pages(io.BytesIO(data), pagenos={n - 1 for n in wanted}, check_extractable=False),
        strict=True,
    ):
        interpreter.process_page(page)
        yield _page(number, device.get_result())


def _page(number: int, layout: LTPage) -> Page:
    glyphs: list[Glyph] = []
    after_space = False
    for order, character in enumerate(_characters(layout)):
        text = character.get_text()
        if not text.strip():
            after_space = True
            continue
        if text.startswith("(cid:") or text < " ":  # its code, for want of a character
            text = UNKNOWN
        glyphs.append(_glyph(character, text, layout, after_space, order))
        after_space = False
    seen = [glyph for glyph in glyphs if not glyph.hidden]
    hidden = "".join(glyph.text for glyph in glyphs if glyph.hidden)
    unmapped = sum(glyph.text == UNKNOWN for glyph in glyphs)
    return Page(number, layout.width, layout.height, 0, lines_of(seen), hidden, unmapped, len(glyphs))


def _characters(container: LTItem) -> Iterator[LTChar]:
    if isinstance(container, LTChar):
        yield container
    elif isinstance(container, LTContainer):
        for element in container:
            yield from _characters(element)


def _glyph(character: LTChar, text: str, layout: LTPage, after_space: bool, order: int) -> Glyph:
    a, b, _, _, _, _ = character.matrix
    outside = (
        character.x1 < 0 or character.y1 < 0 or character.x0 > layout.width or character.y0 > layout.height
    )
    size = character.y1 - character.y0
    sideways = abs(b) > _SLANT * (abs(a) + abs(b))
    return Glyph(
        text,
        character.x0,
        character.x1,
        layout.height - character.y0 - _DESCENT * size,
        size,
        "bold" in character.fontname.lower(),
        outside or sideways,
        after_space,
        order,
    )
