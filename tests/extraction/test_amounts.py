"""Figures as people say them."""

from decimal import Decimal

import pytest

from engine.kinds import RowKind
from extraction.amounts import change_in_percent, in_words, pair_in_words


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("-24600000", "EUR -24.6 million"),
        ("24600000", "EUR 24.6 million"),
        ("123456789", "EUR 123 million"),
        ("1250000000", "EUR 1.25 billion"),
        ("31256000000", "EUR 31.3 billion"),
        ("999999", "EUR 999,999"),
        ("1000000", "EUR 1.00 million"),
        ("-0.4", "EUR 0"),
        ("0", "EUR 0"),
    ],
)
def test_an_amount(value: str, said: str) -> None:
    assert in_words(Decimal(value), "EUR") == said


def test_what_is_no_amount_of_money() -> None:
    assert in_words(None, "EUR") == "–"
    assert in_words(Decimal("1.255"), "EUR", RowKind.PER_SHARE) == "EUR 1.26 per share"
    assert in_words(Decimal(1_550_000_000), "EUR", RowKind.SHARES) == "1.55 billion shares"
    assert in_words(Decimal(5_000_000)) == "5.00 million"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("24600000", "24640000", ("EUR 24.60 million", "EUR 24.64 million")),
        ("24600000", "30100000", ("EUR 24.6 million", "EUR 30.1 million")),
        ("999000000", "1001000000", ("EUR 0.999 billion", "EUR 1.001 billion")),
        ("-5000000", "5000000", ("EUR -5.00 million", "EUR 5.00 million")),
        ("0", "12000000", ("EUR 0.0 million", "EUR 12.0 million")),
    ],
)
def test_two_amounts_are_said_so_that_they_differ(old: str, new: str, said: tuple[str, str]) -> None:
    found = pair_in_words(Decimal(old), Decimal(new), "EUR")
    assert found == said


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("100", "103.1", "+3.1 %"),
        ("100", "96.9", "-3.1 %"),
        ("-100", "-103.1", "-3.1 %"),
        ("-100", "50", "+150.0 %"),
        ("100000", "100001", "+0.001 %"),
        ("5", "100", "more than tenfold"),
        ("0", "7", ""),
    ],
)
def test_a_change(old: str, new: str, said: str) -> None:
    assert change_in_percent(Decimal(old), Decimal(new)) == said
