"""Pages to passages: pieces of a report that can be found, quoted and judged by themselves.

    passages_of(pages: Sequence[PageLines]) -> Passages(passages, language, hidden_pages)

`pages` come from `engine.pdf.text_lines.page_lines` (with the look of the type), or from
`engine.text.lines.plain_pages(texts)` where only the text is known. For files that are not trusted,
`engine.sandbox.passages_safely(data)` does all of it in a child. A `Passage` has

    number     its place in the report, from 0
    kind       PROSE, or TABLE for rows of figures (found by search, never judged or summarised)
    headings   what it stands under, outermost first; may be ()
    text       paragraphs divided by "\\n"; lines are joined, divided words put together
    starts     ((offset in text, page), ...): from where on the text stands on which page (from 1)
    language   ISO 639-1, "" where nothing says so

`passage.sentences()` gives its sentences, each with its page and its place in the text. A passage is
whole paragraphs of one heading, up to some 300 words; one never crosses a table, a longer paragraph
is divided between sentences. Passages do not overlap: what is counted over them is counted once.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from engine.classify.language import language_of
from engine.locate.running_lines import LEAST_PAGES, WINDOW
from engine.text.blocks import Block, BlockKind, blocks_of, body_type
from engine.text.lines import PageLines, TextLine
from engine.text.sentences import ends_sentence, sentences_of

WANTED_WORDS = 200  # from which a passage is closed at the end of a paragraph
MOST_WORDS = 320
LEAST_WORDS_FOR_LANGUAGE = 40
LEAST_WORDS_ALONE = 6  # of a heading without text that is kept as text
HEADING_DEPTH = 3
EDGE_LINES = 4  # of a page, at each end, among which running titles are looked for
LONGEST_HEADING = 300  # characters
_DIVIDED = re.compile(r"[\x02\ufffe\xad]\Z")
_HYPHEN = re.compile(r"([^\W\d_]+)[-‐]\Z")
_PRIVATE = re.compile(r"[\ue000-\uf8ff]")
_FIRST_WORD = re.compile(r"[^\W\d_]+")
_NOT_LETTERS = re.compile(r"[\W\d_]+")
_PAGE_NUMBER = re.compile(
    r"(?:page|seite|pagina|página|side)?\s*[-–|]?\s*(?:[a-z]-?)?\d{1,4}"
    r"\s*(?:of|von|/|\|)?\s*\d{0,4}\s*[-–|]?",
    re.IGNORECASE,
)


class PassageKind(StrEnum):
    """What a passage is made of."""

    PROSE = "prose"
    TABLE = "table"


@dataclass(frozen=True, slots=True)
class PlacedSentence:
    """A sentence, the page it begins on (from 1) and its place in the passage's text."""

    text: str
    page: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of a report; see the module."""

    number: int
    kind: PassageKind
    headings: tuple[str, ...]
    text: str
    starts: tuple[tuple[int, int], ...]
    language: str = ""

    @property
    def page(self) -> int:
        return self.starts[0][1]

    @property
    def last_page(self) -> int:
        return self.starts[-1][1]

    def page_at(self, offset: int) -> int:
        """The page on which the character at this place of the text stands."""
        return page_at(self.starts, offset)

    def sentences(self) -> tuple[PlacedSentence, ...]:
        """The sentences of prose; the rows of a table are none."""
        return placed_sentences(self.kind, self.text, self.starts)


@dataclass(frozen=True, slots=True)
class Passages:
    """All passages of a report, its language, and the pages with text that nobody can see."""

    passages: tuple[Passage, ...]
    language: str
    hidden_pages: tuple[int, ...] = ()


def page_at(starts: Sequence[tuple[int, int]], offset: int) -> int:
    """The page of the last start at or before an offset."""
    page = starts[0][1]
    for start, number in starts:
        if start > offset:
            break
        page = number
    return page


def placed_sentences(
    kind: PassageKind, text: str, starts: Sequence[tuple[int, int]]
) -> tuple[PlacedSentence, ...]:
    """The sentences of a passage's text with their pages; none for a table."""
    if kind is not PassageKind.PROSE:
        return ()
    return tuple(
        PlacedSentence(sentence.text, page_at(starts, sentence.start), sentence.start, sentence.end)
        for sentence in sentences_of(text)
    )


def passages_of(pages: Sequence[PageLines]) -> Passages:
    """The passages of a report. The same pages always give the same passages."""
    hidden = tuple(page.number for page in pages if page.hidden)
    texts = [page.text for page in pages]
    language = language_of(texts)
    pages = _without_running_lines(pages)
    body = body_type(pages)
    words = _vocabulary(texts)
    packer = _Packer(language, words)
    for page in pages:
        for block in blocks_of(page, body):
            packer.add(block)
    return Passages(tuple(packer.finished()), language, hidden)


def _vocabulary(texts: Sequence[str]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for text in texts:
        counts.update(word.casefold() for word in _FIRST_WORD.findall(text))
    return counts


# --- running titles -------------------------------------------------------------------------------


def _without_running_lines(pages: Sequence[PageLines]) -> list[PageLines]:
    """The pages without the titles and numbers at their head and foot."""
    edges = [_edges(page) for page in pages]
    least = max(2, min(LEAST_PAGES, len(pages)))
    kept = []
    for index, page in enumerate(pages):
        near: Counter[str] = Counter()
        for others in edges[max(0, index - WINDOW) : index + WINDOW + 1]:
            near.update(set(others))
        kept.append(PageLines(page.number, _inner(page.lines, near, least), page.hidden))
    return kept


def _edges(page: PageLines) -> list[str]:
    lines = [line.text for line in page.lines if line.text.strip()]
    return [key for text in (*lines[:EDGE_LINES], *lines[-EDGE_LINES:]) if (key := _key(text))]


def _key(text: str) -> str:
    letters = _NOT_LETTERS.sub("", text.casefold())
    return letters if len(letters) >= 4 else ""


def _inner(lines: tuple[TextLine, ...], near: Counter[str], least: int) -> tuple[TextLine, ...]:
    kept = [line for line in lines if line.text.strip()]
    edge = {*range(min(EDGE_LINES, len(kept))), *range(max(0, len(kept) - EDGE_LINES), len(kept))}
    running = {
        index
        for index in edge
        if _PAGE_NUMBER.fullmatch(kept[index].text.strip()) or near[_key(kept[index].text)] >= least
    }
    return tuple(line for index, line in enumerate(kept) if index not in running)


# --- packing --------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Paragraph:
    text: str
    starts: list[tuple[int, int]]

    @property
    def words(self) -> int:
        return self.text.count(" ") + 1


@dataclass(slots=True)
class _Packer:
    """Takes blocks in order and makes passages of them."""

    language: str
    vocabulary: Counter[str]
    made: list[Passage] = field(default_factory=list)
    paragraphs: list[_Paragraph] = field(default_factory=list)
    path: list[tuple[int, str, int]] = field(default_factory=list)  # rank, text, page
    unused_heading: bool = False

    def add(self, block: Block) -> None:
        if block.kind is BlockKind.HEADING:
            if self._continues(block):
                self._continue(block)
            else:
                self._head(block)
        elif block.kind is BlockKind.TABLE:
            self._flush()
            self._table(block)
        elif self._continues(block):
            self._continue(block)
        else:
            if sum(paragraph.words for paragraph in self.paragraphs) >= WANTED_WORDS:
                self._flush()
            self.paragraphs.append(self._paragraph(block))

    def finished(self) -> list[Passage]:
        self._flush()
        self._keep_lone_heading()
        return self.made

    def _continues(self, block: Block) -> bool:
        """Whether a paragraph goes on on the next page or in the next column."""
        if not self.paragraphs or block.kind is BlockKind.TABLE:
            return False
        last = self.paragraphs[-1]
        return (
            last.starts[-1][1] in (block.page, block.page - 1)
            and not ends_sentence(last.text)
            and block.text[:1].islower()
        )

    def _continue(self, block: Block) -> None:
        last, more = self.paragraphs[-1], self._paragraph(block)
        joined = self._joined(last.text, more.text)
        shift = len(joined) - len(more.text)
        if block.page != last.starts[-1][1]:
            last.starts.append((max(shift, 0), block.page))
        last.text = joined

    def _head(self, block: Block) -> None:
        self._flush()
        if self.path and block.rank <= self.path[-1][0]:
            self._keep_lone_heading()
        while self.path and self.path[-1][0] >= block.rank:
            self.path.pop()
        self.path.append((block.rank, self._paragraph(block).text[:LONGEST_HEADING], block.page))
        self.unused_heading = True

    def _keep_lone_heading(self) -> None:
        """A heading that nothing stood under is text of its own, such as a quotation in large type."""
        if not self.unused_heading or not self.path:
            return
        _, text, page = self.path[-1]
        self.unused_heading = False
        if text.count(" ") + 1 >= LEAST_WORDS_ALONE:
            outer = tuple(heading for _, heading, _ in self.path[:-1])
            self._make(PassageKind.PROSE, text, [(0, page)], outer)

    def _table(self, block: Block) -> None:
        rows: list[str] = []
        count = 0
        for line in block.lines:
            rows.append(_clean(line.text))
            count += line.text.count(" ") + 1
            if count >= MOST_WORDS:
                self._make(PassageKind.TABLE, "\n".join(rows), [(0, block.page)])
                rows, count = [], 0
        if rows:
            self._make(PassageKind.TABLE, "\n".join(rows), [(0, block.page)])
        self.unused_heading = False

    def _flush(self) -> None:
        text = ""
        starts: list[tuple[int, int]] = []
        for paragraph in self.paragraphs:
            for part in _divided(paragraph):
                words = text.count(" ") + text.count("\n") + 1 if text else 0
                if text and words + part.words > MOST_WORDS:
                    self._make(PassageKind.PROSE, text, starts)
                    text, starts = "", []
                shift = len(text) + 1 if text else 0
                for offset, page in part.starts:
                    if not starts or starts[-1][1] != page:
                        starts.append((offset + shift if starts else 0, page))
                text = f"{text}\n{part.text}" if text else part.text
        if text:
            self._make(PassageKind.PROSE, text, starts)
        if self.paragraphs:
            self.unused_heading = False
        self.paragraphs = []

    def _make(
        self,
        kind: PassageKind,
        text: str,
        starts: Sequence[tuple[int, int]],
        headings: tuple[str, ...] | None = None,
    ) -> None:
        if not _FIRST_WORD.search(text):
            return
        if headings is None:
            headings = tuple(heading for _, heading, _ in self.path)
        language = language_of([text]) if text.count(" ") >= LEAST_WORDS_FOR_LANGUAGE else ""
        self.made.append(
            Passage(
                len(self.made),
                kind,
                headings[-HEADING_DEPTH:],
                text,
                tuple(starts),
                language or self.language,
            )
        )

    def _paragraph(self, block: Block) -> _Paragraph:
        text = ""
        for line in block.lines:
            text = self._joined(text, line.text) if text else line.text.strip()
        return _Paragraph(_clean(text), [(0, block.page)])

    def _joined(self, before: str, after: str) -> str:
        """Two lines as one text, a word that was divided between them put together again."""
        before, after = before.rstrip(), after.lstrip()
        if _DIVIDED.search(before):
            return self._undivided(before[:-1], after)
        if _HYPHEN.search(before) and after[:1].islower():
            return self._undivided(before[:-1], after)
        return f"{before} {after}"

    def _undivided(self, before: str, after: str) -> str:
        """Without the hyphen where the report writes the word so elsewhere, or writes it with neither."""
        head, tail = _HYPHEN.search(before + "-"), _FIRST_WORD.match(after)
        if head is None or tail is None:
            return f"{before}-{after}"
        is_one_word = self.vocabulary[(head[1] + tail[0]).casefold()] > 0
        return f"{before}{after}" if is_one_word else f"{before}-{after}"


def _divided(paragraph: _Paragraph) -> Iterator[_Paragraph]:
    """A long paragraph in parts, divided between sentences."""
    if paragraph.words <= MOST_WORDS:
        yield paragraph
        return
    begin = end = words = 0
    for sentence in sentences_of(paragraph.text):
        count = sentence.text.count(" ") + 1
        if words and words + count > MOST_WORDS:
            yield _part(paragraph, begin, end)
            begin, words = sentence.start, 0
        words += count
        end = sentence.end
    yield _part(paragraph, begin, end)


def _part(paragraph: _Paragraph, begin: int, end: int) -> _Paragraph:
    starts = [(0, page_at(paragraph.starts, begin))]
    starts += [(offset - begin, page) for offset, page in paragraph.starts if begin < offset < end]
    return _Paragraph(paragraph.text[begin:end], starts)


def _clean(text: str) -> str:
    """Single spaces, hyphens for the marks of hyphens, bullets for the private characters that draw them."""
    plain = text.replace("\x02", "-").replace("\ufffe", "-").replace("\xad", "")
    return " ".join(_PRIVATE.sub("•", plain).split())
