"""A company with three compiled years whose every figure is known."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from companies.models import Company
from documents.models import Document, PublicationDateSource
from engine.kinds import RowKind, StatementKind
from engine.statement import Reading, Row, StatementReading
from engine.values import Unit
from extraction.compile import compile_company
from extraction.store import store_reading
from tests.extraction.made import Line, a_company, a_document, a_reading

INCOME: Sequence[Line] = (
    ("Revenue", "is.revenue", 1, ("1,000", "800", "700")),
    ("Cost of sales", "is.cost_of_sales", -1, ("600", "500", "450")),
    ("Operating profit", "is.operating_profit", 1, ("200", "140", "120")),
    ("Profit before tax", "is.pbt", 1, ("180", "115", "100")),
    ("Income tax", "is.tax", -1, ("45", "30", "25")),
    ("Net income", "is.net_income", 1, ("135", "85", "75")),
    ("Diluted shares", "is.shares_diluted", 1, ("110", "112", "112")),
    ("Diluted earnings per share", "is.eps_diluted", 1, ("1.25", "0.75", "0.65")),
)
BALANCE: Sequence[Line] = (
    ("Cash", "bs.cash", 1, ("80", "60", "50")),
    ("Receivables", "bs.receivables", 1, ("120", "100", "90")),
    ("Total current assets", "bs.total_ca", 1, ("300", "260", "240")),
    ("Total assets", "bs.total_assets", 1, ("900", "800", "760")),
    ("Total current liabilities", "bs.total_cl", 1, ("200", "190", "180")),
    ("Total liabilities", "bs.total_liab", 1, ("500", "480", "460")),
    ("Total equity", "bs.total_equity", 1, ("400", "320", "300")),
)
CASH: Sequence[Line] = (
    ("Net cash from operations", "cf.cfo", 1, ("190", "120", "110")),
    ("Capital expenditure", "cf.capex_ppe", -1, ("90", "70", "60")),
)


def a_company_with_years(slug: str = "alder", **fields: object) -> Company:
    """Reports of 2022 and 2023 in millions of US dollars, published in the March after; 2021 is what the
    first one prints beside 2022. Compiled."""
    company = a_company(slug, **{"reporting_currency": "USD", **fields})
    for year in (2022, 2023):
        document = a_report(company, year)
        read(document, three_statements(year))
    compile_company(company)
    return company


def a_report(company: Company, year: int) -> Document:
    return a_document(
        company,
        year,
        published_on=date(year + 1, 3, 1),
        published_on_source=PublicationDateSource.PERSON,
    )


def read(document: Document, reading: Reading, digest: str = "d") -> None:
    store_reading(document.current_version, reading, options_digest=digest, task_run=None)


def three_statements(year: int, *, currency: str = "USD", **printed: Sequence[str]) -> Reading:
    """The report of a year prints that and the year before; `printed` replaces both figures of a line,
    named by its concept with _ for the dot."""
    readings = [
        a_reading((year, year - 1), _of(lines, year, printed), statement=kind, currency=currency)
        for kind, lines in (
            (StatementKind.INCOME_STATEMENT, INCOME),
            (StatementKind.BALANCE_SHEET, BALANCE),
            (StatementKind.CASH_FLOW_STATEMENT, CASH),
        )
    ]
    statements = tuple(_with_kinds(reading) for reading in readings)
    return replace(readings[0], statements=statements, abstentions=())


def _of(lines: Sequence[Line], year: int, printed: dict[str, Sequence[str]]) -> list[Line]:
    newest = 2023 - year
    return [
        (label, concept, sign, printed.get(str(concept).replace(".", "_"), figures[newest : newest + 2]))
        for label, concept, sign, figures in lines
    ]


def _with_kinds(reading: Reading) -> StatementReading:
    """Numbers of shares and figures per share are told as such, the latter in whole currency."""
    statement = reading.statements[0]
    rows = tuple(_with_kind(row, statement.table.unit.currency) for row in statement.table.rows)
    return replace(statement, table=replace(statement.table, rows=rows))


def _with_kind(row: Row, currency: str | None) -> Row:
    if row.label == "Diluted shares":
        return replace(row, kind=RowKind.SHARES)
    if row.label == "Diluted earnings per share":
        return replace(row, kind=RowKind.PER_SHARE, unit=Unit(currency, 1))
    return row
