"""A reading as tables, observations and facts."""

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from django.db import transaction
from django.utils import timezone

from documents.models import Document, DocumentVersion, PublicationDateSource
from engine.base_units import BaseValue, base_value
from engine.check.columns import part_columns
from engine.check.confidence import load_calibration
from engine.corrections import Corrected, Replay, replay
from engine.errors import Unreadable
from engine.exchange import reading_to_json
from engine.kinds import CellState, CorrectionAction, ReplayOutcome, RowKind
from engine.statement import Cell, Column, Reading, Row, StatementReading
from engine.values import Box, Evidence
from extraction.load import corrections_for, digest_with
from extraction.models import (
    Correction,
    ExtractionRun,
    ExtractionStatus,
    Fact,
    KeptReading,
    Observation,
    ReviewKind,
    StatementColumn,
    StatementRow,
    StatementTable,
    ValidationResult,
)
from extraction.store.corrections import Placed, store_replays
from extraction.store.questions import ask, ask_about, ask_about_disputes, withdraw
from jobs.models import TaskRun

# The longest text that the tables hold; what is longer is shown shortened, the page has it whole.
_LABEL = 500


@transaction.atomic
def store_reading(
    version: DocumentVersion,
    reading: Reading,
    *,
    options_digest: str,
    task_run: TaskRun | None,
    second_reader: dict[str, object] | None = None,
) -> ExtractionRun:
    """Keep a reading as the version's current one, with the corrections in force laid over it, and
    supersede the facts of the one before. `second_reader` is what a second reader contributed to it,
    where one was asked."""
    corrections = corrections_for(version)
    corrected = replay(reading, [one.for_engine() for one in corrections], version.sha256)
    concerned = [int(found.key) for found in corrected.replays]
    run = _begin_run(
        version,
        engine_version=reading.engine_version,
        options_digest=digest_with(options_digest, concerned),
        task_run=task_run,
        status=_status(reading),
        warnings=list(reading.warnings),
        second_reader=second_reader or {},
        abstentions=[
            {
                "statement": abstention.kind.value,
                "code": abstention.code,
                "reason": abstention.reason,
                "runners_up": [
                    {"pages": list(other.pages), "score": other.score, "reason": other.reason}
                    for other in abstention.runners_up
                ],
            }
            for abstention in reading.abstentions
        ],
    )
    KeptReading.objects.create(
        run=run, content=_packed(reading), options_digest=options_digest, corrections=concerned
    )
    over = _Over.of(corrected, corrections)
    placed: dict[str, Placed] = {}
    for place, (read, concluded) in enumerate(
        zip(reading.statements, corrected.reading.statements, strict=True)
    ):
        _store_statement(run, read, concluded, over.of_table(place), placed)
    store_replays(run, corrections, corrected.replays, placed)
    ask_about(run, corrected.reading)
    ask_about_disputes(run)
    return run


def facts_as_of(
    version: DocumentVersion, reading: Reading, corrections: Sequence[Correction]
) -> list[tuple[Fact, StatementRow]]:
    """The facts that a reading would give with these corrections, each with its line; nothing is stored."""
    corrected = replay(reading, [one.for_engine() for one in corrections], version.sha256)
    over = _Over.of(corrected, corrections)
    facts = []
    for place, (read, concluded) in enumerate(
        zip(reading.statements, corrected.reading.statements, strict=True)
    ):
        table = concluded.table
        columns = [_column(None, n, column) for n, column in enumerate(table.columns)]
        rows = [_row(None, concluded, n, row) for n, row in enumerate(table.rows)]
        parts = frozenset(part_columns(table))
        for figure in _figures(read, concluded, over.of_table(place)):
            observation = _observation(figure, rows[figure.row], columns[figure.column])
            fact = _fact(version.document, observation, concluded, figure, rows[figure.row], parts)
            if fact is not None:
                facts.append((fact, rows[figure.row]))
    return facts


def _packed(reading: Reading) -> bytes:
    """The reading without the text of pages, which is kept with the file."""
    survey = replace(reading.survey, first_pages=(), statement_pages=())
    return zlib.compress(reading_to_json(replace(reading, survey=survey)).encode(), 9)


@dataclass(frozen=True, slots=True)
class _Over:
    """The corrections that stand in one reading or table, each with what became of it."""

    entries: tuple[tuple[Correction, Replay], ...]

    @classmethod
    def of(cls, corrected: Corrected, corrections: Sequence[Correction]) -> "_Over":
        by_key = {str(one.pk): one for one in corrections}
        return cls(tuple((by_key[r.key], r) for r in corrected.replays if r.stands))

    def of_table(self, place: int) -> "_Over":
        return _Over(tuple(entry for entry in self.entries if entry[1].table == place))

    def at(self, row: int, column: int) -> tuple[Correction, Replay] | None:
        """What decides a figure: what was said of itself, else of its line, else of the statement."""
        places = ((row, column), (row, None), (None, None))
        found = [e for place in places for e in self.entries if (e[1].row, e[1].column) == place]
        return found[0] if found else None


@transaction.atomic
def store_failure(
    version: DocumentVersion,
    error: Unreadable,
    *,
    engine_version: str,
    options_digest: str,
    task_run: TaskRun | None,
) -> ExtractionRun:
    """Keep the verdict that a file cannot be read, so that it is not tried again and again."""
    run = _begin_run(
        version,
        engine_version=engine_version,
        options_digest=options_digest,
        task_run=task_run,
        status=ExtractionStatus.FAILED,
        error_code=error.code,
        error_message=error.message,
    )
    ask(version.document, ReviewKind.UNREADABLE, error.message, {"code": error.code})
    return run


def _begin_run(version: DocumentVersion, *, engine_version: str, options_digest: str, **fields: object):
    """A fresh current run. An older run of the same engine is replaced: it can only be equal."""
    version.extraction_runs.filter(engine_version=engine_version, options_digest=options_digest).delete()
    version.extraction_runs.filter(is_current=True).update(is_current=False)
    Fact.objects.filter(
        document=version.document,
        observation__row__table__run__version=version,
        superseded_at__isnull=True,
    ).update(superseded_at=timezone.now())
    withdraw(
        version.document,
        ReviewKind.STATEMENT_MISSING,
        ReviewKind.UNIT_MISSING,
        ReviewKind.IDENTITY_FAILS,
        ReviewKind.UNREADABLE,
        ReviewKind.UNPROVEN,
        ReviewKind.UNREAD,
        ReviewKind.DISPUTED,
        ReviewKind.LOW_CONFIDENCE,
        ReviewKind.UNMAPPED,
        ReviewKind.CORRECTION_CONFLICT,
    )
    return ExtractionRun.objects.create(
        version=version, engine_version=engine_version, options_digest=options_digest, **fields
    )


def _status(reading: Reading) -> ExtractionStatus:
    if not reading.statements:
        return ExtractionStatus.EMPTY
    return ExtractionStatus.PARTIAL if reading.abstentions else ExtractionStatus.SUCCEEDED


def _store_statement(
    run: ExtractionRun,
    read: StatementReading,
    statement: StatementReading,
    over: _Over,
    placed: dict[str, Placed],
) -> None:
    """`read` is what is printed, `statement` the same with the corrections that stand: observations
    tell of the first, facts of the second."""
    table = statement.table
    stored = StatementTable.objects.create(
        run=run,
        statement=table.kind,
        scope=table.scope,
        title=table.title[:300],
        pages=list(table.pages),
        currency=table.unit.currency or "",
        scale=table.unit.scale,
        unit_evidence=_evidence(table.unit_evidence),
        score=table.score,
        read_by=table.read_by,
    )
    columns = StatementColumn.objects.bulk_create(
        [_column(stored, ordinal, column) for ordinal, column in enumerate(table.columns)]
    )
    rows = StatementRow.objects.bulk_create(
        [_row(stored, statement, ordinal, row) for ordinal, row in enumerate(table.rows)]
    )
    figures = list(_figures(read, statement, over))
    observations = Observation.objects.bulk_create(
        [_observation(figure, rows[figure.row], columns[figure.column]) for figure in figures]
    )
    document = run.version.document
    parts = frozenset(part_columns(table))
    facts = [
        fact
        for figure, observation in zip(figures, observations, strict=True)
        if (fact := _fact(document, observation, statement, figure, rows[figure.row], parts)) is not None
    ]
    Fact.objects.bulk_create(facts)
    by_place = {(f.row, f.column): o for f, o in zip(figures, observations, strict=True)}
    for correction, found in over.entries:
        row = None if found.row is None else rows[found.row]
        cell = None if found.row is None or found.column is None else by_place.get((found.row, found.column))
        placed[str(correction.pk)] = Placed(row, cell)
    ValidationResult.objects.bulk_create(
        [
            ValidationResult(
                table=stored,
                identity=check.identity,
                column_ordinal=check.column,
                outcome=check.outcome,
                left=check.left,
                right=check.right,
                tolerance=check.tolerance,
                row_ordinals=list(check.rows),
                explanation=check.explanation,
            )
            for check in statement.checks
        ]
    )


def _column(table: StatementTable | None, ordinal: int, column: Column) -> StatementColumn:
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
        box=_box(column.box),
    )


def _row(table: StatementTable | None, statement: StatementReading, ordinal: int, row: Row) -> StatementRow:
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
        box=_box(row.box),
        concept=mapping.concept or "",
        mapping_method=mapping.method,
        mapping_confidence=mapping.confidence,
        mapping_reason=mapping.reason[:300],
        sign_factor=sign.factor,
        sign_rule=sign.rule,
        confidence=statement.confidences[ordinal],
    )


@dataclass(frozen=True, slots=True)
class _Figure:
    """One place of a table: what is printed there, what counts, and what decided it. Both values are in
    base units."""

    row: int
    column: int
    printed: Cell
    printed_value: BaseValue | None
    counts: Cell | None
    value: BaseValue | None
    decided_by: tuple[Correction, Replay] | None


def _figures(read: StatementReading, statement: StatementReading, over: _Over) -> Iterator[_Figure]:
    table = statement.table
    for i, (line, row) in enumerate(zip(read.table.rows, table.rows, strict=True)):
        for j, column in enumerate(table.columns):
            printed, counts, sign = line.cells[j], row.cells[j], statement.signs[i]
            if printed is None and counts is None:
                continue
            if printed is None:
                # Something is printed where a person found it, and this reading did not see it.
                printed = replace(counts, state=CellState.NOT_READ, number=None, decimals=0)
            yield _Figure(
                row=i,
                column=j,
                printed=printed,
                printed_value=base_value(table, row, column, printed, sign),
                counts=counts,
                value=None if counts is None else base_value(table, row, column, counts, sign),
                decided_by=over.at(i, j),
            )


def _observation(figure: _Figure, row: StatementRow, column: StatementColumn) -> Observation:
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
        box=_box(cell.box),
    )


def _is_fact(cell: Cell, value: BaseValue | None) -> bool:
    """Whether a cell says something: a value in base units, or that there is none to be had."""
    return value is not None or cell.state in (CellState.TEXT, CellState.NOT_READ)


def _fact(
    document: Document,
    observation: Observation,
    statement: StatementReading,
    figure: _Figure,
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


def _box(box: Box) -> list[float]:
    return [round(box.x0, 2), round(box.y0, 2), round(box.x1, 2), round(box.y1, 2)]


def _evidence(evidence: Evidence | None) -> dict[str, object] | None:
    if evidence is None:
        return None
    return {"page": evidence.page, "box": _box(evidence.box), "text": evidence.text}
