"""Growth and shares: exact ratios, and nothing where a ratio would say nothing."""

from datetime import date
from decimal import Decimal

import pytest

from engine.compiling.relative import BASES, base_of, growth, share, year_before
from engine.concepts.taxonomy import load_taxonomy
from engine.kinds import PeriodKind, StatementKind
from engine.values import Period


def a_year(start: date, end: date) -> Period:
    return Period(PeriodKind.DURATION, start, end)


@pytest.mark.parametrize(
    ("now", "before", "expected"),
    [
        ("12", "10", "0.2"),
        ("-12", "-10", "0.2"),  # a cost that rises has grown
        ("0", "10", "-1"),
        ("10", "0", None),
        ("5", "-5", None),  # from loss to profit
        ("-5", "5", None),
        (None, "5", None),
        ("5", None, None),
    ],
)
def test_growth(now: str | None, before: str | None, expected: str | None) -> None:
    found = growth(now and Decimal(now), before and Decimal(before))  # type: ignore[arg-type]
    assert found == (None if expected is None else Decimal(expected))


@pytest.mark.parametrize(
    ("value", "base", "expected"),
    [("25", "100", "0.25"), ("-60", "100", "-0.6"), ("5", "0", None), ("5", "-100", None), (None, "9", None)],
)
def test_share(value: str | None, base: str | None, expected: str | None) -> None:
    found = share(value and Decimal(value), base and Decimal(base))  # type: ignore[arg-type]
    assert found == (None if expected is None else Decimal(expected))


def test_years_of_52_and_53_weeks_follow_each_other() -> None:
    periods = [
        a_year(date(2023, 1, 29), date(2024, 2, 3)),
        a_year(date(2022, 1, 30), date(2023, 1, 28)),
    ]
    assert year_before(periods[0], periods) == 1
    assert year_before(periods[1], periods) is None


def test_a_transition_period_is_compared_with_nothing() -> None:
    periods = [
        a_year(date(2022, 1, 1), date(2022, 12, 31)),
        a_year(date(2021, 7, 1), date(2021, 12, 31)),
        a_year(date(2020, 7, 1), date(2021, 6, 30)),
    ]
    assert [year_before(period, periods) for period in periods] == [None, None, None]


def test_a_quarter_is_compared_with_that_of_the_year_before() -> None:
    ends = [(2024, 3), (2023, 12), (2023, 9), (2023, 6), (2023, 3)]
    last = {3: 31, 6: 30, 9: 30, 12: 31}
    quarters = [a_year(date(year, month - 2, 1), date(year, month, last[month])) for year, month in ends]
    assert year_before(quarters[0], quarters) == 4
    assert year_before(quarters[1], quarters) is None


def test_balances_are_compared_a_year_apart() -> None:
    days = [Period(PeriodKind.INSTANT, None, date(year, 6, 30)) for year in (2025, 2024, 2022)]
    assert [year_before(day, days) for day in days] == [1, None, None]


def test_every_base_is_a_concept() -> None:
    taxonomy = load_taxonomy()
    named = {concept for concepts in BASES.values() for concept in concepts}
    assert {concept for concept in named if concept not in taxonomy} == set()


def test_the_first_base_that_is_printed_counts() -> None:
    printed = {"is.insurance_revenue", "is.revenue"}
    assert base_of(StatementKind.INCOME_STATEMENT, printed) == "is.revenue"
    assert base_of(StatementKind.INCOME_STATEMENT, {"is.insurance_revenue"}) == "is.insurance_revenue"
    assert base_of(StatementKind.CASH_FLOW_STATEMENT, {"cf.cfo"}) is None
