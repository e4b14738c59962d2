"""Reports of a year and of parts of it as PDFs, all figures following from a few."""

import io
from dataclasses import dataclass
from datetime import date

from companies.models import Company
from documents.models import Document
from documents.upload import accept_upload
from tests.engine.makepdf import CASH, PROSE, Sheet, balance, cash_flow, income, report

UNITS = ("€m", "€m")
NAMES = {3: "three months", 6: "six months", 9: "nine months", 12: "year"}


@dataclass(frozen=True)
class Flow:
    """Revenue and costs of a period in millions; the rest follows."""

    revenue: float
    costs: float
    interest: float
    tax: float
    cash: float = 10.0

    def income_rows(self, other: "Flow") -> tuple[tuple[str, ...], ...]:
        pairs = {
            "Revenue": (self.revenue, other.revenue),
            "Cost of sales": (-self.costs, -other.costs),
            "Gross profit": (self.gross, other.gross),
            "Operating profit": (self.gross, other.gross),
            "Finance costs": (-self.interest, -other.interest),
            "Profit before tax": (self.before_tax, other.before_tax),
            "Income tax expense": (-self.tax, -other.tax),
            "Profit for the period": (self.profit, other.profit),
        }
        return tuple((label, "", printed(one), printed(two)) for label, (one, two) in pairs.items())

    @property
    def gross(self) -> float:
        return self.revenue - self.costs

    @property
    def before_tax(self) -> float:
        return self.gross - self.interest

    @property
    def profit(self) -> float:
        return self.before_tax - self.tax


def printed(figure: float) -> str:
    text = f"{abs(figure):,.1f}"
    return f"({text})" if figure < 0 else text


def the_report(months: int, end: date, figures: Flow, before: Flow) -> bytes:
    """A report of so many months up to a day, with the same months of the year before."""
    day = f"{end.day} {end:%B %Y}"
    span = f"for the {NAMES[months]} ended {day}"
    what = "Annual report" if months == 12 else "Quarterly report" if months != 6 else "Half-year report"
    cover = f"{what} {end.year}. Interim results {span}. " if months != 12 else f"Annual report {end.year}. "
    years = ((str(end.year), str(end.year - 1)), UNITS)
    interim = "" if months == 12 else "condensed interim "
    sheets: list[Sheet | str] = [
        cover + PROSE,
        income(
            title=f"Consolidated {interim}income statement",
            lines=(span,),
            heads=years,
            rows=figures.income_rows(before),
            note_at=None,
        ),
        balance(
            title=f"Consolidated {interim}balance sheet",
            lines=(f"as at {day}",),
            heads=((day, f"31 December {end.year - 1}"), UNITS),
            note_at=None,
        ),
        cash_flow(
            title=f"Consolidated {interim}cash flow statement",
            lines=(span,),
            heads=years,
            rows=CASH,
            note_at=None,
        ),
    ]
    return report(sheets, title=f"{what} {end.year}")


def upload(
    company: Company, months: int, end: date, published: date, figures: Flow, before: Flow
) -> Document:
    """The report among the company's documents, neither classified nor read yet."""
    content = the_report(months, end, figures, before)
    name = f"report-{end}-{months}.pdf"
    return accept_upload(company, io.BytesIO(content), name, published_on=published).document
