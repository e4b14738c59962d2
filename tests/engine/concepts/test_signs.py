"""Signs that make printed sums hold, whichever way costs are printed."""

from engine.concepts.mapping import map_rows
from engine.concepts.signs import resolve_signs
from engine.concepts.taxonomy import load_taxonomy
from engine.kinds import StatementKind
from tests.engine.made_tables import table

IS, BS, CF = StatementKind.INCOME_STATEMENT, StatementKind.BALANCE_SHEET, StatementKind.CASH_FLOW_STATEMENT


def signs(kind, rows):
    made = table(kind, rows)
    taxonomy = load_taxonomy()
    found = resolve_signs(made, map_rows(made, taxonomy), taxonomy)
    return {row.label: (sign.factor, sign.rule) for row, sign in zip(made.rows, found, strict=True)}


def test_costs_printed_positive_are_turned():
    found = signs(
        IS,
        [
            ("Revenue", "1,000", "900"),
            ("Cost of sales", "600", "550"),
            ("=Gross profit", "400", "350"),
            ("Administrative expenses", "150", "140"),
            ("Other operating income", "20", "5"),
            ("=Operating profit", "270", "215"),
        ],
    )
    assert found == {
        "Revenue": (1, "subtotal"),
        "Cost of sales": (-1, "subtotal"),
        "Gross profit": (1, "subtotal"),
        "Administrative expenses": (-1, "subtotal"),
        "Other operating income": (1, "subtotal"),
        "Operating profit": (1, "subtotal"),
    }


def test_costs_printed_in_brackets_are_left_as_they_are():
    found = signs(
        IS,
        [
            ("Revenue", "1,000", "900"),
            ("Cost of sales", "(600)", "(550)"),
            ("=Gross profit", "400", "350"),
            ("Administrative expenses", "(150)", "(140)"),
            ("=Operating profit", "250", "210"),
        ],
    )
    assert {label: factor for label, (factor, _) in found.items()} == {
        "Revenue": 1,
        "Cost of sales": 1,
        "Gross profit": 1,
        "Administrative expenses": 1,
        "Operating profit": 1,
    }


def test_a_tax_printed_as_benefit_or_provision_follows_the_arithmetic():
    provision = signs(
        IS,
        [
            ("Cost of sales", "600", "500"),
            ("=Income before income taxes", "100", "80"),
            ("Provision for income taxes", "30", "25"),
            ("=Net income", "70", "55"),
        ],
    )
    benefit = signs(
        IS,
        [
            ("Cost of sales", "600", "500"),
            ("=Income before income taxes", "100", "80"),
            ("Benefit (provision) for income taxes", "(30)", "25"),
            ("=Net income", "70", "105"),
        ],
    )
    assert provision["Provision for income taxes"] == (-1, "subtotal")
    assert benefit["Benefit (provision) for income taxes"] == (1, "subtotal")


def test_a_total_of_costs_printed_positive_is_a_negative_contribution():
    found = signs(
        IS,
        [
            ("Total revenues", "1,000", "900"),
            ("Cost of revenues", "600", "550"),
            ("Marketing", "150", "140"),
            ("=Total costs and expenses", "750", "690"),
            ("=Operating income", "250", "210"),
        ],
    )
    assert found["Total costs and expenses"] == (-1, "subtotal")
    assert found["Cost of revenues"] == (-1, "subtotal")
    assert found["Operating income"] == (1, "subtotal")


def test_the_share_of_others_is_positive_though_it_is_taken_off():
    rows = [
        ("=Net income", "100", "90"),
        ("Net income attributable to noncontrolling interests", "(10)", "(8)"),
        ("=Net income attributable to shareholders", "90", "82"),
    ]
    found = signs(IS, rows)
    assert found["Net income attributable to noncontrolling interests"] == (-1, "subtotal")
    plain = [rows[0], ("Net income attributable to noncontrolling interests", "10", "8"), rows[2]]
    assert signs(IS, plain)["Net income attributable to noncontrolling interests"] == (1, "subtotal")


def test_treasury_shares_printed_positive_are_taken_off():
    found = signs(
        BS,
        [
            ("Equity",),
            ("Share capital", "50", "50"),
            ("Retained earnings", "400", "350"),
            ("Treasury shares", "30", "20"),
            ("=Total equity", "420", "380"),
        ],
    )
    assert found["Treasury shares"] == (-1, "subtotal")


def test_without_a_sum_the_nature_decides():
    found = signs(IS, [("Revenue", "1,000", "900"), ("Cost of sales", "600", "550"), ("Zebra", "5", "4")])
    assert found["Cost of sales"] == (-1, "natural_sign")
    assert found["Revenue"] == (1, "natural_sign")
    assert found["Zebra"] == (-1, "as_printed")


def test_outflows_of_a_cash_flow_statement_keep_their_brackets():
    found = signs(
        CF,
        [
            ("Cash flows from investing activities",),
            ("Purchase of property, plant and equipment", "(80)", "(70)"),
            ("Proceeds from sale of equipment", "5", "3"),
            ("=Net cash used in investing activities", "(75)", "(67)"),
        ],
    )
    assert [factor for factor, _ in found.values()] == [1, 1, 1, 1]


def test_brackets_of_a_payment_that_equals_what_came_in_stay_an_outflow():
    found = signs(
        CF,
        [
            ("Operating activities",),
            ("Net loss for the year", "(10,249)", "1,239"),
            ("Equity loss", "13,299", "(800)"),
            ("Dilution gain", "(752)", "(321)"),
            ("Tax recovery", "(2,298)", "(118)"),
            ("=Total items not affecting cash", "10,249", "(1,239)"),
            ("=Net cash from operating activities", "-", "-"),
            ("Investing activities",),
            ("Distributions received", "6,617", "5,560"),
            ("=Net cash from investing activities", "6,617", "5,560"),
            ("Cash flows used in financing activities",),
            ("Dividends paid", "(6,617)", "(5,560)"),
            ("=Net cash used in financing activities", "(6,617)", "(5,560)"),
            ("=Increase in cash and cash equivalents", "-", "-"),
        ],
    )
    assert [factor for factor, _ in found.values()] == [1] * 14


def test_a_total_of_nothing_turns_no_sign():
    found = signs(
        CF,
        [
            ("Operating activities",),
            ("Zebra received", "40", "30"),
            ("Okapi received", "40", "30"),
            ("=Net cash from operating activities", "-", "-"),
        ],
    )
    assert [factor for factor, _ in found.values()] == [1, 1, 1, 1]


def test_what_was_paid_is_an_outflow_below_the_closing_cash_whatever_the_flows_above_are():
    flows = [
        ("Net income", "100", "90"),
        ("=Net cash provided by operating activities", "100", "90"),
        ("Purchases of property and equipment", "(30)", "(20)"),
        ("=Net cash used in investing activities", "(30)", "(20)"),
        ("Dividends paid", "(40)", "(35)"),
        ("=Net cash used in financing activities", "(40)", "(35)"),
        ("=Net increase in cash", "30", "35"),
        ("Cash at beginning of year", "85", "50"),
        ("=Cash at end of year", "115", "85"),
        ("Supplemental disclosure",),
    ]
    paid = [("Cash paid for interest", "7", "6"), ("Cash paid for income taxes", "21", "18")]
    for count in (1, 2):
        found = signs(CF, [*flows, *paid[:count]])
        assert [found[label][0] for label, *_ in paid[:count]] == [-1] * count
        assert found["Dividends paid"][0] == found["Purchases of property and equipment"][0] == 1
