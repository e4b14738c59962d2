"""A page as a picture, with what matters on it marked."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pypdfium2 as pdfium
from PIL import Image, ImageDraw

from engine.errors import NotFound, Unreadable
from engine.values import Box

# A page of unusual size is shown smaller instead of filling the memory.
_LARGEST_SIDE = 2200


@dataclass(frozen=True, slots=True)
class Mark:
    """A box to highlight. `colour` is red, green, blue from 0 to 255; `strength` the opacity of
    the fill from 0 to 255."""

    box: Box
    colour: tuple[int, int, int]
    strength: int = 70

    def to_json(self) -> list[Any]:
        """Four corners, three colours and the strength in one list."""
        box = self.box
        return [box.x0, box.y0, box.x1, box.y1, *self.colour, self.strength]

    @classmethod
    def from_json(cls, values: Sequence[Any]) -> "Mark":
        """The inverse of `to_json`."""
        x0, y0, x1, y1, red, green, blue, strength = values
        return cls(Box(x0, y0, x1, y1), (red, green, blue), strength)


def render_page(data: bytes, page: int, marks: tuple[Mark, ...] = (), dots_per_inch: int = 120) -> bytes:
    """A page (counted from 1) as PNG, as it is shown after its rotation.

    Raises Unreadable where the file is no PDF that opens, NotFound where it has no such page.
    """
    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        raise Unreadable("The file does not open as a PDF.", code="damaged") from error
    try:
        if not 1 <= page <= len(document):
            raise NotFound(f"The file has {len(document)} pages; there is no page {page}.")
        shown = document[page - 1]
        scale = min(dots_per_inch / 72, _LARGEST_SIDE / max(shown.get_size()))
        image = shown.render(scale=scale).to_pil().convert("RGB")
    finally:
        document.close()
    output = io.BytesIO()
    _with_marks(image, marks, scale).save(output, "PNG", optimize=False, compress_level=6)
    return output.getvalue()


def _with_marks(image: Image.Image, marks: tuple[Mark, ...], scale: float) -> Image.Image:
    if not marks:
        return image
    layer = Image.new("RGBA", image.size, (0, 0, 0, 0))
    pen = ImageDraw.Draw(layer)
    for mark in marks:
        box = mark.box
        corners = [(box.x0 * scale - 3, box.y0 * scale - 3), (box.x1 * scale + 3, box.y1 * scale + 3)]
        pen.rounded_rectangle(
            corners,
            radius=3,
            fill=(*mark.colour, mark.strength),
            outline=(*mark.colour, 255),
            width=2 if mark.strength > 60 else 1,
        )
    return Image.alpha_composite(image.convert("RGBA"), layer).convert("RGB")
