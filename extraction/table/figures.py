"""The figures of a table as they are kept or were compiled, before anybody writes them in a unit."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from companies.models import Company
from engine import ENGINE_VERSION
from engine.compiling.values import CompiledStatement as CompiledValues
from engine.kinds import CompiledView, ReportingPeriod, RowKind, StatementKind
from engine.values import Period
from extraction.models import CompiledCell, CompiledStatement


@dataclass(frozen=True, slots=True)
class ColumnView:
    heading: str
    period: Period
    period_end: date
    days: int | None
    is_full_year: bool


@dataclass(frozen=True, slots=True)
class Compilation:
    """By what a table was compiled and how its content is recognised. A compile that is not kept has
    neither a version nor a time."""

    content_hash: str
    engine_version: str
    statement_id: int | None = None
    version: int | None = None
    compiled_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class CellFigure:
    """What stands in a cell. `reason` says why nothing does where `gap` alone does not say it; `converted`
    by which rate a figure was converted, which is then of no report."""

    value: Decimal | None
    nil: bool
    gap: str
    fact_id: int | None
    formula: str
    restated: bool
    confidence: float | None
    derived_from: tuple[int, ...]
    converted: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class RowFigures:
    key: str
    concept: str
    label: str
    other_labels: tuple[str, ...]
    level: int
    kind: RowKind
    cells: tuple[CellFigure, ...]


@dataclass(frozen=True, slots=True)
class TableFigures:
    """A table in exact amounts. `converted_from` is the currency of the reports, where another is shown."""

    company: Company
    statement: StatementKind
    view: CompiledView
    as_of: date | None
    period: ReportingPeriod
    currency: str
    columns: tuple[ColumnView, ...]
    rows: tuple[RowFigures, ...]
    warnings: tuple[str, ...]
    compilation: Compilation
    converted_from: str = ""

    @property
    def has_any(self) -> bool:
        return any(cell.value is not None for row in self.rows for cell in row.cells)


def figures_of_stored(compiled: CompiledStatement) -> TableFigures:
    """The figures of a kept compile. Two queries, whatever its size."""
    cells = _stored_cells(compiled)
    return TableFigures(
        company=compiled.company,
        statement=StatementKind(compiled.statement),
        view=CompiledView(compiled.view),
        as_of=None,
        period=ReportingPeriod(compiled.period),
        currency=compiled.currency,
        columns=tuple(
            _column_view(period, entry.get("name") or "")
            for period, entry in zip(compiled.columns, compiled.periods, strict=True)
        ),
        rows=tuple(
            RowFigures(
                key=row.key,
                concept=row.concept,
                label=row.label,
                other_labels=_others(row.labels, row.label),
                level=row.level,
                kind=RowKind(row.kind),
                cells=tuple(cells[row.pk]),
            )
            for row in compiled.rows.all()
        ),
        warnings=tuple(compiled.warnings),
        compilation=Compilation(
            compiled.content_hash,
            compiled.engine_version,
            compiled.pk,
            compiled.version,
            compiled.compiled_at,
        ),
    )


def _stored_cells(compiled: CompiledStatement) -> dict[int, list[CellFigure]]:
    """The cells of each row by its id, in the order of the periods."""
    found: dict[int, list[CellFigure]] = defaultdict(list)
    values = CompiledCell.objects.filter(row__compiled=compiled).order_by("ordinal")
    for row, value, nil, gap, fact, formula, restated, confidence, derived_from in values.values_list(
        "row_id", "value", "nil", "gap_reason", "fact_id", "formula", "restated", "confidence", "derived_from"
    ):
        operands = tuple(derived_from)
        found[row].append(CellFigure(value, nil, gap, fact, formula, restated, confidence, operands))
    return found


def figures_of_values(company: Company, values: CompiledValues) -> TableFigures:
    """The figures of a compile that is not kept, such as one as of a day."""
    names = values.names or ("",) * len(values.periods)
    return TableFigures(
        company=company,
        statement=values.request.statement,
        view=values.request.view,
        as_of=values.request.as_of,
        period=values.request.period,
        currency=values.currency or "",
        columns=tuple(_column_view(period, name) for period, name in zip(values.periods, names, strict=True)),
        rows=tuple(
            RowFigures(
                key=row.key,
                concept=row.concept or "",
                label=row.label,
                other_labels=_others(row.labels, row.label),
                level=row.level,
                kind=row.kind,
                cells=tuple(
                    CellFigure(
                        cell.value,
                        cell.nil,
                        cell.gap.value if cell.gap else "",
                        int(cell.source) if cell.source else None,
                        cell.formula or "",
                        cell.restated,
                        cell.confidence,
                        tuple(int(source) for source in cell.derived_from),
                    )
                    for cell in row.cells
                ),
            )
            for row in values.rows
        ),
        warnings=tuple(values.warnings),
        compilation=Compilation(values.content_hash, ENGINE_VERSION),
    )


def _others(labels: Iterable[str], label: str) -> tuple[str, ...]:
    return tuple(other for other in labels if other != label)


def _column_view(period: Period, name: str) -> ColumnView:
    """A column under the issuer's name of its period, where it has one that dates do not give."""
    transition = period.days is not None and not period.is_full_year
    months = round(period.days / 30.4) if period.days else 0
    heading = f"FY{period.fiscal_year}" if not transition else f"{months} months to {period.end:%b %Y}"
    return ColumnView(name or heading, period, period.end, period.days, not transition)
