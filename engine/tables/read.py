"""Pages to a statement table: the ladder, one rung per line."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from engine.errors import NotFound
from engine.kinds import CellState, RowKind, Scope, StatementKind
from engine.locate.lexicon import Vocabulary, letters
from engine.locate.score import is_other_title, title_kind
from engine.pdf.words import Line, Page
from engine.statement import Cell, Column, Row, StatementTable
from engine.tables.columns import Band, find_bands
from engine.tables.header import ColumnHeading, complete_headings, period_of, read_headings
from engine.tables.numbers import (
    Figure,
    FigureKind,
    NumberGrammar,
    cell_value,
    decide_grammar,
    figures_of,
    is_date,
    uses_spaced_groups,
)
from engine.tables.rows import RawRow, cells_of, is_see_notes, join_wrapped, place_sections, raw_rows
from engine.tables.units import unit_from
from engine.values import Box, Evidence, Unit

LEAST_ROWS_BEFORE_END = 5
_LONGEST_TITLE = 60  # letters
_MOSTLY_PERCENT = 0.6
_HEADER_LINES = 16
_YEAR_WORD = re.compile(r"(?:FY)?(?:19|20)\d\d[*†),]?(?:/\d\d(?:\d\d)?)?")
_UNIT_WORDS = re.compile(
    r"(?i)notes?|unaudited|audited|restated|\b(?:in|of|the)\b|cents?|pence|thousands?|millions?|['’]000s?"
    r"|USD|EUR|GBP|CHF|AUD|CAD|RMB|JPY|SEK|US(?=\$)|AU?(?=\$)|HK(?=\$)"
)
_FOOT_HEADING = 12
_ROWS_BEFORE_YEARS = 1  # lines of figures above the years that are addresses and numbers of companies
_FURNITURE_GAP = 2.4  # of the type size: how far below the table page numbers stand


@dataclass(frozen=True, slots=True)
class TableReading:
    """A table, what its headings said, and what a person should know about the reading."""

    table: StatementTable
    headings: tuple[ColumnHeading, ...]
    warnings: tuple[str, ...]


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


def read_table(kind: StatementKind, pages: Sequence[Page], score: float, words: Vocabulary) -> TableReading:
    """The statement that stands on these pages.

    Raises NotFound (table_not_read) where no columns of figures are found. Two units in one
    heading leave the unit unknown and a warning.
    """
    parts = _parts(kind, pages, words)
    first = parts[0]
    headings = _headings(first, kind, words)
    rows = [row for part in parts for row in _rows(part, len(headings))]
    kept = [n for n, heading in enumerate(headings) if not heading.other and not _is_percent(rows, n)]
    if not kept:
        raise NotFound("The columns found hold no amounts.", code="table_not_read")
    rows = _without_tail(join_wrapped(rows, words), kind, words)
    place_sections(rows)
    grammar = decide_grammar(
        f.text for row in rows for f in row.figures if f is not None and f.kind is FigureKind.NUMBER
    )
    unit, said, conflict = unit_from(_unit_lines(parts, headings))
    unit = _unit_of_first_column(unit, headings, kept)
    columns = _columns([headings[n] for n in kept], [_values(first)[n] for n in kept], kind, unit, first)
    pages_by_number = {page.number: page for page in pages}
    table = StatementTable(
        kind=kind,
        scope=_scope(first, words),
        title=first.title,
        pages=tuple(page.number for page in pages),
        unit=unit,
        unit_evidence=_unit_evidence(parts, said),
        columns=columns,
        rows=tuple(_row(row, kept, grammar, unit, pages_by_number[row.page], words) for row in rows),
        score=score,
    )
    return TableReading(table, tuple(headings[n] for n in kept), (conflict,) if conflict else ())


def _is_percent(rows: Sequence[RawRow], column: int) -> bool:
    """Whether a column holds shares and changes in per cent, not amounts."""
    figures = [f for row in rows if (f := row.figures[column]) is not None and f.kind is FigureKind.NUMBER]
    return bool(figures) and sum(f.percent for f in figures) > _MOSTLY_PERCENT * len(figures)


def _values(part: Part) -> list[Band]:
    return [band for band in part.bands if not band.is_note]


def _parts(kind: StatementKind, pages: Sequence[Page], words: Vocabulary) -> list[Part]:
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
            if sum(_is_row(line) for line in below) <= 1:
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
    titles = [n for n, line in enumerate(lines) if _is_title(kind, line, words) and not _is_row(line)]
    for n in titles:
        figures = sum(_is_row(line) for line in lines[n + 1 :])
        if figures >= 3:
            return n
    return 0


def _is_row(line: Line) -> bool:
    figures = [f for f in figures_of(line) if f.free and not f.is_year]
    return bool(figures) and not all(f.kind is FigureKind.DASH for f in figures)


def _end(kind: StatementKind, lines: Sequence[Line], start: int, words: Vocabulary) -> int:
    """The first line that is no more of this statement."""
    rows = 0
    opened = letters(lines[start].text) if lines else ""
    for n in range(start + 1, len(lines)):
        line = lines[n]
        if _is_row(line):
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
    return bands if own == sum(not band.is_note for band in reference) else [replace(b) for b in reference]


def _bands_of(region: Sequence[Line], spaced: bool) -> list[Band]:
    return find_bands([_without_header(figures_of(line, spaced)) for line in region])


def _header_end(region: Sequence[Line], values: Sequence[Band], spaced: bool, words: Vocabulary) -> int:
    """The place of the first line of the body: behind the line of years, and behind the currency
    signs or units under it."""
    years = _years_line(region, values, spaced)
    if years is not None:
        start = years + 1
        while start < len(region) and _is_unit_line(region[start]):
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


def _is_unit_line(line: Line) -> bool:
    """Nothing but currency signs, units, or the word for notes."""
    rest = re.sub(r"[\s$€£¥₵()0'’*.,mkMK]", "", _UNIT_WORDS.sub("", line.text))
    return not rest and not line.text.isdigit() and not re.search(r"[1-9]", line.text)


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
        if line.x1 >= edge - 2 or re.search(r"(?:19|20)\d\d", line.text) or _is_unit_line(line):
            break
        start = n
    if start > 0:
        return start
    return 1 if first >= 1 and _only_labels(region[:first], edge) else first


def _only_labels(lines: Sequence[Line], edge: float) -> bool:
    return all(line.x1 < edge - 2 for line in lines)


def _settle_note_column(part: Part, words: Vocabulary) -> None:
    """The heading "Note" makes a column of small numbers notes; a year above it makes it figures."""
    band = part.bands[0]
    if len(part.bands) < 2:
        return
    for line in part.header:
        for word in line.words:
            middle = (word.x0 + word.x1) / 2
            if band.x0 - 16 <= middle <= band.x1 + 16:
                if letters(word.text) in words.note_headings:
                    band.is_note = True
                    return
                if re.fullmatch(r"(?:19|20)\d\d", word.text):
                    band.is_note = False
                    return


def _headings(part: Part, kind: StatementKind, words: Vocabulary) -> list[ColumnHeading]:
    values = _values(part)
    headings, general = read_headings(part.header, values, values[0].x0, words)
    context = "\n".join(line.text for line in part.before[-6:])
    complete_headings(headings, general, context, words)
    return headings


def _rows(part: Part, count: int) -> list[RawRow]:
    rows = raw_rows(part.body, part.bands, part.page.number, part.spaced)
    return _without_furniture([row for row in rows if len(row.figures) == count])


def _without_furniture(rows: list[RawRow]) -> list[RawRow]:
    """Without page numbers and running titles below the table."""
    kept = list(rows)
    while len(kept) > 1:
        last, above = kept[-1], kept[-2]
        apart = last.top - above.bottom > _FURNITURE_GAP * last.size
        if _is_page_number(last, kept) or (not last.has_figures and apart):
            kept.pop()
        else:
            break
    return kept


def _without_tail(rows: list[RawRow], kind: StatementKind, words: Vocabulary) -> list[RawRow]:
    """Without what stands below the last row with figures: page numbers and notes."""
    last = max((n for n, row in enumerate(rows) if row.has_figures), default=-1)
    kept = rows[: last + 1]
    while kept and _is_page_number(kept[-1], kept):
        kept.pop()
        while kept and not kept[-1].has_figures:
            kept.pop()
    return kept


def _is_page_number(row: RawRow, rows: Sequence[RawRow]) -> bool:
    figures = [f for f in row.figures if f is not None]
    if len(figures) != 1 or len(row.figures) < 2 or len(rows) < 3:
        return False
    alone = (
        not row.label
        or len(letters(row.label)) < 4
        or re.search(r"form|page|report|seite|annual", row.label, re.IGNORECASE)
    )
    return (
        bool(alone)
        and figures[0].core.isdigit()
        and len(figures[0].core) <= 3
        and row.top - rows[-2].bottom > 0.8 * row.size
    )


def _unit_lines(parts: Sequence[Part], headings: Sequence[ColumnHeading]) -> list[str]:
    """Lines that may state the unit, the nearest to the figures first."""
    first = parts[0]
    lines = [line.text for line in first.header]
    lines += [line.text for line in reversed(first.before[-10:])]
    lines += [line.text for line in first.after if len(line.text) < 140]
    lines += [heading.text for heading in headings]
    return lines


def _unit_evidence(parts: Sequence[Part], said: str) -> Evidence | None:
    if not said:
        return None
    for part in parts:
        for line in [*part.header, *part.before, *part.after]:
            if line.text == said:
                box = Box(line.x0, min(w.top for w in line.words), line.x1, max(w.bottom for w in line.words))
                return Evidence(part.page.number, part.page.shown_box(box), said)
    return None


def _columns(
    headings: Sequence[ColumnHeading], bands: Sequence[Band], kind: StatementKind, unit: Unit, part: Part
) -> tuple[Column, ...]:
    ends = [h.day.in_year(h.year) if h.day and h.year else None for h in headings]
    columns = []
    for n, (heading, band) in enumerate(zip(headings, bands, strict=True)):
        period = period_of(heading, kind, _year_before(ends, n))
        box = heading.box or Box(band.x0, 0, band.x1, 1)
        own = _own_unit(heading, unit)
        columns.append(
            Column(heading.text, period, own, Scope.CONSOLIDATED, heading.restated, part.page.shown_box(box))
        )
    return tuple(columns)


def _own_unit(heading: ColumnHeading, unit: Unit) -> Unit:
    """A column with a unit of its own, as a translation for the reader's convenience has."""
    own, _, _ = unit_from([heading.text])
    if own.scale is None and own.currency is None:
        return unit
    return Unit(own.currency or unit.currency, own.scale or unit.scale)


def _unit_of_first_column(unit: Unit, headings: Sequence[ColumnHeading], kept: Sequence[int]) -> Unit:
    """Where columns differ, the table has the unit of the first one."""
    units = {_own_unit(headings[n], unit) for n in kept}
    return _own_unit(headings[kept[0]], unit) if len(units) > 1 else unit


def _year_before(ends: Sequence[date | None], n: int) -> date | None:
    end = ends[n]
    if end is None:
        return None
    return next((e for e in ends if e is not None and 350 <= (end - e).days <= 380), None)


def _scope(part: Part, words: Vocabulary) -> Scope:
    squashed = letters(part.title)
    parent = any(mark in squashed for mark in words.parent_words) and not any(
        mark in squashed for mark in words.consolidated_words
    )
    return Scope.PARENT if parent else Scope.CONSOLIDATED


def _row(
    row: RawRow, kept: Sequence[int], grammar: NumberGrammar, unit: Unit, page: Page, words: Vocabulary
) -> Row:
    cells = tuple(_cell(row.figures[n], row, grammar, page) for n in kept)
    kind = _row_kind(row, cells, words)
    own = {
        RowKind.PER_SHARE: Unit(unit.currency, 1),
        RowKind.SHARES: Unit(None, None),
    }.get(kind)
    box = Box(row.left, row.top, row.right, row.bottom)
    return Row(row.label, row.section, row.level, kind, cells, row.note, row.page, page.shown_box(box), own)


def _cell(figure: Figure | None, row: RawRow, grammar: NumberGrammar, page: Page) -> Cell | None:
    if figure is None:
        return None
    state, number, decimals = cell_value(figure.text, figure.kind, grammar)
    box = Box(figure.x0, figure.y0, figure.x1, figure.y1)
    return Cell(figure.text, state, number, decimals, page.number, page.shown_box(box))


def _row_kind(row: RawRow, cells: tuple[Cell | None, ...], words: Vocabulary) -> RowKind:
    if not row.has_figures:
        return RowKind.HEADING
    squashed = letters(row.label)
    where = squashed + letters(row.section)
    numbers = [c for c in cells if c is not None and c.state is CellState.VALUE]
    if any(mark in squashed for mark in words.share_counts):
        return RowKind.SHARES
    if any(mark in where for mark in words.per_share) and any(c.decimals for c in numbers):
        return RowKind.PER_SHARE
    if (
        any(mark in letters(row.section) for mark in words.share_counts)
        and numbers
        and not any(c.decimals == 2 for c in numbers)
    ):
        return RowKind.SHARES
    if squashed.startswith(words.totals[:1]) or (not squashed and numbers):
        return RowKind.TOTAL
    return RowKind.SUBTOTAL if row.bold else RowKind.LINE


def with_unit(table: StatementTable, unit: Unit) -> StatementTable:
    """The table with a unit that was found elsewhere in the report."""
    columns = tuple(
        replace(column, unit=unit) if column.unit == table.unit else column for column in table.columns
    )
    rows = tuple(
        replace(row, unit=Unit(unit.currency, 1)) if row.kind is RowKind.PER_SHARE else row
        for row in table.rows
    )
    return replace(table, unit=unit, columns=columns, rows=rows)
