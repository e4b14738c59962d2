"""Whether a small picture of a page looks like a table of figures, without reading a letter.

Statements are pages of short lines: a label, a wide gap, and pieces whose right edges stand below
one another. That shows at a size at which a page is drawn in some hundredths of a second.
"""

import re
from collections import Counter

from PIL import Image

DARK = 160  # of 255; thin type is pale when drawn small
LEAST_IN_COLUMN = 6  # pieces that end below one another
LEAST_COLUMNS = 2  # figures of two years


def table_rows(image: Image.Image, gap: int, slack: int) -> int:
    """How many lines of a grey picture end in at least two pieces, with `gap` pixels of paper before
    each, whose right edges, give or take `slack` pixels, are those of many lines."""
    width, height = image.size
    if not width or not height:
        return 0
    pixels = image.point(lambda value: 255 if value < DARK else 0).tobytes()
    rows = [pixels[start : start + width] for start in range(0, width * height, width)]
    ends = [_ends_of_pieces(band, gap) for band in _bands(rows)]
    step = max(1, slack)
    columns = Counter(end // step for line in ends for end in set(line))
    aligned = {
        place
        for place in columns
        if columns[place] + columns[place - 1] + columns[place + 1] >= LEAST_IN_COLUMN
    }
    return sum(sum(end // step in aligned for end in line) >= LEAST_COLUMNS for line in ends)


def _bands(rows: list[bytes]) -> list[bytes]:
    """The lines of type, each laid together to one row of pixels."""
    bands: list[bytes] = []
    current: int | None = None
    for row in rows:
        if any(row):
            value = int.from_bytes(row, "big")
            current = value if current is None else current | value
        elif current is not None:
            bands.append(current.to_bytes(len(row), "big"))
            current = None
    if current is not None:
        bands.append(current.to_bytes(len(rows[-1]), "big"))
    return bands


def _ends_of_pieces(band: bytes, gap: int) -> list[int]:
    """Where the pieces of a line end, but for the first, which is its label."""
    pieces = [match.end() for match in re.finditer(rb"\xff(?:\x00{0,%d}\xff+)*" % max(0, gap - 1), band)]
    return pieces[1:]
