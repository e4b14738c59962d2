"""The accounting identities on statements that hold, fail and do not apply."""

from dataclasses import replace
from decimal import Decimal

import pytest

from engine.check.confidence import row_confidences
from engine.check.identities import check_across, check_statement
from engine.check.identity_data import load_identities, parse_identities
from engine.concepts.mapping import map_rows
from engine.concepts.signs import resolve_signs
from engine.concepts.taxonomy import load_taxonomy
from engine.errors import BadInput
from engine.kinds import CheckOutcome, StatementKind
from engine.statement import StatementReading
from engine.values import Unit
from tests.engine.made_tables import table

IS, BS, CF = StatementKind.INCOME_STATEMENT, StatementKind.BALANCE_SHEET, StatementKind.CASH_FLOW_STATEMENT
TOTALS = {"id": "S1", "says": "totals are sums"}
HOLDS, FAILS, NONE = CheckOutcome.HOLDS, CheckOutcome.FAILS, CheckOutcome.NOT_APPLICABLE

SHEET = [
    ("Current assets",),
    ("Cash and cash equivalents", "90", "80"),
    ("Inventories", "110", "100"),
    ("=Total current assets", "200", "180"),
    ("Property, plant and equipment", "300", "310"),
    ("=Total assets", "500", "490"),
    ("Current liabilities",),
    ("Trade payables", "120", "115"),
    ("=Total current liabilities", "120", "115"),
    ("Long-term debt", "130", "140"),
    ("=Total liabilities", "250", "255"),
    ("Equity",),
    ("Share capital", "50", "50"),
    ("Retained earnings", "200", "185"),
    ("=Total equity", "250", "235"),
    ("=Total liabilities and equity", "500", "490"),
]


def read(kind, rows, **options):
    made = table(kind, rows, **options)
    taxonomy = load_taxonomy()
    mappings = map_rows(made, taxonomy)
    signs = resolve_signs(made, mappings, taxonomy)
    checks = check_statement(made, mappings, signs, taxonomy)
    return StatementReading(made, mappings, signs, checks, row_confidences(made, mappings, signs, checks))


def outcomes(reading, identity):
    return [check.outcome for check in reading.checks if check.identity == identity]


def changed(rows, label, *figures):
    return [(name, *figures) if name == label else (name, *rest) for name, *rest in rows]


def test_a_balanced_sheet_holds_everywhere():
    reading = read(BS, SHEET)
    for identity in ("B1", "B1a", "B2", "B3", "B4", "B4b"):
        assert outcomes(reading, identity) == [HOLDS, HOLDS], identity
    assert outcomes(reading, "B1b") == [NONE, NONE]
    (check, _) = (c for c in reading.checks if c.identity == "B4")
    assert (check.left, check.right) == (Decimal(500_000_000), Decimal(500_000_000))
    assert check.tolerance == Decimal(1_000_000)
    assert [reading.table.rows[n].label for n in check.rows] == [
        "Total liabilities and equity",
        "Total assets",
    ]


def test_a_wrong_figure_fails_in_its_own_column_only():
    reading = read(BS, changed(SHEET, "=Total assets", "590", "490"))
    assert outcomes(reading, "B4") == [FAILS, HOLDS]
    failing = next(c for c in reading.checks if c.identity == "B4")
    assert (failing.left, failing.right, failing.column) == (Decimal(500_000_000), Decimal(590_000_000), 0)
    assert failing.explanation == (
        "Fails: total assets equal equity and liabilities, but the two sides differ by -90,000,000 where "
        "rounding allows 1,000,000."
    )


def test_rounding_is_no_failure():
    assert outcomes(read(BS, changed(SHEET, "=Total assets", "501", "490")), "B4") == [HOLDS, HOLDS]


def test_an_unbalanced_sheet_is_the_one_that_blocks():
    assert [identity.code for identity in load_identities().within if identity.blocks] == ["B4", "B5"]


NET_ASSETS = [
    ("Non-current assets",),
    ("Property, plant and equipment", "300", "310"),
    ("=Total non-current assets", "300", "310"),
    ("Current assets",),
    ("Cash and cash equivalents", "200", "180"),
    ("=Total current assets", "200", "180"),
    ("Current liabilities",),
    ("Trade and other payables", "100", "95"),
    ("Zebra owed", "20", "20"),
    ("=Total current liabilities", "120", "115"),
    ("Net current assets", "80", "65"),
    ("=Total assets less current liabilities", "380", "375"),
    ("Non-current liabilities",),
    ("Provision for deferred tax", "130", "140"),
    ("=Total non-current liabilities", "130", "140"),
    ("=Net assets", "250", "235"),
    ("Capital and reserves",),
    ("Share capital", "50", "50"),
    ("Retained earnings", "200", "185"),
    ("=Total shareholders' funds", "250", "235"),
]


def in_brackets(rows):
    among, turned = False, []
    for label, *texts in rows:
        among = label.endswith("iabilities") if not texts else among
        owed = among and not label.startswith(("Net", "=Net", "=Total assets"))
        turned.append((label, *(f"({text})" for text in texts)) if owed else (label, *texts))
    return turned


@pytest.mark.parametrize("rows", [NET_ASSETS, in_brackets(NET_ASSETS)], ids=["plain", "in brackets"])
def test_a_sheet_that_goes_on_to_its_net_assets_balances(rows):
    reading = read(BS, rows)
    found = {row.label: m.concept for row, m in zip(reading.table.rows, reading.mappings, strict=True)}
    assert found["Total assets less current liabilities"] is None
    assert found["Provision for deferred tax"] == "bs.dtl"
    assert outcomes(reading, "B5") == [HOLDS, HOLDS]
    assert outcomes(reading, "B4") == [NONE, NONE]
    assert FAILS not in [check.outcome for check in reading.checks]
    owed = (
        "Trade and other payables",
        "Zebra owed",
        "Total current liabilities",
        "Total non-current liabilities",
    )
    contributions = {
        row.label: row.cells[0].number * sign.factor
        for row, sign in zip(reading.table.rows, reading.signs, strict=True)
        if row.label in owed
    }
    assert contributions == dict(zip(owed, map(Decimal, (100, 20, 120, 130)), strict=True))
    wrong = read(BS, changed(rows, "=Total current assets", "290", "180"))
    assert outcomes(wrong, "B5") == [FAILS, HOLDS]


def test_assets_less_liabilities_are_not_tested_where_all_assets_are_printed():
    assert outcomes(read(BS, SHEET), "B5") == [NONE, NONE]
    other = [
        *NET_ASSETS[:6],
        ("Assets of another kind", "7", "7"),
        ("=Total assets", "507", "497"),
        *NET_ASSETS[6:10],
    ]
    assert outcomes(read(BS, other), "B5") == [NONE, NONE]


def test_an_unclassified_sheet_is_legal():
    rows = [
        ("Assets",),
        ("Loans and advances to customers", "700", "650"),
        ("Cash and balances with central banks", "100", "90"),
        ("=Total assets", "800", "740"),
        ("Liabilities",),
        ("Deposits from customers", "600", "560"),
        ("=Total liabilities", "600", "560"),
        ("=Total equity", "200", "180"),
        ("=Total liabilities and equity", "800", "740"),
    ]
    reading = read(BS, rows)
    assert outcomes(reading, "B4") == [HOLDS, HOLDS]
    assert outcomes(reading, "B1a") == [NONE, NONE]
    assert FAILS not in [check.outcome for check in reading.checks]


def test_redeemable_interests_stand_between_liabilities_and_equity():
    rows = [
        ("=Total assets", "500", "490"),
        ("=Total liabilities", "250", "255"),
        ("Redeemable noncontrolling interest", "40", "30"),
        ("=Total equity", "210", "205"),
        ("=Total liabilities and equity", "500", "490"),
    ]
    reading = read(BS, rows)
    assert reading.mappings[2].concept == "bs.redeemable"
    assert outcomes(reading, "B4b") == [HOLDS, HOLDS]


def test_cash_flows_add_up_and_cash_rolls_forward():
    rows = [
        ("Operating activities",),
        ("Net income", "70", "60"),
        ("Depreciation and amortization", "30", "25"),
        ("=Net cash provided by operating activities", "100", "85"),
        ("Investing activities",),
        ("Capital expenditures", "(60)", "(50)"),
        ("=Net cash used in investing activities", "(60)", "(50)"),
        ("Financing activities",),
        ("Dividends paid", "(25)", "(20)"),
        ("=Net cash used in financing activities", "(25)", "(20)"),
        ("Effect of exchange rate changes on cash", "(5)", "2"),
        ("=Net increase in cash and cash equivalents", "10", "17"),
        ("Cash and cash equivalents at beginning of year", "80", "63"),
        ("=Cash and cash equivalents at end of year", "90", "80"),
    ]
    reading = read(CF, rows)
    for identity in ("C1a", "C2", "C3"):
        assert outcomes(reading, identity) == [HOLDS, HOLDS], identity
    sheet = read(BS, SHEET)
    income = read(IS, [("=Net income", "70", "62")])
    across = {(c.identity, c.column): c.outcome for c in check_across((reading, sheet, income))}
    assert across == {
        ("X1", 0): HOLDS,
        ("X1", 1): FAILS,
        ("X2", 0): HOLDS,
        ("X2", 1): HOLDS,
        ("X3", 0): HOLDS,
    }


def test_an_unknown_scale_is_not_guessed():
    reading = read(BS, SHEET, unit=Unit("EUR", None))
    check = next(c for c in reading.checks if c.identity == "B4")
    assert (check.outcome, check.left) == (HOLDS, Decimal(500))


def test_confidence_rises_with_proof_and_falls_with_failure():
    good = read(BS, SHEET)
    bad = read(BS, changed(SHEET, "=Total assets", "590", "490"))
    total_assets = next(n for n, row in enumerate(good.table.rows) if row.label == "Total assets")
    assert good.confidences[total_assets] == 0.999
    assert bad.confidences[total_assets] < 0.95
    assert good.confidences[0] == 1.0
    unread = read(BS, changed(SHEET, "Inventories", "?", "100"))
    inventories = next(n for n, row in enumerate(good.table.rows) if row.label == "Inventories")
    assert unread.confidences[inventories] < good.confidences[inventories]


def test_a_faulty_identity_is_named():
    unknown = {"left": ["bs.nix"], "right": "bs.cash"}
    entry = {"id": "Z1", "statement": "balance_sheet", "says": "x", "variants": [unknown]}
    with pytest.raises(BadInput, match=r"The identity Z1 names 'bs\.nix'"):
        parse_identities({"within": [entry], "across": [], "totals": TOTALS}, load_taxonomy())
    both = replace_variant(entry, {"left": ["bs.cash"], "rows_of": "assets", "right": "bs.total_assets"})
    with pytest.raises(BadInput, match="exactly one of left, rows_of and rows_from"):
        parse_identities({"within": [both], "across": [], "totals": TOTALS}, load_taxonomy())


def replace_variant(entry, variant):
    return {**entry, "variants": [variant]}


def test_statements_without_periods_have_no_bridges():
    reading = read(BS, SHEET)
    columns = tuple(replace(column, period=None) for column in reading.table.columns)
    assert check_across((replace(reading, table=replace(reading.table, columns=columns)),)) == ()


def test_closing_cash_with_restricted_cash_need_not_equal_the_sheet():
    sheet = read(BS, SHEET)
    plain = read(CF, [("=Cash and cash equivalents at end of year", "95", "80")])
    wider = read(CF, [("=Cash, cash equivalents and restricted cash at end of year", "95", "80")])
    assert [c.outcome for c in check_across((plain, sheet)) if c.identity == "X2"] == [FAILS, HOLDS]
    excused, _ = (c for c in check_across((wider, sheet)) if c.identity == "X2")
    assert excused.outcome is NONE
    assert excused.explanation == (
        "Not tested: 'Cash, cash equivalents and restricted cash at end of year' counts 5,000,000 more than "
        "'Cash and cash equivalents', as it says."
    )


FLOWS = [
    ("Cash flows from operating activities",),
    ("Net income", "476", "423"),
    ("Depreciation", "440", "424"),
    ("Share-based compensation", "82", "36"),
    ("Inventories", "(27)", "(50)"),
    ("=Net cash provided by operating activities", "971", "833"),
]


def failing(reading, identity="S1"):
    return [
        (check.column, [reading.table.rows[n].label for n in check.rows], check.left - check.right)
        for check in reading.checks
        if check.identity == identity and check.outcome is FAILS
    ]


def test_a_total_that_lacks_one_of_its_lines_fails_by_what_is_missing():
    assert failing(read(CF, FLOWS)) == []
    reading = read(CF, [row for row in FLOWS if row[0] != "Share-based compensation"])
    left = ["Net income", "Depreciation", "Inventories", "Net cash provided by operating activities"]
    assert failing(reading) == [(0, left, Decimal(-82_000_000)), (1, left, Decimal(-36_000_000))]
    check = next(check for check in reading.checks if check.identity == "S1")
    assert check.explanation == (
        "Fails: every printed total is the sum of lines above it, but the two sides differ by -82,000,000 "
        "where rounding allows 2,000,000. The total is “Net cash provided by operating activities”."
    )
    assert max(reading.confidences[1:4]) < 0.8


def test_a_sum_no_identity_knows_fails_in_the_column_in_which_it_does():
    rows = [
        ("Property, plant and equipment",),
        ("Land", "4961", "4716"),
        ("Buildings", "12618", "12522"),
        ("Equipment", "5274", "(4845)"),
        ("Construction in progress", "811", "592"),
        ("=", "23664", "22675"),
    ]
    reading = read(BS, rows)
    labels = ["Land", "Buildings", "Equipment", "Construction in progress", ""]
    assert failing(reading) == [(1, labels, Decimal(-9_690_000_000))]
    assert next(c for c in reading.checks if c.identity == "S1").explanation.endswith("The total is line 6.")


def test_a_line_that_is_no_part_of_a_total_makes_it_no_failure():
    beside = [*FLOWS[:3], ("Of which leases", "40", "30"), *FLOWS[3:]]
    assert failing(read(CF, beside)) == []


def test_a_line_in_one_column_is_no_total_of_lines_in_all():
    # 438 is by chance within the rounding of what the three lines above it have in that column.
    rows = [
        *FLOWS[:3],
        ("Deferred taxes", "33", "14"),
        ("Asset impairment", None, "438"),
        ("Inventories", "(27)", "(50)"),
        ("=Net cash provided by operating activities", "922", "1249"),
    ]
    reading = read(CF, rows)
    assert outcomes(reading, "C1a") == [HOLDS, HOLDS]
    assert failing(reading) == []
