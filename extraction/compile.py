"""Facts of many reports folded into one statement per kind."""

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import date

from companies.models import Company
from engine import ENGINE_VERSION
from engine.compiling.compile import compile_statement
from engine.compiling.values import CompiledStatement as CompiledValues
from engine.compiling.values import CompileRequest
from engine.concepts.taxonomy import load_taxonomy
from engine.kinds import CompiledView, Scope, StatementKind
from engine.progress import Report, silent
from extraction.load import known_reports_of, vintages_of
from extraction.models import CompiledStatement
from extraction.store import store_compiled
from jobs.models import TaskRun
from jobs.run import Storing

# Kept views; a view as of a day is compiled when it is looked at, since there are as many as days.
STORED_VIEWS = (CompiledView.LATEST, CompiledView.ORIGINAL)
YEARS = 10


@dataclass(frozen=True, slots=True)
class Compiled:
    """One statement in one view after a compile. `is_new` is false where nothing had changed."""

    stored: CompiledStatement
    values: CompiledValues
    is_new: bool


def compile_company(
    company: Company,
    *,
    statements: Sequence[StatementKind] = tuple(StatementKind),
    views: Sequence[CompiledView] = STORED_VIEWS,
    years: int = YEARS,
    report: Report = silent,
    task_run: TaskRun | None = None,
    storing: Storing = nullcontext,
) -> tuple[Compiled, ...]:
    """Compile and keep the statements of a company that has facts of them.

    A statement of which no report has been read gives nothing: an empty table says less than none.
    """
    compiled = []
    for done, statement in enumerate(statements):
        report("normalizing_line_items", done, len(statements), f"Loading {statement.replace('_', ' ')}")
        vintages = vintages_of(company, statement, Scope.CONSOLIDATED)
        if not vintages:
            continue
        reports = known_reports_of(company, statement, Scope.CONSOLIDATED)
        report("compiling_statement", done, len(statements), f"Compiling {statement.replace('_', ' ')}")
        for view in views:
            request = CompileRequest(
                statement=statement, view=view, years=years, template=company.sector_template
            )
            compiled.append(compile_statement(vintages, reports, request, load_taxonomy()))
    with storing():
        return tuple(_stored(company, values, task_run) for values in compiled)


def _stored(company: Company, values: CompiledValues, task_run: TaskRun | None) -> Compiled:
    stored, is_new = store_compiled(company, values, engine_version=ENGINE_VERSION, task_run=task_run)
    return Compiled(stored, values, is_new)


def compile_as_of(
    company: Company, statement: StatementKind, day: date, *, years: int = YEARS
) -> CompiledValues:
    """A statement as it was known on a day, compiled on the spot and not kept."""
    request = CompileRequest(
        statement=statement,
        view=CompiledView.AS_OF,
        as_of=day,
        years=years,
        template=company.sector_template,
    )
    return compile_statement(
        vintages_of(company, statement, Scope.CONSOLIDATED),
        known_reports_of(company, statement, Scope.CONSOLIDATED),
        request,
        load_taxonomy(),
    )
