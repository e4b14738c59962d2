"""A company whose every figure is known, and its export.

In millions of euros. What is out of the ordinary: costs of 2023 were restated, current assets of 2023
are off by rounding, total assets of 2022 are misprinted, and three labels begin like formulas.
"""

from dataclasses import replace

from companies.models import Company
from engine.kinds import CompiledView, RowKind, StatementKind
from engine.statement import Reading
from engine.values import Unit
from extraction.compile import compile_company
from extraction.exports import Export, export_of
from extraction.models import CompiledStatement
from extraction.store import store_reading
from extraction.table.figures import figures_of_stored
from extraction.table.presentation import DisplayUnit, written
from tests.extraction.made import Line, a_company, a_document, a_reading

NAME = "=Northwind & Söhne"

INCOME: dict[int, list[Line]] = {
    2024: [
        ("Revenue", "is.revenue", 1, ["1,000", "900"]),
        ("Cost of sales", "is.cost_of_sales", -1, ["600", "550"]),
        ("Gross profit", "is.gross_profit", 1, ["400", "350"]),
        ("Selling and general", "is.sga", -1, ["150", "125"]),
        ('=HYPERLINK("http://x.example";"Costs")', None, -1, ["30", "–"]),
        ("Operating profit", "is.operating_profit", 1, ["220", "225"]),
        ("- of which leases", None, 1, ["12", "11"]),
        ("Basic", "is.eps_basic", 1, ["1.25", "1.10"]),
    ],
    2023: [
        ("Revenue", "is.revenue", 1, ["900", "800"]),
        ("Cost of sales", "is.cost_of_sales", -1, ["550", "500"]),
        ("Gross profit", "is.gross_profit", 1, ["350", "300"]),
        ("Selling and general", "is.sga", -1, ["120", "110"]),
        ("Operating profit", "is.operating_profit", 1, ["230", "190"]),
        ("+1 plan", None, 1, ["3", "2"]),
    ],
}
BALANCE: dict[int, list[Line]] = {
    2024: [
        ("Cash", "bs.cash", 1, ["100", "110"]),
        ("Receivables", "bs.receivables", 1, ["200", "190"]),
        ("Total current assets", "bs.total_ca", 1, ["300", "301"]),
        ("Property", "bs.ppe", 1, ["550", "499"]),
        ("Total assets", "bs.total_assets", 1, ["850", "800"]),
        ("Payables", "bs.payables", 1, ["400", "380"]),
        ("Retained earnings", "bs.retained", 1, ["450", "420"]),
        ("Total equity and liabilities", "bs.total_el", 1, ["850", "800"]),
    ],
    2023: [
        ("Cash", "bs.cash", 1, ["110", "90"]),
        ("Receivables", "bs.receivables", 1, ["190", "180"]),
        ("Total current assets", "bs.total_ca", 1, ["301", "270"]),
        ("Property", "bs.ppe", 1, ["499", "430"]),
        ("Total assets", "bs.total_assets", 1, ["800", "770"]),
        ("Payables", "bs.payables", 1, ["380", "330"]),
        ("Retained earnings", "bs.retained", 1, ["420", "370"]),
        ("Total equity and liabilities", "bs.total_el", 1, ["800", "700"]),
    ],
}
CASH_FLOW: dict[int, list[Line]] = {
    2024: [
        ("Operating profit", "cf.start", 1, ["220", "225"]),
        ("Working capital", "cf.d_wc", 1, ["(230)", "(205)"]),
        ("Cash from operations", "cf.cfo", 1, ["(10)", "20"]),
        ("Net change in cash", "cf.net_change", 1, ["(10)", "20"]),
        ("Opening cash", "cf.cash_open", 1, ["110", "90"]),
        ("Closing cash", "cf.cash_close", 1, ["100", "110"]),
    ],
    2023: [],
}


def northwind() -> Company:
    """Two reports, read and compiled. Per-share figures are in euros."""
    company = a_company("northwind")
    company.name = NAME
    company.save()
    for year in (2023, 2024):
        document = a_document(company, year)
        store_reading(document.current_version, _reading(year), options_digest="d", task_run=None)
    compile_company(company)
    return company


def _reading(year: int) -> Reading:
    income = _with_per_share_rows(a_reading([year, year - 1], INCOME[year]))
    balance = a_reading([year, year - 1], BALANCE[year], statement=StatementKind.BALANCE_SHEET)
    statements = [*income.statements, *balance.statements]
    if CASH_FLOW[year]:
        cash = a_reading([year, year - 1], CASH_FLOW[year], statement=StatementKind.CASH_FLOW_STATEMENT)
        statements += cash.statements
    return replace(income, statements=tuple(statements), abstentions=())


def _with_per_share_rows(reading: Reading) -> Reading:
    [read] = reading.statements
    rows = tuple(
        replace(row, kind=RowKind.PER_SHARE, unit=Unit("EUR", 1)) if row.label == "Basic" else row
        for row in read.table.rows
    )
    return replace(reading, statements=(replace(read, table=replace(read.table, rows=rows)),))


def northwind_export(
    company: Company, *, unit: DisplayUnit = DisplayUnit.MILLIONS, view: CompiledView = CompiledView.LATEST
) -> Export:
    kept = CompiledStatement.objects.select_related("company").filter(
        company=company, view=view, is_current=True
    )
    by_kind = {statement.statement: statement for statement in kept}
    return export_of(
        [written(figures_of_stored(by_kind[kind]), unit) for kind in StatementKind if kind in by_kind]
    )
