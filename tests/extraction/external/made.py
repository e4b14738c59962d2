"""A company whose printed report and tagged publication say the same, unless a test plants otherwise."""

from collections.abc import Mapping, Sequence
from datetime import date

from companies.models import Company
from documents.models import Document, DocumentStatus, PublicationDateSource
from engine.kinds import StatementKind
from engine.xbrl.publications import publications
from engine.xbrl.read import read_tagged
from extraction.external.cross_check import cross_check
from extraction.models import CrossCheck, ExternalSource, TaggedReport
from extraction.store import store_reading
from extraction.store.tagged import store_publication
from tests.engine.xbrl.made import LEI, Tagged, esef_package
from tests.extraction.made import Line, a_company, a_document, a_reading

START, END = date(2024, 1, 1), date(2024, 12, 31)
BEFORE_START, BEFORE = date(2023, 1, 1), date(2023, 12, 31)
MILLION = 10**6

# concept, sign of its contribution, figures of 2024 and 2023 in millions as they are printed
INCOME: tuple[Line, ...] = (
    ("Revenue", "is.revenue", 1, ["1,234", "1,100"]),
    ("Cost of sales", "is.cost_of_sales", -1, ["700", "640"]),
    ("Gross profit", "is.gross_profit", 1, ["534", "460"]),
    ("Research and development", "is.rnd", -1, ["120", "110"]),
    ("Other operating income", "is.other_op", 1, ["30", "20"]),
    ("Other operating expenses", "is.other_op", -1, ["14", "8"]),
    ("Profit before tax", "is.pbt", 1, ["430", "362"]),
    ("Income tax", "is.tax", -1, ["110", "95"]),
    ("Profit for the year", "is.net_income", 1, ["320", "267"]),
)
BALANCE: tuple[Line, ...] = (
    ("Cash", "bs.cash", 1, ["210", "180"]),
    ("Goodwill", "bs.goodwill", 1, ["400", "–"]),
    ("Total assets", "bs.total_assets", 1, ["5,000", "4,700"]),
)
ELEMENTS: Mapping[str, tuple[int, int, bool]] = {
    # figures of both years in millions with the taxonomy's sign, and whether they are of a period
    "Revenue": (1234, 1100, True),
    "CostOfSales": (700, 640, True),
    "GrossProfit": (534, 460, True),
    "ResearchAndDevelopmentExpense": (120, 110, True),
    "OtherIncome": (30, 20, True),
    "OtherExpenseByFunction": (14, 8, True),
    "ProfitLossBeforeTax": (430, 362, True),
    "IncomeTaxExpenseContinuingOperations": (110, 95, True),
    "ProfitLoss": (320, 267, True),
    "CashAndCashEquivalents": (210, 180, False),
    "Goodwill": (400, 0, False),
    "Assets": (5000, 4700, False),
}


def tagged(changes: Mapping[tuple[str, int], int | None] | None = None) -> list[Tagged]:
    """The figures of both years; `changes` are by element and year, in millions, None to leave one out."""
    changes = changes or {}
    found = []
    for name, (now, before, is_flow) in ELEMENTS.items():
        for year, millions in ((2024, now), (2023, before)):
            said = changes.get((name, year), millions)
            if said is not None:
                start = date(year, 1, 1) if is_flow else None
                found.append(Tagged(f"ifrs-full:{name}", date(year, 12, 31), said * MILLION, start))
    return found


def a_read_report(company: Company | None = None) -> Document:
    """A report of 2024 whose income statement and balance sheet have been read."""
    company = company or a_company("seawind", lei=LEI)
    document = a_document(
        company, 2024, published_on=date(2025, 3, 1), published_on_source=PublicationDateSource.PERSON
    )
    income = a_reading([2024, 2023], INCOME)
    balance = a_reading([2024, 2023], BALANCE, statement=StatementKind.BALANCE_SHEET)
    both = type(income)(
        survey=income.survey,
        statements=(*income.statements, *balance.statements),
        abstentions=(),
        warnings=(),
        engine_version="test",
    )
    store_reading(document.current_version, both, options_digest="d", task_run=None)
    document.status = DocumentStatus.EXTRACTED
    document.save(update_fields=["status"])
    return document


def published(
    company: Company, facts: Sequence[Tagged], accession: str = "a", filed_on: date = date(2025, 4, 2)
) -> TaggedReport:
    """A tagged publication of a company, taken in as from the index of filings."""
    (publication,) = publications(read_tagged(esef_package(facts)))
    source = ExternalSource.objects.get(code="xbrl-filings")
    stored = store_publication(
        company, source, publication, accession=accession, form="ESEF", filed_on=filed_on
    )
    return stored[0]


def a_compared_report(changes: Mapping[tuple[str, int], int | None] | None = None) -> CrossCheck:
    """A read report compared with its tagged publication, which agrees but for the changes."""
    document = a_read_report()
    return cross_check(document, published(document.company, tagged(changes)))
