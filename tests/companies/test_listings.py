"""The written form of listings."""

import pytest

from companies.listings import format_listings, parse_listings


def test_it_reads_several_tickers_with_several_exchanges() -> None:
    assert parse_listings("AZN (XLON, XNAS), AZN.S (xsto)") == (
        ("AZN", "XLON"),
        ("AZN", "XNAS"),
        ("AZN.S", "XSTO"),
    )


def test_what_was_read_is_written_the_same_way() -> None:
    text = "ULVR (XLON), UNA (XAMS), UL (XNYS)"
    assert format_listings(parse_listings(text)) == text


def test_an_empty_text_has_no_listings() -> None:
    assert parse_listings("") == ()


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("AZN", "'AZN'"),
        ("AZN (XLON", "'AZN (XLON'"),
        ("AZN (XLON) SAP (XETR)", "'SAP (XETR)'"),
        ("AZN (X LON)", "'X LON'"),
        ("azn (XLON)", "'azn (XLON)'"),
    ],
)
def test_what_cannot_be_understood_is_named(text: str, named: str) -> None:
    with pytest.raises(ValueError, match=r"does not|comma|exchange codes") as caught:
        parse_listings(text)
    assert named in str(caught.value)
