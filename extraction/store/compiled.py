"""A compile as the next version of a statement, and the restatements it found."""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import Max

from companies.models import Company
from engine.compiling.values import BasisBridge
from engine.compiling.values import CompiledCell as CellValues
from engine.compiling.values import CompiledStatement as CompiledValues
from engine.kinds import PeriodKind
from engine.values import Period
from extraction.models import CompiledCell, CompiledRow, CompiledStatement, Restatement
from extraction.store.changes import sources_of, store_changes
from jobs.models import TaskRun

# The longest text that the tables hold; what is longer is shown shortened.
_LABEL = 500


@transaction.atomic
def store_compiled(
    company: Company,
    compiled: CompiledValues,
    *,
    engine_version: str,
    task_run: TaskRun | None,
    force: bool = False,
) -> tuple[CompiledStatement, bool]:
    """Keep a compile as the next version with what it changed, or say that nothing changed.

    Returns the current statement and whether it is new. `force` writes a version all the same.
    """
    # Two compiles of one company must not both write the next version.
    Company.objects.select_for_update().get(pk=company.pk)
    request = compiled.request
    same_view = CompiledStatement.objects.filter(
        company=company,
        statement=request.statement,
        view=request.view,
        period=request.period,
        scope=request.scope,
    )
    current = same_view.filter(is_current=True).first()
    if current is not None and not force and _is_up_to_date(current, compiled):
        return current, False
    newest = same_view.aggregate(newest=Max("version"))["newest"] or 0
    same_view.filter(is_current=True).update(is_current=False)
    stored = CompiledStatement.objects.create(
        company=company,
        task_run=task_run,
        statement=request.statement,
        view=request.view,
        period=request.period,
        scope=request.scope,
        currency=compiled.currency or "",
        version=newest + 1,
        content_hash=compiled.content_hash,
        engine_version=engine_version,
        periods=_periods(compiled),
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
        bridges=[_bridge(bridge) for bridge in compiled.bridges],
        sources=sources_of(company, request),
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
    if current is not None:
        store_changes(current, stored)
    return stored, True


def _is_up_to_date(current: CompiledStatement, compiled: CompiledValues) -> bool:
    """Equal content and sources that still stand: a re-read report leaves cells without a fact."""
    if current.content_hash != compiled.content_hash:
        return False
    stored: set[int] = set()
    cells = CompiledCell.objects.filter(row__compiled=current).values_list("fact_id", "derived_from")
    for fact_id, operands in cells:
        stored |= {*operands, *({fact_id} if fact_id is not None else ())}
    return stored == {int(source) for row in compiled.rows for cell in row.cells for source in _facts(cell)}


def _facts(cell: CellValues) -> tuple[str, ...]:
    return (cell.source, *cell.derived_from) if cell.source else cell.derived_from


def _periods(compiled: CompiledValues) -> list[dict[str, str | None]]:
    names = compiled.names or ("",) * len(compiled.periods)
    return [{**_period(period), "name": name} for period, name in zip(compiled.periods, names, strict=True)]


def _bridge(bridge: BasisBridge) -> dict[str, object]:
    return {
        "period": _period(bridge.period),
        "old_document": int(bridge.old_document),
        "new_document": int(bridge.new_document),
        "rows": [
            {
                "key": row.key,
                "label": row.label,
                "kind": row.kind.value,
                "old_value": _text(row.old_value),
                "new_value": _text(row.new_value),
                "old_fact": int(row.old_source) if row.old_source else None,
                "new_fact": int(row.new_source) if row.new_source else None,
            }
            for row in bridge.rows
        ],
    }


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


def _text(number: object) -> str | None:
    return None if number is None else str(number)
