"""Columns that are parts or translations of one another, and what follows for the checks."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from engine.check.columns import column_roundings, part_columns
from engine.check.footing import foot
from engine.check.identities import check_across, check_statement
from engine.concepts.mapping import map_rows
from engine.concepts.signs import resolve_signs
from engine.concepts.taxonomy import load_taxonomy
from engine.kinds import CheckOutcome, PeriodKind, Scope, StatementKind
from engine.statement import StatementReading
from engine.values import Period, Unit
from tests.engine.made_tables import table

IS, BS, CF = StatementKind.INCOME_STATEMENT, StatementKind.BALANCE_SHEET, StatementKind.CASH_FLOW_STATEMENT
HOLDS, FAILS = CheckOutcome.HOLDS, CheckOutcome.FAILS
YEAR, BEFORE = date(2023, 12, 31), date(2022, 12, 31)

FUND = [
    ("Investment income", "50", "-", "50"),
    ("Loss on investments", "-", "(90)", "(90)"),
    ("Management fees", "(20)", "(5)", "(25)"),
    ("=Net loss for the year", "30", "(95)", "(65)"),
]
# One million of the first currency is 8.2 thousand of the second.
TWO_CURRENCIES = [
    ("Current assets",),
    ("Cash and cash equivalents", "101", "832"),
    ("Inventories", "205", "1,685"),
    ("Trade receivables", "303", "2,488"),
    ("=Total current assets", "609", "4,998"),
    ("=Total assets", "609", "4,998"),
]


def concluded(made):
    taxonomy = load_taxonomy()
    mappings = map_rows(made, taxonomy)
    signs = resolve_signs(made, mappings, taxonomy)
    checks = check_statement(made, mappings, signs, taxonomy)
    return StatementReading(made, mappings, signs, checks, (1.0,) * len(made.rows))


def with_columns(made, *changes):
    columns = tuple(replace(column, **change) for column, change in zip(made.columns, changes, strict=True))
    return replace(made, columns=columns)


def across(*readings):
    return {(c.identity, c.column): c.outcome for c in check_across(readings)}


def test_the_parts_of_a_total_column_are_known_by_their_figures():
    assert part_columns(table(IS, FUND, ends=(YEAR,) * 3)) == {0, 1}
    assert part_columns(table(IS, FUND, ends=(YEAR, BEFORE, date(2021, 12, 31)))) == frozenset()
    assert part_columns(table(IS, [*FUND, ("Zebra", "1", "1", "9")], ends=(YEAR,) * 3)) == frozenset()
    assert part_columns(table(IS, FUND[:2], ends=(YEAR,) * 3)) == frozenset()


def test_the_cash_flow_statement_starts_from_the_total_column():
    income = concluded(table(IS, FUND, ends=(YEAR,) * 3))
    flows = concluded(table(CF, [("Loss for the year", "(65)")], ends=(YEAR,)))
    assert across(income, flows) == {("X1", 0): HOLDS}
    of_parts = concluded(table(CF, [("Profit for the year", "30")], ends=(YEAR,)))
    assert across(income, of_parts) == {("X1", 0): FAILS}


def two_currencies(rows=TWO_CURRENCIES):
    made = table(BS, rows, ends=(YEAR, YEAR))
    return with_columns(made, {"unit": Unit("JPY", 1_000_000)}, {"unit": Unit("USD", 1_000)})


def test_a_translation_is_as_exact_as_what_it_was_translated_from():
    roundings = column_roundings(two_currencies())
    assert roundings[0] == 0
    assert round(roundings[1], 2) == Decimal("4.11")
    assert column_roundings(table(BS, TWO_CURRENCIES, ends=(YEAR, BEFORE))) == (0, 0)
    made = two_currencies()
    other_years = with_columns(made, {}, {"period": Period(PeriodKind.INSTANT, None, BEFORE)})
    assert column_roundings(other_years) == (0, 0)
    unrelated = two_currencies([*TWO_CURRENCIES, ("Zebra", "100", "900")])
    assert column_roundings(unrelated) == (0, 0)
    with_years = two_currencies([*TWO_CURRENCIES, *TWO_CURRENCIES, ("December 31,", "2023", "2023")])
    assert round(column_roundings(with_years)[1], 1) == Decimal("4.1")


def test_a_translated_column_foots_within_the_rounding_of_its_source():
    reading = concluded(two_currencies())
    outcomes = {(c.identity, c.column): c.outcome for c in reading.checks if c.identity in ("B1a", "B1")}
    assert outcomes == {("B1a", 0): HOLDS, ("B1a", 1): HOLDS, ("B1", 0): HOLDS, ("B1", 1): HOLDS}
    assert foot(reading.table).proven == {1, 2, 3, 4}
    wrong = [(*row[:2], "4,958") if row[0].startswith("=") else row for row in TWO_CURRENCIES]
    failing = concluded(two_currencies(wrong))
    assert [c.outcome for c in failing.checks if c.identity == "B1a"] == [HOLDS, FAILS]


CASH = [
    ("=Cash and cash equivalents at beginning of period", "80", "60"),
    ("=Cash and cash equivalents at end of period", "95", "80"),
]


def test_opening_cash_is_compared_with_the_day_before_only():
    flows = concluded(table(CF, CASH))
    assert across(flows) == {("X3", 0): HOLDS}
    half_years = with_columns(
        flows.table,
        {"period": Period(PeriodKind.DURATION, date(2023, 1, 1), date(2023, 6, 30))},
        {"period": Period(PeriodKind.DURATION, date(2022, 1, 1), date(2022, 6, 30))},
    )
    assert across(replace(flows, table=half_years)) == {}
    wrong = concluded(table(CF, [("=Cash at beginning of period", "70", "60"), CASH[1]]))
    assert across(wrong) == {("X3", 0): FAILS}


def test_a_period_of_unknown_length_proves_and_does_not_accuse():
    def of_unknown_length(rows):
        made = table(CF, rows)
        unknown = [{"period": replace(column.period, start=None)} for column in made.columns]
        return concluded(with_columns(made, *unknown))

    assert across(of_unknown_length(CASH)) == {("X3", 0): HOLDS}
    assert across(of_unknown_length([("=Cash at beginning of period", "70", "60"), CASH[1]])) == {}


def test_figures_of_two_currencies_or_two_entities_are_not_compared():
    flows = concluded(table(CF, [("=Cash and cash equivalents at beginning of period", "80", "9"), CASH[1]]))
    assert across(flows) == {("X3", 0): HOLDS}
    dollars = with_columns(flows.table, {"unit": Unit("USD", 1_000)}, {})
    assert across(replace(flows, table=dollars)) == {}
    parent = with_columns(flows.table, {"scope": Scope.PARENT}, {})
    assert across(replace(flows, table=parent)) == {}


def test_a_quarter_is_not_the_half_year_that_ends_with_it():
    income = concluded(table(IS, [("=Net income", "70")], ends=(YEAR,)))
    flows = concluded(table(CF, [("Net income", "150")], ends=(YEAR,)))
    assert across(income, flows) == {("X1", 0): FAILS}
    quarter = Period(PeriodKind.DURATION, date(2023, 10, 1), YEAR)
    assert across(replace(income, table=with_columns(income.table, {"period": quarter})), flows) == {}
