"""The table somebody asks for: a kept compile where there is one, else one made on the spot."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from companies.models import Company
from engine.kinds import CompiledView, ReportingPeriod, Scope, StatementKind
from extraction.compile import compile_now, request_for
from extraction.models import CompiledStatement
from extraction.table.bridges import BridgeView, bridges_of_stored, bridges_of_values
from extraction.table.conversion import converted
from extraction.table.figures import TableFigures, figures_of_stored, figures_of_values
from extraction.table.presentation import DisplayUnit, TableView, written


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which view of history, in periods of which length, in which currency and unit. `as_of` is the day
    of its view; without `currency` figures stay in that of the reports."""

    view: CompiledView = CompiledView.LATEST
    as_of: date | None = None
    period: ReportingPeriod = ReportingPeriod.FULL_YEAR
    currency: str = ""
    unit: DisplayUnit | None = None


@dataclass(frozen=True)
class Table:
    """A table with what belongs beside it. `stored` is None where it was compiled on the spot."""

    figures: TableFigures
    unit: DisplayUnit | None
    bridges: tuple[BridgeView, ...]
    stored: CompiledStatement | None

    @cached_property
    def view(self) -> TableView:
        """The table as people look at it, in the unit that was asked for."""
        return written(self.figures, self.unit)


def table_for(company: Company, statement: StatementKind, wanted: Wanted) -> Table | None:
    """The table, None where nothing of it has been read. A view as of a day is never kept, and interim
    periods only where somebody had them compiled; both are then compiled here."""
    stored = None if wanted.view is CompiledView.AS_OF else _current(company, statement, wanted)
    if stored is not None:
        return table_of(stored, wanted)
    if wanted.view is not CompiledView.AS_OF and wanted.period is ReportingPeriod.FULL_YEAR:
        return None
    values = compile_now(
        company, request_for(company, statement, wanted.view, wanted.period, as_of=wanted.as_of)
    )
    figures = figures_of_values(company, values)
    if not figures.has_any:
        return None
    return Table(_shown(figures, wanted), wanted.unit, bridges_of_values(values), None)


def table_of(stored: CompiledStatement, wanted: Wanted) -> Table:
    """One kept compile, whichever version it is."""
    figures = _shown(figures_of_stored(stored), wanted)
    return Table(figures, wanted.unit, bridges_of_stored(stored), stored)


def _shown(figures: TableFigures, wanted: Wanted) -> TableFigures:
    return converted(figures, wanted.currency) if wanted.currency else figures


def _current(company: Company, statement: StatementKind, wanted: Wanted) -> CompiledStatement | None:
    return (
        CompiledStatement.objects.select_related("company")
        .filter(
            company=company,
            statement=statement,
            view=wanted.view,
            period=wanted.period,
            scope=Scope.CONSOLIDATED,
            is_current=True,
        )
        .first()
    )
