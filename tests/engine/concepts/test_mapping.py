"""How a printed row finds its concept, and which rows never find the wrong one."""

import pytest

from engine.concepts.guards import contradicts, load_guards, opposed
from engine.concepts.mapping import MappingRule, map_rows
from engine.concepts.taxonomy import load_taxonomy
from engine.kinds import MappingMethod, StatementKind
from tests.engine.made_tables import table

IS, BS, CF = StatementKind.INCOME_STATEMENT, StatementKind.BALANCE_SHEET, StatementKind.CASH_FLOW_STATEMENT


def mapped(kind, rows, rules=()):
    made = table(kind, rows)
    return map_rows(made, load_taxonomy(), rules)


def concepts(kind, rows):
    return [mapping.concept for mapping in mapped(kind, rows)]


@pytest.mark.parametrize(
    ("one", "other", "pair"),
    [
        ("Total current assets", "Total non-current assets", "current or non-current"),
        ("Other current liabilities", "Other non-current liabilities", "current or non-current"),
        ("Kurzfristige Schulden", "Langfristige Schulden", "current or non-current"),
        ("Trade receivables", "Trade payables", "receivable or payable"),
        ("Deferred tax assets", "Deferred tax liabilities", "asset or liability"),
        ("Basic earnings per share", "Diluted earnings per share", "basic or diluted"),
        ("Interest paid", "Interest received", "paid or received"),
        ("Purchase of property", "Disposal of property", "purchase or disposal"),
        ("Cash at beginning of year", "Cash at end of year", "beginning or end"),
        ("Profit before tax", "Profit after tax", "before or after tax"),
        ("Continuing operations", "Discontinued operations", "continuing or discontinued"),
        ("Gross profit", "Net profit", "gross or net"),
        ("Attributable to owners", "Attributable to non-controlling interests", "owners or non-controlling"),
        ("Cash flow from investing activities", "Cash flow from financing activities", None),
        ("Total assets", "Assets", "a part or the total"),
    ],
)
def test_opposite_lines_are_known(one, other, pair):
    found = opposed(one, other)
    assert opposed(other, one) == found
    assert found == (pair or "operating, investing or financing")


def test_alike_lines_are_not_opposed():
    assert opposed("Net sales", "Revenue") is None
    assert opposed("Preopening expenses", "Store preparation") is None
    assert opposed("Current portion of long-term debt", "Current portion of debt") is None


def test_a_label_is_never_read_as_its_opposite():
    assert contradicts("Total non-current assets", "bs.total_ca") == "current or non-current"
    assert contradicts("Interest received", "cf.interest_paid") == "paid or received"
    assert contradicts("Total current assets", "bs.total_ca") is None
    assert contradicts("Other receivables", "bs.other_ca") is None


def test_every_guard_gives_sides_with_known_concepts():
    taxonomy = load_taxonomy()
    for guard in load_guards():
        for side in guard.sides:
            assert side.words, guard.name
            assert [code for code in side.concepts if code not in taxonomy] == [], guard.name


def test_a_closing_total_is_neither_liabilities_nor_equity():
    rows = [
        ("=Total liabilities", "60", "50"),
        ("=Total equity", "40", "35"),
        ("=Total liabilities and shareholders' equity", "100", "85"),
    ]
    assert concepts(BS, rows) == ["bs.total_liab", "bs.total_equity", "bs.total_el"]
    assert concepts(BS, rows[2:]) == ["bs.total_el"]
    assert concepts(BS, [("=Total equity and liabilities", "100", "85")]) == ["bs.total_el"]


def test_one_label_means_what_its_part_of_the_statement_says():
    rows = [
        ("Current assets",),
        ("Other", "5", "4"),
        ("=Total current assets", "105", "94"),
        ("Other", "7", "6"),
        ("Current liabilities",),
        ("Other", "8", "9"),
        ("=Total current liabilities", "88", "79"),
        ("Other", "11", "12"),
    ]
    assert concepts(BS, rows) == [
        None,
        "bs.other_ca",
        "bs.total_ca",
        "bs.other_nca",
        None,
        "bs.other_cl",
        "bs.total_cl",
        "bs.other_ncl",
    ]


def test_a_total_takes_the_concept_from_its_parts():
    rows = [
        ("Revenue:",),
        ("Product", "60", "50"),
        ("Net sales", "40", "35"),
        ("=Total revenue", "100", "85"),
        ("Cost of revenue", "70", "60"),
    ]
    found = concepts(IS, rows)
    assert found[3] == "is.revenue"
    assert "is.revenue" not in found[:3]


def test_net_property_wins_over_gross():
    rows = [
        ("Property, plant and equipment", "150", "140"),
        ("Accumulated depreciation", "(50)", "(45)"),
        ("Property, plant and equipment, net", "100", "95"),
    ]
    assert concepts(BS, rows) == [None, None, "bs.ppe"]


def test_figures_per_share_are_told_from_share_counts_and_from_continuing_operations():
    rows = [
        ("Basic earnings per share:",),
        ("~Income from continuing operations", "1.10", "1.00"),
        ("~Loss from discontinued operations", "(0.10)", "(0.20)"),
        ("~Net income attributable to common shareholders", "1.00", "0.80"),
        ("Weighted average shares outstanding:",),
        ("#Basic", "437", "438"),
        ("#Diluted", "440", "441"),
    ]
    assert concepts(IS, rows) == [
        None,
        None,
        None,
        "is.eps_basic",
        None,
        "is.shares_basic",
        "is.shares_diluted",
    ]


def test_notes_case_and_spelling_do_not_matter():
    assert concepts(BS, [("GOODWILL, net (Note 8)", "5", "4")]) == ["bs.goodwill"]
    assert concepts(IS, [("Research & development (a)", "5", "4")]) == ["is.rnd"]
    assert concepts(CF, [("Depreciation and amortization", "5", "4")]) == ["cf.da"]
    assert concepts(CF, [("Depreciation and amortisation", "5", "4")]) == ["cf.da"]


def test_a_loss_is_read_as_the_same_line():
    assert concepts(IS, [("=Loss before income taxes", "(5)", "4")]) == ["is.pbt"]
    assert concepts(IS, [("=Net (loss) income", "(5)", "4")]) == ["is.net_income"]
    assert concepts(CF, [("=Net cash (used in) provided by operating activities", "(5)", "4")]) == ["cf.cfo"]


def test_a_concept_is_given_to_one_row():
    found = concepts(BS, [("Goodwill", "5", "4"), ("Goodwill", "6", "7")])
    assert found == ["bs.goodwill", None]


def test_a_persons_rule_outranks_every_wording():
    rows = [("Zebra income", "5", "4"), ("Revenue", "100", "90")]
    rule = MappingRule(IS, "zebra INCOME", "is.revenue")
    first, second = mapped(IS, rows, [rule])
    assert (first.concept, first.method, first.confidence) == (
        "is.revenue",
        MappingMethod.CONFIRMED_RULE,
        1.0,
    )
    assert second.concept is None
    nothing = mapped(IS, rows, [MappingRule(IS, "Revenue", None)])[1]
    assert (nothing.concept, nothing.method) == (None, MappingMethod.CONFIRMED_RULE)
    elsewhere = mapped(IS, rows, [MappingRule(IS, "Revenue", None, section="Other")])[1]
    assert (elsewhere.concept, elsewhere.method) == ("is.revenue", MappingMethod.EXACT_SYNONYM)
    other_statement = mapped(IS, rows, [MappingRule(BS, "Revenue", None)])[1]
    assert other_statement.concept == "is.revenue"


def test_a_slip_of_the_pen_is_mended_by_likeness_and_told():
    (mapping,) = mapped(IS, [("Administratve expenses", "5", "4")])
    assert (mapping.concept, mapping.method) == ("is.admin", MappingMethod.SIMILAR_LABEL)
    assert mapping.reason == "the label resembles 'administrative expenses' (98 %)"
    assert mapping.confidence < 0.8


def test_an_unlabelled_sum_is_known_by_the_part_it_closes():
    rows = [
        ("Current assets",),
        ("Cash", "40", "30"),
        ("Inventories", "60", "55"),
        ("=", "100", "85"),
        ("Non-current assets",),
        ("Goodwill", "5", "4"),
    ]
    mapping = mapped(BS, rows)[3]
    assert (mapping.concept, mapping.method) == ("bs.total_ca", MappingMethod.SUBTOTAL_POSITION)


def test_what_nothing_fits_stays_unmapped_and_says_so():
    (mapping,) = mapped(IS, [("Zebra breeding outcome", "5", "4")])
    assert (mapping.concept, mapping.method, mapping.confidence) == (None, MappingMethod.UNMAPPED, 0.0)
    assert mapping.reason == "no wording of the taxonomy fits this line"


def test_a_label_that_was_cut_in_two_is_read_as_one():
    rows = [
        ("Net earnings, including earnings attributable to redeemable and",),
        ("noncontrolling interests", "2,346.0", "2,210.8"),
        ("Net earnings attributable to redeemable and noncontrolling interests", "6.2", "29.6"),
        ("=Net earnings attributable to shareholders", "2,339.8", "2,181.2"),
    ]
    assert concepts(IS, rows) == [None, "is.net_income", "is.ni_nci", "is.ni_owners"]


def test_a_label_without_its_spaces_is_still_known():
    assert concepts(BS, [("TOTALASSETS", "5", "4")]) == ["bs.total_assets"]
    assert concepts(CF, [("Effect ofexchange rate changes on cash", "5", "4")]) == ["cf.fx"]
