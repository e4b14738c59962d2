"""Which figures of a compiled statement become formulas, and what the check rows say."""

from collections.abc import Sequence
from decimal import Decimal

from engine.compiling.additions import DerivedFigure, FigureRow, PrintedFigure
from engine.compiling.formulas import Formulas, find_formulas
from engine.concepts.taxonomy import load_taxonomy
from engine.kinds import RowKind, StatementKind

MILLION = 1_000_000
INCOME = StatementKind.INCOME_STATEMENT
BALANCE = StatementKind.BALANCE_SHEET
CASH_FLOW = StatementKind.CASH_FLOW_STATEMENT

# key, printed kind, figures in millions with contribution sign
Line = tuple[str, RowKind, Sequence[int | None]]
LINE, SUBTOTAL, TOTAL = RowKind.LINE, RowKind.SUBTOTAL, RowKind.TOTAL


def rows_of(lines: Sequence[Line], printed_order: Sequence[str] | None = None) -> list[FigureRow]:
    """Rows in the order shown; the reports print them in the same order or in the one given, each
    period in a report of its own."""
    order = list(printed_order or [key for key, _, _ in lines])
    return [
        FigureRow(
            key,
            None if key.startswith("company:") else key,
            kind,
            tuple(
                None
                if figure is None
                else PrintedFigure(Decimal(figure) * MILLION, -6, f"report-{period}", order.index(key), kind)
                for period, figure in enumerate(figures)
            ),
        )
        for key, kind, figures in lines
    ]


def formulas_of(statement: StatementKind, rows: Sequence[FigureRow]) -> Formulas:
    return find_formulas(statement, rows, load_taxonomy())


def terms(found: Formulas, key: str, period: int = 0) -> dict[str, int] | None:
    formula = found.cells.get((key, period))
    return dict(formula.terms) if formula else None


def differences(found: Formulas, key: str) -> list[tuple[int, bool] | None]:
    """Per period the difference in millions and whether it holds."""
    [row] = [row for row in found.checks if row.code == key]
    return [None if check is None else (int(check.difference / MILLION), check.holds) for check in row.checks]


INCOME_STATEMENT: list[Line] = [
    ("is.revenue", LINE, [1000, 900]),
    ("is.cost_of_sales", LINE, [-600, -550]),
    ("is.gross_profit", SUBTOTAL, [400, 350]),
    ("is.sga", LINE, [-150, -120]),
    ("company:stores", LINE, [-30, None]),
    ("is.operating_profit", SUBTOTAL, [220, 230]),
    ("is.finance_costs", LINE, [-20, -10]),
    ("is.pbt", SUBTOTAL, [200, 220]),
    ("is.tax", LINE, [-50, -60]),
    ("is.net_income", TOTAL, [150, 160]),
    ("is.ni_nci", LINE, [5, 6]),
    ("is.ni_owners", SUBTOTAL, [145, 154]),
]


def test_each_total_is_the_sum_of_what_is_printed_above_it() -> None:
    found = formulas_of(INCOME, rows_of(INCOME_STATEMENT))
    assert terms(found, "is.gross_profit") == {"is.revenue": 1, "is.cost_of_sales": 1}
    assert terms(found, "is.pbt") == {"is.operating_profit": 1, "is.finance_costs": 1}
    assert terms(found, "is.net_income") == {"is.pbt": 1, "is.tax": 1}
    assert {key for key, _ in found.cells} == {
        "is.gross_profit", "is.operating_profit", "is.pbt", "is.net_income", "is.ni_owners",
    }  # fmt: skip
    assert found.cells["is.operating_profit", 0].value == 220 * MILLION
    assert found.untested == {}


def test_one_formula_serves_all_years_though_a_line_is_missing_in_one() -> None:
    found = formulas_of(INCOME, rows_of(INCOME_STATEMENT))
    parts = {"is.gross_profit": 1, "is.sga": 1, "company:stores": 1}
    assert [terms(found, "is.operating_profit", n) for n in (0, 1)] == [parts, parts]


def test_the_share_of_others_is_taken_off_on_the_way_to_the_owners() -> None:
    found = formulas_of(INCOME, rows_of(INCOME_STATEMENT))
    assert terms(found, "is.ni_owners") == {"is.net_income": 1, "is.ni_nci": -1}


def test_the_printed_order_decides_and_not_the_order_shown() -> None:
    printed = [key for key, _, _ in INCOME_STATEMENT]
    shuffled = [*INCOME_STATEMENT[5:], *INCOME_STATEMENT[:5]]
    found = formulas_of(INCOME, rows_of(shuffled, printed))
    assert terms(found, "is.operating_profit", 1) == {"is.gross_profit": 1, "is.sga": 1, "company:stores": 1}
    assert terms(found, "is.net_income", 1) == {"is.pbt": 1, "is.tax": 1}


def test_a_total_off_by_rounding_stays_as_printed_and_its_check_says_so() -> None:
    lines: list[Line] = [
        ("is.revenue", LINE, [1000, 900]),
        ("is.cost_of_sales", LINE, [-600, -550]),
        ("is.gross_profit", SUBTOTAL, [401, 350]),
    ]
    found = formulas_of(INCOME, rows_of(lines))
    assert terms(found, "is.gross_profit", 0) is None
    assert terms(found, "is.gross_profit", 1) == {"is.revenue": 1, "is.cost_of_sales": 1}
    assert differences(found, "is.gross_profit") == [(-1, True), (0, True)]
    [row] = found.checks
    assert row.checks[0] is not None
    assert row.checks[0].allowed == Decimal("1.5") * MILLION


def test_a_total_that_is_wrong_stays_as_printed_and_its_check_fails() -> None:
    lines: list[Line] = [
        ("bs.cash", LINE, [100, 90, 80]),
        ("bs.receivables", LINE, [200, 190, 180]),
        ("bs.total_ca", SUBTOTAL, [300, 820, 260]),
    ]
    found = formulas_of(BALANCE, rows_of(lines))
    assert [terms(found, "bs.total_ca", n) is not None for n in range(3)] == [True, False, True]
    assert differences(found, "bs.total_ca") == [(0, True), (-540, False), (0, True)]


def test_a_sum_that_fails_in_most_years_is_no_check() -> None:
    lines: list[Line] = [
        ("company:a", LINE, [100, 111, 117, 140]),
        ("company:b", LINE, [200, 205, 190, 260]),
        ("company:total", TOTAL, [300, 999, 888, 777]),
    ]
    found = formulas_of(BALANCE, rows_of(lines))
    assert differences(found, "company:total") == [(0, True), None, None, None]
    assert found.untested == {"company:total": (1, 2, 3)}


def test_a_missing_line_is_no_failure() -> None:
    lines: list[Line] = [
        ("bs.cash", LINE, [100, None]),
        ("bs.receivables", LINE, [200, None]),
        ("bs.total_ca", SUBTOTAL, [300, 280]),
    ]
    found = formulas_of(BALANCE, rows_of(lines))
    assert differences(found, "bs.total_ca") == [(0, True), None]
    assert found.untested == {"bs.total_ca": (1,)}


def test_totals_fold_into_larger_ones_and_the_sheet_balances() -> None:
    lines: list[Line] = [
        ("bs.cash", LINE, [100]),
        ("bs.receivables", LINE, [200]),
        ("bs.total_ca", SUBTOTAL, [300]),
        ("bs.ppe", LINE, [500]),
        ("company:tools", LINE, [50]),
        ("bs.total_assets", TOTAL, [850]),
        ("bs.payables", LINE, [150]),
        ("bs.lt_debt", LINE, [250]),
        ("bs.total_liab", SUBTOTAL, [400]),
        ("company:preferred", LINE, [0]),
        ("bs.share_capital", LINE, [150]),
        ("bs.retained", LINE, [300]),
        ("bs.total_equity", SUBTOTAL, [450]),
        ("bs.total_el", TOTAL, [850]),
    ]
    found = formulas_of(BALANCE, rows_of(lines))
    assert terms(found, "bs.total_assets") == {"bs.total_ca": 1, "bs.ppe": 1, "company:tools": 1}
    # The dash at the head of equity belongs to equity, not to the total of both sides.
    assert terms(found, "bs.total_equity") == {
        "company:preferred": 1, "bs.share_capital": 1, "bs.retained": 1,
    }  # fmt: skip
    assert terms(found, "bs.total_el") == {"bs.total_liab": 1, "bs.total_equity": 1}
    [balance] = [row for row in found.checks if row.code == "B4"]
    assert balance.says == "total assets equal equity and liabilities"
    assert balance.total is None
    assert balance.checks[0] is not None
    assert (balance.checks[0].terms, balance.checks[0].total) == ((("bs.total_el", 1),), "bs.total_assets")


def test_a_year_with_a_subtotal_and_one_with_its_lines_are_not_added_up_together() -> None:
    lines: list[Line] = [
        ("is.gross_profit", SUBTOTAL, [400, 350]),
        ("is.sga", LINE, [-150, -120]),
        ("is.rnd", LINE, [-30, -20]),
        ("company:total-costs", SUBTOTAL, [-180, None]),
        ("is.operating_profit", SUBTOTAL, [220, 210]),
    ]
    found = formulas_of(INCOME, rows_of(lines))
    assert terms(found, "is.operating_profit", 0) == {"is.gross_profit": 1, "company:total-costs": 1}
    assert terms(found, "is.operating_profit", 1) == {"is.gross_profit": 1, "is.sga": 1, "is.rnd": 1}


def test_a_derived_figure_has_the_formula_of_its_arc_and_no_check() -> None:
    assets = [
        FigureRow("bs.cash", "bs.cash", LINE, (printed(100, 0, LINE),)),
        FigureRow("bs.receivables", "bs.receivables", LINE, (printed(200, 1, LINE),)),
        FigureRow("bs.total_ca", "bs.total_ca", SUBTOTAL, (printed(300, 2, SUBTOTAL),)),
        FigureRow("bs.ppe", "bs.ppe", LINE, (printed(550, 3, LINE),)),
        FigureRow(
            "bs.total_nca",
            "bs.total_nca",
            SUBTOTAL,
            (DerivedFigure(Decimal(550) * MILLION, "bs.total_assets - bs.total_ca"),),
        ),
        FigureRow("bs.total_assets", "bs.total_assets", TOTAL, (printed(850, 4, TOTAL),)),
    ]
    found = formulas_of(BALANCE, assets)
    assert terms(found, "bs.total_nca") == {"bs.total_assets": 1, "bs.total_ca": -1}
    # What is derived from the total is no part of it.
    assert terms(found, "bs.total_assets") == {"bs.total_ca": 1, "bs.ppe": 1}
    assert [row.code for row in found.checks] == ["bs.total_ca", "bs.total_assets"]


def test_a_derived_figure_by_a_formula_nobody_knows_keeps_its_value() -> None:
    row = FigureRow("bs.total_nca", "bs.total_nca", SUBTOTAL, (DerivedFigure(Decimal(1), "a + b"),))
    assert formulas_of(BALANCE, [row]).cells == {}


def test_figures_of_different_reports_are_not_added_up() -> None:
    """An older report still gives a line that the newer one has folded into another."""
    older = PrintedFigure(Decimal(-30) * MILLION, -6, "older", 3, LINE)
    rows = [
        FigureRow("is.gross_profit", "is.gross_profit", SUBTOTAL, (printed(400, 0, SUBTOTAL),)),
        FigureRow("is.sga", "is.sga", LINE, (printed(-180, 1, LINE),)),
        FigureRow("company:stores", None, LINE, (older,)),
        FigureRow("is.operating_profit", "is.operating_profit", SUBTOTAL, (printed(220, 2, SUBTOTAL),)),
    ]
    found = formulas_of(INCOME, rows)
    assert terms(found, "is.operating_profit") == {"is.gross_profit": 1, "is.sga": 1}


def test_liabilities_never_make_up_assets() -> None:
    """Figures that fit by chance are no sum where the taxonomy knows better."""
    lines: list[Line] = [
        ("bs.payables", LINE, [150]),
        ("bs.lt_debt", LINE, [250]),
        ("bs.total_assets", TOTAL, [400]),
    ]
    found = formulas_of(BALANCE, rows_of(lines))
    assert found.cells == {}
    assert found.untested == {"bs.total_assets": (0,)}


def test_cash_before_the_exchange_effect_is_a_plain_net_change() -> None:
    lines: list[Line] = [
        ("cf.cfo", TOTAL, [100]),
        ("cf.cfi", TOTAL, [-60]),
        ("cf.cff", TOTAL, [-30]),
        ("cf.net_change", TOTAL, [10]),
        ("cf.cash_open", LINE, [50]),
        ("cf.fx", LINE, [-2]),
        ("cf.cash_close", TOTAL, [58]),
    ]
    found = formulas_of(CASH_FLOW, rows_of(lines))
    assert terms(found, "cf.net_change") == {"cf.cfo": 1, "cf.cfi": 1, "cf.cff": 1}
    assert terms(found, "cf.cash_close") == {"cf.net_change": 1, "cf.cash_open": 1, "cf.fx": 1}
    assert [row.code for row in found.checks] == ["cf.net_change", "cf.cash_close"]
    assert found.untested == {"cf.cfo": (0,), "cf.cfi": (0,), "cf.cff": (0,)}


def test_per_share_figures_and_share_counts_take_no_part() -> None:
    lines: list[Line] = [
        *INCOME_STATEMENT,
        ("is.eps_basic", RowKind.PER_SHARE, [1, 2]),
        ("is.shares_basic", RowKind.SHARES, [145, 154]),
    ]
    found = formulas_of(INCOME, rows_of(lines))
    assert {key for formula in found.cells.values() for key, _ in formula.terms}.isdisjoint(
        {"is.eps_basic", "is.shares_basic"}
    )


def test_a_statement_without_rows_has_nothing() -> None:
    found = formulas_of(INCOME, [])
    assert (found.cells, found.checks, found.untested) == ({}, (), {})


def printed(millions: int, line: int, kind: RowKind) -> PrintedFigure:
    return PrintedFigure(Decimal(millions) * MILLION, -6, "newer", line, kind)
