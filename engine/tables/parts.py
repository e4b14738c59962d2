"""What of each page belongs to a statement: where it begins and ends, its heading, its columns."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from engine.errors import NotFound
from engine.kinds import StatementKind
from engine.locate.lexicon import Vocabulary, letters
from engine.locate.score import is_other_title, title_kind
from engine.pdf.words import Line, Page
from engine.tables.columns import Band, find_bands
from engine.tables.halves import halves_of
from engine.tables.header import phrases_of
from engine.tables.numbers import (
    Figure,
    FigureKind,
    figures_of,
    is_date,
    uses_spaced_groups,
)
from engine.tables.rows import cells_of, is_see_notes
from engine.tables.sidebars import without_sidebars
from engine.tables.units import is_unit_text

LEAST_ROWS_BEFORE_END = 5  # an end that comes sooner belongs to what stands above
_LONGEST_TITLE = 60  # letters; a longer line that names another statement is a sentence
_HEADER_LINES = 16  # from the title to the first line of figures at most: the longest seen has 13
_YEAR_WORD = re.compile(r"(?:FY)?(?:19|20)\d\d[*†),]?(?:/\d\d(?:\d\d)?)?")
_FOOT_HEADING = 12  # lines at the foot of a page in which a statement of the next page may begin
_NOTE_REACH = 16  # points from a column of notes to the middle of its heading
_ROWS_BEFORE_YEARS = 1  # lines of figures above the years that are addresses and numbers of companies


@dataclass(slots=True)
class Part:
    """What one page holds of a statement."""

    page: Page
    title: str
    before: list[Line]  # above the title, and above the header
    header: list[Line]
    body: list[Line]
    after: list[Line]
    bands: list[Band]
    spaced: bool


def values_of(part: Part) -> list[Band]:
    return [band for band in part.bands if not band.is_note]


def parts_of(kind: StatementKind, pages: Sequence[Page], words: Vocabulary) -> list[Part]:
    """What of these pages is the statement, page by page and half by half.

    Raises NotFound (table_not_read) where no columns of figures are found.
    """
    pages = [half for page in pages for half in _halves(kind, page, words)]
    parts: list[Part] = []
    carried: list[Line] = []
    reference = _richest_bands(kind, pages, words)
    for page in pages:
        foot = _heading_at_foot(kind, page, words) if len(pages) > 1 and not parts else []
        if foot:
            carried = foot
            continue
        part = _part(kind, page, words, reference)
        if part is not None:
            if carried and not parts:
                part.title, part.header = carried[0].text, [*carried[1:], *part.header]
            parts.append(part)
    if not parts:
        raise NotFound("The pages were found and no columns of figures on them.", code="table_not_read")
    return parts


def _halves(kind: StatementKind, page: Page, words: Vocabulary) -> list[Page]:
    """The halves of a page that belong to the statement: those without the title of another one."""
    halves = halves_of(page)
    if len(halves) == 1:
        return [page]
    kept = []
    for half in halves:
        titles = {title_kind(letters(line.text), words) for line in half.lines if not is_row(line)} - {None}
        if kind in titles or not titles:
            kept.append(half)
    return kept or [page]


def _richest_bands(kind: StatementKind, pages: Sequence[Page], words: Vocabulary) -> list[Band]:
    """The columns of the page with most figures, for pages with few."""
    best: list[Band] = []
    for page in pages if len(pages) > 1 else ():
        region = _region(kind, page, words)[0]
        bands = _bands_of(region, uses_spaced_groups(region))
        if sum(b.rows for b in bands) > sum(b.rows for b in best):
            best = bands
    return best


def _region(kind: StatementKind, page: Page, words: Vocabulary) -> tuple[list[Line], int, int]:
    start = _start(kind, page.lines, words)
    end = _end(kind, page.lines, start, words)
    return page.lines[start:end], start, end


def _heading_at_foot(kind: StatementKind, page: Page, words: Vocabulary) -> list[Line]:
    """The title and column heads of a statement whose figures begin on the next page."""
    for n, line in enumerate(page.lines):
        if n > len(page.lines) - _FOOT_HEADING and _is_title(kind, line, words):
            below = page.lines[n:]
            if sum(is_row(line) for line in below) <= 1:
                return below
    return []


def _part(kind: StatementKind, page: Page, words: Vocabulary, reference: list[Band]) -> Part | None:
    lines = page.lines
    region, start, end = _region(kind, page, words)
    if not region:
        return None
    spaced = uses_spaced_groups(region)
    bands = _bands_of(region, spaced)
    if reference:
        bands = _inherited(bands, reference)
    values = [band for band in bands if not band.is_note]
    if not values:
        return None
    region = without_sidebars(region, bands)
    head = _header_end(region, values, spaced, words)
    title = region[0].text if start or _is_title(kind, lines[0], words) else ""
    part = Part(page, title, lines[:start], region[:head], region[head:], lines[end:], bands, spaced)
    _settle_note_column(part, words)
    return part


def _without_header(figures: list[Figure]) -> list[Figure]:
    return [] if figures and all(f.is_year for f in figures) else figures


def _is_title(kind: StatementKind, line: Line, words: Vocabulary) -> bool:
    squashed = letters(line.text)
    return 6 <= len(squashed) <= 130 and title_kind(squashed, words) is kind


def _start(kind: StatementKind, lines: Sequence[Line], words: Vocabulary) -> int:
    """The line of the statement's title; the top of the page where there is none."""
    titles = [n for n, line in enumerate(lines) if _is_title(kind, line, words) and not is_row(line)]
    for n in titles:
        figures = sum(is_row(line) for line in lines[n + 1 :])
        if figures >= 3:
            return n
    return 0


def is_row(line: Line) -> bool:
    """Whether a line has figures of its own, other than years and dashes."""
    figures = [f for f in figures_of(line, spaced_groups=True) if f.free and not f.is_year]
    return bool(figures) and not all(f.kind is FigureKind.DASH for f in figures)


def _end(kind: StatementKind, lines: Sequence[Line], start: int, words: Vocabulary) -> int:
    """The first line that is no more of this statement."""
    rows = 0
    opened = letters(lines[start].text) if lines else ""
    for n in range(start + 1, len(lines)):
        line = lines[n]
        if is_row(line):
            rows += 1
            continue
        if rows < LEAST_ROWS_BEFORE_END:
            continue
        squashed = letters(line.text)
        if is_see_notes(line.text, words):
            return n
        may_be_title = 8 <= len(squashed) <= 110 and not line.text.rstrip().endswith(":")
        another = may_be_title and _begins_another(kind, squashed, opened, words)
        if another and _looks_like_title(line, lines, words):
            return n
    return len(lines)


def _begins_another(kind: StatementKind, squashed: str, opened: str, words: Vocabulary) -> bool:
    """The title of another statement, or of the comprehensive income behind an income statement."""
    other = title_kind(squashed, words)
    if other is kind:
        return any(c in squashed and c not in opened for c in words.comprehensive)
    return len(squashed) < _LONGEST_TITLE and (other is not None or is_other_title(squashed, words))


def _looks_like_title(line: Line, lines: Sequence[Line], words: Vocabulary) -> bool:
    return (
        line.bold
        or line.text.isupper()
        or line.size > 1.1 * lines[len(lines) // 2].size
        or any(mark in letters(line.text) for mark in words.consolidated_words)
    )


def _inherited(bands: list[Band], reference: list[Band]) -> list[Band]:
    """A page with few rows takes the columns of the page with most; else it must have as many."""
    own = sum(not band.is_note for band in bands)
    apart = bool(bands) and (bands[0].x0 > reference[-1].x1 or bands[-1].x1 < reference[0].x0)
    same = own == sum(not band.is_note for band in reference)
    return bands if same or apart else [replace(b) for b in reference]


def _bands_of(region: Sequence[Line], spaced: bool) -> list[Band]:
    return find_bands([_without_header(figures_of(line, spaced)) for line in region])


def _header_end(region: Sequence[Line], values: Sequence[Band], spaced: bool, words: Vocabulary) -> int:
    """The place of the first line of the body: behind the line of years, and behind the currency
    signs or units under it."""
    years = _years_line(region, values, spaced)
    if years is not None:
        start = years + 1
        while start < len(region) and _is_heading_line(region[start], values, spaced):
            start += 1
        return start
    for n, line in enumerate(region):
        cells, taken = cells_of(line, values, spaced)
        real = [f for f in cells if f is not None and not f.is_year and not _is_day(f, line)]
        if not real:
            continue
        label = any(i not in taken and not w.raised for i, w in enumerate(line.words))
        if label or len(real) > 1 or n > 8:
            return _back_over_labels(region, n, values)
    return 0


def _is_heading_line(line: Line, values: Sequence[Band], spaced: bool) -> bool:
    """A unit, or words that stand over the columns alone."""
    if is_unit_text(line.text):
        return True
    over = line.x0 >= values[0].x0 - _NOTE_REACH
    return over and not any(cell is not None for cell in cells_of(line, values, spaced)[0])


def _years_line(region: Sequence[Line], values: Sequence[Band], spaced: bool) -> int | None:
    """The last line of the heading block whose figures are all years, one per column or nearly."""
    found = None
    rows = 0
    for n, line in enumerate(region[:_HEADER_LINES]):
        cells, _ = cells_of(line, values, spaced)
        others = [f for f in cells if f is not None and not f.is_year and not _is_day(f, line)]
        over = [w for w in line.words if w.x1 > values[0].x0 - 24]
        years = [w for w in over if _YEAR_WORD.fullmatch(w.text) or is_date(w.text)]
        if years and not others and 2 * len(years) > len(values):
            found = n
        elif others:
            rows += len(others) > len(values) // 2
            if rows > _ROWS_BEFORE_YEARS:
                break
    return found


def _is_day(figure: Figure, line: Line) -> bool:
    before = line.words[figure.first - 1].text if figure.first else ""
    return (
        figure.core.isdigit()
        and int(figure.core) <= 31
        and before[:1].isupper()
        and before[:1].isalpha()
        and figure.x0 - line.words[figure.first - 1].x1 < figure.size
    )


def _back_over_labels(region: Sequence[Line], first: int, values: Sequence[Band]) -> int:
    """Headings such as "Current assets:" between the dates and the first figures are body."""
    edge = values[0].x0
    start = first
    for n in range(first - 1, -1, -1):
        line = region[n]
        if line.x1 >= edge - 2 or re.search(r"(?:19|20)\d\d", line.text) or is_unit_text(line.text):
            break
        start = n
    if start > 0:
        return start
    return 1 if first >= 1 and _only_labels(region[:first], edge) else first


def _only_labels(lines: Sequence[Line], edge: float) -> bool:
    return all(line.x1 < edge - 2 for line in lines)


def _settle_note_column(part: Part, words: Vocabulary) -> None:
    """The heading "Note" makes a column of small numbers notes; a year alone above it makes it
    figures. The heading makes a column even where a single row refers to a note."""
    first = part.bands[0]
    for line in reversed(part.header):
        for phrase in phrases_of(line):
            middle = (phrase.x0 + phrase.x1) / 2
            over = first.x0 - _NOTE_REACH <= middle <= first.x1 + _NOTE_REACH
            is_heading = letters(phrase.text) in words.note_headings
            if over and len(part.bands) > 1 and (is_heading or re.fullmatch(r"(?:19|20)\d\d", phrase.text)):
                first.is_note = is_heading
                return
            if is_heading and not first.is_note and phrase.x1 < first.x0:
                part.bands.insert(0, Band(phrase.x0, phrase.x1, phrase.x1, 1, is_note=True))
                return
