"""Scale and currency from the words around a table."""

import pytest

from engine.errors import Inconsistent
from engine.tables.units import (
    currency_in,
    document_currency,
    says_whole_units,
    scale_in,
    scale_of_shares,
    unit_from,
)
from engine.values import Unit


@pytest.mark.parametrize(
    ("line", "unit"),
    [
        ("(In millions, except per share data)", Unit(None, 1_000_000)),
        ("(in thousands, except share and per share data)", Unit(None, 1_000)),
        ("Expressed in thousands of United States dollars", Unit("USD", 1_000)),
        ("Tabular amounts are in thousands of Canadian dollars", Unit("CAD", 1_000)),
        ("All figures in USD '000", Unit("USD", 1_000)),
        ("£'000", Unit("GBP", 1_000)),
        ("€m", Unit("EUR", 1_000_000)),
        ("in Mio. €", Unit("EUR", 1_000_000)),
        ("in T€", Unit("EUR", 1_000)),
        ("TEUR", Unit("EUR", 1_000)),
        ("en milliers d’euros", Unit("EUR", 1_000)),
        ("en miles de euros", Unit("EUR", 1_000)),
        ("HK$’000", Unit("HKD", 1_000)),
        ("RMB’000", Unit("CNY", 1_000)),
        ("Millions of yen", Unit("JPY", 1_000_000)),
        ("CHF in billions", Unit("CHF", 1_000_000_000)),
        ("£", Unit("GBP", None)),
        ("Revenue", Unit(None, None)),
    ],
)
def test_a_line_states_a_unit(line, unit):
    assert unit_from([line])[0] == unit


def test_shares_in_thousands_do_not_scale_the_money():
    assert scale_in("in millions, except number of shares, which are reflected in thousands")[0] == 1_000_000


def test_the_nearest_line_wins_and_is_the_evidence():
    unit, said, conflict = unit_from(["(in millions)", "amounts in thousands of euros"])
    assert (unit, said, conflict) == (Unit("EUR", 1_000_000), "(in millions)", "")


def test_two_units_in_one_line_are_a_conflict():
    with pytest.raises(Inconsistent) as conflict:
        scale_in("in thousands and in millions of euros")
    assert conflict.value.code == "unit_conflict"


def test_a_dollar_is_told_by_the_words_of_the_report():
    report = [
        "The financial statements are presented in Australian dollars. ABN 73 149 230 811, listed on the ASX."
    ]
    assert document_currency(report, "Revenue $ 5,000")[0] == "AUD"
    assert document_currency(["ANNUAL REPORT ON FORM 10-K"], "Revenue $ 5,000")[0] == "USD"
    assert document_currency(["Nothing is said."], "Revenue 5,000")[0] is None


def test_currency_in_words_and_signs():
    assert currency_in("thousands of Swiss francs") == "CHF"
    assert currency_in("Total assets") is None


def test_the_last_letter_of_a_word_before_a_sign_is_no_scale():
    assert scale_in("rounded to the nearest £") is None
    assert scale_in("Amount $") is None
    assert scale_in("about €") is None
    assert scale_in("T€") == (1000, "T€")


def test_the_digits_of_a_figure_are_no_scale():
    assert scale_in("Stocks 740 000 766 677") is None
    assert scale_in("in 000s") == (1000, "in 000s")


@pytest.mark.parametrize(
    ("line", "whole"),
    [
        ("All amounts are rounded to the nearest pound", True),
        ("rounded to the nearest £", True),
        ("rounded to the nearest whole dollar", True),
        ("rounded to the nearest thousand dollars, or in certain cases to the nearest dollar", False),
        ("rounded to the nearest £’000", False),
        ("rounded to the nearest million", False),
    ],
)
def test_rounding_to_the_nearest_unit_divides_nothing(line, whole):
    assert says_whole_units(line) is whole


def test_of_currencies_named_equally_often_the_first_one_counts():
    assert currency_in("RMB and US$ in thousands") == "CNY"


@pytest.mark.parametrize(
    ("own", "stated", "scale"),
    [
        ("Shares used in calculation (000’s)", "(amounts in millions, except per share data)", 1_000),
        ("Weighted average shares, in millions", "(in thousands)", 1_000_000),
        ("Basic", "(in thousands, except per share data)", None),
        ("Basic", "(in thousands, except share and per share data)", 1),
        ("Basic", "(in millions, except per share amounts and number of shares)", 1),
        ("Basic", "in millions, except number of shares, which are reflected in thousands", 1_000),
    ],
)
def test_counts_of_shares_have_the_unit_that_is_said_of_them(own, stated, scale):
    assert scale_of_shares([own], stated) == scale
