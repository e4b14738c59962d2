"""Sums that close without knowing what the rows mean."""

from engine.check.footing import ClosedSum, foot
from engine.kinds import StatementKind
from tests.engine.made_tables import table

BALANCE = StatementKind.BALANCE_SHEET
INCOME = StatementKind.INCOME_STATEMENT


def test_subtotals_and_their_total_close():
    made = table(
        BALANCE,
        [
            ("Assets",),
            ("Plant", "500", "480"),
            ("Goodwill", "100", "100"),
            ("Non-current assets", "600", "580"),
            ("Stocks", "150", "140"),
            ("Cash", "50", "40"),
            ("Current assets", "200", "180"),
            ("Total assets", "800", "760"),
        ],
    )
    footing = foot(made)
    assert footing.sums == (
        ClosedSum(3, (1, 2), frozenset()),
        ClosedSum(6, (4, 5), frozenset()),
        ClosedSum(7, (3, 6), frozenset()),
    )
    assert (footing.share, footing.counted) == (1.0, 7)


def test_costs_printed_positive_are_taken_away():
    made = table(
        INCOME, [("Revenue", "100", "90"), ("Cost of sales", "60", "50"), ("Gross profit", "40", "40")]
    )
    assert foot(made).sums == (ClosedSum(2, (0, 1), frozenset({1})),)


def test_a_wrong_digit_in_one_column_proves_nothing():
    made = table(BALANCE, [("Plant", "500", "480"), ("Goodwill", "100", "100"), ("Total", "600", "590")])
    assert foot(made).sums == ()
    assert foot(made).share == 0.0


def test_rounding_within_the_printed_digits_is_allowed():
    made = table(BALANCE, [("A", "10", "10"), ("B", "11", "11"), ("Total", "22", "21")])
    assert foot(made).sums == (ClosedSum(2, (0, 1), frozenset()),)


def test_per_share_rows_do_not_count():
    made = table(
        INCOME, [("A", "10", "9"), ("B", "5", "4"), ("Profit", "15", "13"), ("~Basic", "1.50", "1.30")]
    )
    assert foot(made).counted == 3
