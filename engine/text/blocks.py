"""Lines of a page to headings, paragraphs and tables.

What tells them apart: the weight and size of the type, the gaps between lines and where they end,
where the file says so; and otherwise the words and figures of the lines alone.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from statistics import median

from engine.text.lines import LineBox, PageLines, TextLine
from engine.text.sentences import ends_sentence

WIDE_GAP = 1.4  # of the usual distance of lines: a new paragraph
SHORT_LINE = 0.88  # of the width of its neighbours: the last line of a paragraph
LARGE = 1.12  # of the size of most type: a heading
LONGEST_HEADING = 45  # words
SHORT_HEADING = 12  # words of a heading that only its brevity marks
LONGEST_ROW_LABEL = 14  # words of a table's row without its figures
MOST_BETWEEN_ROWS = 3  # lines without figures between two rows of one table
LEAST_ROWS = 2
LEAST_LETTERS = 3

_FIGURE = re.compile(
    r"[(\[]*[-–—−+±~]?[$€£¥]?[(\[]?[-–—−]?[$€£¥]?\d[\d.,'’/]*[)\]]*[%x]?[)\]]*(?:\(\w{1,2}\))?"
)
_BESIDE_FIGURES = frozenset(
    [
        "$",
        "€",
        "£",
        "¥",
        "%",
        ")",
        ")%",
        "—",
        "–",
        "-",
        "−",
        "--",
        "*",
        "n/a",
        "n/m",
        "nm",
        "n.m.",
        "n.a.",
        "bps",
        "pts",
    ]
)
_LETTER = re.compile(r"[^\W\d_]")
_WORD = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")
_BULLET = re.compile(r"(?:[\ue000-\uf8ff•●▪■◦‣·➢►✓○∙]|[-–—*](?=\s)|\(?(?:[ivx]{1,4}|[a-z]|\d{1,2})\)\s)\s*")
_NUMBERED = re.compile(
    r"(?:part|item|note|section|chapter|schedule|exhibit|kapitel|abschnitt|anmerkung|punkt|partie|chapitre"
    r"|nota|capítulo|capitolo|hoofdstuk|toelichting)\s+(?:\d{1,3}[a-z]?|[ivx]{1,5})\b",
    re.IGNORECASE,
)
_OUTLINE_NUMBER = re.compile(r"\d{1,2}(?:\.\d{1,2}){0,3}\.?\s+\S")
_OVER_FIGURES = re.compile(
    r"\b(?:ended|ending|as (?:of|at)|in (?:thousands|millions|billions)|(?:thousands|millions) of"
    r"|change|endend|zum|au|al)\b|^\(.*\)$",
    re.IGNORECASE,
)
# Words that headings write small, whatever they do with the others.
_SMALL_WORDS = frozenset(
    ["a", "an", "and", "as", "at", "by", "for", "from", "in", "into", "of", "on", "or", "our", "the", "to",
     "with", "und", "der", "die", "das", "des", "et", "de", "du", "la", "le", "les", "en", "el", "y", "e",
     "di", "del", "della", "van", "het", "een", "da", "do", "dos"]
)  # fmt: skip


class BlockKind(StrEnum):
    """What a group of lines is."""

    HEADING = "heading"
    PROSE = "prose"
    TABLE = "table"


@dataclass(frozen=True, slots=True)
class Block:
    """Lines of one page that belong together. `rank` of a heading: the smaller, the further out."""

    kind: BlockKind
    page: int
    lines: tuple[TextLine, ...]
    rank: int = 0

    @property
    def text(self) -> str:
        return " ".join(line.text for line in self.lines)


@dataclass(frozen=True, slots=True)
class BodyType:
    """How most of a report is set: size of type, 0 where unknown, and whether it is bold."""

    size: float
    bold: bool


def body_type(pages: Sequence[PageLines]) -> BodyType:
    """How most characters of these pages are set."""
    sizes: Counter[float] = Counter()
    bold = total = 0
    for page in pages:
        for line in page.lines:
            total += len(line.text)
            bold += len(line.text) * line.bold
            if line.box is not None:
                sizes[round(line.box.size, 1)] += len(line.text)
    return BodyType(sizes.most_common(1)[0][0] if sizes else 0.0, bold * 2 > total)


def blocks_of(page: PageLines, body: BodyType) -> tuple[Block, ...]:
    """The headings, paragraphs and tables of a page in order."""
    lines = [line for line in page.lines if line.text]
    in_table = _in_tables(lines)
    leading = _leading(lines)
    blocks: list[Block] = []
    group: list[TextLine] = []
    for index, line in enumerate(lines):
        if group and (
            in_table[index] != in_table[index - 1]
            or (not in_table[index] and _begins_paragraph(group, line, leading))
        ):
            blocks.append(_block(group, page.number, body, is_table=in_table[index - 1]))
            group = []
        group.append(line)
    if group:
        blocks.append(_block(group, page.number, body, is_table=in_table[-1]))
    return tuple(_without_lone_headings(blocks))


def _block(lines: Sequence[TextLine], page: int, body: BodyType, *, is_table: bool) -> Block:
    if is_table:
        return Block(BlockKind.TABLE, page, tuple(lines))
    rank = _heading_rank(lines, body)
    return Block(BlockKind.HEADING if rank else BlockKind.PROSE, page, tuple(lines), rank)


def _without_lone_headings(blocks: Sequence[Block]) -> Iterator[Block]:
    """What only its brevity makes a heading is none unless text or a table follows that it can head."""
    for index, block in enumerate(blocks):
        following = blocks[index + 1] if index + 1 < len(blocks) else None
        if block.kind is BlockKind.HEADING and block.rank == _BRIEF:
            heads = following is not None and (
                following.kind is not BlockKind.PROSE
                or following.text[:1].isupper()
                or _BULLET.match(following.text)
            )
            if not heads:
                yield Block(BlockKind.PROSE, block.page, block.lines)
                continue
        yield block


# --- tables ---------------------------------------------------------------------------------------


def _in_tables(lines: Sequence[TextLine]) -> list[bool]:
    figures = [_trailing_figures(line.text) for line in lines]
    rows = [_is_row(lines, figures, index) for index in range(len(lines))]
    found = [False] * len(lines)
    for start, end in _runs(lines, rows):
        for index in range(start, end):
            found[index] = True
    return found


def _runs(lines: Sequence[TextLine], rows: Sequence[bool]) -> Iterator[tuple[int, int]]:
    """Where tables begin and end: rows with at most a few short lines between them."""
    indices = [index for index, is_row in enumerate(rows) if is_row]
    start = 0
    while start < len(indices):
        end = start
        while end + 1 < len(indices) and _is_bridged(lines, indices[end], indices[end + 1]):
            end += 1
        if end - start + 1 >= LEAST_ROWS:
            first = indices[start]
            while first > 0 and not rows[first - 1] and _stands_over_figures(lines[first - 1].text):
                first -= 1
            yield first, indices[end] + 1
        start = end + 1


def _is_bridged(lines: Sequence[TextLine], a: int, b: int) -> bool:
    between = lines[a + 1 : b]
    return len(between) <= MOST_BETWEEN_ROWS and all(
        len(_WORD.findall(line.text)) <= LONGEST_ROW_LABEL and not line.text.rstrip().endswith(".")
        for line in between
    )


def _is_row(lines: Sequence[TextLine], figures: Sequence[int], index: int) -> bool:
    text, count = lines[index].text, figures[index]
    if not count or len(_WORD.findall(text)) > LONGEST_ROW_LABEL:
        return False
    if count >= 2:
        return True
    near = [figures[n] for n in (index - 1, index + 1) if 0 <= n < len(lines)]
    return sum(bool(one) for one in near) == 2 or any(one >= 2 for one in near)


def _stands_over_figures(text: str) -> bool:
    return (
        len(_WORD.findall(text)) <= LONGEST_ROW_LABEL
        and bool(_OVER_FIGURES.search(text))
        and (not text.rstrip().endswith("."))
    )


def _trailing_figures(text: str) -> int:
    """How many figures stand at the end of a line."""
    count = 0
    for token in reversed(text.split()):
        if _FIGURE.fullmatch(token):
            count += 1
        elif token.casefold() not in _BESIDE_FIGURES:
            break
        elif token in ("—", "–", "-", "−", "--"):
            count += bool(count)  # a dash is a figure beside figures
    return count


# --- paragraphs -----------------------------------------------------------------------------------


def _leading(lines: Sequence[TextLine]) -> float:
    """The usual distance from one line to the next, 0 where unknown."""
    gaps = [
        a.box.y - b.box.y
        for a, b in pairwise(lines)
        if a.box is not None and b.box is not None and 0 < a.box.y - b.box.y < 4 * a.box.size
    ]
    return median(gaps) if gaps else 0.0


def _begins_paragraph(group: Sequence[TextLine], line: TextLine, leading: float) -> bool:
    previous = group[-1]
    if _BULLET.match(line.text) or (_NUMBERED.match(line.text) and ends_sentence(previous.text)):
        return True
    if previous.bold != line.bold and (previous.bold or ends_sentence(previous.text)):
        return True
    if previous.text.isupper() and not line.text.isupper() and len(_LETTER.findall(previous.text)) >= 4:
        return True
    a, b = previous.box, line.box
    if a is not None and b is not None:
        if abs(a.size - b.size) > 0.15 * max(a.size, b.size):
            return True
        if b.y - a.y > b.size:  # the next column
            return not _runs_on(previous.text, line.text)
        if leading and a.y - b.y > WIDE_GAP * leading:
            return True
        return ends_sentence(previous.text) and _ends_early(group, a)
    return ends_sentence(previous.text) and len(previous.text) < SHORT_LINE * max(
        len(one.text) for one in (*group, line)
    )


def _ends_early(group: Sequence[TextLine], box: LineBox) -> bool:
    right = max(line.box.x1 for line in group if line.box is not None)
    left = min(line.box.x0 for line in group if line.box is not None)
    return box.x1 - left < SHORT_LINE * (right - left) if len(group) > 1 else False


def _runs_on(before: str, after: str) -> bool:
    return not ends_sentence(before) and after[:1].islower()


# --- headings -------------------------------------------------------------------------------------

_OUTER, _LARGE_TYPE, _CAPITALS, _BOLD, _BRIEF = 1, 2, 3, 4, 5


def _heading_rank(lines: Sequence[TextLine], body: BodyType) -> int:
    """0 for a paragraph; otherwise the smaller, the further out the heading."""
    text = " ".join(line.text for line in lines)
    words = _WORD.findall(text)
    letters = len(_LETTER.findall(text))
    if letters < LEAST_LETTERS or not words or len(words) > LONGEST_HEADING or _BULLET.match(text):
        return 0
    ends = ends_sentence(text)
    size = median([line.box.size for line in lines if line.box is not None] or [0.0])
    if _NUMBERED.match(text) and (not ends or len(words) <= SHORT_HEADING):
        return _OUTER
    if body.size and size >= LARGE * body.size and not ends:
        return _LARGE_TYPE
    if text.isupper() and letters >= 4 and len(words) <= 2 * SHORT_HEADING:
        return _CAPITALS
    if all(line.bold for line in lines) and not body.bold and (not body.size or size >= 0.9 * body.size):
        return _BOLD
    return _BRIEF if not ends and _looks_brief(text, words, len(lines)) else 0


def _looks_brief(text: str, words: Sequence[str], lines: int) -> bool:
    """A short line in the manner of a heading: its words begin with capitals, but for small ones."""
    if lines > 1 or len(words) > SHORT_HEADING or text.rstrip().endswith((",", ";", "-", "–", "—")):
        return False
    if not (text[0].isupper() or _OUTLINE_NUMBER.match(text)):
        return False
    long = [word for word in words if word.casefold() not in _SMALL_WORDS]
    return bool(long) and sum(word[0].isupper() for word in long) >= 0.6 * len(long)
