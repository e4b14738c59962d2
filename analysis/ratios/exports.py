"""Ratios as files, with what they were worked out from."""

import csv
import io
from collections.abc import Iterable
from decimal import Decimal

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from analysis.models import MetricValue
from analysis.ratios.sheet import RatioSheet
from engine.kinds import RatioUnit
from engine.ratios.registry import Ratio, load_registry
from extraction.exports.safe_text import harmless, plain

_COLUMNS = ("code", "label", "group", "unit", "year_end", "status", "value", "reason", "formula", "facts")


def to_csv(values: Iterable[MetricValue], currency: str) -> str:
    """One line for each ratio and year, values exact: shares as parts of one, money in whole currency. A
    ratio without a value has its reason. `facts` are the ids of the facts it was worked out from."""
    output = io.StringIO()
    writer = csv.writer(output, lineterminator="\r\n")
    writer.writerow(_COLUMNS)
    ratios = load_registry().ratios
    for value in values:
        ratio = ratios.get(value.code)
        if ratio is None:
            continue
        writer.writerow(
            [
                ratio.code, harmless(ratio.label), ratio.group, _unit(ratio, currency),
                value.period_end.isoformat(), value.status, _exact(value.value),
                harmless(value.explanation), ratio.formula, " ".join(map(str, _facts(value))),
            ]
        )  # fmt: skip
    return output.getvalue()


def to_workbook(company: str, sheet: RatioSheet, currency: str) -> bytes:
    """A workbook: ratios by years, and every figure that any of them was worked out from."""
    output = io.BytesIO()
    texts = {"strings_to_numbers": False, "strings_to_formulas": False, "strings_to_urls": False}
    book = Workbook(output, {"in_memory": True, **texts})
    book.set_properties({"title": f"Ratios of {plain(company)}"})
    _write_ratios(book, book.add_worksheet("Ratios"), sheet, currency)
    _write_operands(book, book.add_worksheet("Operands"), sheet)
    book.close()
    return output.getvalue()


def _write_ratios(book: Workbook, page: Worksheet, sheet: RatioSheet, currency: str) -> None:
    bold, quiet = book.add_format({"bold": True}), book.add_format({"font_color": "#6B7280"})
    numbers = {unit: _number_format(book, unit) for unit in RatioUnit}
    page.write_row(0, 0, ["Ratio", "Unit", *[year.isoformat() for year in sheet.years], "Formula"], bold)
    page.set_column(0, 0, 42)
    page.set_column(1, 1, 16)
    page.set_column(2, 1 + len(sheet.years), 14)
    page.freeze_panes(1, 2)
    at = 1
    for group in sheet.groups:
        page.write_string(at, 0, group.label, bold)
        at += 1
        for row in group.rows:
            page.write_string(at, 0, row.ratio.label)
            page.write_string(at, 1, _unit(row.ratio, currency))
            for place, cell in enumerate(row.cells, start=2):
                if cell is None:
                    continue
                if cell.value.value is None:
                    page.write_string(at, place, cell.text, quiet)
                    page.write_comment(at, place, plain(cell.value.explanation))
                else:
                    page.write_number(at, place, float(cell.value.value), numbers[row.ratio.unit])
            page.write_string(at, 2 + len(sheet.years), row.formula, quiet)
            at += 1


def _write_operands(book: Workbook, page: Worksheet, sheet: RatioSheet) -> None:
    bold, number = book.add_format({"bold": True}), book.add_format({"num_format": "#,##0.######"})
    page.write_row(0, 0, ["Ratio", "Year", "Figure", "Of", "Value", "Facts"], bold)
    page.set_column(0, 5, 24)
    page.freeze_panes(1, 0)
    at = 1
    cells = [cell for group in sheet.groups for row in group.rows for cell in row.cells if cell]
    for cell in cells:
        for operand in cell.value.operands:
            page.write_string(at, 0, cell.value.code)
            page.write_string(at, 1, cell.value.period_end.isoformat())
            page.write_string(at, 2, plain(operand["label"]))
            page.write_string(at, 3, operand["end"])
            page.write_number(at, 4, float(Decimal(operand["value"])), number)
            page.write_string(at, 5, " ".join(map(str, operand["facts"])))
            at += 1


def _number_format(book: Workbook, unit: RatioUnit) -> Format:
    formats = {RatioUnit.SHARE: "0.0%", RatioUnit.DAYS: "0", RatioUnit.MONEY: "#,##0"}
    return book.add_format({"num_format": formats.get(unit, "#,##0.00")})


def _unit(ratio: Ratio, currency: str) -> str:
    match ratio.unit:
        case RatioUnit.MONEY:
            return currency
        case RatioUnit.PER_SHARE:
            return f"{currency} per share".strip()
    return str(ratio.unit)


def _exact(value: Decimal | None) -> str:
    if value is None:
        return ""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _facts(value: MetricValue) -> list[int]:
    return sorted({pk for operand in value.operands for pk in operand["facts"]})
