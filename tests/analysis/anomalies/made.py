"""A company with ten years of statements, read from ten reports and compiled."""

from datetime import date

from companies.models import Company
from documents.models import PublicationDateSource
from engine.kinds import StatementKind
from extraction.compile import compile_company
from extraction.store import store_reading
from tests.extraction.made import a_company, a_document, a_reading

YEARS = range(2015, 2025)
# Growth of 4 to 6 % a year, and operating profit of about a tenth.
REVENUE = dict(zip(YEARS, (1000, 1050, 1097, 1158, 1204, 1268, 1325, 1378, 1450, 1515), strict=True))
PROFIT = dict(zip(YEARS, (101, 109, 107, 119, 119, 129, 128, 138, 149, 150), strict=True))


def a_company_of_ten_years(
    slug: str = "northwind",
    revenue: dict[int, int] | None = None,
    earlier: dict[int, int] | None = None,
) -> Company:
    """Each report gives its year and the one before; `revenue` changes years, `earlier` what the report of
    a year itself said where the next one says otherwise."""
    company = a_company(slug)
    figures = REVENUE | (revenue or {})
    for year in YEARS:
        document = a_document(
            company,
            year,
            published_on=date(year + 1, 3, 1),
            published_on_source=PublicationDateSource.PERSON,
        )
        printed = [(earlier or {}).get(year, figures[year])]
        years = [year]
        profits = [PROFIT[year]]
        if year - 1 in figures:
            years.append(year - 1)
            printed.append(figures[year - 1])
            profits.append(PROFIT[year - 1])
        lines = [
            ("Revenue", "is.revenue", 1, [f"{value:,}" for value in printed]),
            ("Operating profit", "is.operating_profit", 1, [f"{value:,}" for value in profits]),
        ]
        reading = a_reading(years, lines, statement=StatementKind.INCOME_STATEMENT)
        store_reading(document.current_version, reading, options_digest="d", task_run=None)
    compile_company(company)
    return company
