"""The canonical concepts: complete, consistent, and refused with a named fault when they are not."""

import copy

import pytest

from engine.concepts.lexicon import expand, languages, load_lexicons, parse_lexicon
from engine.concepts.taxonomy import DATA_FILE, load_taxonomy, parse_taxonomy
from engine.data_file import read_data
from engine.errors import BadInput
from engine.kinds import PeriodKind, RowKind, SectorTemplate, StatementKind


def test_there_are_111_items_of_which_84_are_core():
    taxonomy = load_taxonomy()
    assert len(taxonomy.standard) == 111
    assert sum(item.core for item in taxonomy) == 84
    by_statement = [sum(item.statement is kind for item in taxonomy.standard) for kind in StatementKind]
    assert by_statement == [32, 44, 35]


def test_an_item_knows_its_place_sign_and_names():
    item = load_taxonomy()["is.cost_of_sales"]
    assert (item.section, item.kind, item.sign, item.parents) == (
        "operating",
        RowKind.LINE,
        -1,
        ("is.gross_profit",),
    )
    assert [(name.name, name.factor) for name in item.ifrs] == [("CostOfSales", -1)]
    other = load_taxonomy()["is.other_op"]
    assert {name.name: name.factor for name in other.ifrs} == {
        "OtherIncome": 1,
        "OtherExpenseByFunction": -1,
        "OtherGainsLosses": 1,
    }


def test_opening_cash_is_an_instant_in_a_statement_of_flows():
    taxonomy = load_taxonomy()
    assert taxonomy["cf.cash_open"].period_kind is PeriodKind.INSTANT
    assert taxonomy["cf.cfo"].period_kind is PeriodKind.DURATION
    assert taxonomy["bs.cash"].period_kind is PeriodKind.INSTANT


def test_templates_leave_lines_out_and_add_their_own():
    taxonomy = load_taxonomy()
    insurer = {
        item.code for item in taxonomy.of_statement(StatementKind.BALANCE_SHEET, SectorTemplate.INSURER)
    }
    assert "bs.total_ca" not in insurer
    assert "bs.insurance_liab" in insurer
    commercial = {
        item.code for item in taxonomy.of_statement(StatementKind.BALANCE_SHEET, SectorTemplate.COMMERCIAL)
    }
    assert "bs.total_ca" in commercial
    assert "bs.insurance_liab" not in commercial


def test_children_and_formulas():
    taxonomy = load_taxonomy()
    assert [item.code for item in taxonomy.children("is.gross_profit")] == ["is.revenue", "is.cost_of_sales"]
    formulas = {arc.formula for arc in taxonomy.arcs if arc.total == "bs.total_nca"}
    assert formulas == {"bs.total_assets - bs.total_ca"}


def test_an_unknown_concept_is_refused_by_name():
    with pytest.raises(BadInput, match=r"no concept 'is\.zebra'") as caught:
        load_taxonomy()["is.zebra"]
    assert caught.value.code == "unknown_concept"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"sign": 2}, "is.selling has the sign 2"),
        ({"section": "attic"}, "is.selling stands in the unknown section 'attic'"),
        ({"parent": "is.admin"}, "is.selling has the parent 'is.admin', which is not a total"),
        ({"kind": "zebra"}, "is.selling has an unknown value"),
        ({"code": "xx.selling"}, "xx.selling does not begin with is, bs or cf"),
        ({"code": "is.admin"}, "is.admin stands twice"),
        ({"sign": 0}, "is.selling has no natural sign and must give a factor"),
    ],
)
def test_a_faulty_item_stops_the_start_with_its_name(change, sentence):
    data = copy.deepcopy(read_data(DATA_FILE))
    data["items"][3] |= change
    with pytest.raises(BadInput) as caught:
        parse_taxonomy(data)
    assert sentence in caught.value.message


def test_eight_languages_know_every_total():
    taxonomy = load_taxonomy()
    assert languages() == ("en", "de", "es", "fr", "it", "nl", "pt", "sv")
    needed = {"is.revenue", "is.operating_profit", "is.pbt", "is.net_income", "bs.total_assets", "bs.cash"}
    needed |= {"bs.total_ca", "bs.total_cl", "bs.total_equity", "cf.cfo", "cf.cfi", "cf.cff", "cf.cash_close"}
    for lexicon in load_lexicons(taxonomy):
        known = {w.concept for texts in lexicon.exact.values() for found in texts.values() for w in found}
        known |= {wording.concept for entries in lexicon.open.values() for _, wording in entries}
        assert needed - known == set(), lexicon.language


def test_a_wording_is_read_with_alternatives_and_optional_words():
    assert list(expand("(net|) sales (a|b)")) == ["net sales a", "net sales b", "sales a", "sales b"]
    with pytest.raises(BadInput, match="stray bracket"):
        list(expand("sales (net"))


@pytest.mark.parametrize(
    ("items", "sentence"),
    [
        ({"is.zebra": ["x"]}, "name 'is.zebra', which is no concept"),
        ({"is.revenue": [{"label": "x", "section": "attic", "reason": "y"}]}, "names no section 'attic'"),
        ({"is.revenue": [{"label": "x"}]}, "gives no reason"),
    ],
)
def test_a_faulty_wording_is_named(items, sentence):
    with pytest.raises(BadInput) as caught:
        parse_lexicon({"language": "xx", "items": items}, load_taxonomy())
    assert sentence in caught.value.message
