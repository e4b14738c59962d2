"""Reports of one company as a compile takes them, from their readings.

The product keeps the same figures as facts in its database; here they come straight from the reader,
so that a measurement needs nothing but the engine.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from engine.base_units import base_value
from engine.check.columns import part_columns
from engine.compiling.compile import compile_statement
from engine.compiling.values import CompiledStatement, CompileRequest, KnownReport, Vintage
from engine.concepts.taxonomy import load_taxonomy
from engine.kinds import CellState, CompiledView, RowKind, Scope, StatementKind
from engine.statement import Reading, StatementReading

YEARS = 12  # more than any company measured here has


@dataclass(frozen=True, slots=True)
class Filed:
    """A report: its reading, the last day it covers and the day it came out."""

    name: str
    period_end: date
    published: date
    reading: Reading

    def statement(self, kind: StatementKind) -> StatementReading | None:
        """The reading of one statement, None where it was not found."""
        return next((s for s in self.reading.statements if s.table.kind is kind), None)


@dataclass(frozen=True, slots=True)
class Expected:
    """A figure that a report prints, in base units. `name` is the truth's word for the line, `keys`
    are the rows of a compiled statement that may hold it."""

    report: str
    kind: StatementKind
    name: str
    keys: tuple[str, ...]
    end: date
    value: Decimal


@dataclass(frozen=True, slots=True)
class Company:
    """The reports of a company, oldest first, and the figures that are known of them."""

    name: str
    reports: tuple[Filed, ...]
    expected: tuple[Expected, ...]

    def vintages(self, kind: StatementKind) -> tuple[Vintage, ...]:
        """Every figure that the reports give of one statement."""
        return tuple(vintage for report in self.reports for vintage in _vintages(report, kind))

    def compiled(self, kind: StatementKind, view: CompiledView = CompiledView.LATEST) -> CompiledStatement:
        """One statement over all years."""
        known = tuple(
            KnownReport(report.name, report.period_end, report.published, report.statement(kind) is not None)
            for report in self.reports
        )
        request = CompileRequest(kind, view, years=YEARS)
        return compile_statement(self.vintages(kind), known, request, load_taxonomy())

    def winning(self, kind: StatementKind, view: CompiledView) -> Mapping[tuple[str, date], Expected]:
        """For each line and period the figure of the report that the view takes it from: the last one
        that prints the period, or the first one; none where that report does not print the line."""
        order = {report.name: n for n, report in enumerate(self.reports)}
        figures = [figure for figure in self.expected if figure.kind is kind]
        pick = max if view is CompiledView.LATEST else min
        winner = {
            end: pick(order[f.report] for f in figures if f.end == end) for end in {f.end for f in figures}
        }
        lines: dict[tuple[str, date], Expected] = {}
        for figure in sorted(figures, key=lambda f: order[f.report]):
            known = lines.get((figure.name, figure.end))
            if view is CompiledView.LATEST or (known is None and order[figure.report] == winner[figure.end]):
                lines[figure.name, figure.end] = figure
        return lines


def _vintages(report: Filed, kind: StatementKind) -> Iterator[Vintage]:
    statement = report.statement(kind)
    if statement is None:
        return
    table = statement.table
    parts = part_columns(table)
    for n, row in enumerate(table.rows):
        for place, (column, cell) in enumerate(zip(table.columns, row.cells, strict=True)):
            outside = column.period is None or column.scope is not Scope.CONSOLIDATED or place in parts
            if cell is None or outside or row.kind is RowKind.HEADING:
                continue
            value = base_value(table, row, column, cell, statement.signs[n])
            if value is None and cell.state not in (CellState.TEXT, CellState.NOT_READ):
                continue
            assert column.period is not None
            yield Vintage(
                source=f"{report.name}/{n}/{place}",
                document=report.name,
                statement=kind,
                concept=statement.mappings[n].concept,
                label=row.label,
                section=row.section,
                row=n,
                level=row.level,
                kind=row.kind,
                period=column.period,
                state=cell.state,
                value=value.value if value else None,
                decimals=value.decimals if value else 0,
                currency=value.currency if value else None,
                published_on=report.published,
                restated_marker=column.restated,
                confidence=statement.confidences[n],
            )
