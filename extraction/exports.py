"""A compiled statement as CSV, workbook or JSON values."""

import csv
import io
from collections.abc import Iterable
from decimal import Decimal

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter

from engine.kinds import RowKind
from extraction.presentation import CellView, RowView, TableView

# A text that begins with one of these is taken for a formula by spreadsheet programs
# (CWE-1236); the full-width forms are turned into the plain ones by some of them.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠")

_PLACES = {0: "#,##0;(#,##0)", 1: "#,##0.0;(#,##0.0)", 2: "#,##0.00;(#,##0.00)"}
_LIGHT_GREY = PatternFill("solid", fgColor="F1F5F9")
_TOTAL_BORDER = Border(top=Side(style="thin", color="94A3B8"))


def harmless(text: str) -> str:
    """A text that no spreadsheet program takes for a formula."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def to_csv(table: TableView) -> str:
    """One line per row, one column per year, figures exact in base units with contribution sign."""
    output = io.StringIO()
    writer = csv.writer(output, lineterminator="\r\n")
    writer.writerow(
        ["concept", "label", "kind", *(column.period_end.isoformat() for column in table.columns)]
    )
    for row in table.rows:
        figures = ["" if cell.value is None else _plain(cell.value) for cell in row.cells]
        writer.writerow([row.concept, harmless(row.label), row.kind.value, *figures])
    return output.getvalue()


def _plain(number: Decimal) -> str:
    """Without exponent and without zeros that say nothing."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def to_workbook(tables: Iterable[TableView]) -> bytes:
    """One sheet per statement; every figure with its report and page as a comment."""
    workbook = Workbook()
    workbook.remove(workbook.active)
    for table in tables:
        _sheet(workbook, table)
    output = io.BytesIO()
    workbook.save(output)
    return output.getvalue()


def _sheet(workbook: Workbook, table: TableView) -> None:
    sheet = workbook.create_sheet(table.statement.value.replace("_", " ").capitalize()[:31])
    sheet.append([harmless(table.company.name)])
    sheet.append([f"{table.statement.value.replace('_', ' ').capitalize()}, {_unit(table)}"])
    sheet.append([])
    sheet.append(["", *(column.heading for column in table.columns)])
    sheet.append(["", *(column.period_end.isoformat() for column in table.columns)])
    sheet["A1"].font = Font(bold=True, size=14)
    sheet["A2"].font = Font(color="64748B")
    for heading in (*sheet[4], *sheet[5]):
        heading.font = Font(bold=True)
        heading.fill = _LIGHT_GREY
        heading.alignment = Alignment(horizontal="right")
    for row in table.rows:
        _write_row(sheet, table, row)
    sheet.freeze_panes = "B6"
    sheet.column_dimensions["A"].width = 52
    for index in range(2, len(table.columns) + 2):
        sheet.column_dimensions[get_column_letter(index)].width = 14


def _unit(table: TableView) -> str:
    if table.unit.factor == 1:
        return table.currency
    return f"{table.currency} {table.unit.value}"


def _write_row(sheet, table: TableView, row: RowView) -> None:
    sheet.append([harmless(row.label), *(_shown(cell, row, table) for cell in row.cells)])
    line = sheet[sheet.max_row]
    line[0].alignment = Alignment(indent=row.level, wrap_text=True, vertical="top")
    line[0].data_type = "s"
    strong = row.kind in (RowKind.HEADING, RowKind.SUBTOTAL, RowKind.TOTAL)
    for place in line:
        if strong:
            place.font = Font(bold=True)
        if row.kind is RowKind.TOTAL:
            place.border = _TOTAL_BORDER
    number_format = _PLACES[2 if row.kind is RowKind.PER_SHARE else table.digits]
    for place, cell in zip(line[1:], row.cells, strict=True):
        place.number_format = number_format
        if cell.hint:
            place.comment = Comment(cell.hint, "Tenfold")


def _shown(cell: CellView, row: RowView, table: TableView) -> Decimal | None:
    if cell.value is None:
        return None
    return cell.value if row.kind is RowKind.PER_SHARE else cell.value / table.unit.factor
