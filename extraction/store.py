"""Engine results into rows. The only writer of the app's tables, one transaction per result."""

import hashlib
from collections.abc import Iterable

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from companies.models import Company
from documents.models import Document, DocumentVersion, PublicationDateSource
from engine.base_units import BaseValue, base_value
from engine.compiling.values import CompiledStatement as CompiledValues
from engine.errors import Unreadable
from engine.kinds import CellState, CheckOutcome, PeriodKind, RowKind, StatementKind
from engine.statement import Cell, Column, Reading, Row, StatementReading
from engine.values import Box, Evidence, Period
from extraction.models import (
    CompiledCell,
    CompiledRow,
    CompiledStatement,
    ExtractionRun,
    ExtractionStatus,
    Fact,
    Observation,
    Restatement,
    ReviewItem,
    ReviewKind,
    ReviewState,
    StatementColumn,
    StatementRow,
    StatementTable,
    ValidationResult,
)
from jobs.models import TaskRun

# Longest texts that the tables hold; what is longer is shown shortened, the page has it whole.
_LABEL = 500


@transaction.atomic
def store_reading(
    version: DocumentVersion, reading: Reading, *, options_digest: str, task_run: TaskRun | None
) -> ExtractionRun:
    """Keep a reading as the version's current one and supersede the facts of the one before."""
    run = _begin_run(
        version,
        engine_version=reading.engine_version,
        options_digest=options_digest,
        task_run=task_run,
        status=_status(reading),
        warnings=list(reading.warnings),
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
    _ask_about(run, reading)
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
    facts = [
        _fact(document, observation, statement, row, column, cell, value)
        for observation, (_, column, cell, value, row, _) in zip(observations, cells, strict=True)
        if _is_fact(column, cell, value, row)
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


def _is_fact(column: Column, cell: Cell, value: BaseValue | None, row: StatementRow) -> bool:
    """A cell becomes a fact when its period is known and its value is, or is known to be missing."""
    if column.period is None or row.kind == RowKind.HEADING:
        return False
    return value is not None or cell.state in (CellState.TEXT, CellState.NOT_READ)


def _fact(
    document: Document,
    observation: Observation,
    statement: StatementReading,
    row: StatementRow,
    column: Column,
    cell: Cell,
    value: BaseValue | None,
) -> Fact:
    period = column.period
    assert period is not None  # noqa: S101  _is_fact has seen to it
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


def _ask_about(run: ExtractionRun, reading: Reading) -> None:
    """Questions that only a person can answer."""
    document = run.version.document
    for abstention in reading.abstentions:
        ask(
            document,
            ReviewKind.STATEMENT_MISSING,
            f"{_name(abstention.kind)}: {abstention.reason}",
            {"statement": abstention.kind.value, "code": abstention.code},
        )
    for statement in reading.statements:
        table = statement.table
        if table.unit.scale is None or table.unit.currency is None:
            missing = " and ".join(
                name
                for name, value in (("scale", table.unit.scale), ("currency", table.unit.currency))
                if value is None
            )
            ask(
                document,
                ReviewKind.UNIT_MISSING,
                f"{_name(table.kind)}: the {missing} is not printed near the table. Without a scale"
                " its figures are kept as printed and stay out of the compiled statements.",
                {"statement": table.kind.value, "pages": list(table.pages)},
            )
        failed = sorted({c.identity for c in statement.checks if c.outcome is CheckOutcome.FAILS})
        if failed:
            first = next(c for c in statement.checks if c.outcome is CheckOutcome.FAILS)
            ask(
                document,
                ReviewKind.IDENTITY_FAILS,
                f"{_name(table.kind)}: {first.explanation}",
                {"statement": table.kind.value, "identities": failed},
            )


def _name(kind: StatementKind) -> str:
    return kind.value.replace("_", " ").capitalize()


def ask(document: Document, kind: ReviewKind, reason: str, details: dict[str, object]) -> None:
    """Ask once. A question that was closed as obsolete is opened again; a decided one stays decided."""
    fingerprint = hashlib.sha256(
        f"{document.pk}|{document.current_version_id}|{kind}|{reason}".encode()
    ).hexdigest()
    item, is_new = ReviewItem.objects.get_or_create(
        fingerprint=fingerprint,
        defaults={
            "company_id": document.company_id,
            "document": document,
            "kind": kind,
            "reason": reason,
            "details": details,
        },
    )
    if not is_new and item.state == ReviewState.OBSOLETE:
        item.state = ReviewState.OPEN
        item.save(update_fields=["state"])


def withdraw(document: Document, *kinds: ReviewKind) -> None:
    """Open questions about a document that are no longer to be answered."""
    ReviewItem.objects.filter(document=document, state=ReviewState.OPEN, kind__in=kinds).update(
        state=ReviewState.OBSOLETE
    )


@transaction.atomic
def store_compiled(
    company: Company, compiled: CompiledValues, *, engine_version: str, task_run: TaskRun | None
) -> tuple[CompiledStatement, bool]:
    """Keep a compile as the next version, or say that nothing changed.

    Returns the current statement and whether it is new.
    """
    # Two compiles of one company must not both write the next version.
    Company.objects.select_for_update().get(pk=company.pk)
    request = compiled.request
    same_view = CompiledStatement.objects.filter(
        company=company,
        statement=request.statement,
        view=request.view,
        scope=request.scope,
    )
    current = same_view.filter(is_current=True).first()
    if current is not None and _is_up_to_date(current, compiled):
        return current, False
    newest = same_view.aggregate(newest=Max("version"))["newest"] or 0
    same_view.filter(is_current=True).update(is_current=False)
    stored = CompiledStatement.objects.create(
        company=company,
        task_run=task_run,
        statement=request.statement,
        view=request.view,
        scope=request.scope,
        currency=compiled.currency or "",
        version=newest + 1,
        content_hash=compiled.content_hash,
        engine_version=engine_version,
        periods=[_period(period) for period in compiled.periods],
        checks=[
            {
                "identity": check.identity,
                "period_end": check.period.end.isoformat(),
                "outcome": check.outcome.value,
                "left": _text(check.left),
                "right": _text(check.right),
                "explanation": check.explanation,
            }
            for check in compiled.checks
        ],
        warnings=list(compiled.warnings),
    )
    rows = CompiledRow.objects.bulk_create(
        [
            CompiledRow(
                compiled=stored,
                ordinal=ordinal,
                key=row.key[:200],
                concept=row.concept or "",
                label=row.label[:_LABEL],
                labels=list(row.labels),
                level=row.level,
                kind=row.kind,
            )
            for ordinal, row in enumerate(compiled.rows)
        ]
    )
    CompiledCell.objects.bulk_create(_compiled_cells(rows, compiled))
    _store_restatements(company, compiled)
    return stored, True


def _is_up_to_date(current: CompiledStatement, compiled: CompiledValues) -> bool:
    """Equal content and sources that still stand: a re-read report leaves cells without a fact."""
    if current.content_hash != compiled.content_hash:
        return False
    stored = set(
        CompiledCell.objects.filter(row__compiled=current, fact__isnull=False).values_list(
            "fact_id", flat=True
        )
    )
    return stored == {int(cell.source) for row in compiled.rows for cell in row.cells if cell.source}


def _compiled_cells(rows: Iterable[CompiledRow], compiled: CompiledValues) -> list[CompiledCell]:
    return [
        CompiledCell(
            row=stored,
            ordinal=ordinal,
            period_end=cell.period.end,
            value=cell.value,
            nil=cell.nil,
            gap_reason=cell.gap.value if cell.gap else "",
            fact_id=int(cell.source) if cell.source else None,
            formula=(cell.formula or "")[:300],
            derived_from=[int(source) for source in cell.derived_from],
            restated=cell.restated,
            confidence=cell.confidence,
        )
        for stored, row in zip(rows, compiled.rows, strict=True)
        for ordinal, cell in enumerate(row.cells)
    ]


def _store_restatements(company: Company, compiled: CompiledValues) -> None:
    """Restatements are found again by each compile; a pair of facts is kept once."""
    Restatement.objects.bulk_create(
        [
            Restatement(
                company=company,
                statement=compiled.request.statement,
                row_key=restatement.row_key[:200],
                label=restatement.label[:_LABEL],
                period_start=restatement.period.start,
                period_end=restatement.period.end,
                old_fact_id=int(restatement.old_source),
                new_fact_id=int(restatement.new_source),
                old_value=restatement.old_value,
                new_value=restatement.new_value,
                kind=restatement.kind,
                explanation=restatement.explanation,
            )
            for restatement in compiled.restatements
        ],
        ignore_conflicts=True,
    )


def _period(period: Period) -> dict[str, str | None]:
    return {
        "kind": PeriodKind(period.kind).value,
        "start": period.start.isoformat() if period.start else None,
        "end": period.end.isoformat(),
    }


def _box(box: Box) -> list[float]:
    return [round(box.x0, 2), round(box.y0, 2), round(box.x1, 2), round(box.y1, 2)]


def _evidence(evidence: Evidence | None) -> dict[str, object] | None:
    if evidence is None:
        return None
    return {"page": evidence.page, "box": _box(evidence.box), "text": evidence.text}


def _text(number: object) -> str | None:
    return None if number is None else str(number)
