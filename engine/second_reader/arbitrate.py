"""Two readings of one statement: what stands in a closed sum stays, and what enters must stand in one.

The second reading differs from the first in some rows. Those that the first one proves cannot be
overruled. The others enter where, with them, printed sums close that were open before; all that is
left goes to a person.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from engine.check.footing import foot
from engine.kinds import CellState, RowKind
from engine.rereading import proof
from engine.second_reader.layout import Layout, Pointers, is_same, rows_on
from engine.second_reader.lines import PrintedLine, Token
from engine.second_reader.opinion import Mode, Opinion
from engine.statement import Cell, Row, StatementReading, StatementTable
from engine.tables.numbers import FigureKind, NumberGrammar, cell_value, decide_grammar

LEAST_CONTROLS = 4  # proven rows; fewer tell nothing about a model
LEAST_AGREEMENT = 0.9  # of the proven rows that it points out as they stand
SURE = 0.9  # a row that sums or identities confirm keeps its meaning, whatever changes around it

Conclude = Callable[[StatementTable], StatementReading]
_KINDS = {
    CellState.VALUE: FigureKind.NUMBER,
    CellState.NIL: FigureKind.DASH,
    CellState.TEXT: FigureKind.WORDS,
}


@dataclass(frozen=True, slots=True)
class _Edit:
    """Other figures for a row, or a row that the first reading does not have. `at` is its place in the
    first table, or the place before which it is put in."""

    at: int
    row: Row
    is_new: bool


def arbitrated(
    first: StatementReading, lines: Sequence[PrintedLine], layout: Layout, conclude: Conclude
) -> tuple[StatementReading, Opinion]:
    """The better of both readings, row by row, and what the second one contributed."""
    table = first.table
    proven = foot(table).proven
    seen = _seen(table, lines, layout)
    agreed = sum(n in seen and _agrees(table.rows[n], seen[n]) for n in proven)
    edits = _edits(table, lines, layout)
    overruled = [edit for edit in edits if not edit.is_new and edit.at in proven]
    refused = _why_not(len(proven), agreed, layout)
    kept: list[_Edit] = []
    better = first
    if not refused:
        better, kept = _confirmed(first, [edit for edit in edits if edit not in overruled], conclude)
        refused = "" if kept or not edits else "not_confirmed"
    left = [edit for edit in edits if edit not in kept]
    opinion = Opinion(
        kind=table.kind,
        mode=Mode.LAYOUT,
        asked=layout.asked,
        grounded=layout.grounding.kept,
        dropped=dict(layout.grounding.dropped),
        controls=len(proven),
        agreed=agreed,
        entered=tuple(edit.row.label for edit in kept),
        disputed=tuple(edit.row.label for edit in left),
        refused=refused,
    )
    return better, opinion


def compared(table: StatementTable, lines: Sequence[PrintedLine], layout: Layout) -> Opinion:
    """How far a second reading that knew nothing of the first one agrees with it, row by row. A row that
    only one of them has is a row in which they differ."""
    seen = _seen(table, lines, layout)
    rows = [n for n, row in enumerate(table.rows) if any(cell is not None for cell in row.cells)]
    agreeing = [n for n in rows if n in seen and _agrees(table.rows[n], seen[n])]
    only_second = [lines[place].label for place in layout.pointers if not rows_on(table, lines[place])]
    return Opinion(
        kind=table.kind,
        mode=Mode.BLIND,
        asked=layout.asked,
        grounded=layout.grounding.kept,
        dropped=dict(layout.grounding.dropped),
        controls=len(rows) + len(only_second),
        agreed=len(agreeing),
        disputed=(*(table.rows[n].label for n in rows if n not in agreeing), *only_second),
        refused="" if layout.pointers else "no_usable_answer",
    )


def _seen(table: StatementTable, lines: Sequence[PrintedLine], layout: Layout) -> dict[int, dict[int, Token]]:
    """The tokens by column of every row that stands alone on an answered line."""
    found = {}
    for place, pointers in layout.pointers.items():
        rows = rows_on(table, lines[place])
        if len(rows) == 1:
            found[rows[0]] = _as_tokens(lines[place], pointers)
    return found


def _as_tokens(line: PrintedLine, pointers: Pointers) -> dict[int, Token]:
    return {column: line.tokens[place] for column, place in pointers.items()}


def _agrees(row: Row, tokens: Mapping[int, Token]) -> bool:
    return all(is_same(cell, tokens.get(n)) for n, cell in enumerate(row.cells))


def _why_not(proven: int, agreed: int, layout: Layout) -> str:
    if not layout.pointers:
        return "no_usable_answer"
    if proven >= LEAST_CONTROLS and agreed < LEAST_AGREEMENT * proven:
        return "proven_rows_answered_wrongly"
    return ""


def _edits(table: StatementTable, lines: Sequence[PrintedLine], layout: Layout) -> list[_Edit]:
    """Every difference, in the order of the lines. A line with two rows tells nothing: which of them
    is meant is not said."""
    tokens = [lines[p].tokens[t].text for p, found in layout.pointers.items() for t in found.values()]
    printed = [
        c.text for row in table.rows for c in row.cells if c is not None and c.state is CellState.VALUE
    ]
    grammar = decide_grammar([*printed, *tokens])
    edits = []
    for place in sorted(layout.pointers):
        line, pointers = lines[place], layout.pointers[place]
        rows = rows_on(table, line)
        found = _as_tokens(line, pointers)
        made = tuple(
            _cell(found[n], line.page, grammar) if n in found else None for n in range(len(table.columns))
        )
        if not rows:
            edits.append(_Edit(_place_of(table, line), _new_row(table, line, pointers, made), True))
        elif len(rows) == 1 and not _agrees(table.rows[rows[0]], found):
            row = table.rows[rows[0]]
            kind = _kind(row.label) if row.kind is RowKind.HEADING else row.kind
            edits.append(_Edit(rows[0], replace(row, cells=made, kind=kind), False))
    return edits


def _cell(token: Token, page: int, grammar: NumberGrammar) -> Cell:
    state, number, decimals = cell_value(token.text, _KINDS[token.state], grammar)
    return Cell(token.text, state, number, decimals, page, token.box)


def _place_of(table: StatementTable, line: PrintedLine) -> int:
    """Before which row a line belongs: behind the last one that stands above it on its page."""
    above = [
        n
        for n, row in enumerate(table.rows)
        if row.page < line.page or (row.page == line.page and row.box.y1 <= line.box.y1)
    ]
    return max(above, default=-1) + 1


def _new_row(
    table: StatementTable, line: PrintedLine, pointers: Pointers, cells: tuple[Cell | None, ...]
) -> Row:
    at = _place_of(table, line)
    above = table.rows[at - 1] if at else None
    section = "" if above is None else above.label if above.kind is RowKind.HEADING else above.section
    first = min(pointers.values())
    return Row(
        label=line.label,
        section=section,
        level=above.level if above is not None and above.kind is not RowKind.HEADING else 0,
        kind=_kind(line.label),
        cells=cells,
        note=" ".join(token.text for token in line.tokens[:first]),
        page=line.page,
        box=line.box,
    )


def _kind(label: str) -> RowKind:
    return RowKind.LINE if label else RowKind.TOTAL


def _confirmed(
    first: StatementReading, edits: Sequence[_Edit], conclude: Conclude
) -> tuple[StatementReading, list[_Edit]]:
    """The first reading with those edits that stand in closed sums once they are made."""
    if not edits:
        return first, []
    table, places = _applied(first.table, edits)
    closed = foot(table).proven
    kept = [edit for edit, place in zip(edits, places, strict=True) if place in closed]
    if not kept:
        return first, []
    table, places = _applied(first.table, kept)
    other = conclude(table)
    if proof(other) <= proof(first) or not _keeps(other, first, kept, places):
        return first, []
    return other, kept


def _applied(table: StatementTable, edits: Sequence[_Edit]) -> tuple[StatementTable, list[int]]:
    """The table with the edits, and the place of each edit's row in it."""
    rows = list(table.rows)
    places = [0] * len(edits)
    for n in range(len(edits) - 1, -1, -1):  # from the end, so that the places in front stay
        edit = edits[n]
        if edit.is_new:
            rows.insert(edit.at, edit.row)
            places[n + 1 :] = [place + (place >= edit.at) for place in places[n + 1 :]]
        else:
            rows[edit.at] = edit.row
        places[n] = edit.at
    return replace(table, rows=tuple(rows)), places


def _keeps(
    other: StatementReading, first: StatementReading, edits: Sequence[_Edit], places: Sequence[int]
) -> bool:
    """Whether every sure row that was not edited has the concept and the sign it had. One without a
    concept may find one in the better table."""
    changed = {edit.at for edit in edits if not edit.is_new}
    added = {place for edit, place in zip(edits, places, strict=True) if edit.is_new}
    kept = [n for n in range(len(other.table.rows)) if n not in added]
    for before, after in enumerate(kept):
        is_heading = first.table.rows[before].kind is RowKind.HEADING
        if is_heading or before in changed or first.confidences[before] < SURE:
            continue
        if first.mappings[before].concept not in (None, other.mappings[after].concept):
            return False
        if first.signs[before].factor != other.signs[after].factor:
            return False
    return True
