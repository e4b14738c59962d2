"""Years, days and lengths in headings."""

from datetime import date

import pytest

from engine.kinds import PeriodKind, StatementKind
from engine.locate.lexicon import vocabulary
from engine.tables.header import ColumnHeading, DayOfYear, day_in, length_in, period_of, year_in
from engine.values import Period

EN = vocabulary("en")


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("2023", 2023),
        ("May 28,2023", 2023),
        ("31.12.2022", 2022),
        ("2021/22", 2022),
        ("FY22", 2022),
        ("Year ended 31 March 2022", 2022),
        ("1,998", None),
        ("Note", None),
    ],
)
def test_years(text, year):
    assert year_in(text) == year


@pytest.mark.parametrize(
    ("text", "language", "day"),
    [
        ("December 31, 2023", "en", DayOfYear(12, 31)),
        ("30 June 2023", "en", DayOfYear(6, 30)),
        ("as at 1st September 2023", "en", DayOfYear(9, 1)),
        ("31.12.2023", "de", DayOfYear(12, 31)),
        ("vom 1. Januar bis 31. Dezember 2023", "de", DayOfYear(12, 31)),
        ("31 décembre 2023", "fr", DayOfYear(12, 31)),
        ("31 de diciembre de 2023", "es", DayOfYear(12, 31)),
        ("2023-06-30", "en", DayOfYear(6, 30)),
        ("Fiscal year 2023", "en", None),
    ],
)
def test_days(text, language, day):
    assert day_in(text, vocabulary(language)) == day


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("52 Weeks Ended", (12, 52)),
        ("36 Weeks Ended", (9, 36)),
        ("Three Months Ended", (3, None)),
        ("For the Six Months Ended", (6, None)),
        ("6 months to 30 June", (6, None)),
        ("Year ended", (12, None)),
        ("Assets", (None, None)),
    ],
)
def test_lengths(text, length):
    assert length_in(text, EN) == length


def test_the_last_of_february_follows_the_year():
    assert DayOfYear(2, 29).in_year(2023) == date(2023, 2, 28)
    assert DayOfYear(2, 28).in_year(2024) == date(2024, 2, 29)


def heading(
    year: int, month: int, day: int, months: int | None = 12, weeks: int | None = None
) -> ColumnHeading:
    return ColumnHeading(year=year, day=DayOfYear(month, day), months=months, weeks=weeks)


@pytest.mark.parametrize(
    ("column", "older", "start"),
    [
        (heading(2023, 12, 31), None, date(2023, 1, 1)),
        (heading(2015, 8, 30, weeks=52), None, date(2014, 9, 1)),
        (heading(2015, 5, 31), date(2014, 5, 25), date(2014, 5, 26)),
        (heading(2023, 6, 30, months=6), None, date(2023, 1, 1)),
        (heading(2023, 5, 28), None, None),
        (heading(2023, 12, 31, months=None), None, None),
    ],
)
def test_where_a_period_begins(column, older, start):
    period = period_of(column, StatementKind.INCOME_STATEMENT, older)
    assert period == Period(PeriodKind.DURATION, start, column.day.in_year(column.year))


def test_a_balance_is_struck_on_a_day():
    period = period_of(heading(2023, 12, 31), StatementKind.BALANCE_SHEET, None)
    assert period == Period(PeriodKind.INSTANT, None, date(2023, 12, 31))


def test_a_year_without_a_day_is_no_period():
    assert period_of(ColumnHeading(year=2023), StatementKind.INCOME_STATEMENT, None) is None
