"""The written forms of tagged numbers."""

from decimal import Decimal

import pytest

from engine.errors import BadInput
from engine.xbrl.elements import meanings, usual_prefix
from engine.xbrl.numbers import decimals_of, number_of


@pytest.mark.parametrize(
    ("text", "transformation", "scale", "sign", "value"),
    [
        ("1,234.5", "num-dot-decimal", "6", "", "1234500000"),
        ("1.234,5", "num-comma-decimal", "3", "-", "-1234500"),
        ("1 234,5", "numcommadecimal", "", "", "1234.5"),
        ("1\u00a0234", "num-dot-decimal", "0", "", "1234"),
        ("1'234.50", "num-dot-decimal-apos", "", "", "1234.50"),
        ("12,34,567.8", "num-dot-decimal-in", "", "", "1234567.8"),
        (".5", "numdotdecimal", "", "", "0.5"),
        ("1,234", "numcommadot", "3", "", "1234000"),
        ("1.234,56", "numdotcomma", "", "", "1234.56"),
        ("-", "zerodash", "6", "", "0"),
        ("—", "fixed-zero", "6", "-", "0"),
        ("1234.5", "", "2", "", "123450"),
        ("-12", "", "", "", "-12"),
        ("1 234 euros 05 cents", "num-unit-decimal", "", "", "1234.05"),
        (" 7\u00a0", "num-dot-decimal", "-2", "", "0.07"),
    ],
)
def test_the_value_of_a_tagged_number(text, transformation, scale, sign, value) -> None:
    assert number_of(text, transformation, scale, sign) == Decimal(value)


@pytest.mark.parametrize(
    ("text", "transformation", "scale", "sign", "code"),
    [
        ("1,2,", "num-dot-decimal", "", "", "bad_number"),
        ("1.2.3", "num-dot-decimal", "", "", "bad_number"),
        ("", "num-dot-decimal", "", "", "bad_number"),
        ("(12)", "num-dot-decimal", "", "", "bad_number"),
        ("1,234", "", "", "", "bad_number"),
        ("NaN", "", "", "", "bad_number"),
        ("1e9", "", "", "", "bad_number"),
        ("9" * 41, "", "", "", "bad_number"),
        ("1", "", "999999999", "", "bad_number"),
        ("1", "", "many", "", "bad_number"),
        ("1", "", "", "+-", "bad_number"),
        ("twelve", "numwordsen", "", "", "unknown_format"),
    ],
)
def test_what_is_no_number_is_refused(text, transformation, scale, sign, code) -> None:
    with pytest.raises(BadInput) as refused:
        number_of(text, transformation, scale, sign)
    assert refused.value.code == code


def test_precision_as_it_is_stated() -> None:
    assert [decimals_of(text) for text in ("-6", "2", "INF", "", None)] == [-6, 2, None, None, None]
    with pytest.raises(BadInput):
        decimals_of("about six")


def test_an_element_may_stand_for_several_concepts_with_its_factor() -> None:
    assert [one.concept for one in meanings("ifrs-full:CashAndCashEquivalents")] == [
        "bs.cash", "cf.cash_open", "cf.cash_close",
    ]  # fmt: skip
    (cost,) = meanings("ifrs-full:CostOfSales")
    assert (cost.concept, cost.factor) == ("is.cost_of_sales", -1)
    (other,) = meanings("ifrs-full:OtherIncome")
    assert (other.concept, other.factor) == ("is.other_op", 1)
    assert meanings("ifrs-full:NoSuchElement") == ()


@pytest.mark.parametrize(
    ("namespace", "prefix"),
    [
        ("https://xbrl.ifrs.org/taxonomy/2022-03-24/ifrs-full", "ifrs-full"),
        ("http://xbrl.ifrs.org/taxonomy/2017-03-09/ifrs-full", "ifrs-full"),
        ("http://fasb.org/us-gaap/2024", "us-gaap"),
        ("http://fasb.org/us-gaap/2019-01-31", "us-gaap"),
        ("https://northwind.example/ifrs-full", ""),
    ],
)
def test_namespaces_of_every_year_are_the_same_taxonomy(namespace: str, prefix: str) -> None:
    assert usual_prefix(namespace) == prefix
