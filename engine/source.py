"""A report that is open, with what its text has told so far: where pages are read from."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from engine.locate.choose import Choice
from engine.locate.lexicon import Vocabulary
from engine.locate.running_lines import running_lines, without_running_foot
from engine.pdf import ocr
from engine.pdf.open import OpenDocument
from engine.pdf.words import USUAL, Gaps, Page, read_page


@dataclass(frozen=True, slots=True)
class Source:
    """`texts` are those of all pages in order, `pictures` the pages (from 1) whose text is what
    recognition made of them. `may_recognise` allows a page with text to be read as a picture."""

    data: bytes
    document: OpenDocument
    texts: Sequence[str]
    words: Vocabulary
    choice: Choice
    pictures: frozenset[int]
    may_recognise: bool = False
    _read: dict[tuple[int, Gaps], Page] = field(default_factory=dict, repr=False)

    def pages(self, numbers: Sequence[int], gaps: Gaps = USUAL) -> list[Page]:
        """The words of these pages (from 1) without running titles at their feet."""
        for number in numbers:
            if (number, gaps) not in self._read:
                self._read[number, gaps] = self._page(number, gaps)
        return self._without_running_foot([self._read[number, gaps] for number in numbers])

    def pages_by_second_engine(self, numbers: Sequence[int]) -> list[Page]:
        """The same pages as the second engine reads them.

        Raises Unreadable where it cannot read the file.
        """
        # Imported here because few reports need it and its library is slow to load.
        from engine.pdf.second_engine import read_pages

        return self._without_running_foot(read_pages(self.data, tuple(numbers)))

    def pages_as_pictures(self, numbers: Sequence[int]) -> list[Page]:
        """The same pages as text recognition reads them."""
        language = self.words.language
        return [ocr.recognise(self.document, number, language=language) for number in numbers]

    def _page(self, number: int, gaps: Gaps) -> Page:
        if number in self.pictures:
            return ocr.recognise(self.document, number, language=self.words.language)
        return read_page(self.document.pdf, number - 1, gaps)

    def _without_running_foot(self, pages: Sequence[Page]) -> list[Page]:
        running = running_lines(self.texts, [page.number for page in pages])
        return [without_running_foot(page, running) for page in pages]
