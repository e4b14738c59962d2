"""Ratios of made figures, each worked out by hand beside it."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal

import pytest

from engine.errors import BadInput
from engine.kinds import PeriodKind, RatioStatus, SectorTemplate
from engine.ratios.calculate import Figure, RatioValue, calculate, parts_of
from engine.values import Period

PLACES = Decimal("1e-20")
THIS, LAST, BEFORE = date(2023, 12, 31), date(2022, 12, 31), date(2021, 12, 31)

BOOKS: Mapping[date, Mapping[str, int]] = {
    THIS: {
        "is.revenue": 1000, "is.cost_of_sales": -600, "is.sga": -150, "is.operating_profit": 200,
        "is.finance_costs": -20, "is.pbt": 180, "is.tax": -45, "is.net_income": 135,
        "is.shares_basic": 100, "is.shares_diluted": 110, "is.eps_diluted": 1,
        "bs.cash": 80, "bs.receivables": 120, "bs.inventories": 90, "bs.total_ca": 300, "bs.ppe": 400,
        "bs.total_assets": 900, "bs.payables": 70, "bs.total_cl": 200, "bs.lt_debt": 250, "bs.st_debt": 50,
        "bs.total_liab": 500, "bs.total_equity": 400, "bs.retained": 220,
        "cf.da": 60, "cf.cfo": 190, "cf.cfi": -100, "cf.capex_ppe": -90, "cf.dividends": -54,
    },
    LAST: {
        "is.revenue": 800, "is.cost_of_sales": -500, "is.sga": -140, "is.operating_profit": 140,
        "is.finance_costs": -25, "is.pbt": 115, "is.tax": -30, "is.net_income": 85,
        "is.shares_basic": 102, "is.shares_diluted": 112,
        "bs.cash": 60, "bs.receivables": 100, "bs.inventories": 80, "bs.total_ca": 260, "bs.ppe": 380,
        "bs.total_assets": 800, "bs.payables": 60, "bs.total_cl": 190, "bs.lt_debt": 270, "bs.st_debt": 40,
        "bs.total_liab": 480, "bs.total_equity": 320, "bs.retained": 140,
        "cf.da": 55, "cf.cfo": 120, "cf.cfi": -80, "cf.capex_ppe": -70, "cf.dividends": -40,
    },
    BEFORE: {"bs.total_assets": 700, "bs.lt_debt": 260},
}  # fmt: skip


def figure(concept: str, end: date, value: object, days: int = 365) -> Figure:
    kind = PeriodKind.INSTANT if concept.startswith(("bs.", "market.")) else PeriodKind.DURATION
    start = None if kind is PeriodKind.INSTANT else end - timedelta(days=days - 1)
    return Figure(concept, Period(kind, start, end), Decimal(str(value)), (f"{concept}@{end}",))


def figures() -> list[Figure]:
    return [figure(c, end, value) for end, year in BOOKS.items() for c, value in year.items()]


def one(code: str, given: list[Figure], end: date = THIS, **options: object) -> RatioValue:
    return next(v for v in calculate(given, codes=(code,), **options) if v.end == end)  # type: ignore[arg-type]


def without(*concepts: str, end: date = THIS) -> list[Figure]:
    return [f for f in figures() if not (f.concept in concepts and f.period.end == end)]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("gross_margin", "0.4"),  # 400 / 1000
        ("ebitda_margin", "0.26"),  # 260 / 1000
        ("effective_tax_rate", "0.25"),  # 45 / 180
        ("return_on_equity", "0.375"),  # 135 / average of 400 and 320
        ("quick_ratio", "1"),  # (80 + 120) / 200
        ("debt_to_equity", "0.75"),  # 300 / 400
        ("interest_coverage", "10"),  # 200 / 20
        ("days_sales_outstanding", "40.15"),  # 110 / 1000 × 365
        ("free_cash_flow", "100"),  # 190 - 90
        ("dividend_payout", "0.4"),  # 54 / 135
        ("book_value_per_share", "3.636363636363636363636363636"),  # 400 / 110
        # 1.5 / 1 = receivables to sales 0.12 against 0.125
        ("days_sales_index", "0.96"),
        ("piotroski_f", "9"),
        # 6.56 × 100/900 + 3.26 × 220/900 + 6.72 × 200/900 + 1.05 × 400/500
        ("altman_z_general", "3.859111111111111111111111111"),
        # 0.717 × 100/900 + 0.847 × 220/900 + 3.107 × 200/900 + 0.42 × 400/500 + 0.998 × 1000/900
        ("altman_z_private", "2.422044444444444444444444444"),
    ],
)
def test_value(code: str, expected: str) -> None:
    found = one(code, figures())
    assert found.status is RatioStatus.VALUE
    assert found.value is not None
    assert found.value.quantize(PLACES) == Decimal(expected).quantize(PLACES)


def test_the_five_factors_multiply_to_the_return_on_equity() -> None:
    product = one("du_pont_return_on_equity", figures()).value
    whole = one("return_on_equity", figures()).value
    assert product is not None
    assert whole is not None
    assert abs(product - whole) < PLACES


def test_beneish_m_by_hand() -> None:
    found = one("beneish_m", figures()).value
    days_sales = Decimal("0.12") / Decimal("0.125")
    gross_margin = (Decimal(300) / 800) / (Decimal(400) / 1000)
    asset_quality = (1 - Decimal(700) / 900) / (1 - Decimal(640) / 800)
    depreciation = (Decimal(55) / 435) / (Decimal(60) / 460)
    overhead = (Decimal(150) / 1000) / (Decimal(140) / 800)
    leverage = (Decimal(450) / 900) / (Decimal(460) / 800)
    accruals = Decimal(135 - 190) / 900
    expected = (
        Decimal("-4.84") + Decimal("0.92") * days_sales + Decimal("0.528") * gross_margin
        + Decimal("0.404") * asset_quality + Decimal("0.892") * Decimal("1.25")
        + Decimal("0.115") * depreciation - Decimal("0.172") * overhead
        + Decimal("4.679") * accruals - Decimal("0.327") * leverage
    )  # fmt: skip
    assert found is not None
    assert abs(found - expected) < Decimal("1e-20")


def test_a_value_keeps_the_figures_it_was_made_of() -> None:
    found = one("return_on_assets", figures())
    assert [(o.concept, o.end, o.value, o.sources) for o in found.operands] == [
        ("is.net_income", THIS, Decimal(135), (f"is.net_income@{THIS}",)),
        ("bs.total_assets", THIS, Decimal(900), (f"bs.total_assets@{THIS}",)),
        ("bs.total_assets", LAST, Decimal(800), (f"bs.total_assets@{LAST}",)),
    ]


def test_a_missing_operand_is_named_and_never_nothing() -> None:
    found = one("days_inventory", without("bs.inventories", end=LAST))
    assert (found.status, found.value) == (RatioStatus.UNAVAILABLE, None)
    assert found.explanation == "Not there: Inventories of 2022-12-31."


def test_another_way_to_the_same_quantity_says_what_it_used() -> None:
    found = one("gross_margin", [*without("is.cost_of_sales"), figure("is.gross_profit", THIS, 400)])
    assert found.value == Decimal("0.4")
    assert {operand.concept for operand in found.operands} == {"is.gross_profit", "is.revenue"}


def test_debt_of_which_nothing_is_printed_is_unknown_and_not_none() -> None:
    found = one("debt_to_assets", without("bs.st_debt", "bs.lt_debt"))
    assert found.explanation == "Not there: borrowings of 2023-12-31."
    assert one("debt_to_assets", without("bs.st_debt")).value == Decimal(250) / 900


def test_a_payout_of_a_loss_is_not_meaningful() -> None:
    loss = [*without("is.net_income"), figure("is.net_income", THIS, -10)]
    found = one("dividend_payout", loss)
    assert (found.status, found.value) == (RatioStatus.NOT_MEANINGFUL, None)
    assert found.explanation == "owners_income is not positive."


def test_a_divisor_next_to_nothing_is_not_meaningful() -> None:
    tiny = [*without("is.finance_costs"), figure("is.finance_costs", THIS, "-0.1")]
    found = one("interest_coverage", tiny)
    assert found.status is RatioStatus.NOT_MEANINGFUL
    assert found.explanation == "The divisor is next to nothing: the ratio would be 2000."


def test_figures_of_a_transition_period_make_no_ratio() -> None:
    short = [f for f in figures() if not (f.period.end == THIS and f.period.kind is PeriodKind.DURATION)]
    short += [figure(c, THIS, v, days=92) for c, v in BOOKS[THIS].items() if not c.startswith("bs.")]
    found = one("net_margin", short)
    assert found.status is RatioStatus.UNAVAILABLE
    assert found.explanation.endswith("The period that ended on 2023-12-31 has 92 days, not a year.")
    assert one("current_ratio", short).value == Decimal("1.5")


def test_a_flow_of_unknown_length_makes_no_ratio() -> None:
    period = Period(PeriodKind.DURATION, None, THIS)
    unknown = [*without("is.net_income"), Figure("is.net_income", period, Decimal(135), ("a",))]
    found = one("net_margin", unknown)
    assert found.explanation == (
        "Not there: net income of 2023-12-31. The period that ended on 2023-12-31 is of unknown length."
    )


def test_the_year_before_has_to_be_the_year_before() -> None:
    gap = [f for f in figures() if f.period.end != LAST]
    assert one("revenue_growth", gap).explanation == "Not there: the year before 2023-12-31."


def test_two_bases_of_operating_profit_do_not_compare() -> None:
    mixed = [*without("is.operating_profit"), figure("is.operating_profit_ifrs18", THIS, 210)]
    found = one("operating_profit_growth", mixed)
    assert found.status is RatioStatus.UNAVAILABLE
    assert "on the same basis" in found.explanation
    assert one("operating_margin", mixed).value == Decimal("0.21")


def test_banks_have_no_current_ratio() -> None:
    found = one("current_ratio", figures(), template=SectorTemplate.BANK)
    assert (found.status, found.operands) == (RatioStatus.NOT_APPLICABLE, ())


def test_valuation_waits_for_a_price() -> None:
    assert one("price_to_book", figures()).explanation == "Not there: share price of 2023-12-31."
    priced = [*figures(), figure("market.price", THIS, 20)]
    assert one("price_to_book", priced).value == Decimal("5.5")  # 20 × 110 / 400


def test_an_unknown_code_is_refused() -> None:
    with pytest.raises(BadInput, match="There is no ratio 'luck'"):
        calculate(figures(), codes=("luck",))


def test_a_score_is_taken_apart_into_its_points() -> None:
    figures = [figure(concept, end, value) for end, year in BOOKS.items() for concept, value in year.items()]
    parts = parts_of("piotroski_f", THIS, figures)
    assert [part.symbol for part in parts] == ["+"] * 9
    assert [part.value for part in parts] == [1, 1, 1, 1, 1, 1, 1, 1, 1]
    factors = parts_of("du_pont_return_on_equity", THIS, figures)
    assert [part.symbol for part in factors] == ["*"] * 5
    product = Decimal(1)
    for part in factors:
        product *= part.value or 0
    assert product.quantize(PLACES) == (Decimal(135) / 360).quantize(PLACES)
    difference = parts_of("cash_conversion_cycle", THIS, figures)
    assert [part.symbol for part in difference] == ["+", "+", "-"]
    assert parts_of("net_margin", THIS, figures) == ()
