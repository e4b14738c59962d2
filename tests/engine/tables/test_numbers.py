"""The number grammar: what is printed and what it means, decided per table."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.kinds import CellState
from engine.pdf.words import Line, Word
from engine.tables.numbers import (
    FigureKind,
    NumberGrammar,
    cell_value,
    decide_grammar,
    figures_of,
    is_date,
    is_negative,
    uses_spaced_groups,
)

SIZE = 10.0


def line(*words: tuple[str, float]) -> Line:
    """Words as (text, left edge), five points a character."""
    made = [Word(text, x, x + 5.0 * len(text), 100.0, SIZE, False) for text, x in words]
    return Line(made, 100.0)


@pytest.mark.parametrize(
    ("text", "grammar", "number", "decimals"),
    [
        ("1,234.5", ".", "1234.5", 1),
        ("1.234,5", ",", "1234.5", 1),
        ("1 234,5", ",", "1234.5", 1),
        ("1'234.50", ".", "1234.50", 2),
        ("1’234", ".", "1234", 0),
        ("(1,234)", ".", "-1234", 0),
        ("$(1,234)", ".", "-1234", 0),
        ("($1.12)", ".", "-1.12", 2),
        ("−5.0", ".", "-5.0", 1),
        ("–12", ".", "-12", 0),
        ("12-", ".", "-12", 0),
        ("$ 17,626.6", ".", "17626.6", 1),
        (".5", ".", "0.5", 1),
        ("1,23,456", ".", "123456", 0),
        ("1,234(a)", ".", "1234", 0),
        ("0", ".", "0", 0),
    ],
)
def test_a_printed_number_is_read(text, grammar, number, decimals):
    assert NumberGrammar(grammar).parse(text) == (Decimal(number), decimals)


@pytest.mark.parametrize(
    ("text", "grammar"), [("1,23.5", "."), ("1.234.5", "."), ("12,34", "."), ("abc", ".")]
)
def test_what_is_ill_formed_is_not_read(text, grammar):
    assert NumberGrammar(grammar).parse(text) is None
    state, number, _ = cell_value(text, FigureKind.NUMBER, NumberGrammar(grammar))
    assert (state, number) == (CellState.NOT_READ, None)


@pytest.mark.parametrize(
    ("texts", "decimal"),
    [
        (["1,234", "567", "89.1"], "."),
        (["1.234", "567", "89,1"], ","),
        (["1.234", "2.345"], ","),
        (["1,234", "2,345"], "."),
        (["1.234.567"], ","),
        (["1,234.5", "1.234"], "."),
        (["12", "7"], "."),
        (["1 234,5"], ","),
    ],
)
def test_the_grammar_of_a_table_comes_from_all_its_figures(texts, decimal):
    assert decide_grammar(texts).decimal == decimal


def test_nil_words_and_not_read_are_different():
    grammar = NumberGrammar(".")
    assert cell_value("—", FigureKind.DASH, grammar) == (CellState.NIL, Decimal(0), 0)
    assert cell_value("n/a", FigureKind.WORDS, grammar) == (CellState.TEXT, None, 0)
    assert cell_value("1,2,3", FigureKind.NUMBER, grammar) == (CellState.NOT_READ, None, 0)


@given(
    st.integers(min_value=0, max_value=10**12),
    st.integers(min_value=0, max_value=3),
    st.sampled_from([(",", "."), (".", ","), ("’", "."), (" ", ",")]),
    st.booleans(),
)
def test_any_number_printed_in_any_grammar_comes_back(digits, decimals, marks, negative):
    group, decimal = marks
    whole, fraction = divmod(digits, 10**decimals)
    printed = f"{whole:,}".replace(",", group) + (f"{decimal}{fraction:0{decimals}d}" if decimals else "")
    text = f"({printed})" if negative else printed
    expected = Decimal(digits).scaleb(-decimals)
    assert NumberGrammar(decimal).parse(text) == (-expected if negative else expected, decimals)
    assert is_negative(text) is negative


def test_brackets_and_currency_split_from_their_digits_belong_to_them():
    figures = figures_of(line(("Costs", 50), ("$", 300), ("(", 330), ("1,234", 335), (")", 360), ("—", 420)))
    assert [(f.text, f.kind) for f in figures] == [("$(1,234)", FigureKind.NUMBER), ("—", FigureKind.DASH)]
    assert figures[0].right == 360.0


def test_a_figure_inside_a_sentence_is_not_free():
    figures = figures_of(line(("after", 50), ("2025", 80), ("and", 105), ("4,801", 470)))
    assert [(f.text, f.free) for f in figures] == [("2025", False), ("4,801", True)]


def test_superscripts_are_no_figures():
    made = line(("Basic", 50), ("3", 76), ("4,801", 470))
    made.words[1].raised = True
    assert [f.text for f in figures_of(made)] == ["4,801"]


def test_thousands_parted_by_spaces_are_one_figure():
    spaced = line(("Ventes", 50), ("1", 400), ("234", 407), ("567", 424), ("999", 500))
    assert [f.text for f in figures_of(spaced, spaced_groups=True)] == ["1 234 567", "999"]
    assert uses_spaced_groups([spaced] * 4) is True
    assert uses_spaced_groups([line(("Sales", 50), ("1,234", 400))] * 4) is False


def test_dates_are_no_figures():
    assert is_date("31.12.2023")
    assert not is_date("1.234")
    assert figures_of(line(("31.12.2023", 400), ("30/06/22", 500))) == []
