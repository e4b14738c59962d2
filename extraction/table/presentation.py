"""A compiled statement as people look at it: headings, formatted figures, marks and links.

Shared by the page and by the exports, so that both show the same table.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum

from companies.models import Company
from engine.kinds import CellState, CompiledView, GapReason, ReportingPeriod, RowKind, StatementKind
from extraction.confidence import LOW_CONFIDENCE
from extraction.table.cell_facts import CellFact, cell_facts
from extraction.table.figures import CellFigure, ColumnView, Compilation, RowFigures, TableFigures

GAP_TEXTS: Mapping[GapReason, str] = {
    GapReason.NO_REPORT: "No report for this year is known.",
    GapReason.NOT_READ: "A report is known, and this statement was not read from it.",
    GapReason.NOT_DISCLOSED: "The statement was read and does not print this line.",
    GapReason.NOT_APPLICABLE: "This kind of company has no such line.",
    GapReason.UNREADABLE: "The line is printed and its figure could not be read.",
    GapReason.NOT_COMPARABLE: (
        "It would be the difference of two figures that stand on different bases: one of them was restated,"
        " or what is consolidated changed in between."
    ),
    GapReason.NO_RATE: "There is no exchange rate for this period.",
}


class DisplayUnit(StrEnum):
    """In which unit money is shown. Per-share figures are always in whole currency units."""

    UNITS = "units"
    THOUSANDS = "thousands"
    MILLIONS = "millions"

    @property
    def factor(self) -> int:
        return {"units": 1, "thousands": 1_000, "millions": 1_000_000}[self.value]


@dataclass(frozen=True, slots=True)
class CellView:
    """`text` is what is shown; a gap shows nothing and says why in `hint`. `fact` is the publication
    the figure comes from, with its document and its place on the page."""

    text: str
    value: Decimal | None
    hint: str
    gap: str
    nil: bool
    restated: bool
    formula: str
    low_confidence: bool
    fact_id: int | None
    document: str
    document_id: int | None
    page: int | None
    fact: CellFact | None
    derived_from: tuple[int, ...]
    confidence: float | None
    converted: str = ""  # by which rate the figure was converted; it is then of no report


@dataclass(frozen=True, slots=True)
class RowView:
    key: str
    label: str
    concept: str
    level: int
    kind: RowKind
    other_labels: tuple[str, ...]
    cells: tuple[CellView, ...]

    @property
    def has_figures(self) -> bool:
        return any(cell.value is not None for cell in self.cells)

    @property
    def is_own_line(self) -> bool:
        """A line that only this issuer prints, beside the standard ones."""
        return not self.concept


@dataclass(frozen=True, slots=True)
class TableView:
    company: Company
    statement: StatementKind
    view: CompiledView
    as_of: date | None
    currency: str
    unit: DisplayUnit
    digits: int
    columns: tuple[ColumnView, ...]
    rows: tuple[RowView, ...]
    warnings: tuple[str, ...]
    compilation: Compilation
    filled: int
    gaps: int
    hidden_lines: int = 0
    period: ReportingPeriod = ReportingPeriod.FULL_YEAR
    converted_from: str = ""  # the currency of the reports, where another is shown

    @property
    def version(self) -> int | None:
        return self.compilation.version

    def without_empty_lines(self) -> "TableView":
        """The table without the lines that hold no figure in any year; how many they were is kept."""
        shown = tuple(row for row in self.rows if row.kind is RowKind.HEADING or row.has_figures)
        return replace(
            self,
            rows=shown,
            gaps=sum(
                cell.value is None for row in shown if row.kind is not RowKind.HEADING for cell in row.cells
            ),
            hidden_lines=len(self.rows) - len(shown),
        )

    @property
    def coverage(self) -> int:
        """Percent of cells that hold a figure."""
        total = self.filled + self.gaps
        return round(100 * self.filled / total) if total else 0


def written(figures: TableFigures, unit: DisplayUnit | None = None) -> TableView:
    """The table with its amounts written in a unit, the usual one where none is named. Two queries."""
    facts = cell_facts(
        [cell.fact_id for row in figures.rows for cell in row.cells if cell.fact_id is not None]
    )
    shown_in = unit or usual_unit(figures.rows)
    digits = _digits(facts.values(), shown_in)
    rows = tuple(_row_view(row, facts, shown_in, digits) for row in figures.rows)
    cells = [cell for row in rows if row.kind is not RowKind.HEADING for cell in row.cells]
    return TableView(
        company=figures.company,
        statement=figures.statement,
        view=figures.view,
        as_of=figures.as_of,
        currency=figures.currency,
        unit=shown_in,
        digits=digits,
        columns=figures.columns,
        rows=rows,
        warnings=figures.warnings,
        compilation=figures.compilation,
        filled=sum(cell.value is not None for cell in cells),
        gaps=sum(cell.value is None for cell in cells),
        period=figures.period,
        converted_from=figures.converted_from,
    )


def usual_unit(rows: Iterable[RowFigures]) -> DisplayUnit:
    """The unit in which the largest amount has no more than six digits, roughly as issuers choose."""
    amounts = [
        abs(cell.value)
        for row in rows
        if row.kind not in (RowKind.PER_SHARE, RowKind.SHARES)
        for cell in row.cells
        if cell.value is not None
    ]
    largest = max(amounts, default=Decimal(0))
    if largest >= 100_000_000:
        return DisplayUnit.MILLIONS
    return DisplayUnit.THOUSANDS if largest >= 1_000_000 else DisplayUnit.UNITS


def _digits(facts: Iterable[CellFact], unit: DisplayUnit) -> int:
    """Digits after the decimal mark: as many as the coarsest report printed, one at the most."""
    shift = len(str(unit.factor)) - 1
    decimals = [
        fact.decimals + shift
        for fact in facts
        # A dash says nothing about the digits that are shown elsewhere.
        if fact.state == CellState.VALUE and fact.row_kind not in (RowKind.PER_SHARE, RowKind.SHARES)
    ]
    return max(0, min(1, min(decimals, default=0)))


def in_unit(table: TableView, unit: DisplayUnit) -> TableView:
    """The same table with its amounts written in another unit."""
    facts = [cell.fact for row in table.rows for cell in row.cells if cell.fact is not None]
    digits = _digits(facts, unit)

    def written(cell: CellView, kind: RowKind) -> CellView:
        return replace(cell, text=format_amount(cell, kind, cell.fact, unit, digits))

    rows = [replace(row, cells=tuple(written(cell, row.kind) for cell in row.cells)) for row in table.rows]
    return replace(table, unit=unit, digits=digits, rows=tuple(rows))


def _row_view(row: RowFigures, facts: Mapping[int, CellFact], unit: DisplayUnit, digits: int) -> RowView:
    return RowView(
        key=row.key,
        label=row.label,
        concept=row.concept,
        level=row.level,
        kind=row.kind,
        other_labels=row.other_labels,
        cells=tuple(
            _cell_view(cell, row.kind, facts.get(cell.fact_id) if cell.fact_id else None, unit, digits)
            for cell in row.cells
        ),
    )


def _cell_view(
    cell: CellFigure, kind: RowKind, fact: CellFact | None, unit: DisplayUnit, digits: int
) -> CellView:
    low = cell.confidence is not None and cell.confidence < LOW_CONFIDENCE
    return CellView(
        text=format_amount(cell, kind, fact, unit, digits),
        value=cell.value,
        hint=_hint(cell, fact, low),
        gap=cell.gap,
        nil=cell.nil,
        restated=cell.restated,
        formula=cell.formula,
        low_confidence=low,
        fact_id=cell.fact_id,
        document=str(fact.document) if fact else "",
        document_id=fact.document_id if fact else None,
        page=fact.page if fact else None,
        fact=fact,
        derived_from=cell.derived_from,
        confidence=cell.confidence,
        converted=cell.converted,
    )


def format_amount(
    cell: CellFigure | CellView, kind: RowKind, fact: CellFact | None, unit: DisplayUnit, digits: int
) -> str:
    """A figure with thousands separators, outflows in brackets, a printed dash as a dash."""
    if cell.value is None:
        return ""
    if cell.nil:
        return "–"
    if kind is RowKind.PER_SHARE:
        shown, places = cell.value, max(2, min(fact.decimals, 4)) if fact else 2
    else:
        shown, places = cell.value / unit.factor, digits
    text = f"{abs(shown):,.{places}f}"
    return f"({text})" if shown < 0 else text


def _hint(cell: CellFigure, fact: CellFact | None, low_confidence: bool) -> str:
    if cell.gap:
        return cell.reason or GAP_TEXTS[GapReason(cell.gap)]
    parts = [cell.converted] if cell.converted else []
    if fact is not None:
        parts.append(f"{fact.document}, page {fact.page}: “{fact.text}”")
        if fact.decided:
            parts.append(fact.decided)
    if cell.formula:
        parts.append(f"Derived: {cell.formula}")
    if cell.restated:
        parts.append("Restated: an earlier report gave another figure.")
    if low_confidence:
        parts.append("Low confidence: look at the page before you use it.")
    return " ".join(parts)
