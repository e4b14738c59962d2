"""Columns, lines, observations and facts of one table, made of engine values and not stored yet."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from documents.models import Document, PublicationDateSource
from engine.base_units import BaseValue, base_value
from engine.check.confidence import load_calibration
from engine.corrections import Corrected, Replay
from engine.kinds import CellState, CorrectionAction, ReplayOutcome, RowKind
from engine.statement import Cell, Column, Row, StatementReading
from engine.values import Box, Evidence
from extraction.models import Correction, Fact, Observation, StatementColumn, StatementRow, StatementTable

# The longest text that the tables hold; what is longer is shown shortened, the page has it whole.
_LABEL = 500


@dataclass(frozen=True, slots=True)
class Over:
    """The corrections that stand in one reading or table, each with what became of it."""

    entries: tuple[tuple[Correction, Replay], ...]

    @classmethod
    def of(cls, corrected: Corrected, corrections: Sequence[Correction]) -> "Over":
        by_key = {str(one.pk): one for one in corrections}
        return cls(tuple((by_key[r.key], r) for r in corrected.replays if r.stands))

    def of_table(self, place: int) -> "Over":
        return Over(tuple(entry for entry in self.entries if entry[1].table == place))

    def at(self, row: int, column: int) -> tuple[Correction, Replay] | None:
        """What decides a figure: what was said of itself, else of its line, else of the statement."""
        places = ((row, column), (row, None), (None, None))
        found = [e for place in places for e in self.entries if (e[1].row, e[1].column) == place]
        return found[0] if found else None


def made_column(table: StatementTable | None, ordinal: int, column: Column) -> StatementColumn:
    period = column.period
    return StatementColumn(
        table=table,
        ordinal=ordinal,
        heading=column.heading[:300],
        period_kind=period.kind if period else "",
        period_start=period.start if period else None,
        period_end=period.end if period else None,
        currency=column.unit.currency or "",
        scale=column.unit.scale,
        scope=column.scope,
        restated=column.restated,
        box=box_of(column.box),
    )


def made_row(
    table: StatementTable | None, statement: StatementReading, ordinal: int, row: Row
) -> StatementRow:
    mapping, sign = statement.mappings[ordinal], statement.signs[ordinal]
    return StatementRow(
        table=table,
        ordinal=ordinal,
        label=row.label[:_LABEL],
        section=row.section[:_LABEL],
        level=row.level,
        kind=row.kind,
        note=row.note[:50],
        page=row.page,
        box=box_of(row.box),
        concept=mapping.concept or "",
        mapping_method=mapping.method,
        mapping_confidence=mapping.confidence,
        mapping_reason=mapping.reason[:300],
        sign_factor=sign.factor,
        sign_rule=sign.rule,
        confidence=statement.confidences[ordinal],
    )


@dataclass(frozen=True, slots=True)
class Figure:
    """One place of a table: what is printed there, what counts, and what decided it. Both values are in
    base units."""

    row: int
    column: int
    printed: Cell
    printed_value: BaseValue | None
    counts: Cell | None
    value: BaseValue | None
    decided_by: tuple[Correction, Replay] | None


def figures_of(read: StatementReading, statement: StatementReading, over: Over) -> Iterator[Figure]:
    table = statement.table
    for i, (line, row) in enumerate(zip(read.table.rows, table.rows, strict=True)):
        for j, column in enumerate(table.columns):
            printed, counts, sign = line.cells[j], row.cells[j], statement.signs[i]
            if printed is None:
                if counts is None:
                    continue
                # Something is printed where a person found it, and this reading did not see it.
                printed = replace(counts, state=CellState.NOT_READ, number=None, decimals=0)
            yield Figure(
                row=i,
                column=j,
                printed=printed,
                printed_value=base_value(table, row, column, printed, sign),
                counts=counts,
                value=None if counts is None else base_value(table, row, column, counts, sign),
                decided_by=over.at(i, j),
            )


def made_observation(figure: Figure, row: StatementRow, column: StatementColumn) -> Observation:
    cell, value = figure.printed, figure.printed_value
    return Observation(
        row=row,
        column=column,
        state=cell.state,
        text=cell.text[:100],
        number=cell.number,
        decimals=cell.decimals,
        value=value.value if value else None,
        page=cell.page,
        box=box_of(cell.box),
    )


def _is_fact(cell: Cell, value: BaseValue | None) -> bool:
    """Whether a cell says something: a value in base units, or that there is none to be had."""
    return value is not None or cell.state in (CellState.TEXT, CellState.NOT_READ)


def made_fact(
    document: Document,
    observation: Observation,
    statement: StatementReading,
    figure: Figure,
    row: StatementRow,
    parts: frozenset[int],
) -> Fact | None:
    """The figure as a fact; None where it says nothing, has no period, or is a part of another column."""
    column = statement.table.columns[figure.column]
    period, cell, value = column.period, figure.counts, figure.value
    if period is None or figure.column in parts or row.kind == RowKind.HEADING:
        return None
    if cell is None or not _is_fact(cell, value):
        return None
    published_on, source = publication_date(document, statement)
    correction, found = figure.decided_by or (None, None)
    return Fact(
        company_id=document.company_id,
        document=document,
        observation=observation,
        statement=statement.table.kind,
        concept=row.concept,
        label=row.label,
        section=row.section,
        row_ordinal=row.ordinal,
        level=row.level,
        row_kind=row.kind,
        period_kind=period.kind,
        period_start=period.start,
        period_end=period.end,
        scope=column.scope,
        framework=document.framework,
        currency=(value.currency if value else None) or "",
        state=cell.state,
        value=value.value if value else None,
        decimals=value.decimals if value else 0,
        published_on=published_on,
        published_on_source=source,
        restated_marker=column.restated,
        confidence=_confidence(row, correction, found),
        correction=correction,
        entered=correction is not None and correction.entered and cell.number != figure.printed.number,
    )


def _confidence(row: StatementRow, correction: Correction | None, found: Replay | None) -> float:
    """How sure a figure is: that of its line, unless a person looked at this very figure."""
    if correction is None or found is None or correction.action != CorrectionAction.NUMBER:
        return row.confidence
    if found.outcome is ReplayOutcome.CONFLICT:
        return load_calibration().disputed_correction
    return max(row.confidence, load_calibration().corrected)


def publication_date(document: Document, statement: StatementReading):
    """The document's own date where it is known; else the end of the newest period it reports,
    the earliest day on which it can have been published."""
    if document.published_on is not None:
        return document.published_on, document.published_on_source
    newest = max(column.period.end for column in statement.table.columns if column.period is not None)
    return newest, PublicationDateSource.PERIOD_END


def box_of(box: Box) -> list[float]:
    return [round(box.x0, 2), round(box.y0, 2), round(box.x1, 2), round(box.y1, 2)]


def evidence_of(evidence: Evidence | None) -> dict[str, object] | None:
    if evidence is None:
        return None
    return {"page": evidence.page, "box": box_of(evidence.box), "text": evidence.text}
