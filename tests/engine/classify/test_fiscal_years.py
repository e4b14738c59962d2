"""Which fiscal year an interim report belongs to, whatever its company calls the year."""

from datetime import date

import pytest

from engine.classify.dates import period_clues
from engine.classify.fiscal_years import fiscal_year_of, weeks_passed
from engine.kinds import DocumentKind as Kind
from engine.tables.units import currency_of_pages


@pytest.mark.parametrize(
    ("kind", "end", "pages", "year"),
    [
        (Kind.ANNUAL_REPORT, date(2023, 1, 1), (), 2022),
        (Kind.ANNUAL_REPORT, date(2023, 1, 28), (), 2023),
        (Kind.HALF_YEAR_REPORT, date(2023, 12, 31), (), 2024),
        (Kind.HALF_YEAR_REPORT, date(2023, 6, 30), (), 2023),
        (Kind.QUARTERLY_REPORT, date(2023, 4, 30), ("Three months ended April 30, 2023",), 2024),
        # A retailer's fiscal 2023 ends in the first days of February 2024.
        (
            Kind.QUARTERLY_REPORT,
            date(2023, 10, 28),
            ("thirty-nine weeks ended October 28,  fiscal 2023",),
            2024,
        ),
        (
            Kind.QUARTERLY_REPORT,
            date(2023, 12, 31),
            ("three months ended and six months ended December 31,",),
            2024,
        ),
        # Twelve months are printed each quarter by some; the nine months decide.
        (
            Kind.RESULTS_RELEASE,
            date(2023, 9, 30),
            ("Twelve months ended September 30, nine months ended September 30,",),
            2023,
        ),
        (Kind.RESULTS_RELEASE, date(2022, 11, 20), ("First quarter operating results",), 2023),
        # The year before tells where this one ends.
        (
            Kind.QUARTERLY_REPORT,
            date(2023, 12, 31),
            ("Quarter to 31 December 2023", "year ended 30 June 2023"),
            2024,
        ),
        (
            Kind.QUARTERLY_REPORT,
            date(2023, 6, 30),
            ("BSE Limited. Results for the quarter ended 30 June 2023",),
            2024,
        ),
        (Kind.QUARTERLY_REPORT, date(2023, 9, 30), ("nothing is said",), 2023),
    ],
)
def test_fiscal_years(kind, end, pages, year):
    assert fiscal_year_of(kind, end, pages)[0] == year


def test_what_passed_of_the_year_is_said_in_its_words():
    end = date(2023, 9, 30)
    assert weeks_passed(Kind.QUARTERLY_REPORT, end, ["nine months ended september 30, 2023"]) == (
        39,
        "nine months ended",
    )
    assert weeks_passed(Kind.QUARTERLY_REPORT, end, ["six months ended june 30, 2023"]) == (None, "")


def test_the_last_year_of_a_list_is_the_one_that_ended():
    clues = period_clues(["for the years ended December 31, 2020, 2021 and 2022"])
    assert [clue.end for clue in clues] == [date(2022, 12, 31)]


@pytest.mark.parametrize(
    ("page", "currency"),
    [
        ("Consolidated income statement\n(in thousands of Swiss francs)\nSales 1,234 1,111", "CHF"),
        ("Statement of income\nMillions of yen\nThousands of U.S. dollars\n2021 2022 2022", "JPY"),
        # A line of the statement names a currency that is not its own.
        (
            "Cash flows\n(in millions)\nNet income $ 1,386\nLoss on yen-denominated debt (191)\nForm 10-K",
            "USD",
        ),
        ("Balance sheet\n1,234 1,111", None),
    ],
)
def test_the_currency_of_a_statement(page, currency):
    assert currency_of_pages([page], [1]) == currency
