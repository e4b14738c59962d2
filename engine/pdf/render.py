"""A page as a picture, with what matters on it marked."""

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pypdfium2 as pdfium
from PIL import Image, ImageDraw

from engine.errors import NotFound, Unreadable
from engine.values import Box

# A page of unusual size is shown smaller instead of filling the memory.
_LARGEST_SIDE = 2200
# What is kept around a mark when the rest of the page is cut away, in points.
_BESIDE, _ABOVE = 16, 30
_RULE = 3  # dots
_CUT = (148, 163, 184)  # the line where something was left out


@dataclass(frozen=True, slots=True)
class Mark:
    """A box to highlight. `colour` is red, green, blue from 0 to 255; `strength` the opacity of
    the fill from 0 to 255. Where only what is marked is shown, `kept_width` is how many points of the
    box are, from its left; None for all."""

    box: Box
    colour: tuple[int, int, int]
    strength: int = 70
    kept_width: float | None = None

    @property
    def kept(self) -> Box:
        """The part of the box that is shown in any case."""
        if self.kept_width is None:
            return self.box
        return Box(self.box.x0, self.box.y0, min(self.box.x1, self.box.x0 + self.kept_width), self.box.y1)


def render_page(data: bytes, page: int, dots_per_inch: int = 120) -> bytes:
    """A page (counted from 1) as PNG, as it is shown after its rotation. The picture says its resolution.

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
    return _png(image, scale)


def mark_page(picture: bytes, marks: Sequence[Mark], *, only_marked: bool = False) -> bytes:
    """A picture that `render_page` made, with boxes highlighted. With `only_marked` just the bands of
    the page that hold a mark, across and down, with a line where something was cut away."""
    if not marks:
        return picture
    image = Image.open(io.BytesIO(picture))
    scale = image.info["dpi"][0] / 72
    drawn = _with_marks(image, marks, scale)
    return _png(_bands(drawn, marks, scale) if only_marked else drawn, scale)


def _png(image: Image.Image, scale: float) -> bytes:
    output = io.BytesIO()
    image.save(output, "PNG", optimize=False, compress_level=6, dpi=(scale * 72, scale * 72))
    return output.getvalue()


def _with_marks(image: Image.Image, marks: Sequence[Mark], scale: float) -> Image.Image:
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


def _bands(image: Image.Image, marks: Sequence[Mark], scale: float) -> Image.Image:
    """The bands of a page that hold its marks, across and down; a line is where something was cut away."""
    kept = [mark.kept for mark in marks]
    across = _merged(((box.x0 - _BESIDE) * scale, (box.x1 + _BESIDE) * scale) for box in kept)
    down = _merged(((box.y0 - _ABOVE) * scale, (box.y1 + _ABOVE) * scale) for box in kept)
    across = [(max(0, x0), min(image.width, x1)) for x0, x1 in across]
    down = [(max(0, y0), min(image.height, y1)) for y0, y1 in down]
    width = sum(x1 - x0 for x0, x1 in across) + _RULE * (len(across) - 1)
    height = sum(y1 - y0 for y0, y1 in down) + _RULE * (len(down) - 1)
    found = Image.new("RGB", (width, height), _CUT)
    y = 0
    for y0, y1 in down:
        x = 0
        for x0, x1 in across:
            found.paste(image.crop((x0, y0, x1, y1)), (x, y))
            x += x1 - x0 + _RULE
        y += y1 - y0 + _RULE
    return found


def _merged(stretches: Iterable[tuple[float, float]]) -> list[tuple[int, int]]:
    """Stretches in order, those that touch as one."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted((round(start), round(end)) for start, end in stretches):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
