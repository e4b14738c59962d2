"""What the files of an export say: tables with formulas, restatements and the reports behind them."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings
from django.db.models import prefetch_related_objects
from django.urls import reverse

from companies.models import Company
from documents.models import Document
from engine.compiling.additions import DerivedFigure, Figure, FigureRow, PrintedFigure
from engine.compiling.crossings import CrossRow, StatementFigures, find_crossings
from engine.compiling.formulas import Formulas, find_formulas
from engine.concepts.taxonomy import load_taxonomy
from engine.kinds import RowKind, StatementKind
from extraction.models import ExtractionRun, Restatement
from extraction.table.presentation import CellView, TableView, in_unit

STATEMENT_NAMES: Mapping[StatementKind, str] = {
    StatementKind.INCOME_STATEMENT: "Income statement",
    StatementKind.BALANCE_SHEET: "Balance sheet",
    StatementKind.CASH_FLOW_STATEMENT: "Cash flow statement",
}


@dataclass(frozen=True, slots=True)
class Source:
    """A report of which figures stand in the tables, and the file they were read from."""

    document: Document
    sha256: str
    original_name: str
    page_count: int | None
    engine_version: str
    figures: int


@dataclass(frozen=True, slots=True)
class Export:
    """The chosen statements of one company in one view, all that a file of them can say."""

    company: Company
    tables: tuple[TableView, ...]
    formulas: Mapping[StatementKind, Formulas]
    crossings: tuple[CrossRow, ...]
    restatements: tuple[Restatement, ...]
    sources: tuple[Source, ...]


def export_of(tables: Sequence[TableView]) -> Export:
    """All there is to say of some tables of one company and one view, in the largest of their units. A
    handful of queries, whatever their size. Raises ValueError for no table."""
    if not tables:
        raise ValueError("an export needs a table")
    tables = _in_one_unit(tables)
    company = tables[0].company
    prefetch_related_objects([company], "listings__exchange")
    figures = {table.statement: _statement_figures(table) for table in tables}
    return Export(
        company=company,
        tables=tuple(tables),
        formulas={statement: found.formulas for statement, found in figures.items()},
        crossings=find_crossings(figures),
        restatements=_restatements(company, tables),
        sources=_sources(tables),
    )


def proof_link(fact_id: int) -> str:
    """The absolute address of the page that shows a figure where it is printed."""
    return settings.PUBLIC_URL + reverse("extraction:proof", args=[fact_id])


def statements_link(company: Company) -> str:
    """The absolute address of a company's tables."""
    return settings.PUBLIC_URL + reverse("extraction:statements", args=[company.slug])


def document_link(document: Document) -> str:
    """The absolute address of a report's page."""
    return settings.PUBLIC_URL + document.get_absolute_url()


def exact(number: Decimal) -> str:
    """A figure without exponent and without zeros that say nothing."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _in_one_unit(tables: Sequence[TableView]) -> list[TableView]:
    unit = max((table.unit for table in tables), key=lambda unit: unit.factor)
    return [table if table.unit is unit else in_unit(table, unit) for table in tables]


def _statement_figures(table: TableView) -> StatementFigures:
    rows = [
        FigureRow(row.key, row.concept or None, row.kind, tuple(_figure(cell) for cell in row.cells))
        for row in table.rows
    ]
    return StatementFigures(
        periods=[column.period for column in table.columns],
        rows={row.key: row for row in rows},
        formulas=find_formulas(table.statement, rows, load_taxonomy()),
    )


def _figure(cell: CellView) -> Figure:
    if cell.value is None or cell.converted:
        return None  # what was converted is printed nowhere, and its sums are rounded another way
    if cell.fact is None:
        return DerivedFigure(cell.value, cell.formula)
    fact = cell.fact
    return PrintedFigure(
        cell.value, fact.decimals, str(fact.document_id), fact.row_ordinal, RowKind(fact.row_kind)
    )


def _restatements(company: Company, tables: Sequence[TableView]) -> tuple[Restatement, ...]:
    found = Restatement.objects.filter(
        company=company,
        statement__in=[table.statement for table in tables],
        old_fact__superseded_at__isnull=True,
        new_fact__superseded_at__isnull=True,
    ).select_related(
        "old_fact__document", "old_fact__observation", "new_fact__document", "new_fact__observation"
    )
    if tables[0].as_of is not None:
        found = found.filter(new_fact__published_on__lte=tables[0].as_of)
    shown = {
        (table.statement.value, column.period.start, column.period.end)
        for table in tables
        for column in table.columns
    }
    order = {table.statement: number for number, table in enumerate(tables)}
    lines = {row.key: number for table in tables for number, row in enumerate(table.rows)}
    return tuple(
        sorted(
            (one for one in found if (one.statement, one.period_start, one.period_end) in shown),
            key=lambda restatement: (
                order[StatementKind(restatement.statement)],
                -restatement.period_end.toordinal(),
                lines.get(restatement.row_key, len(lines)),
                restatement.new_fact.published_on,
                restatement.pk,
            ),
        )
    )


def _sources(tables: Sequence[TableView]) -> tuple[Source, ...]:
    figures = Counter(cell.fact.document for cell in _cells(tables) if cell.fact is not None)
    read = {
        run.version.document_id: run
        for run in ExtractionRun.objects.filter(
            version__document__in=list(figures), is_current=True
        ).select_related("version")
    }
    sources = [_source(document, read.get(document.pk), number) for document, number in figures.items()]
    return tuple(sorted(sources, key=_newest_first))


def _source(document: Document, run: ExtractionRun | None, figures: int) -> Source:
    return Source(
        document=document,
        sha256=run.version.sha256 if run else "",
        original_name=run.version.original_name if run else "",
        page_count=run.version.page_count if run else None,
        engine_version=run.engine_version if run else "",
        figures=figures,
    )


def _newest_first(source: Source) -> tuple[int, int]:
    document = source.document
    day = document.period_end or document.published_on
    return (-day.toordinal() if day else 0, document.pk)


def _cells(tables: Sequence[TableView]) -> Iterator[CellView]:
    return (cell for table in tables for row in table.rows for cell in row.cells)
