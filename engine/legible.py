"""A report whose pages give text: the file as it came, or with the maps its fonts lack added."""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from engine.pdf import ocr
from engine.pdf.open import OpenDocument, OpenLimits, PageTexts, open_document
from engine.progress import Report, silent

Texts = TypeVar("Texts", bound=PageTexts)


@dataclass(frozen=True, slots=True)
class Legible(Generic[Texts]):
    """An open file with its bytes and the text of its pages, and what had to be done for that."""

    data: bytes
    document: OpenDocument
    texts: Texts
    said: tuple[str, ...] = ()


def as_it_came(
    stack: ExitStack,
    data: bytes,
    limits: OpenLimits,
    texts: type[Texts],
    wanted: Sequence[int] = (),
    report: Report = silent,
) -> Legible[Texts]:
    """The file itself, open as long as the stack; of its pages the `wanted` ones (from 1), or all, as
    `texts` takes them.

    Raises Unreadable where it does not open.
    """
    document = stack.enter_context(open_document(data, limits))
    return Legible(data, document, texts(document, wanted, report))


def mended(
    stack: ExitStack,
    came: Legible[Texts],
    limits: OpenLimits,
    wanted: Sequence[int] = (),
    report: Report = silent,
) -> Legible[Texts]:
    """The file with maps to characters for fonts that have none, where those can be worked out and
    leave fewer pages unmapped; else the file as it came."""
    unmapped = count_unmapped(came.texts)
    if not unmapped:
        return came
    # Imported here because few reports need it and its library is slow to load.
    from engine.pdf import unicode_maps

    found = unicode_maps.mended(came.data)
    if found is None:
        return came
    # It was small enough before the maps were added.
    limits = replace(limits, largest_file=max(limits.largest_file, len(found.data)))
    again = as_it_came(stack, found.data, limits, type(came.texts), wanted, report)
    if count_unmapped(again.texts) >= unmapped:
        return came
    said = (
        f"unmapped text decoded: {found.fonts} fonts do not say which characters they show; their letters "
        "were worked out from the widths of the type"
    )
    return replace(again, said=(said,))


def count_unmapped(texts: Sequence[str]) -> int:
    """How many of these pages have type without a map to characters."""
    return sum(map(ocr.unmapped, texts))
