"""Pages to a statement table: the ladder, one rung per line."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from engine.errors import NotFound
from engine.kinds import CellState, RowKind, Scope, StatementKind
from engine.locate.lexicon import Vocabulary, letters
from engine.pdf.words import Page
from engine.statement import Cell, Column, Row, StatementTable
from engine.tables.columns import Band
from engine.tables.header import ColumnHeading, complete_headings, period_of, read_headings
from engine.tables.numbers import (
    Figure,
    FigureKind,
    NumberGrammar,
    cell_value,
    decide_grammar,
)
from engine.tables.parts import Part, is_row, parts_of, values_of
from engine.tables.rows import RawRow, join_wrapped, place_sections, raw_rows
from engine.tables.units import is_unit_text, names_minor_units, scale_of_shares, unit_from
from engine.values import Box, Evidence, Unit

_MOSTLY_BOLD = 0.7  # of the lines with figures
_MOSTLY_PERCENT = 0.6
_LONGEST_UNIT_LINE = 140  # characters
_FURNITURE_GAP = 2.4  # of the type size: how far below the table page numbers stand


@dataclass(frozen=True, slots=True)
class TableReading:
    """A table, what its headings said, and what a person should know about the reading."""

    table: StatementTable
    headings: tuple[ColumnHeading, ...]
    warnings: tuple[str, ...]


def read_table(kind: StatementKind, pages: Sequence[Page], score: float, words: Vocabulary) -> TableReading:
    """The statement that stands on these pages.

    Raises NotFound (table_not_read) where no columns of figures are found. Two units in one
    heading leave the unit unknown and a warning.
    """
    parts = parts_of(kind, pages, words)
    first = parts[0]
    headings = _headings(first, kind, words)
    rows = _joined_at_page_breaks([_rows(part, len(headings)) for part in parts])
    kept = [n for n, heading in enumerate(headings) if not heading.other and not _is_percent(rows, n)]
    if not kept:
        raise NotFound("The columns found hold no amounts.", code="table_not_read")
    rows = _without_tail(join_wrapped(rows, words), kind, words)
    place_sections(rows, words)
    _plain_where_all_is_bold(rows)
    grammar = decide_grammar(
        f.text for row in rows for f in row.figures if f is not None and f.kind is FigureKind.NUMBER
    )
    unit, said, conflict = unit_from(_unit_lines(parts, headings))
    unit = _unit_of_first_column(unit, headings, kept)
    columns = _columns([headings[n] for n in kept], [values_of(first)[n] for n in kept], kind, unit, first)
    pages_by_number = {page.number: page for page in pages}
    table = StatementTable(
        kind=kind,
        scope=_scope(first, words),
        title=first.title,
        pages=tuple(page.number for page in pages),
        unit=unit,
        unit_evidence=_unit_evidence(parts, said),
        columns=columns,
        rows=tuple(
            _row(row, kept, grammar, unit, said, kind, pages_by_number[row.page], words) for row in rows
        ),
        score=score,
    )
    return TableReading(table, tuple(headings[n] for n in kept), (conflict,) if conflict else ())


def _plain_where_all_is_bold(rows: Sequence[RawRow]) -> None:
    """Bold letters tell a sum from its parts only where most lines are not bold."""
    lines = [row for row in rows if row.has_figures]
    if sum(row.bold for row in lines) > _MOSTLY_BOLD * len(lines):
        for row in lines:
            row.bold = False


def _is_percent(rows: Sequence[RawRow], column: int) -> bool:
    """Whether a column holds shares and changes in per cent, not amounts."""
    figures = [f for row in rows if (f := row.figures[column]) is not None and f.kind is FigureKind.NUMBER]
    return bool(figures) and sum(f.percent for f in figures) > _MOSTLY_PERCENT * len(figures)


def _headings(part: Part, kind: StatementKind, words: Vocabulary) -> list[ColumnHeading]:
    values = values_of(part)
    headings, general = read_headings(part.header, values, values[0].x0, words)
    context = "\n".join(line.text for line in part.before[-6:])
    complete_headings(headings, general, context, words)
    return headings


def _rows(part: Part, count: int) -> list[RawRow]:
    over_figures = [line.text for line in part.header if is_unit_text(line.text)]
    minor = next((text for text in reversed(over_figures) if names_minor_units(text)), "")
    rows = raw_rows(part.body, part.bands, part.page.number, part.spaced, minor)
    return _without_furniture([row for row in rows if len(row.figures) == count])


def _joined_at_page_breaks(pieces: Sequence[list[RawRow]]) -> list[RawRow]:
    """The rows of all pages, without a line that the end of a page cut in two: it is printed whole at
    the head of the next one."""
    rows: list[RawRow] = []
    for piece in pieces:
        if rows and piece and _is_cut_off(rows[-1], piece[0]):
            rows.pop()
        rows += piece
    return rows


def _is_cut_off(last: RawRow, first: RawRow) -> bool:
    """Whether a row shows the digits of the next page's first row and some of its letters."""
    if not last.has_figures or _digits(last) != _digits(first):
        return False
    following = iter(letters(first.label))
    seen, whole = letters(last.label), letters(first.label)
    return len(seen) < len(whole) and all(letter in following for letter in seen)


def _digits(row: RawRow) -> list[str]:
    return ["" if f is None else re.sub(r"\D", "", f.text) for f in row.figures]


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
    lines += [line.text for line in first.after if len(line.text) < _LONGEST_UNIT_LINE and not is_row(line)]
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
            Column(heading.text, period, own, heading.scope, heading.restated, part.page.shown_box(box))
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
    row: RawRow,
    kept: Sequence[int],
    grammar: NumberGrammar,
    unit: Unit,
    said: str,
    statement: StatementKind,
    page: Page,
    words: Vocabulary,
) -> Row:
    cells = tuple(_cell(row.figures[n], row, grammar, page) for n in kept)
    kind = _row_kind(row, cells, statement, words)
    own = {
        RowKind.PER_SHARE: Unit(unit.currency, 1, 100 if _in_minor_units(row) else 1),
        RowKind.SHARES: Unit(None, scale_of_shares((row.label, row.section, row.unit_words), said)),
    }.get(kind)
    box = Box(row.left, row.top, row.right, row.bottom)
    return Row(row.label, row.section, row.level, kind, cells, row.note, row.page, page.shown_box(box), own)


def _in_minor_units(row: RawRow) -> bool:
    """Whether a per-share figure is in cents or pence: by its own words, else by the unit above it."""
    figures = [f.text for f in row.figures if f is not None]
    said = [text for text in (*figures, row.label) if names_minor_units(text)]
    return bool(said) or names_minor_units(f"{row.unit_words} {row.section}")


def _cell(figure: Figure | None, row: RawRow, grammar: NumberGrammar, page: Page) -> Cell | None:
    if figure is None:
        return None
    state, number, decimals = cell_value(figure.text, figure.kind, grammar)
    box = Box(figure.x0, figure.y0, figure.x1, figure.y1)
    return Cell(figure.text, state, number, decimals, page.number, page.shown_box(box))


def _row_kind(
    row: RawRow, cells: tuple[Cell | None, ...], statement: StatementKind, words: Vocabulary
) -> RowKind:
    if not row.has_figures:
        return RowKind.HEADING
    squashed = letters(row.label)
    where = squashed + letters(row.section)
    numbers = [c for c in cells if c is not None and c.state is CellState.VALUE]
    # A balance sheet says how many shares there are in the label of their amount.
    amounts = statement is not StatementKind.INCOME_STATEMENT
    if any(squashed.startswith(mark) if amounts else mark in squashed for mark in words.share_counts):
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
        replace(row, unit=replace(row.unit, currency=unit.currency))
        if row.unit is not None and row.kind is RowKind.PER_SHARE
        else row
        for row in table.rows
    )
    return replace(table, unit=unit, columns=columns, rows=rows)
