"""Facts of many reports folded into one statement per kind."""

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from django.db import transaction

from companies.models import Company
from engine import ENGINE_VERSION
from engine.compiling.compile import compile_statement
from engine.compiling.values import CompiledStatement as CompiledValues
from engine.compiling.values import CompileRequest, KnownReport, Vintage
from engine.concepts.taxonomy import load_taxonomy
from engine.kinds import CompiledView, Framework, ReportingPeriod, Scope, StatementKind
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
    periods: Sequence[ReportingPeriod] = (),
    years: int = YEARS,
    force: bool = False,
    report: Report = silent,
    task_run: TaskRun | None = None,
    storing: Storing = nullcontext,
) -> tuple[Compiled, ...]:
    """Compile and keep the statements of a company that has facts of them: in full years, in the
    `periods` asked for, and in those that were kept before, so that none of them grows old.

    They are kept together or not at all. A statement of which no report has been
    read gives nothing: an empty table says less than none. What has not changed is not written again,
    unless `force` says so.
    """
    wanted = _periods(company, periods)
    compiled = []
    for done, statement in enumerate(statements):
        report("normalizing_line_items", done, len(statements), f"Loading {statement.replace('_', ' ')}")
        for period in wanted:
            compiled += _compiled(company, statement, period, views, years)
        report("compiling_statement", done + 1, len(statements), f"Compiled {statement.replace('_', ' ')}")
    with storing(), transaction.atomic():
        return tuple(_stored(company, values, task_run, force=force) for values in compiled)


def _stored(company: Company, values: CompiledValues, task_run: TaskRun | None, *, force: bool) -> Compiled:
    stored, is_new = store_compiled(
        company, values, engine_version=ENGINE_VERSION, task_run=task_run, force=force
    )
    return Compiled(stored, values, is_new)


def _periods(company: Company, asked: Sequence[ReportingPeriod]) -> list[ReportingPeriod]:
    kept = set(
        CompiledStatement.objects.filter(company=company, is_current=True)
        .order_by()
        .values_list("period", flat=True)
        .distinct()
    )
    wanted = {ReportingPeriod.FULL_YEAR, *asked, *map(ReportingPeriod, kept)}
    return [period for period in ReportingPeriod if period in wanted]


def _compiled(
    company: Company,
    statement: StatementKind,
    period: ReportingPeriod,
    views: Sequence[CompiledView],
    years: int,
) -> list[CompiledValues]:
    """One statement in periods of one length, once per view; nothing where nothing was read of it."""
    vintages = vintages_of(company, statement, Scope.CONSOLIDATED, period)
    if not vintages:
        return []
    reports = known_reports_of(company, statement, Scope.CONSOLIDATED, period)
    found = [
        compile_statement(
            vintages, reports, request_for(company, statement, view, period, years=years), load_taxonomy()
        )
        for view in views
    ]
    return [values for values in found if values.periods or period is ReportingPeriod.FULL_YEAR]


def request_for(
    company: Company,
    statement: StatementKind,
    view: CompiledView = CompiledView.LATEST,
    period: ReportingPeriod = ReportingPeriod.FULL_YEAR,
    *,
    as_of: date | None = None,
    years: int = YEARS,
) -> CompileRequest:
    """What to compile of a company, with what is known of it beforehand."""
    return CompileRequest(
        statement=statement,
        view=view,
        as_of=as_of,
        years=years,
        framework=Framework(company.framework) if company.framework else None,
        template=company.sector_template,
        period=period,
        year_end=(company.fiscal_year_end_month, company.fiscal_year_end_day),
    )


def compile_now(company: Company, request: CompileRequest) -> CompiledValues:
    """A statement compiled on the spot and not kept in the database."""
    return _compiled_lately(
        vintages_of(company, request.statement, request.scope, request.period),
        known_reports_of(company, request.statement, request.scope, request.period),
        request,
    )


@lru_cache(maxsize=8)
def _compiled_lately(
    vintages: tuple[Vintage, ...], reports: tuple[KnownReport, ...], request: CompileRequest
) -> CompiledValues:
    """Whoever looks at a table that is not kept asks for it again with every figure that is proven and
    every unit that is tried. Equal figures and reports compile to equal tables: none is ever out of date."""
    return compile_statement(vintages, reports, request, load_taxonomy())


def compile_as_of(
    company: Company, statement: StatementKind, day: date, *, years: int = YEARS
) -> CompiledValues:
    """A statement as it was known on a day, compiled on the spot and not kept."""
    return compile_now(company, request_for(company, statement, CompiledView.AS_OF, as_of=day, years=years))
