"""Lines to rows: label, note reference and figures; wrapped labels joined; sections and levels.

Whether a line without figures is a heading or the beginning of a long label is decided by its
words (lower case, brackets, connectives), by its width (a label is only wrapped when the next word
would not have fitted) and by the distance to its neighbours.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from engine.locate.lexicon import Vocabulary, letters
from engine.pdf.words import Line, Word
from engine.tables.columns import Band, column_of
from engine.tables.numbers import Figure, FigureKind, figures_of
from engine.tables.units import is_unit_text

_LEADERS = re.compile(r"(?:\s*[.…_·‥]){3,}\s*$|\s*…+\s*$")
_NOTE_WORD = re.compile(
    r"[(\[]?(?:[A-Z]?\d{1,2}(?:\.\d{1,2}){0,2}(?:\.?\(?[a-zA-Z]{1,3}\)?)*(?:\.\[\d\])?|[a-zA-Z])[)\]]?"
    r"(?:[,;&/–-](?:\d{1,2}(?:\.\d{1,2})?(?:\([a-z]\))?)?)*|and|&|[-–,]"
)
UNIT_REACH = 16  # points that a unit may begin left of the figures below it
TIGHT = 0.86  # of the distance between rows: lines that stand closer belong to one label
_OPEN_ENDS = (",", ";", "-", "–", "—", "(", "/", "&")


@dataclass(slots=True)
class RawRow:
    """One printed line, or several joined. `figures` has one place per value column."""

    label: str
    figures: list[Figure | None]
    note: str
    x0: float
    label_x1: float
    top: float
    bottom: float
    left: float
    right: float
    y: float
    size: float
    bold: bool
    page: int
    first_word_width: float = 0.0
    last_y: float = 0.0
    section: str = ""
    level: int = 0
    lines: int = 1
    unit_words: str = ""
    margin: float = 0.0  # the left edge of what stands on its page or half of a page

    @property
    def has_figures(self) -> bool:
        return any(f is not None for f in self.figures)


def raw_rows(
    lines: Sequence[Line], bands: Sequence[Band], page: int, spaced_groups: bool, unit_words: str = ""
) -> list[RawRow]:
    """Every line as a row, unjoined. `bands` may begin with a note column.

    Words that stand over the figures and name a unit hold for the rows below them; `unit_words` are
    those that hold for the first rows.
    """
    rows = []
    margin = min((line.x0 for line in lines), default=0.0)
    for line in lines:
        own, rest = _unit_over_figures(line, bands, spaced_groups)
        unit_words = own or unit_words
        row = _raw_row(rest, bands, page, spaced_groups) if rest.words else None
        if row is not None:
            row.unit_words, row.margin = unit_words, margin
            rows.append(row)
    return rows


def _unit_over_figures(line: Line, bands: Sequence[Band], spaced_groups: bool) -> tuple[str, Line]:
    """The unit named over the columns in a line without figures, and the line without it."""
    values = [b for b in bands if not b.is_note]
    over = [w for w in line.words if w.x0 >= values[0].x0 - UNIT_REACH]
    text = " ".join(w.text for w in over)
    if text.isdigit() and line.x0 > values[-1].x1:  # a page number at the outer edge
        return "", Line([], line.y)
    if not over or not any(c.isalpha() or c in "$€£¥₵¢" for c in text) or not is_unit_text(text):
        return "", line
    if any(f is not None for f in cells_of(line, values, spaced_groups)[0]):
        return "", line
    return text, Line([w for w in line.words if w not in over], line.y)


def _raw_row(line: Line, bands: Sequence[Band], page: int, spaced_groups: bool) -> RawRow | None:
    values = [b for b in bands if not b.is_note]
    notes = bands[0] if bands and bands[0].is_note else None
    cells, taken = cells_of(line, values, spaced_groups)
    first_cell = min((f.x0 for f in cells if f is not None), default=None)
    label: list[Word] = []
    note: list[Word] = []
    for n, word in enumerate(line.words):
        if n in taken or word.raised:
            continue
        if first_cell is not None and word.x0 >= first_cell - 0.1:
            continue
        if notes is not None and _like_note(word.text) and _in_notes(word, notes, label, note):
            note.append(word)
        else:
            label.append(word)
    text = _LEADERS.sub("", " ".join(w.text for w in label)).strip()
    text = re.sub(r"\s*(?:[$€£¥]|US\$|A\$|C\$|(?<!\w)(?:Fr|kr)\.?)\s*$", "", text)
    if not text and not any(f is not None for f in cells):
        return None
    words = label or line.words
    return RawRow(
        text,
        cells,
        " ".join(w.text for w in note),
        words[0].x0,
        label[-1].x1 if label else words[0].x0,
        min(w.top for w in line.words),
        max(w.bottom for w in line.words),
        line.x0,
        line.x1,
        line.y,
        line.size,
        bool(label) and sum(w.bold for w in label) * 2 > len(label),
        page,
        first_word_width=words[0].x1 - words[0].x0,
        last_y=line.y,
    )


def cells_of(line: Line, values: Sequence[Band], spaced_groups: bool) -> tuple[list[Figure | None], set[int]]:
    """The figures of a line by column, and the places of the words they use."""
    cells: list[Figure | None] = [None] * len(values)
    taken: set[int] = set()
    for figure in reversed(figures_of(line, spaced_groups)):
        column = column_of(figure, values)
        if column is None or cells[column] is not None:
            continue
        if any(cells[c] is not None for c in range(column)):
            continue
        if not figure.free and not _allowed_beside_text(line, figure, values[column]):
            continue
        cells[column] = figure
        taken |= set(range(figure.first, figure.last + 1))
    return cells, taken


def _allowed_beside_text(line: Line, figure: Figure, band: Band) -> bool:
    """A figure that touches a word counts when it ends exactly where its column does and nothing
    but figures follows."""
    after = line.words[figure.last + 1] if figure.last + 1 < len(line.words) else None
    if after is not None and not after.raised and after.x0 - figure.x1 < 0.55 * figure.size:
        return not any(c.isalpha() for c in after.text)
    if figure.kind is FigureKind.DASH:
        return True
    return abs(figure.right - band.right) <= 0.3 * figure.size


def _in_notes(word: Word, notes: Band, label: Sequence[Word], note: Sequence[Word]) -> bool:
    """Under the notes, and parted from the label."""
    middle = (word.x0 + word.x1) / 2
    if not notes.x0 - 26 <= middle <= notes.x1 + 26:
        return False
    return bool(note) or not label or word.x0 - label[-1].x1 > 0.6 * word.size


def _like_note(text: str) -> bool:
    return bool(_NOTE_WORD.fullmatch(text))


def join_wrapped(rows: list[RawRow], words: Vocabulary) -> list[RawRow]:
    """Rows with the pieces of wrapped labels put together."""
    if not rows:
        return rows
    rows = _around_figures(rows)
    edge = _label_edge(rows)
    leading = _usual_leading(rows)
    joined: list[RawRow] = []
    n = 0
    while n < len(rows):
        row = rows[n]
        if joined and _continues_upwards(
            joined[-1], row, rows[n + 1] if n + 1 < len(rows) else None, edge, leading, words
        ):
            _append(joined[-1], row)
        elif joined and not joined[-1].has_figures and _leads_into(joined[-1], row, edge, leading, words):
            _prepend(joined[-1], row)
        else:
            joined.append(row)
        n += 1
    return joined


def _around_figures(rows: list[RawRow]) -> list[RawRow]:
    """Labels of two lines whose figures stand at half height between them."""
    joined: list[RawRow] = []
    n = 0
    while n < len(rows):
        trio = rows[n : n + 3]
        if len(trio) == 3 and _stand_around(*trio):
            _prepend(trio[0], trio[1])
            _append(trio[0], trio[2])
            joined.append(trio[0])
            n += 3
        else:
            joined.append(rows[n])
            n += 1
    return joined


def _stand_around(above: RawRow, figures: RawRow, below: RawRow) -> bool:
    if above.has_figures or below.has_figures or figures.label or not figures.has_figures:
        return False
    return not _apart(above, below) and below.y - above.last_y < 1.7 * above.size


def _label_edge(rows: Sequence[RawRow]) -> float:
    """How far to the right labels run before they are wrapped. Lines that reach over the figures, as
    headings of columns do, say nothing about it."""
    first = min((f.x0 for row in rows for f in row.figures if f is not None), default=math.inf)
    return max((row.label_x1 for row in rows if row.label and row.label_x1 <= first + 5), default=0.0)


def _usual_leading(rows: Sequence[RawRow]) -> float:
    steps = [
        b.y - a.last_y
        for a, b in pairwise(rows)
        if a.page == b.page and a.has_figures and b.has_figures and 0 < b.y - a.last_y < 60
    ]
    return median(steps) if steps else 12.0


def _starts_small(label: str) -> bool:
    """Begins as the middle of a sentence does; "(Increase)/decrease" and "(Loss) for" begin one."""
    if re.match(r"\([^\W\d_]+\)", label) and label[1].isupper():
        return False
    return bool(label) and (label[0].islower() or label[0] in "(,;)&" or label[0].isdigit())


def _ends_open(label: str, words: Vocabulary) -> bool:
    """Ends in a word or mark that wants a continuation."""
    if not label:
        return False
    if label.endswith(_OPEN_ENDS) or label.count("(") > label.count(")"):
        return True
    last = re.split(r"\s+", label)[-1].lower().strip("’'\"“”")
    return last in words.connectives


def _fits(before: RawRow, after: RawRow, edge: float) -> bool:
    """Whether the next word would have fitted behind the line, so that there was no need to wrap."""
    return before.label_x1 + 0.25 * before.size + after.first_word_width <= edge - 0.3 * before.size


def _leads_into(above: RawRow, below: RawRow, edge: float, leading: float, words: Vocabulary) -> bool:
    """Whether a line without figures is the beginning of the label below."""
    if _apart(above, below) or not below.label or below.y - above.last_y > 1.7 * max(leading, above.size):
        return False
    if above.label.endswith((":", ".")) and above.label.count("(") <= above.label.count(")"):
        return False
    if above.bold != below.bold and not _ends_open(above.label, words):
        return False
    starts_small = _starts_small(below.label) and not re.match(r"\(\w{1,3}\)\s", below.label)
    if _ends_open(above.label, words) and (starts_small or not _fits(above, below, edge)):
        return True
    if _is_tight(above, below, leading) and (starts_small or not _fits(above, below, edge)):
        return True
    if starts_small:
        return not _fits(above, below, edge) or below.x0 >= above.x0 - 1
    if above.label.isupper() != below.label.isupper():
        return False
    return not _fits(above, below, edge) and below.x0 >= above.x0 - 1 and len(above.label) > 25


def _continues_upwards(
    above: RawRow, row: RawRow, below: RawRow | None, edge: float, leading: float, words: Vocabulary
) -> bool:
    """Whether a line without figures is the rest of the label above, whose figures stand on its
    first line."""
    if row.has_figures or not above.has_figures or not above.label or _apart(above, row):
        return False
    if row.y - above.last_y > 1.45 * max(leading, row.size) or (
        row.label.endswith(":") and not _ends_open(above.label, words)
    ):
        return False
    small = _starts_small(row.label) and not re.match(r"\(\w{1,3}\)\s", row.label)
    if small and (not _fits(above, row, edge) or _ends_open(above.label, words)):
        return True
    if _ends_open(above.label, words) and not _fits(above, row, edge):
        return True
    if small and row.y - above.last_y < 0.97 * leading:
        return True
    return _is_tight(above, row, leading) and not (below is not None and _is_tight(row, below, leading))


def _apart(above: RawRow, below: RawRow) -> bool:
    """On two pages, or in two halves of one."""
    return above.page != below.page or below.y < above.last_y


def _is_tight(above: RawRow, below: RawRow, leading: float) -> bool:
    """Clearly closer than two rows of the table are, as the lines of one label stand."""
    return below.y - above.last_y < TIGHT * leading and above.bold == below.bold


def _append(row: RawRow, rest: RawRow) -> None:
    row.label = _glued(row.label, rest.label)
    row.note = row.note or rest.note
    row.label_x1 = rest.label_x1
    _widen(row, rest)


def _prepend(head: RawRow, rest: RawRow) -> None:
    head.label = _glued(head.label, rest.label)
    head.figures = rest.figures
    head.unit_words = rest.unit_words
    head.note = head.note or rest.note
    head.label_x1 = rest.label_x1 if rest.label else head.label_x1
    _widen(head, rest)


def _widen(row: RawRow, rest: RawRow) -> None:
    row.bottom = max(row.bottom, rest.bottom)
    row.left, row.right = min(row.left, rest.left), max(row.right, rest.right)
    row.last_y = rest.last_y
    row.lines += rest.lines


def _glued(a: str, b: str) -> str:
    if a.endswith("-") and b[:1].islower() and not a.endswith(" -"):
        return (
            a + b
            if re.search(r"\b(?:non|pre|post|long|short|available|held|right|self)-$", a, re.IGNORECASE)
            else a[:-1] + b
        )
    return f"{a} {b}".strip()


def place_sections(rows: Sequence[RawRow], words: Vocabulary) -> None:
    """Section and level of every row: the nearest heading above, the step of indentation. A heading
    over two lines, whose first one ends open or whose second one begins small, is one heading to the
    rows below it."""
    steps = _indents(rows)
    section = above = ""
    for row in rows:
        row.level = min(range(len(steps)), key=lambda n: abs(steps[n] - _indent(row))) if steps else 0
        row.section = section
        if row.has_figures:
            above = ""
            continue
        goes_on = bool(above) and (_ends_open(above, words) or row.label[:1].islower())
        section = f"{section} {row.label}" if goes_on else row.label
        above = "" if row.label.endswith(":") else row.label
        section = section.rstrip(":").strip()


def _indent(row: RawRow) -> float:
    return row.x0 - row.margin


def _indents(rows: Sequence[RawRow]) -> list[float]:
    """The left edges in use, steps of less than 2.5 points taken as one."""
    steps: list[float] = []
    for x in sorted(_indent(row) for row in rows if row.label):
        if not steps or x - steps[-1] > 2.5:
            steps.append(x)
    return steps[:8]


def is_see_notes(line_text: str, words: Vocabulary) -> bool:
    """The line that sends the reader to the notes and ends a statement."""
    squashed = letters(line_text)
    return any(mark in squashed for mark in words.see_notes) and len(squashed) > 14
