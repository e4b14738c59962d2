"""A reading as tables, observations and facts."""

from django.db import transaction
from django.utils import timezone

from documents.models import Document, DocumentVersion, PublicationDateSource
from engine.base_units import BaseValue, base_value
from engine.check.columns import part_columns
from engine.errors import Unreadable
from engine.kinds import CellState, RowKind
from engine.statement import Cell, Column, Reading, Row, StatementReading
from engine.values import Box, Evidence, Period
from extraction.models import (
    ExtractionRun,
    ExtractionStatus,
    Fact,
    Observation,
    ReviewKind,
    StatementColumn,
    StatementRow,
    StatementTable,
    ValidationResult,
)
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
    """Keep a reading as the version's current one and supersede the facts of the one before.
    `second_reader` is what a second reader contributed to it, where one was asked."""
    run = _begin_run(
        version,
        engine_version=reading.engine_version,
        options_digest=options_digest,
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
    for statement in reading.statements:
        _store_statement(run, statement)
    ask_about(run, reading)
    ask_about_disputes(run)
    return run


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
    )
    return ExtractionRun.objects.create(
        version=version, engine_version=engine_version, options_digest=options_digest, **fields
    )


def _status(reading: Reading) -> ExtractionStatus:
    if not reading.statements:
        return ExtractionStatus.EMPTY
    return ExtractionStatus.PARTIAL if reading.abstentions else ExtractionStatus.SUCCEEDED


def _store_statement(run: ExtractionRun, statement: StatementReading) -> None:
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
    cells = [
        (row, column, cell, base_value(table, row, column, cell, statement.signs[i]), rows[i], columns[j])
        for i, row in enumerate(table.rows)
        for j, (column, cell) in enumerate(zip(table.columns, row.cells, strict=True))
        if cell is not None
    ]
    observations = Observation.objects.bulk_create(
        [_observation(cell, value, row, column) for _, _, cell, value, row, column in cells]
    )
    document = run.version.document
    parts = {columns[place].pk for place in part_columns(table)}
    facts = [
        _fact(document, observation, statement, row, column, column.period, cell, value)
        for observation, (_, column, cell, value, row, stored_column) in zip(observations, cells, strict=True)
        if column.period is not None
        and stored_column.pk not in parts
        and row.kind != RowKind.HEADING
        and _is_fact(cell, value)
    ]
    Fact.objects.bulk_create(facts)
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


def _column(table: StatementTable, ordinal: int, column: Column) -> StatementColumn:
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


def _row(table: StatementTable, statement: StatementReading, ordinal: int, row: Row) -> StatementRow:
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


def _observation(
    cell: Cell, value: BaseValue | None, row: StatementRow, column: StatementColumn
) -> Observation:
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
    row: StatementRow,
    column: Column,
    period: Period,
    cell: Cell,
    value: BaseValue | None,
) -> Fact:
    published_on, source = publication_date(document, statement)
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
        confidence=row.confidence,
    )


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
