"""The demo company's figures articulate, exactly, in every year and in every report's own scale."""

from decimal import ROUND_HALF_UP, Decimal

import pytest

from demo import figures
from engine.kinds import RowKind, StatementKind

INCOME, BALANCE, CASH = StatementKind
YEARS = tuple(range(2016, 2026))
# Each column of each report, and the two halves.
COLUMNS = [
    *((report.year, year, report.scale) for report in figures.reports() for year in report.years),
    (2025, "2025H1", 1_000_000),
    (2025, "2024H1", 1_000_000),
]


def figure(kind, key, column):
    report, period, scale = column
    restated = isinstance(period, int) and period < report
    return figures.value(kind, key, period, restated=restated, scale=scale)


def test_ten_years_are_covered_by_eight_reports():
    reports = figures.reports()
    assert [report.year for report in reports] == list(range(2018, 2026))
    assert sorted({year for report in reports for year in report.years}) == list(YEARS)
    assert [report.scale for report in reports] == [1000] * 4 + [1_000_000] * 4


def test_known_figures():
    assert figures.value(INCOME, "revenue", 2025) == 481_600_000
    assert figures.value(INCOME, "operating_profit", 2025) == 86_700_000
    assert figures.value(INCOME, "net_income", 2018) == 45_396_000
    assert figures.value(BALANCE, "total_assets", 2018) == 427_837_000
    assert figures.value(CASH, "cash_close", 2025) == 189_500_000
    assert figures.value(INCOME, "eps_basic", 2025) == Decimal("0.59")


@pytest.mark.parametrize("column", COLUMNS, ids=str)
def test_the_cash_flow_starts_with_the_profit(column):
    assert figure(INCOME, "net_income", column) == figure(CASH, "profit", column)
    assert figure(INCOME, "tax", column) == -figure(CASH, "tax", column)


@pytest.mark.parametrize("column", COLUMNS, ids=str)
def test_profit_belongs_to_owners_and_others(column):
    shares = figure(INCOME, "owners", column) + figure(INCOME, "nci", column)
    assert shares == figure(INCOME, "net_income", column)


@pytest.mark.parametrize("column", [c for c in COLUMNS if c[1] != "2024H1"], ids=str)
def test_the_balance_sheet_balances(column):
    assert figure(BALANCE, "total_assets", column) == figure(BALANCE, "total_el", column)
    assert figure(BALANCE, "cash", column) == figure(CASH, "cash_close", column)


@pytest.mark.parametrize("column", COLUMNS, ids=str)
def test_printed_totals_are_the_rounded_totals(column):
    """Rounding every leaf changes no total by more than its own rounding."""
    _, period, scale = column
    step = Decimal(scale) / (10 if scale > 1000 else 1)
    for kind in StatementKind:
        if kind is BALANCE and period == "2024H1":
            continue
        for line in figures.lines(kind):
            if not line.parts:
                continue
            exact = figures.value(kind, line.key, period)
            unrounded = (exact / step).quantize(Decimal(1), ROUND_HALF_UP) * step
            assert figures.value(kind, line.key, period, scale=scale) == unrounded, line.key


@pytest.mark.parametrize("year", YEARS)
def test_earnings_per_share_are_earnings_over_shares(year):
    for key, shares in (("eps_basic", "shares_basic"), ("eps_diluted", "shares_diluted")):
        exact = figures.value(INCOME, "owners", year) / figures.supplement(shares, year)
        assert abs(figures.value(INCOME, key, year) - exact) <= Decimal("0.005")


@pytest.mark.parametrize("year", YEARS[1:])
def test_equity_moves_by_profit_other_income_and_payments(year):
    restated_before = 2022 in (year - 1,)
    scale = 1_000_000 if year >= 2022 else 1000

    def equity(period):
        return figures.value(BALANCE, "total_equity", period, restated=restated_before, scale=scale)

    moved = figures.value(INCOME, "net_income", year)
    moved += figures.supplement("translation_oci", year) + figures.supplement("remeasurement", year)
    moved += sum(figures.value(CASH, key, year) for key in ("sbp", "buyback", "dividends", "dividends_nci"))
    assert equity(year) - equity(year - 1) == moved


@pytest.mark.parametrize("year", YEARS)
def test_depreciation_of_the_note_is_that_of_the_cash_flow(year):
    keys = ("dep_ppe", "amortisation", "dep_demo", "dep_rou")
    charged = sum(figures.supplement(key, year) for key in keys)
    assert charged == figures.value(CASH, "da", year)


def test_the_restatement_changes_what_the_note_says_and_nothing_else():
    def change(kind, key):
        return figures.value(kind, key, 2022, restated=True) - figures.value(kind, key, 2022)

    assert change(INCOME, "admin") == -2_200_000
    assert change(INCOME, "tax") == 300_000
    assert change(INCOME, "net_income") == -1_900_000
    assert change(BALANCE, "intangibles") == -2_200_000
    assert change(BALANCE, "retained") == -1_900_000
    assert change(CASH, "cfo") == -2_400_000
    assert change(CASH, "cfi") == 2_400_000
    assert change(INCOME, "revenue") == 0
    assert change(CASH, "cash_close") == 0
    assert figures.value(INCOME, "revenue", 2021, restated=True) == figures.value(INCOME, "revenue", 2021)


def test_a_line_was_renamed_and_another_is_the_companys_own():
    labels = {line.key: line for line in figures.lines(INCOME)}
    assert [labels["revenue"].label(year) for year in (2018, 2019, 2020)] == [
        "Turnover",
        "Turnover",
        "Revenue",
    ]
    assert labels["network"].label(2022) == "Field calibration network"
    assert labels["network"].label(2023) == "Customer laboratories"
    assert [line.label(2018) for line in figures.lines(BALANCE) if line.key == "demo"] == [
        "Demonstration instruments on loan"
    ]


def test_every_line_is_read_with_a_label_and_a_kind():
    for kind in StatementKind:
        for line in figures.lines(kind):
            assert line.label(2025)
            assert bool(line.key) is (line.kind is not RowKind.HEADING)
