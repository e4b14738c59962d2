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


def test_the_split_of_the_comprehensive_income_is_not_that_of_the_profit():
    rows = [
        ("Profit before tax", "130", "120"),
        ("Income tax expense", "(30)", "(20)"),
        ("=Profit for the year", "100", "100"),
        ("Other comprehensive income for the year", "10", "5"),
        ("=Total comprehensive income for the year", "110", "105"),
        ("Profit for the year is attributable to:",),
        ("Non-controlling interests", "40", "30"),
        ("Owners of Zebra Limited", "60", "70"),
        ("Total comprehensive income for the year is attributable to:",),
        ("Continuing operations", "45", "33"),
        ("Discontinued operations", "1", "2"),
        ("Non-controlling interests", "46", "35"),
        ("Owners of Zebra Limited", "64", "70"),
    ]
    found = concepts(IS, rows)
    assert found[5:8] == [None, "is.ni_nci", "is.ni_owners"]
    assert found[8:] == [None] * 5


def test_attributable_alone_speaks_of_the_result_above_it():
    split = [
        ("Attributable to:",),
        ("Owners of the parent", "60", "70"),
        ("Non-controlling interests", "40", "30"),
    ]
    profit = ("=Profit for the year", "100", "100")
    comprehensive = [
        ("Other comprehensive income for the year", "10", "5"),
        ("=Total comprehensive income for the year", "110", "105"),
    ]
    assert concepts(IS, [profit, *split])[2:] == ["is.ni_owners", "is.ni_nci"]
    assert concepts(IS, [profit, *comprehensive, *split])[4:] == [None, None]
    both = concepts(IS, [profit, *split, *comprehensive, *split])
    assert both[2:4] == ["is.ni_owners", "is.ni_nci"]
    assert both[7:] == [None, None]
    # A line that names the profit is the profit wherever it stands.
    named = [("Profit attributable to owners of the parent", "60", "70")]
    assert concepts(IS, [profit, *comprehensive, *named])[-1] == "is.ni_owners"
    of_others = [("Total comprehensive income attributable to non-controlling interests", "40", "30")]
    assert concepts(IS, [profit, *of_others]) == ["is.net_income", None]


def test_a_net_comprehensive_loss_is_the_result_where_none_other_is_printed():
    below = ("=Net comprehensive loss for the year", "(8)", "(9)")
    before = [("Loss before tax", "(8)", "(7)"), ("Tax expense", "-", "(2)")]
    assert concepts(IS, [*before, below])[-1] == "is.net_income"
    loss = ("=Net loss for the year", "(8)", "(9)")
    assert concepts(IS, [*before, loss, ("Zebra", "1", "1"), below])[2:] == ["is.net_income", None, "is.tci"]
    expense = (
        "=Total comprehensive expense for the year attributable to owners of the Company",
        "(8)",
        "(9)",
    )
    assert concepts(IS, [*before, loss, expense])[2:] == ["is.net_income", "is.tci"]


def test_operating_profit_goes_before_operating_income():
    rows = [
        ("Revenue", "947", "873"),
        ("Other net operating income", "17", "15"),
        ("=Operating income", "964", "888"),
        ("=Operating expenses", "(870)", "(815)"),
        ("=Operating profit", "94", "73"),
    ]
    assert concepts(IS, rows) == ["is.revenue", "is.other_op", None, None, "is.operating_profit"]
    assert concepts(IS, [rows[0], ("=Operating income", "94", "73")]) == ["is.revenue", "is.operating_profit"]
    other = [("Other operating income", "3", "10"), ("Other operating expense", "(17)", "(5)")]
    assert concepts(IS, [rows[0], *other]) == ["is.revenue", "is.other_op", None]


def test_the_words_of_british_statements_are_known():
    assert concepts(IS, [("=Loss on ordinary activities before tax", "(7)", "(3)")]) == ["is.pbt"]
    assert concepts(IS, [("=(Loss) for the year before income tax", "(7)", "(3)")]) == ["is.pbt"]
    assert concepts(IS, [("Tax on ordinary activities", "1", "3")]) == ["is.tax"]
    share = "Share of loss of associate accounted for using the equity method"
    assert concepts(IS, [(share, "(1)", "3")]) == ["is.associates"]
    sheet = [
        ("Current assets",),
        ("Finished goods", "4", "4"),
        ("Debtors", "7", "6"),
        ("Creditors: amounts falling due within one year", "(3)", "(2)"),
    ]
    assert concepts(BS, sheet)[1:] == ["bs.inventories", "bs.receivables", "bs.total_cl"]
    flows = [
        ("Operating activities",),
        ("Loss before income tax from continuing operations", "(7)", "(3)"),
        ("Increase in debtors", "(13)", "(32)"),
        ("Decrease in creditors", "(43)", "(7)"),
    ]
    assert concepts(CF, flows)[1:] == ["cf.start", "cf.d_receivables", "cf.d_payables"]


def test_dividends_are_those_of_the_owners():
    rows = [
        ("Financing activities",),
        ("Dividends paid to non-controlling interests", "(3)", "(2)"),
        ("Dividends paid to minority shareholders", "(4)", "(2)"),
        ("Dividends paid to shareholders of the parent", "(37)", "(36)"),
    ]
    assert concepts(CF, rows) == [None, None, None, "cf.dividends"]


def test_a_flow_is_not_that_of_another_activity():
    rows = [
        ("Operating activities",),
        ("Shares issued in settlement of salary", "43", "72"),
        ("Dividend income", "(15)", "(26)"),
        ("Foreign exchange losses on cash balances", "3", "3"),
        ("Investing activities",),
        ("Proceeds from redemption of debt instruments", "32", "5"),
        ("Proceeds from sale of equity interest in subsidiary", "24", "5"),
        ("Payments for purchase of business, net of cash acquired", "(6)", "(44)"),
        ("Acquisition of property and equipment", "(3)", "(2)"),
        ("Financing activities",),
        (
            "Payments for acquisition of interests in subsidiaries from non-controlling interests",
            "(1)",
            "(2)",
        ),
        ("Proceeds from issue of shares", "88", "13"),
        ("Payments for share buy-back", "-", "(6)"),
        ("Lease liabilities paid", "(16)", "(13)"),
    ]
    assert concepts(CF, rows) == [
        None,
        None,
        None,
        None,
        None,
        None,
        None,
        "cf.acquisitions",
        "cf.capex_ppe",
        None,
        None,
        "cf.shares_issued",
        "cf.buybacks",
        "cf.leases",
    ]


def test_dividends_paid_under_operating_activities_are_dividends():
    assert concepts(CF, [("Operating activities",), ("Dividends paid", "(3)", "(2)")])[1] == "cf.dividends"


def test_equipment_bought_with_its_software_is_equipment():
    bought = [("Investing activities",), ("Purchase of property, equipment and software", "(97)", "(17)")]
    assert concepts(CF, bought)[1] == "cf.capex_ppe"
    software = [("Investing activities",), ("Purchase of internal-use software", "(97)", "(17)")]
    assert concepts(CF, software)[1] == "cf.capex_intang"


def test_cash_alone_has_a_beginning_a_change_and_an_end():
    rows = [
        ("=Net decrease in cash", "(79)", "(29)"),
        ("Cash, beginning of year", "123", "153"),
        ("Exchange differences on cash", "-", "(1)"),
        ("=Cash, end of year", "44", "123"),
    ]
    assert concepts(CF, rows) == ["cf.net_change", "cf.cash_open", "cf.fx", "cf.cash_close"]
    assert concepts(CF, [("=Net change in cash", "(79)", "(29)")]) == ["cf.net_change"]


def test_borrowings_are_told_from_other_financial_liabilities():
    rows = [
        ("Current liabilities",),
        ("Bonds issued, borrowings and lease liabilities", "28", "26"),
        ("Other financial liabilities", "2", "4"),
        ("Other current liabilities", "122", "131"),
        ("Non-current liabilities",),
        ("Financial debts", "237", "216"),
        ("Other financial liabilities", "2", "3"),
        ("Other non-current liabilities", "13", "14"),
    ]
    assert concepts(BS, rows) == [
        None,
        "bs.st_debt",
        None,
        "bs.other_cl",
        None,
        "bs.lt_debt",
        None,
        "bs.other_ncl",
    ]


def test_the_total_of_both_sides_is_not_equity():
    rows = [
        ("Equity",),
        ("Share capital", "10", "14"),
        ("=Total equity attributable to equity holders of the Parent", "10", "14"),
        ("Current liabilities",),
        ("Zebra owed", "4", "1"),
        ("=Total liabilities", "4", "1"),
        ("=Total equity and liabilities", "14", "15"),
    ]
    assert concepts(BS, rows)[2:] == ["bs.equity_owners", None, None, "bs.total_liab", "bs.total_el"]


def test_an_unlabelled_sum_closes_its_part_before_a_wider_total():
    rows = [
        ("Current assets",),
        ("Cash", "40", "30"),
        ("Inventories", "60", "55"),
        ("=", "100", "85"),
        ("=Total assets", "105", "89"),
        ("Equity",),
    ]
    assert concepts(BS, rows)[3:5] == ["bs.total_ca", "bs.total_assets"]


def test_income_before_costs_is_not_the_net_income():
    rows = [
        ("Income",),
        ("Interest income", "549", "500"),
        ("=Net income / (loss)", "558", "510"),
        ("Expenses",),
        ("Management fees", "1,160", "1,100"),
        ("=Total expenses", "1,834", "1,700"),
        ("=Net loss for the year", "(1,275)", "(1,190)"),
    ]
    assert concepts(IS, rows)[2] is None
    assert concepts(IS, rows)[6] == "is.net_income"
    assert concepts(IS, rows[:3])[2] == "is.net_income"


def test_basic_and_diluted_in_one_line_is_the_basic_figure():
    rows = [
        ("Earnings per share - total operations",),
        ("~Basic and diluted earnings per share", "0.47", "0.40"),
        ("Earnings per share - continuing operations",),
        ("~Basic and diluted earnings per share", "(0.22)", "0.30"),
    ]
    assert concepts(IS, rows) == [None, "is.eps_basic", None, None]
    assert contradicts("Basic and diluted", "is.eps_diluted") == "basic or diluted"


def test_income_before_operating_costs_is_not_the_operating_profit():
    rows = [
        ("Fee and commission income", "200", "190"),
        ("=Total operating income", "770", "780"),
        ("=Net operating income", "710", "730"),
        ("Staff costs", "(300)", "(290)"),
        ("Administration and general expenses", "(100)", "(110)"),
        ("=Profit before tax", "370", "380"),
    ]
    assert concepts(IS, rows) == [None, None, None, "is.personnel", "is.admin", "is.pbt"]
    assert (
        concepts(IS, [*rows[3:5], ("=Operating income", "370", "380"), rows[5]])[2] == "is.operating_profit"
    )


def test_a_second_line_of_a_kind_is_not_something_else():
    rows = [
        ("Revenue", "1,000", "900"),
        ("Other income", "10", "5"),
        ("Administrative expenses", "(150)", "(140)"),
        ("Other expenses", "(10)", "(5)"),
    ]
    assert concepts(IS, rows) == ["is.revenue", None, "is.admin", "is.other_op"]


def test_what_is_named_after_its_term_stands_under_it():
    rows = [
        ("Non-current assets",),
        ("Income tax receivable", "4", "5"),
        ("Derivative assets", "6", "7"),
        ("Current assets",),
        ("Deferred income taxes", "100", "74"),
    ]
    assert concepts(BS, rows) == [None, None, None, None, "bs.dta"]
    current = [("Current assets",), ("Income tax receivable", "4", "5"), ("Derivative assets", "6", "7")]
    assert concepts(BS, current)[1:] == ["bs.tax_assets_cur", "bs.st_investments"]


def test_the_creditors_of_a_british_sheet_close_the_current_assets():
    rows = [
        ("Fixed assets",),
        ("Tangible assets", "200", "210"),
        ("Intangible assets", "50", "40"),
        ("=", "250", "250"),
        ("Current assets",),
        ("Stocks", "30", "20"),
        ("Debtors", "70", "80"),
        ("Cash at bank and in hand", "25", "15"),
        ("=", "125", "115"),
        ("Creditors: amounts falling due within one year", "(80)", "(70)"),
        ("Net current assets", "45", "45"),
        ("=Total assets less current liabilities", "295", "295"),
        ("Creditors: amounts falling due after more than one year", "(100)", "(90)"),
        ("Provisions for liabilities", "(20)", "(20)"),
        ("=Net assets", "175", "185"),
    ]
    assert concepts(BS, rows) == [
        None,
        "bs.ppe",
        "bs.intangibles",
        "bs.total_nca",
        None,
        "bs.inventories",
        "bs.receivables",
        "bs.cash",
        "bs.total_ca",
        "bs.total_cl",
        None,
        None,
        None,
        "bs.provisions_nc",
        "bs.total_equity",
    ]


def test_the_words_of_hong_kong_and_of_australian_statements_are_known():
    owed = [
        ("Current liabilities",),
        ("Trade and bills payables", "100", "90"),
        ("Other payables and accruals", "60", "50"),
        ("Interest-bearing bank and other borrowings", "30", "30"),
    ]
    assert concepts(BS, owed)[1:] == ["bs.payables", "bs.other_cl", "bs.st_debt"]
    interest = [
        ("Interest receivable and similar income", "3", "2"),
        ("Interest payable and similar expenses", "9", "8"),
    ]
    assert concepts(IS, interest) == ["is.finance_income", "is.finance_costs"]
    taxes = [
        ("Income taxes - current", "50", "50"),
        ("Income taxes - deferred", "(5)", "2"),
        ("=Total income taxes", "45", "52"),
    ]
    assert concepts(IS, taxes) == [None, None, "is.tax"]
    flows = [
        ("Operating activities",),
        ("Increase in trade and bills receivables", "(10)", "(9)"),
        ("Increase in trade and bills payables", "10", "5"),
        ("Investing activities",),
        ("Proceeds from disposal of business", "7", "-"),
        ("Financing activities",),
        ("New bank loans", "40", "50"),
    ]
    assert [concept for concept in concepts(CF, flows) if concept] == [
        "cf.d_receivables",
        "cf.d_payables",
        "cf.divestments",
        "cf.debt_issued",
    ]


def test_finance_costs_go_before_what_they_leave_net():
    rows = [
        ("=Operating profit", "275", "223"),
        ("Finance income", "6", "5"),
        ("Finance costs", "(20)", "(18)"),
        ("=Net finance costs", "(14)", "(13)"),
        ("=Profit before tax", "261", "210"),
    ]
    assert concepts(IS, rows)[1:4] == ["is.finance_income", "is.finance_costs", None]
    assert concepts(IS, [rows[0], rows[3], rows[4]])[1] == "is.finance_costs"


def test_equity_before_the_share_of_others_is_that_of_the_owners():
    rows = [
        ("=Total liabilities", "19", "36"),
        ("Paid-in capital", "100", "99"),
        ("=Total stockholders' equity", "100", "99"),
        ("Non-controlling interests", "4", "-"),
        ("=Total liabilities, stockholders' equity and non-controlling interests", "123", "135"),
    ]
    assert concepts(BS, rows)[2:4] == ["bs.equity_owners", "bs.nci"]
    # Where the total holds without them, the line below is only a part of what was counted.
    within = [*rows[:4], ("=Total liabilities and stockholders' equity", "119", "135")]
    assert concepts(BS, within)[2:4] == ["bs.total_equity", "bs.nci"]


def test_totals_under_a_double_rule_are_known_by_their_figures():
    rows = [
        ("=Total current assets", "60", "50"),
        ("=Total non-current assets", "40", "35"),
        ("=", "100", "85"),
        ("=Total liabilities", "70", "60"),
        ("=Total equity", "30", "25"),
        ("=", "100", "85"),
    ]
    assert concepts(BS, rows) == [
        "bs.total_ca",
        "bs.total_nca",
        "bs.total_assets",
        "bs.total_liab",
        "bs.total_equity",
        "bs.total_el",
    ]


def test_what_is_acquired_tells_companies_from_things():
    rows = [
        ("Investing activities",),
        ("Acquisition of DVD content assets", "(38)", "(53)"),
        ("Proceeds from sale or disposal of assets", "17", "37"),
        ("Sale of equipment for related party", "-", "9"),
        ("Acquisitions", "(788)", "-"),
    ]
    assert concepts(CF, rows) == [None, None, "cf.disposals", None, "cf.acquisitions"]
    assert concepts(CF, rows[:2]) == [None, None]
