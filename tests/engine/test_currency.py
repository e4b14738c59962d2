"""Rates of the European Central Bank's files, and what is made of them."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from engine.currency import MissingRate, QuotedRate, Rate, RateTable, read_ecb_csv
from engine.errors import BadInput
from engine.kinds import PeriodKind
from engine.values import Period

HISTORY = """Date,USD,JPY,CYP,GBP,
2024-01-03,1.0919,155.96,N/A,0.86370,
2024-01-02,1.0956,155.63,N/A,0.86485,
"""
ONE_DAY = """Date, USD, JPY, GBP,
 02 January 2024, 1.0956, 155.63, 0.86485,
"""


def test_the_banks_files_are_read_as_they_are():
    assert list(read_ecb_csv(HISTORY)) == [
        Rate("USD", date(2024, 1, 3), Decimal("1.0919")),
        Rate("JPY", date(2024, 1, 3), Decimal("155.96")),
        Rate("GBP", date(2024, 1, 3), Decimal("0.86370")),
        Rate("USD", date(2024, 1, 2), Decimal("1.0956")),
        Rate("JPY", date(2024, 1, 2), Decimal("155.63")),
        Rate("GBP", date(2024, 1, 2), Decimal("0.86485")),
    ]
    assert list(read_ecb_csv("\ufeff" + ONE_DAY)) == [
        Rate("USD", date(2024, 1, 2), Decimal("1.0956")),
        Rate("JPY", date(2024, 1, 2), Decimal("155.63")),
        Rate("GBP", date(2024, 1, 2), Decimal("0.86485")),
    ]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", "first line begins with Date"),
        ("<html>", "first line begins with Date"),
        ("Date,USD\n2024-01-02,1,0956\nsoon,1.1", "Line 3"),
        ("Date,USD\n2024-01-02,-1", "Line 2"),
        ("Date,USD\n2024-01-02,NaN", "Line 2"),
        ("Date,USD\n2024-01-02,one", "Line 2"),
    ],
)
def test_another_file_is_refused_with_the_line(text, names):
    with pytest.raises(BadInput, match=names):
        list(read_ecb_csv(text))


def table(*, usd: str = "1.10", last: date = date(2024, 12, 31), gap: tuple[date, date] | None = None):
    """USD on all weekdays of 2024: 1.00 in January, then `usd`; GBP 0.80 throughout."""
    rates, day = [], date(2024, 1, 1)
    while day <= last:
        if day.weekday() < 5 and not (gap and gap[0] <= day <= gap[1]):
            rates += [
                Rate("USD", day, Decimal("1.00") if day.month == 1 else Decimal(usd)),
                Rate("GBP", day, Decimal("0.80")),
            ]
        day += timedelta(days=1)
    return RateTable(rates, "ECB")


def test_a_balance_takes_the_rate_of_its_day_or_the_last_before():
    assert table().closing("USD", "EUR", date(2024, 3, 31)) == QuotedRate(
        1 / Decimal("1.10"), date(2024, 3, 29), date(2024, 3, 29), 1
    )
    assert table().closing("EUR", "USD", date(2024, 1, 31)).value == Decimal("1.00")


def test_a_flow_takes_the_mean_of_every_daily_rate():
    first_quarter = table().average("EUR", "USD", date(2024, 1, 1), date(2024, 3, 31))
    # 23 weekdays of January at 1.00, 42 of February and March at 1.10.
    assert first_quarter == QuotedRate(
        (23 * Decimal("1.00") + 42 * Decimal("1.10")) / 65, date(2024, 1, 1), date(2024, 3, 29), 65
    )


def test_between_two_other_currencies_the_euro_stands_in_the_middle():
    assert table().closing("GBP", "USD", date(2024, 6, 28)).value == Decimal("1.10") / Decimal("0.80")


def test_an_instant_is_a_balance_and_a_duration_a_flow():
    instant = Period(PeriodKind.INSTANT, None, date(2024, 6, 28))
    assert table().for_period("EUR", "USD", instant).days == 1
    half = Period(PeriodKind.DURATION, date(2024, 1, 1), date(2024, 6, 30))
    assert table().for_period("EUR", "USD", half).days == 130
    unknown = table().for_period("EUR", "USD", Period(PeriodKind.DURATION, None, date(2024, 6, 30)))
    assert isinstance(unknown, MissingRate)
    assert "unknown length" in unknown.reason


@pytest.mark.parametrize(
    "missing",
    [
        table().closing("USD", "EUR", date(2025, 1, 8)),
        table().closing("USD", "EUR", date(2023, 12, 31)),
        table().closing("SEK", "EUR", date(2024, 6, 28)),
        table().average("USD", "EUR", date(2023, 12, 20), date(2024, 12, 31)),
        table(last=date(2024, 12, 20)).average("USD", "EUR", date(2024, 1, 1), date(2024, 12, 31)),
        table(gap=(date(2024, 5, 6), date(2024, 5, 10))).average(
            "USD", "EUR", date(2024, 1, 1), date(2024, 12, 31)
        ),
        RateTable([], "ECB").average("USD", "EUR", date(2024, 1, 1), date(2024, 12, 31)),
    ],
    ids=["after", "before", "unknown", "starts_late", "ends_early", "hole", "empty"],
)
def test_without_rates_there_is_a_reason_and_no_rate(missing):
    assert isinstance(missing, MissingRate)
    assert "Import the European Central Bank's rates" in missing.reason
