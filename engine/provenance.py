"""Stored figures found again in their file: is that text still printed in that box of that page?

Nothing of the earlier reading is used but page, box and text. The words are read anew from the
bytes by the engine that read them first, and what lies in the box is compared without its spaces.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from engine.errors import Unreadable
from engine.pdf import ocr
from engine.pdf.open import OpenDocument, open_document
from engine.pdf.words import Page, Word, read_page
from engine.values import Box

SLACK = 0.6  # points by which a word may stand over the edge of its box; boxes are kept rounded


@dataclass(frozen=True, slots=True)
class Place:
    """Where something was printed. `page` counts from 1; `read_by` is the table's."""

    page: int
    box: Box
    text: str
    read_by: str = "geometry"

    def to_json(self) -> list[Any]:
        """Page, four corners, text and reader in one list."""
        return [self.page, self.box.x0, self.box.y0, self.box.x1, self.box.y1, self.text, self.read_by]

    @classmethod
    def from_json(cls, values: Sequence[Any]) -> "Place":
        """The inverse of `to_json`."""
        page, x0, y0, x1, y1, text, read_by = values
        return cls(int(page), Box(x0, y0, x1, y1), str(text), str(read_by))


@dataclass(frozen=True, slots=True)
class Relocation:
    """What the file with this hash holds at each place asked about: `printed` in the order of the
    places, `found` whether it is the text expected there."""

    sha256: str
    printed: tuple[str, ...]
    found: tuple[bool, ...]


def relocate(data: bytes, places: Sequence[Place]) -> Relocation:
    """Look every place up in the file.

    Raises Unreadable where the file does not open. A page that is not there holds nothing.
    """
    printed, found = _looked_up(data, places)
    if not all(found):
        again = _looked_up_with_maps(data, places)
        if again and sum(again[1]) > sum(found):
            printed, found = again
    return Relocation(hashlib.sha256(data).hexdigest(), tuple(printed), tuple(found))


def _looked_up_with_maps(data: bytes, places: Sequence[Place]) -> tuple[list[str], list[bool]] | None:
    """The same in the file with the maps to characters that its fonts lack, as it was read."""
    # Imported here because few reports need it and its library is slow to load.
    from engine.pdf import unicode_maps

    mended = unicode_maps.mended(data)
    return _looked_up(mended.data, places) if mended else None


def _looked_up(data: bytes, places: Sequence[Place]) -> tuple[list[str], list[bool]]:
    with open_document(data) as document:
        pages = {
            key: _page(document, data, *key)
            for key in sorted({(place.page, place.read_by) for place in places})
        }
    printed = [_printed(pages[place.page, place.read_by], place.box) for place in places]
    return printed, [
        _squashed(place.text) == _squashed(text) for place, text in zip(places, printed, strict=True)
    ]


def _page(document: OpenDocument, data: bytes, number: int, read_by: str) -> Page:
    if not 1 <= number <= document.pages:
        return Page(number, 0, 0, 0, [], "", 0, 0)
    if read_by == "ocr":
        return ocr.recognise(document, number)
    if read_by == "second_engine":
        # Imported here because few figures need it and its library is slow to load.
        from engine.pdf.second_engine import read_pages

        try:
            return read_pages(data, (number,))[0]
        except Unreadable:
            return Page(number, 0, 0, 0, [], "", 0, 0)
    return read_page(document.pdf, number - 1)


def _printed(page: Page, box: Box) -> str:
    """The words of the page whose middle lies in the box and that do not reach out of it."""
    inside = [word for line in page.lines for word in line.words if _lies_in(page, word, box)]
    return " ".join(word.text for word in sorted(inside, key=lambda word: word.x0))


def _lies_in(page: Page, word: Word, box: Box) -> bool:
    shown = page.shown_box(Box(word.x0, word.top, word.x1, word.bottom))
    return (
        shown.x0 >= box.x0 - SLACK
        and shown.x1 <= box.x1 + SLACK
        and shown.y0 >= box.y0 - SLACK
        and shown.y1 <= box.y1 + SLACK
    )


def _squashed(text: str | Iterable[str]) -> str:
    return "".join("".join(text).split())
