"""Years, days and lengths in headings."""

from datetime import date

import pytest

from engine.kinds import PeriodKind, StatementKind
from engine.locate.lexicon import vocabulary
from engine.tables.header import ColumnHeading, DayOfYear, day_in, length_in, period_of, span_in, year_in
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


@pytest.mark.parametrize(
    ("text", "language", "span"),
    [
        ("January–June 2024", "en", (6, DayOfYear(6, 30))),
        ("Jan - Sep 2024", "en", (9, DayOfYear(9, 30))),
        ("1 April to 30 June 2024", "en", (3, DayOfYear(6, 30))),
        ("1 July 2023 – 30 June 2024", "en", (12, DayOfYear(6, 30))),
        ("1. Januar bis 30. September 2024", "de", (9, DayOfYear(9, 30))),
        ("1.1.–30.6.2024", "de", (6, DayOfYear(6, 30))),
        ("01.01.2024 - 31.03.2024", "de", (3, DayOfYear(3, 31))),
        ("du 1er janvier au 30 juin 2024", "fr", (6, DayOfYear(6, 30))),
        ("1 januari - 30 juni 2024", "sv", (6, DayOfYear(6, 30))),
        ("January to February 2024", "en", None),
        ("28 September to 30 December 2024", "en", None),
        ("30 June 2024", "en", None),
        ("Jan–Mar 2024 Jan–Jun 2024", "en", None),
    ],
)
def test_spans_of_months(text, language, span):
    found = span_in(text, vocabulary(language))
    assert (None if found is None else (found.months, found.end)) == span


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
