"""What a person types, as what is looked for."""

import pytest

from engine.text.profiles import profile_of
from engine.text.query import parse_query, search_form, without_legal_form
from engine.text.ranking import Scorer, weight_of


def written(text):
    return [term.written for term in parse_query(text).terms]


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("How many warehouses did Costco operate at the end of 2019?",
         ["warehouses", "Costco", "operate", "end", "2019?"]),
        ('"free cash flow" deprec*', ["free cash flow", "deprec*"]),
        ("net -sales", ["net"]),
        ("who are you", ["who", "are", "you"]),  # nothing else is left
        ("$1,234.5", ["$1,234.5"]),
        ("", []),
        ("?! -", []),
    ],
)  # fmt: skip
def test_terms(text, terms):
    assert written(text) == terms


@pytest.mark.parametrize(
    ("word", "same", "other"),
    [
        ("warehouses", ["warehouse", "warehouses", "warehousing"], ["ware", "house"]),
        ("companies", ["company", "companies"], ["complain"]),
        ("operated", ["operate", "operates", "operating", "operations"], ["opera"]),
        ("fees", ["fee", "fees"], ["feedback", "feet"]),
        ("risk", ["risk", "risks"], ["brisk", "risky2"]),
        ("Umsätze", ["umsatz", "umsatze", "umsatzerlose"], ["umzug"]),
        ("2019", ["2019"], ["20190", "2018"]),
        ("tax*", ["tax", "taxes", "taxation"], ["syntax"]),
    ],
)
def test_forms_of_a_word(word, same, other):
    (term,) = parse_query(word).terms
    assert [one for one in same if not term.matches(one)] == []
    assert [one for one in other if term.matches(one)] == []


def test_figures_and_names_with_marks_are_words_in_order():
    assert parse_query("1,234.5").terms[0].words == ("1", "234", "5")
    assert parse_query("U.S.").terms[0].words == ("u", "s")
    assert parse_query('"Straße und Größe"').terms[0].words == ("strasse", "und", "grosse")
    assert search_form("Net sales: $1,234.5 (Größe)") == "net sales 1 234 5 grosse"


def test_a_query_is_cut_to_a_bearable_length():
    assert len(parse_query("word " * 10_000).terms) == 1
    assert len(parse_query(" ".join(f"w{n}" for n in range(1000))).terms) == 16


def test_a_rare_word_is_worth_more_than_a_common_one():
    assert weight_of(1, 1000) > weight_of(100, 1000) > weight_of(900, 1000) > 0
    query = parse_query("tariffs costs")
    weights = dict(zip(query.terms, (5.0, 1.0), strict=True))
    score = Scorer(query, weights).score
    rare, common = "tariffs rose", "costs rose"
    assert score("", rare) > score("", common) > 0
    assert score("", "nothing") == 0
    assert score("tariffs", common) > score("", common)
    assert score("", "tariffs costs " + "word " * 20) > score("", "tariffs " + "word " * 20 + "costs")


def test_an_excerpt_shows_where_most_of_it_is():
    text = "Nothing here. " * 40 + "The tariffs raised our costs. " + "Nothing there. " * 40
    marks = Scorer(parse_query("tariffs costs"), {}).excerpt(text, words=20)
    assert [mark.text for mark in marks if mark.is_hit] == ["tariffs", "costs"]
    assert "".join(mark.text for mark in marks).strip("… ") in text
    assert (marks[0].text, marks[-1].text) == ("… ", " …")
    assert (
        "".join(mark.text for mark in Scorer(parse_query("zebra"), {}).excerpt("A short text."))
        == "A short text."
    )


def test_a_name_without_its_legal_form():
    assert without_legal_form("Costco Wholesale Corporation") == ["costco", "wholesale"]
    assert without_legal_form("The Company, Inc.") == ["the", "company", "inc"]


def test_a_profile_counts_what_a_report_speaks_of():
    assert profile_of(["The tariffs and the costs", "Tariffs of 2019"]) == {"tariffs": 2, "costs": 1}
