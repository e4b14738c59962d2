"""Texts that spreadsheet programs would take for formulas stay texts."""

import pytest

from extraction.exports import harmless


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1"])
def test_a_formula_is_made_harmless(text: str) -> None:
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize("text", ["Revenue", "Profit (loss) - continuing", "", "1 = 1"])
def test_other_texts_stay_as_they_are(text: str) -> None:
    assert harmless(text) == text
