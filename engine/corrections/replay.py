"""Corrections laid over a reading, and what the reading says at their places by now."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from engine.check.identity_data import load_identities
from engine.concepts.taxonomy import Taxonomy, load_taxonomy
from engine.concluding import bridged, concluded_as
from engine.corrections.places import find_column, find_row, find_table
from engine.corrections.values import (
    OWN,
    Anchor,
    Corrected,
    Correction,
    LeaveOut,
    Replay,
    SetConcept,
    SetNumber,
    SetSign,
    SetUnit,
)
from engine.corrections.words import number_words, sign_words, unit_words
from engine.kinds import CellState, MappingMethod, ReplayOutcome
from engine.statement import Cell, Reading, RowMapping, RowSign, StatementReading, StatementTable
from engine.values import Unit

OVER = "correction"  # the rule of a sign that a person set
MOVED = "The place has moved; it was found again by its words."
ELSEWHERE = "This file has the same words, so it goes for it as well."
LINE, NOTHING = "a line", "nothing"


def replay(reading: Reading, corrections: Sequence[Correction], sha256: str) -> Corrected:
    """Lay corrections over a reading of the file with this hash, in their order.

    A correction of another file that goes for this one only because it is meant `everywhere` says
    nothing where its words do not occur.
    """
    replays = tuple(
        found for correction in corrections if (found := _replayed(reading, correction, sha256)) is not None
    )
    if not any(found.stands for found in replays):
        return Corrected(reading, replays)
    by_key = {correction.key: correction for correction in corrections}
    taxonomy = load_taxonomy()
    statements = []
    for n, statement in enumerate(reading.statements):
        here = [(by_key[r.key], r) for r in replays if r.stands and r.table == n]
        statements.append(_corrected(statement, here, taxonomy) if here else statement)
    within = tuple(_without_checks_across(statement) for statement in statements)
    return Corrected(replace(reading, statements=bridged(within)), replays)


def _without_checks_across(statement: StatementReading) -> StatementReading:
    """The statement without the checks between statements, which are made anew."""
    across = {bridge.code for bridge in load_identities().across}
    return replace(statement, checks=tuple(c for c in statement.checks if c.identity not in across))


# Finding the place again


def _replayed(reading: Reading, correction: Correction, sha256: str) -> Replay | None:
    """What becomes of one correction; None where it is of another file and does not concern this one."""
    anchor = correction.anchor
    same_file = anchor.sha256 == sha256
    everywhere = isinstance(correction.intent, SetConcept) and correction.intent.everywhere
    place = find_table(reading, anchor)
    if place is None:
        name = anchor.statement.value.replace("_", " ")
        return _lost(correction, f"The {name} was not read this time.") if same_file else None
    table = reading.statements[place].table
    if not anchor.label and isinstance(correction.intent, SetUnit):
        return _judged(correction, reading, (place, None, None), moved=False, same_file=same_file)
    row, moved = find_row(table, anchor, same_file=same_file)
    if row is None:
        if everywhere and not same_file:
            return None
        return _lost(correction, f"No line “{anchor.label}” was found again on its page or elsewhere.")
    column = None
    if anchor.column is not None:
        column = find_column(table, anchor)
        if column is None:
            return _lost(correction, f"The column “{anchor.column.heading}” was not found again.")
    return _judged(correction, reading, (place, row, column), moved=moved, same_file=same_file)


def _lost(correction: Correction, why: str) -> Replay:
    return Replay(correction.key, ReplayOutcome.LOST, False, None, None, None, "", why)


# What the reading says there now


def _judged(
    correction: Correction,
    reading: Reading,
    place: tuple[int, int | None, int | None],
    *,
    moved: bool,
    same_file: bool,
) -> Replay:
    """The verdict on a correction whose place was found."""
    said = _said(correction, reading, place)
    at = ReplayOutcome.REFOUND if moved or not same_file else ReplayOutcome.APPLIED
    everywhere = isinstance(correction.intent, SetConcept) and correction.intent.everywhere
    if said.now == said.wanted:
        outcome, stands, why = ReplayOutcome.AGREED, True, "The reading itself says so by now."
    elif said.now == said.was or (everywhere and not same_file):
        outcome, stands = at, True
        why = ELSEWHERE if not same_file else MOVED if moved else ""
    else:
        outcome, stands = ReplayOutcome.CONFLICT, same_file
        reader = "this reading says" if same_file else "the file that replaced it prints"
        stays = "correction" if same_file else "figure of the new file"
        why = (
            f"It was {said.was} when somebody corrected it to {said.wanted}; {reader} {said.now}."
            f" The {stays} stands until somebody decides."
        )
    return Replay(correction.key, outcome, stands, *place, said.now, why)


@dataclass(frozen=True, slots=True)
class _Said:
    """What a reading says at a place, what it said, and what a person says, all in words."""

    now: str
    was: str
    wanted: str


def _said(correction: Correction, reading: Reading, place: tuple[int, int | None, int | None]) -> _Said:
    statement = reading.statements[place[0]]
    intent, anchor = correction.intent, correction.anchor
    if isinstance(intent, SetUnit):
        return _Said(unit_words(statement.table.unit), unit_words(intent.was), unit_words(intent.unit))
    row = place[1] or 0
    if isinstance(intent, SetConcept):
        now = statement.mappings[row].concept
        return _Said(now or OWN, intent.was or OWN, intent.concept or OWN)
    if isinstance(intent, SetSign):
        now_factor = statement.signs[row].factor
        return _Said(sign_words(now_factor), sign_words(intent.was), sign_words(intent.factor))
    cell = None if place[2] is None else statement.table.rows[row].cells[place[2]]
    if isinstance(intent, SetNumber):
        number = None if cell is None else cell.number
        return _Said(number_words(number), number_words(intent.was), number_words(intent.number))
    if place[2] is None:
        return _Said(LINE, LINE, NOTHING)
    return _Said(NOTHING if cell is None else cell.text, anchor.text, NOTHING)


# Laying corrections over a statement


def _corrected(
    statement: StatementReading, corrections: Sequence[tuple[Correction, Replay]], taxonomy: Taxonomy
) -> StatementReading:
    """The statement with its corrections, and with everything concluded that follows from them."""
    table, mappings = statement.table, list(statement.mappings)
    signs: dict[int, RowSign] = {}
    for correction, found in corrections:
        intent = correction.intent
        if isinstance(intent, SetUnit):
            table = _in_unit(table, intent.unit)
        elif found.row is None:
            continue
        elif isinstance(intent, SetConcept):
            _name(mappings, found.row, intent.concept)
        elif isinstance(intent, SetSign):
            signs[found.row] = RowSign(intent.factor, OVER)
        elif isinstance(intent, SetNumber) and found.column is not None:
            cell = _with_number(table.rows[found.row].cells[found.column], correction.anchor, intent.number)
            table = with_cell(table, found.row, found.column, cell)
        elif isinstance(intent, LeaveOut) and found.column is not None:
            table = with_cell(table, found.row, found.column, None)
        elif isinstance(intent, LeaveOut):
            for column in range(len(table.columns)):
                table = with_cell(table, found.row, column, None)
            mappings[found.row] = LEFT_OUT
    return concluded_as(table, tuple(mappings), taxonomy, signs)


LEFT_OUT = RowMapping(
    None, MappingMethod.CONFIRMED_RULE, 1.0, "a person says that this line is none of the statement"
)


def _name(mappings: list[RowMapping], row: int, concept: str | None) -> None:
    """Give a line its concept, and take it from the line that had it: a concept has one line."""
    for n, mapping in enumerate(mappings):
        if concept is not None and mapping.concept == concept and n != row:
            mappings[n] = RowMapping(
                None, MappingMethod.UNMAPPED, 0.0, "a person gave its concept to another line"
            )
    reason = "a person says so" if concept else "a person says that this line is the company's own"
    mappings[row] = RowMapping(concept, MappingMethod.CONFIRMED_RULE, 1.0, reason)


def _with_number(cell: Cell | None, anchor: Anchor, number: Decimal) -> Cell:
    """The printed cell with another number; where nothing was read, one at the anchor's place."""
    text, page, box = (
        (anchor.text, anchor.page, anchor.box) if cell is None else (cell.text, cell.page, cell.box)
    )
    exponent = number.normalize().as_tuple().exponent
    decimals = max(0, -exponent if isinstance(exponent, int) else 0)
    if cell is not None and cell.number is not None:
        decimals = max(decimals, cell.decimals)
    return Cell(text, CellState.VALUE, number, decimals, page, box)


def with_cell(table: StatementTable, row: int, column: int, cell: Cell | None) -> StatementTable:
    """The table with another cell in one place."""
    line = table.rows[row]
    cells = (*line.cells[:column], cell, *line.cells[column + 1 :])
    return replace(table, rows=(*table.rows[:row], replace(line, cells=cells), *table.rows[row + 1 :]))


def _in_unit(table: StatementTable, unit: Unit) -> StatementTable:
    """The table and the columns that share its unit in another one."""
    columns = tuple(
        replace(column, unit=unit) if column.unit == table.unit or column.unit.scale is None else column
        for column in table.columns
    )
    return replace(table, unit=unit, columns=columns)
