"""Doorbells of compiling a company's statements."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from companies.models import Company
from engine.compiling.values import CompiledStatement as CompiledValues
from engine.kinds import CheckOutcome, CompiledView, ReportingPeriod, StatementKind
from extraction.compile import Compiled, compile_company, compile_now, request_for
from jobs.base import Outcome, Run, skipped, success, tracked_task
from jobs.launch import launch
from jobs.states import State, Trigger


@tracked_task("normalize_and_compile_statements")
def normalize_and_compile_statements(
    run: Run,
    company_id: int,
    statement_type: str,
    view: str = CompiledView.LATEST,
    as_of: str | None = None,
    period: str = ReportingPeriod.FULL_YEAR,
    force: bool = False,
) -> Outcome:
    """Compile one statement of a company over its years, and tell of one view of it. The view as of a
    day is compiled and told, and not kept.

    Gives the compiled statement: id, version and content hash, what it changed, lines, years, gaps,
    restatements and checks; `skipped` where nothing changed.
    """
    statement, length = StatementKind(statement_type), ReportingPeriod(period)
    if CompiledView(view) is not CompiledView.AS_OF:
        return _compile(run, company_id, [statement], period=length, view=CompiledView(view), force=force)
    company = Company.objects.filter(pk=company_id).first()
    if company is None:
        return _gone()
    day = None if as_of is None else date.fromisoformat(as_of)
    values = compile_now(company, request_for(company, statement, CompiledView.AS_OF, length, as_of=day))
    if not any(cell.value is not None for row in values.rows for cell in row.cells):
        return _nothing_read(company, f" before {as_of}")
    return success(company_id=company.pk, as_of=as_of, compiled_id=None, version=None, **_figures(values))


@tracked_task("compile_company_statements")
def compile_company_statements(
    run: Run, company_id: int, period: str = ReportingPeriod.FULL_YEAR, force: bool = False
) -> Outcome:
    """Compile all three statements of a company over their years.

    Gives the compiled statements, each with id, version and content hash, what it changed, lines, years,
    gaps, restatements and checks; `skipped` where nothing changed.
    """
    compiled = _compile(run, company_id, tuple(StatementKind), period=ReportingPeriod(period), force=force)
    if compiled.state == State.SUCCEEDED:
        # What the newest report changes. It begins when this is committed, and ends at once where there
        # is a note on that report already.
        company = Company.objects.get(pk=company_id)
        launch(
            "write_delta_note",
            subject=company,
            trigger=Trigger.PARENT,
            parent=run.row,
            company_id=company_id,
        )
    return compiled


@tracked_task("recompile_company_statements")
def recompile_company_statements(
    run: Run, company_id: int, period: str = ReportingPeriod.FULL_YEAR, force: bool = False
) -> Outcome:
    """Compile again after a correction; nothing is written where nothing changed.

    Gives the compiled statements, each with id, version and content hash, what it changed, lines, years,
    gaps, restatements and checks; `skipped` where nothing changed.
    """
    return _compile(run, company_id, tuple(StatementKind), period=ReportingPeriod(period), force=force)


def _compile(
    run: Run,
    company_id: int,
    statements: Sequence[StatementKind],
    *,
    period: ReportingPeriod,
    force: bool,
    view: CompiledView | None = None,
) -> Outcome:
    company = Company.objects.filter(pk=company_id).first()
    if company is None:
        return _gone()
    results = compile_company(
        company,
        statements=statements,
        periods=[period],
        force=force,
        report=run.report,
        task_run=run.row,
        storing=run.storing,
    )
    if not results:
        return _nothing_read(company)
    fields: dict[str, Any] = {
        "company_id": company.pk,
        "compiled": [_summary(result) for result in results],
    }
    told = [r for r in results if r.values.request.view is view and r.values.request.period is period]
    if told:
        fields |= _summary(told[0])
    if not any(result.is_new for result in results):
        return skipped(
            "Nothing has changed since these statements were last compiled. Repeat with force to write"
            " the same versions again.",
            code="unchanged",
            **fields,
        )
    return success(**fields)


def _gone() -> Outcome:
    return skipped("The company is gone.", code="company_not_found")


def _nothing_read(company: Company, when: str = "") -> Outcome:
    return skipped(
        f"No statement of this company has been read{when or ' yet'}. Process its documents first.",
        code="no_extractions",
        company_id=company.pk,
    )


def _summary(result: Compiled) -> dict[str, Any]:
    return {
        "compiled_id": result.stored.pk,
        "version": result.stored.version,
        "is_new": result.is_new,
        "changes": result.stored.changes.count() if result.is_new else 0,
        **_figures(result.values),
    }


def _figures(values: CompiledValues) -> dict[str, Any]:
    request = values.request
    outcomes = [check.outcome for check in values.checks]
    return {
        "statement": request.statement,
        "view": request.view,
        "period": request.period,
        "content_hash": values.content_hash,
        "line_count": len(values.rows),
        "years": [period.fiscal_year for period in values.periods],
        "gaps": sum(cell.gap is not None for row in values.rows for cell in row.cells),
        "restatements": len(values.restatements),
        "checks": {
            "hold": outcomes.count(CheckOutcome.HOLDS),
            "fail": outcomes.count(CheckOutcome.FAILS),
        },
    }
