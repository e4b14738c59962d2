"""The text of pages line by line, with what the type says where it is known."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LineBox:
    """Where a line stands: left, right and foot in points, the foot counted upwards as PDF does, and the
    size of its type in points."""

    x0: float
    x1: float
    y: float
    size: float


@dataclass(frozen=True, slots=True)
class TextLine:
    """A printed line. `bold` where all of it is; `box` is None where nobody knows its place."""

    text: str
    bold: bool = False
    box: LineBox | None = None


@dataclass(frozen=True, slots=True)
class PageLines:
    """The lines of a page in the order in which they are read. `number` counts from 1; `hidden` is the
    text kept away because a reader of the page cannot see it."""

    number: int
    lines: tuple[TextLine, ...]
    hidden: str = ""

    @property
    def text(self) -> str:
        return "\n".join(line.text for line in self.lines)


def plain_pages(texts: Sequence[str]) -> tuple[PageLines, ...]:
    """Pages of which nothing but the text is known."""
    return tuple(
        PageLines(number, tuple(TextLine(line) for line in text.split("\n")))
        for number, text in enumerate(texts, start=1)
    )
