"""A compiled statement as CSV: for programs, and for people in a hurry."""

import csv
import io

from engine.kinds import RowKind
from extraction.exports.content import exact
from extraction.exports.safe_text import harmless
from extraction.table.presentation import RowView, TableView


def to_csv(table: TableView) -> str:
    """One line per row, one column per year, figures exact in base units with contribution sign.

    The columns before the years are key, label, kind, level and unit. A gap is empty, a printed dash
    is 0. Texts from documents cannot be taken for formulas.
    """
    output = io.StringIO()
    writer = csv.writer(output, lineterminator="\r\n")
    ends = [column.period_end.isoformat() for column in table.columns]
    writer.writerow(["key", "label", "kind", "level", "unit", *ends])
    for row in table.rows:
        figures = ["" if cell.value is None else exact(cell.value) for cell in row.cells]
        writer.writerow(
            [harmless(row.key), harmless(row.label), row.kind.value, row.level, unit_of(row, table), *figures]
        )
    return output.getvalue()


def unit_of(row: RowView, table: TableView) -> str:
    """In what the figures of a row are counted."""
    if row.kind is RowKind.HEADING:
        return ""
    if row.kind is RowKind.SHARES:
        return "shares"
    converted = f" converted from {table.converted_from}" if table.converted_from else ""
    return f"{table.currency}{' per share' if row.kind is RowKind.PER_SHARE else ''}{converted}"
