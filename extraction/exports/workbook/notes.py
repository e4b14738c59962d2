"""The notes of a workbook: what stands behind each figure, in a few lines."""

from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal

from xlsxwriter.worksheet import Worksheet

from documents.models import PublicationDateSource
from engine.kinds import RowKind
from extraction.exports.safe_text import plain
from extraction.exports.workbook.layout import Layout
from extraction.exports.workbook.styles import Content
from extraction.models import Restatement
from extraction.table.cell_facts import CellFact
from extraction.table.presentation import CellView, RowView, TableView

WIDTH, LINE, LETTERS = 270, 15, 44  # pixels of a note and of a line, and letters on a line


class Notes:
    """The notes of one statement."""

    def __init__(self, layout: Layout, restatements: Sequence[Restatement]) -> None:
        self.layout = layout
        self.restatements = _by_fact(restatements)
        self.usual = _usual_documents(layout.table)

    def of_row(self, row: RowView) -> str:
        """What a label stands for."""
        lines = [f"Row {row.key}"] if row.concept else ["A line of this company beside the standard ones"]
        if row.other_labels:
            lines.append("Also printed as: " + "; ".join(plain(label) for label in row.other_labels))
        return "\n".join(lines) if row.kind is not RowKind.HEADING else ""

    def of_cell(self, row: RowView, period: int, cell: CellView, content: Content) -> str:
        """Report, page, printed text and vintage of a figure, and what to know of it."""
        return "\n".join(self._lines(row, period, cell, content))

    def _lines(self, row: RowView, period: int, cell: CellView, content: Content) -> Iterator[str]:
        fact = cell.fact
        if fact is not None:
            yield f"{plain(str(fact.document))}, page {fact.page}"
            yield f"Printed: “{plain(fact.text)}”"
            if fact.decided:
                yield fact.decided
            yield f"Vintage: published {_published(fact)}"
            yield from self._restated_lines(fact, row)
            if self.usual[period] not in (None, fact.document_id):
                yield "From another report than most of this year's figures."
        if content is Content.CONVERTED:
            yield plain(cell.converted)
            if cell.formula:
                yield f"Derived, not printed: {self._derivation(cell)}"
        if content is Content.CALCULATED:
            yield "Calculated: the formula gives what is printed."
        if content is Content.DERIVED:
            yield f"Derived, not printed: {self._derivation(cell)}"
        if cell.low_confidence:
            yield "Low confidence: look at the page before you use it."

    def _restated_lines(self, fact: CellFact, row: RowView) -> Iterator[str]:
        for restatement in self.restatements.get(fact.pk, ()):
            other = restatement.old_fact if restatement.new_fact_id == fact.pk else restatement.new_fact
            word = "before" if other is restatement.old_fact else "later"
            figure = "–" if other.value is None else self._in_unit(other.value, row)
            kind = restatement.get_kind_display().lower()
            where = f"{plain(str(other.document))}, page {other.observation.page}"
            yield f"Restated ({kind}): {figure} {word}, {where}"

    def _in_unit(self, value: Decimal, row: RowView) -> str:
        factor = 1 if row.kind is RowKind.PER_SHARE else self.layout.table.unit.factor
        return f"{(value / factor).normalize():,f}"

    def _derivation(self, cell: CellView) -> str:
        return " ".join(self.layout.labels.get(word, plain(word)) for word in cell.formula.split())


def write_note(sheet: Worksheet, row: int, column: int, text: str) -> None:
    """A note as large as its text; none for no text."""
    if text:
        lines = sum(1 + len(line) // LETTERS for line in text.split("\n"))
        look = {"width": WIDTH, "height": 12 + LINE * lines, "font_name": "Arial", "font_size": 9}
        sheet.write_comment(row, column, text, {**look, "author": "Tenfold"})


def _published(fact: CellFact) -> str:
    """When a figure was published, as far as it is known."""
    day = f"{fact.published_on:%-d %b %Y}"
    is_lower_bound = fact.published_on_source == PublicationDateSource.PERIOD_END
    return f"{day} or later (the period's end)" if is_lower_bound else day


def _by_fact(restatements: Sequence[Restatement]) -> dict[int, list[Restatement]]:
    found: dict[int, list[Restatement]] = {}
    for restatement in restatements:
        found.setdefault(restatement.new_fact_id, []).append(restatement)
        found.setdefault(restatement.old_fact_id, []).append(restatement)
    return found


def _usual_documents(table: TableView) -> list[int | None]:
    """Per column the report that most of its figures come from."""
    usual: list[int | None] = []
    for period in range(len(table.columns)):
        counted = Counter(
            row.cells[period].document_id for row in table.rows if row.cells[period].document_id is not None
        )
        usual.append(counted.most_common(1)[0][0] if counted else None)
    return usual
