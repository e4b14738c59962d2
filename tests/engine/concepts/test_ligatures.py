"""Ligatures without a name are told from the letters around them, or left."""

import pytest

from engine.concepts.ligatures import restored
from engine.concepts.taxonomy import load_taxonomy


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        ("Accrued salaries and bene\ufffdts", "Accrued salaries and benefits"),
        ("Bene\ufffdts, net", "Benefits, net"),
        ("De\ufffdcit", "Deficit"),
        ("Cash \ufffdows from operating ac\ufffdvities", "Cash flows from operating activities"),
        ("E\ufffdect of exchange rate changes", "Effect of exchange rate changes"),
        # Not a word with any of them, and a sign by itself.
        ("Xyz\ufffdq", "Xyz\ufffdq"),
        ("\ufffd Revenue", "\ufffd Revenue"),
        ("Total assets", "Total assets"),
    ],
)
def test_a_ligature_is_told_from_the_other_letters(printed, expected):
    assert restored(printed, load_taxonomy()) == expected
