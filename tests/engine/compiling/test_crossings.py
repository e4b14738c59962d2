"""The identities between compiled statements: which cells are compared, and by how much they may differ."""

from datetime import date
from decimal import Decimal

from engine.compiling.additions import FigureRow, PrintedFigure
from engine.compiling.crossings import CrossRow, StatementFigures, find_crossings
from engine.compiling.formulas import find_formulas
from engine.concepts.taxonomy import load_taxonomy
from engine.kinds import PeriodKind, RowKind, StatementKind
from engine.values import Period

MILLION = 1_000_000
INCOME = StatementKind.INCOME_STATEMENT
BALANCE = StatementKind.BALANCE_SHEET
CASH_FLOW = StatementKind.CASH_FLOW_STATEMENT
YEARS = [Period(PeriodKind.DURATION, date(year, 1, 1), date(year, 12, 31)) for year in (2024, 2023)]
DAYS = [Period(PeriodKind.INSTANT, None, date(year, 12, 31)) for year in (2024, 2023)]


def statement(
    kind: StatementKind, periods: list[Period], figures: dict[str, list[int | None]]
) -> StatementFigures:
    rows = [
        FigureRow(
            key,
            key,
            RowKind.LINE,
            tuple(
                None
                if value is None
                else PrintedFigure(Decimal(value) * MILLION, -6, "report", line, RowKind.LINE)
                for value in values
            ),
        )
        for line, (key, values) in enumerate(figures.items())
    ]
    found = find_formulas(kind, rows, load_taxonomy())
    return StatementFigures(periods, {row.key: row for row in rows}, found)


def crossings(
    income: dict[str, list[int | None]],
    balance: dict[str, list[int | None]],
    cash: dict[str, list[int | None]],
) -> dict[str, CrossRow]:
    statements = {
        INCOME: statement(INCOME, YEARS, income),
        BALANCE: statement(BALANCE, DAYS, balance),
        CASH_FLOW: statement(CASH_FLOW, YEARS, cash),
    }
    return {row.code: row for row in find_crossings(statements)}


def differences(row: CrossRow) -> list[tuple[int, bool] | None]:
    return [check and (int(check.difference / MILLION), check.holds) for check in row.checks]


CASH: dict[str, list[int | None]] = {
    "cf.start": [150, 140],
    "cf.net_change": [20, 10],
    "cf.cash_open": [80, 70],
    "cf.cash_close": [100, 80],
}


def test_profit_and_cash_are_found_on_the_other_statements() -> None:
    found = crossings({"is.pbt": [200, 190], "is.net_income": [150, 140]}, {"bs.cash": [100, 80]}, CASH)
    assert differences(found["X1"]) == [(0, True), (0, True)]
    assert differences(found["X2"]) == [(0, True), (0, True)]
    # The year before the oldest is not there.
    assert differences(found["X3"]) == [(0, True), None]
    check = found["X3"].checks[0]
    assert check is not None
    assert (check.left.key, check.left.period) == ("cf.cash_open", 0)
    assert (check.right.key, check.right.period) == ("cf.cash_close", 1)
    assert check.allowed == MILLION


def test_a_reconciliation_that_starts_from_another_profit_is_held_to_that_one() -> None:
    found = crossings({"is.pbt": [150, 140], "is.net_income": [110, 100]}, {}, CASH)
    check = found["X1"].checks[0]
    assert check is not None
    assert (check.right.statement, check.right.key) == (INCOME, "is.pbt")


def test_what_does_not_fit_is_off_by_its_difference() -> None:
    found = crossings({"is.net_income": [175, 141]}, {}, {**CASH, "cf.cash_open": [77, 70]})
    assert differences(found["X1"]) == [(-25, False), (-1, True)]
    assert differences(found["X3"]) == [(-3, False), None]


def test_cash_that_counts_more_than_the_balance_sheets_line_accuses_nobody() -> None:
    found = crossings({}, {"bs.cash": [60, 80]}, CASH)
    assert differences(found["X2"]) == [None, (0, True)]


def test_without_the_other_statements_there_is_nothing_to_compare() -> None:
    alone = {INCOME: statement(INCOME, YEARS, {"is.net_income": [150, 140]})}
    assert find_crossings(alone) == ()
    assert find_crossings({}) == ()
