"""What a parameter of an address may say."""

import pytest
from rest_framework.exceptions import ValidationError

from jobs.api.filters import day, number, share, text


@pytest.mark.parametrize("asked", ["NaN", "-NaN", "sNaN", "Infinity", "-0.1", "1.1", "", "x", "1e400"])
def test_what_is_no_share_is_refused(asked: str) -> None:
    """NaN compares with nothing: it once was a fault of ours and not the asker's."""
    with pytest.raises(ValidationError) as refused:
        share("confidence", "confidence__gte", "").value(asked)
    assert refused.value.detail == {"confidence": "A number between 0 and 1 is needed."}


@pytest.mark.parametrize(("asked", "read"), [("0", 0.0), ("1", 1.0), ("0.25", 0.25), ("1e-3", 0.001)])
def test_a_share_is_read(asked: str, read: float) -> None:
    assert share("confidence", "confidence__gte", "").value(asked) == read


@pytest.mark.parametrize(
    ("one", "asked"),
    [
        (number("company", "company_id", ""), "-1"),
        (number("company", "company_id", ""), "9" * 19),
        (day("since", "at", ""), "2026-13-01"),
        (text("concept", "concept", ""), "a\0b"),
    ],
)
def test_what_means_nothing_is_refused_under_its_name(one, asked: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValidationError) as refused:
        one.value(asked)
    assert list(refused.value.detail) == [one.name]
