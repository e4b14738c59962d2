"""Compiled statements and prices as figures that ratios are worked out from."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from analysis.ratios.prices import prices_of
from companies.models import Company
from engine.compiling.values import CompiledStatement as CompiledValues
from engine.kinds import CompiledView, ReportingPeriod, Scope, SectorTemplate, StatementKind
from engine.ratios.calculate import Figure, figures_of, one_currency
from extraction.compile import compile_as_of
from extraction.models import CompiledCell, CompiledStatement


@dataclass(frozen=True, slots=True)
class Books:
    """All figures of a company in one view, and what stands in their way. `statements` are the compiled
    statements they come from, by id and version; none for a view as of a day."""

    figures: tuple[Figure, ...]
    currency: str
    template: SectorTemplate
    statements: tuple[str, ...]
    warnings: tuple[str, ...]


def books_of(company: Company, view: CompiledView, as_of: date | None = None) -> Books:
    """The figures of the compiled years, and the price of the share at the end of each.

    Raises engine.errors.BadInput where the statements are not all in one currency.
    """
    if view is CompiledView.AS_OF:
        if as_of is None:
            raise ValueError("a view as of a day needs the day")
        compiled = [compile_as_of(company, statement, as_of) for statement in StatementKind]
        return _books(company, figures_of(compiled), _currency_of(compiled), (), as_of)
    stored = sorted(current_statements(company, view), key=_place)
    currency = one_currency(one.currency for one in stored)
    statements = tuple(f"{one.pk}:{one.version}" for one in stored)
    return _books(company, _figures(stored), currency, statements, None)


def current_statements(company: Company, view: CompiledView) -> list[CompiledStatement]:
    """The compiled full years of the group, of whatever statements there are."""
    return list(
        company.compiled_statements.filter(
            is_current=True, view=view, period=ReportingPeriod.FULL_YEAR, scope=Scope.CONSOLIDATED
        )
    )


def quarters_of(company: Company, view: CompiledView) -> tuple[Figure, ...]:
    """The figures of the compiled quarters of the group; none where nobody has asked for quarters.

    Raises engine.errors.BadInput where they are not all in one currency.
    """
    stored = list(
        company.compiled_statements.filter(
            is_current=True, view=view, period=ReportingPeriod.QUARTER, scope=Scope.CONSOLIDATED
        )
    )
    if stored:
        one_currency(one.currency for one in stored)
    return _figures(sorted(stored, key=_place))


def _place(compiled: CompiledStatement) -> int:
    return list(StatementKind).index(StatementKind(compiled.statement))


def _currency_of(compiled: Sequence[CompiledValues]) -> str:
    return one_currency(statement.currency for statement in compiled)


def _figures(stored: Sequence[CompiledStatement]) -> tuple[Figure, ...]:
    """Statement by statement, line by line: the same concept may stand in two, of which the first counts."""
    cells = (
        CompiledCell.objects.filter(row__compiled__in=stored, value__isnull=False)
        .exclude(row__concept="")
        .order_by("row__ordinal", "ordinal")
        .values_list(
            "row__compiled_id", "row__concept", "ordinal", "value", "fact_id", "derived_from"
        )
    )  # fmt: skip
    of_statement: dict[int, list[Figure]] = {one.pk: [] for one in stored}
    columns = {one.pk: one.columns for one in stored}
    for compiled_id, concept, ordinal, value, fact_id, derived_from in cells:
        sources = (str(fact_id),) if fact_id else tuple(str(source) for source in derived_from)
        if value is not None:
            of_statement[compiled_id].append(Figure(concept, columns[compiled_id][ordinal], value, sources))
    return tuple(figure for figures in of_statement.values() for figure in figures)


def _books(
    company: Company,
    figures: tuple[Figure, ...],
    currency: str,
    statements: tuple[str, ...],
    known_on: date | None,
) -> Books:
    prices = prices_of(company, figures, currency, known_on)
    return Books(
        figures=(*figures, *prices.figures),
        currency=currency,
        template=SectorTemplate(company.sector_template),
        statements=statements,
        warnings=prices.warnings,
    )
