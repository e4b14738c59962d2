"""Which report is new, which one it is held against, and the figures with and without it.

Reports of later years are left out, so that the note on a report is the same whenever it is made.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from companies.models import Company
from documents.models import Document
from documents.querysets import DocumentQuerySet
from engine.compiling.compile import compile_statement
from engine.compiling.values import (
    CompiledCell,
    CompiledRow,
    CompiledStatement,
    CompileRequest,
    KnownReport,
    Vintage,
)
from engine.concepts.taxonomy import load_taxonomy
from engine.kinds import RestatementKind, Scope, StatementKind
from engine.values import Period
from extraction.compile import request_for
from extraction.load import known_reports_of, vintages_of
from extraction.models import Restatement


@dataclass(frozen=True, slots=True)
class Pair:
    """A line in the new report's year and in the year before, as the new report's compile has them."""

    statement: StatementKind
    row: CompiledRow
    now: CompiledCell
    before: CompiledCell


class Comparison:
    """A new report beside what was known before it."""

    def __init__(self, document: Document, before: Document | None) -> None:
        self.document, self.before = document, before
        self.company: Company = document.company

    @cached_property
    def compiled(self) -> dict[StatementKind, CompiledStatement]:
        """Each statement with the new report; nothing where it was read of none."""
        return {
            kind: compiled
            for kind in StatementKind
            if (compiled := self._compile(kind, without_new=False)) is not None
        }

    @cached_property
    def known_before(self) -> dict[StatementKind, CompiledStatement]:
        """The same from the reports before."""
        return {
            kind: compiled
            for kind in StatementKind
            if (compiled := self._compile(kind, without_new=True)) is not None
        }

    @cached_property
    def documents(self) -> dict[str, str]:
        """The document of each fact that was compiled."""
        return {
            vintage.source: vintage.document
            for kind in StatementKind
            for vintage in vintages_of(self.company, kind, Scope.CONSOLIDATED)
        }

    @property
    def currency(self) -> str:
        return next((one.currency for one in self.compiled.values() if one.currency), None) or ""

    def pairs(self) -> list[Pair]:
        """Every line that has a figure in both years."""
        found = []
        for kind, compiled in self.compiled.items():
            periods = self._periods(compiled)
            if periods is None:
                continue
            for row in compiled.rows:
                cells = {cell.period.end: cell for cell in row.cells}
                now, before = (cells.get(period.end) for period in periods)
                if now and before and now.value is not None and before.value is not None:
                    found.append(Pair(kind, row, now, before))
        return found

    def new_rows(self) -> list[tuple[StatementKind, CompiledRow, CompiledCell]]:
        """Lines that no report before had, with their figure of the new year."""
        found = []
        for kind, compiled in self.compiled.items():
            older = self.known_before.get(kind)
            wordings = {label for row in older.rows for label in row.labels} if older else set()
            keys = {row.key for row in older.rows} if older else set()
            for row in compiled.rows:
                cell = self._cell_of(compiled, row)
                if cell is None or cell.value is None or not self._is_from(cell, self.document):
                    continue
                if row.key not in keys and wordings.isdisjoint(row.labels):
                    found.append((kind, row, cell))
        return found

    def gone_rows(self) -> list[tuple[StatementKind, CompiledRow, CompiledCell]]:
        """Lines of the report before that the new one prints for neither year, with their last figure."""
        found: list[tuple[StatementKind, CompiledRow, CompiledCell]] = []
        if self.before is None:
            return found
        for kind, compiled in self.compiled.items():
            periods = self._periods(compiled)
            if periods is None:
                continue
            for row in compiled.rows:
                cells = {cell.period.end: cell for cell in row.cells}
                now, last = (cells.get(period.end) for period in periods)
                if last is None or last.value is None or not last.value or (now and now.value is not None):
                    continue
                if self._is_from(last, self.before):
                    found.append((kind, row, last))
        return found

    def restatements(self) -> list[Restatement]:
        """Figures of earlier years that the new report gives otherwise, beyond rounding."""
        found = Restatement.objects.filter(company=self.company, new_fact__document=self.document)
        found = found.filter(old_fact__superseded_at__isnull=True, new_fact__superseded_at__isnull=True)
        ordered = found.exclude(kind=RestatementKind.ROUNDING).select_related("new_fact", "old_fact")
        return list(ordered.order_by("statement", "-period_end", "new_fact__row_ordinal", "pk"))

    def _is_from(self, cell: CompiledCell, document: Document) -> bool:
        sources = (cell.source, *cell.derived_from) if cell.source else cell.derived_from
        return any(self.documents.get(source) == str(document.pk) for source in sources)

    def _cell_of(self, compiled: CompiledStatement, row: CompiledRow) -> CompiledCell | None:
        periods = self._periods(compiled)
        if periods is None:
            return row.cells[0] if row.cells else None
        return next((cell for cell in row.cells if cell.period.end == periods[0].end), None)

    def _periods(self, compiled: CompiledStatement) -> tuple[Period, Period] | None:
        """The two newest columns: the new report's year and the one before."""
        return None if len(compiled.periods) < 2 else (compiled.periods[0], compiled.periods[1])

    def _compile(self, kind: StatementKind, *, without_new: bool) -> CompiledStatement | None:
        vintages = vintages_of(self.company, kind, Scope.CONSOLIDATED)
        reports = known_reports_of(self.company, kind, Scope.CONSOLIDATED)
        last = self._last_day(reports)
        allowed = {one.document for one in reports if last is None or one.period_end <= last}
        if without_new:
            allowed.discard(str(self.document.pk))
        return _compiled(
            [vintage for vintage in vintages if vintage.document in allowed],
            [report for report in reports if report.document in allowed],
            request_for(self.company, kind),
        )

    def _last_day(self, reports: Sequence[KnownReport]) -> date | None:
        new = next((one for one in reports if one.document == str(self.document.pk)), None)
        return None if new is None else new.period_end


def _compiled(
    vintages: Sequence[Vintage], reports: Sequence[KnownReport], request: CompileRequest
) -> CompiledStatement | None:
    if not vintages:
        return None
    return compile_statement(tuple(vintages), tuple(reports), request, load_taxonomy())


def newest_report(company: Company) -> Document | None:
    """The annual report of the latest year that has been read."""
    return _annual_reports(company).first()


def report_before(document: Document) -> Document | None:
    """The annual report of the latest earlier year that has been read."""
    if document.fiscal_year is None:
        return None
    return _annual_reports(document.company).filter(fiscal_year__lt=document.fiscal_year).first()


def _annual_reports(company: Company) -> DocumentQuerySet:
    read = Document.objects.filter(
        company=company, facts__superseded_at__isnull=True, fiscal_year__isnull=False
    )
    return (
        read.annual().not_duplicates().filter(facts__isnull=False).distinct().order_by("-fiscal_year", "-pk")
    )
