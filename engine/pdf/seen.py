"""What a text recogniser gives back: words on a picture, before they become words of a page."""

from dataclasses import dataclass
from typing import Protocol

from PIL import Image


@dataclass(frozen=True, slots=True)
class Seen:
    """A word on the picture: box in pixels from the top left, `sure` from 0 to 100, `line` a key."""

    text: str
    x0: int
    y0: int
    x1: int
    y1: int
    sure: float
    line: tuple[int, ...]

    @property
    def height(self) -> int:
        return self.y1 - self.y0


class Recogniser(Protocol):
    """A program that reads pictures. The same picture gives the same words.

    `COARSE_DPI` is enough to find the pages with statements. One that is `MULTILINGUAL` reads
    better when it is told the language.
    """

    COARSE_DPI: int
    MULTILINGUAL: bool

    def is_available(self) -> bool:
        """Whether it is installed."""

    def see(self, image: Image.Image, dots_per_inch: int, language: str, careful: bool) -> list[Seen]:
        """The words of a grey picture; none where the program fails or takes too long. `careful`
        allows it a second look at what it was unsure of."""
