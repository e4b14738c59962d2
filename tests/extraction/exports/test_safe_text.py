"""Texts that spreadsheet programs would take for formulas stay texts."""

import pytest

from extraction.exports.safe_text import harmless, looks_like_formula, plain


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1", "-1", "-1+1|A0", "@SUM(A1)", "＝1", "－1", "-=1", "-@x", "--of which"],
)
def test_a_formula_is_marked_as_text(text: str) -> None:
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize(
    "hidden",
    ["\t=1", "\r=1", "\n=1", "\0=1", " =1", "\u00a0=1", "\u200b=1", "\ufeff=1", "\u202e=1", "\x0b=1"],
)
def test_what_nobody_sees_hides_no_formula(hidden: str) -> None:
    assert harmless(hidden) == "'=1"


@pytest.mark.parametrize(
    ("label", "shown"),
    [
        ("- of which leases", "– of which leases"),
        ("-  thereof: Zinsen", "–  thereof: Zinsen"),
        ("- cmd|' /C calc'!A0", "– cmd|' /C calc'!A0"),
        ("– of which leases", "– of which leases"),
    ],
)
def test_the_dash_of_a_list_stays_a_dash(label: str, shown: str) -> None:
    assert harmless(label) == shown
    assert not looks_like_formula(shown)


@pytest.mark.parametrize(
    "text", ["Revenue", "Profit (loss) - continuing", "", "1 = 1", "(-) Treasury shares"]
)
def test_other_texts_stay_as_they_are(text: str) -> None:
    assert harmless(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Costs;=1+1", "Costs;'=1+1"),
        ("Costs; @SUM(A1);-1", "Costs; '@SUM(A1);'-1"),
        ('Costs;"=1+1"', 'Costs;"\'=1+1"'),
        ("Costs;＝1", "Costs;'＝1"),
        ("Costs; of which leases", "Costs; of which leases"),
    ],
)
def test_a_formula_behind_the_separator_of_other_countries_is_marked_too(text: str, shown: str) -> None:
    assert harmless(text) == shown


def test_a_text_is_one_line_of_what_can_be_seen() -> None:
    assert plain("Cash\r\nand\tequivalents \x07\ud800") == "Cash  and equivalents"
    assert len(plain("x" * 40_000)) == 32_000
