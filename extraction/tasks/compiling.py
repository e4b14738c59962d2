"""Doorbells of compiling a company's statements."""

from collections.abc import Sequence

from companies.models import Company
from engine.kinds import StatementKind
from extraction.compile import Compiled, compile_company
from jobs.base import Outcome, Run, skipped, success, tracked_task


@tracked_task("normalize_and_compile_statements")
def normalize_and_compile_statements(
    run: Run, company_id: int, statement_type: str, force: bool = False
) -> Outcome:
    """Compile one statement of a company over its years."""
    return _compile(run, company_id, [StatementKind(statement_type)])


@tracked_task("compile_company_statements")
def compile_company_statements(run: Run, company_id: int, force: bool = False) -> Outcome:
    """Compile all three statements of a company over their years."""
    return _compile(run, company_id, tuple(StatementKind))


@tracked_task("recompile_company_statements")
def recompile_company_statements(run: Run, company_id: int, force: bool = False) -> Outcome:
    """Compile again after a correction; nothing is written where nothing changed."""
    return _compile(run, company_id, tuple(StatementKind))


def _compile(run: Run, company_id: int, statements: Sequence[StatementKind]) -> Outcome:
    company = Company.objects.filter(pk=company_id).first()
    if company is None:
        return skipped("The company is gone.", code="company_not_found")
    results = compile_company(
        company, statements=statements, report=run.report, task_run=run.row, storing=run.storing
    )
    if not results:
        return skipped(
            "No statement of this company has been read yet. Process its documents first.",
            code="no_extractions",
            company_id=company.pk,
        )
    return success(company_id=company.pk, compiled=[_summary(result) for result in results])


def _summary(result: Compiled) -> dict[str, object]:
    values = result.values
    return {
        "compiled_id": result.stored.pk,
        "statement": result.stored.statement,
        "view": result.stored.view,
        "version": result.stored.version,
        "is_new": result.is_new,
        "line_count": len(values.rows),
        "years": [period.fiscal_year for period in values.periods],
        "gaps": sum(cell.gap is not None for row in values.rows for cell in row.cells),
        "restatements": len(values.restatements),
    }
