"""Amounts, percentages, dates and periods out of running text."""

from datetime import date
from decimal import Decimal

import pytest

from engine.text.entities import EntityKind, entities_of, number_of


def found(text, language="en"):
    return [
        (e.text, e.value if e.value is not None else e.day or (e.year, e.part))
        for e in entities_of(text, language)
    ]


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("Net sales rose by 8% to $149.4 billion in 2019.", "en",
         [("8%", 8), ("$149.4 billion", Decimal("149.4e9")), ("in 2019", (2019, ""))]),
        ("a loss of $(12.5) million and ($3,200) thousand", "en",
         [("$(12.5) million", Decimal("-12.5e6")), ("($3,200) thousand", Decimal("-3.2e6"))]),
        ("Der Umsatz stieg um 1,5 % auf 1.234,5 Mio. Euro zum 31. Dezember 2023.", "de",
         [("1,5 %", Decimal("1.5")), ("1.234,5 Mio. Euro", Decimal("1234.5e6")),
          ("31. Dezember 2023", date(2023, 12, 31))]),
        ("In the first quarter of fiscal 2020, Q2 2021 and H1 2022", "en",
         [("first quarter of fiscal 2020", (2020, "Q1")), ("Q2 2021", (2021, "Q2")),
          ("H1 2022", (2022, "H1"))]),
        ("on September 1, 2019 and 2020-01-31", "en",
         [("September 1, 2019", date(2019, 9, 1)), ("2020-01-31", date(2020, 1, 31))]),
        ("45,000 employees in 12 countries, see Note 5", "en", []),
        ("on February 30, 2019", "en", []),
        ("", "en", []),
    ],
)  # fmt: skip
def test_entities(text, language, expected):
    assert found(text, language) == expected


def test_currencies():
    amounts = [e for e in entities_of("US$5 million, EUR 3m, £2 billion, $7") if e.kind is EntityKind.MONEY]
    assert [e.currency for e in amounts] == ["USD", "EUR", "GBP", ""]
    assert [e.decimals for e in amounts] == [-6, -6, -9, 0]


@pytest.mark.parametrize(
    ("printed", "language", "value"),
    [
        ("1,234.5", "en", "1234.5"),
        ("1.234,5", "de", "1234.5"),
        ("1,234.5", "de", "1234.5"),  # quoted from an English text
        ("1 234,5", "fr", "1234.5"),
        ("1,23,4", "en", None),
        ("9" * 40, "en", None),
    ],
)
def test_numbers_as_a_language_writes_them(printed, language, value):
    assert number_of(printed, language) == (None if value is None else Decimal(value))


def test_an_entity_says_where_it_stands():
    text = "It rose by 8% to $149.4 billion in 2019."
    assert all(text[e.start : e.end] == e.text for e in entities_of(text))


def test_a_long_row_of_digits_takes_no_time():
    assert entities_of("1" * 50_000 + " " + "1,234 " * 5_000) == ()
