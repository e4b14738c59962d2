"""Ratios of real companies, against arithmetic done here on the hand-checked figures of their reports."""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal

import pytest

from engine.kinds import RatioStatus, StatementKind
from engine.ratios.calculate import calculate, figures_of
from engine.ratios.expression import Call, Expression, Name, Operation
from engine.ratios.registry import Registry, load_registry
from tests.engine.compiling.test_samples import COMPANIES, SCALES, TRUTH, compiled, reports_of

pytestmark = [
    pytest.mark.samples,
    pytest.mark.skipif(not TRUTH.is_dir(), reason="the sample reports are not beside the repository"),
]

Figures = Mapping[str, Decimal]  # the truth's names of lines, of one year, as printed but for the scale
PLACES = Decimal("0.00000001")

# What the issuer prints of a year, and of the year before where a formula needs it.
FORMULAS: dict[str, Callable[[Figures, Figures], Decimal]] = {
    "gross_margin": lambda y, _: (y["revenue"] - abs(y["cost_of_revenue"])) / y["revenue"],
    "operating_margin": lambda y, _: y["operating_income"] / y["revenue"],
    "pretax_margin": lambda y, _: y["pretax_income"] / y["revenue"],
    "net_margin": lambda y, _: y["net_income"] / y["revenue"],
    "revenue_growth": lambda y, b: y["revenue"] / b["revenue"] - 1,
    "asset_growth": lambda y, b: y["total_assets"] / b["total_assets"] - 1,
    "current_ratio": lambda y, _: y["total_current_assets"] / y["total_current_liabilities"],
    "operating_cash_flow_ratio": lambda y, _: y["cfo"] / y["total_current_liabilities"],
    "working_capital_share": lambda y, _: (
        (y["total_current_assets"] - y["total_current_liabilities"]) / y["revenue"]
    ),
    "return_on_assets": lambda y, b: y["net_income"] / ((y["total_assets"] + b["total_assets"]) / 2),
    "asset_turnover": lambda y, b: y["revenue"] / ((y["total_assets"] + b["total_assets"]) / 2),
    "return_on_capital_employed": lambda y, b: (
        y["operating_income"]
        * 2
        / (
            y["total_assets"]
            - y["total_current_liabilities"]
            + b["total_assets"]
            - b["total_current_liabilities"]
        )
    ),
    "fixed_asset_turnover": lambda y, b: y["revenue"] * 2 / (y["ppe_net"] + b["ppe_net"]),
    "inventory_turnover": lambda y, b: abs(y["cost_of_revenue"]) * 2 / (y["inventory"] + b["inventory"]),
    "days_sales_outstanding": lambda y, b: (y["receivables"] + b["receivables"]) / 2 / y["revenue"] * 365,
    "days_inventory": lambda y, b: (y["inventory"] + b["inventory"]) / 2 / abs(y["cost_of_revenue"]) * 365,
    "days_payable": lambda y, b: (
        (y["accounts_payable"] + b["accounts_payable"]) / 2 / abs(y["cost_of_revenue"]) * 365
    ),
    "cash_conversion": lambda y, _: y["cfo"] / y["net_income"],
    "free_cash_flow": lambda y, _: y["cfo"] - abs(y["capex"]),
    "free_cash_flow_margin": lambda y, _: (y["cfo"] - abs(y["capex"])) / y["revenue"],
    "reinvestment": lambda y, _: abs(y["capex"]) / y["depreciation_amortization"],
    "dividend_payout": lambda y, _: abs(y["dividends_paid"]) / y["net_income_attributable"],
    "ebitda_margin": lambda y, _: (y["operating_income"] + y["depreciation_amortization"]) / y["revenue"],
    "sloan_accruals": lambda y, b: (y["net_income"] - y["cfo"]) * 2 / (y["total_assets"] + b["total_assets"]),
    "interest_coverage": lambda y, _: y["operating_income"] / abs(y["interest_expense"]),
}


# How many values there are to compare: fewer would mean that figures went missing.
COMPARED = {"COSTCO": 226, "NETFLIX": 192, "MICROSOFT": 220, "GENERALMILLS": 220, "AMERICANWATERWORKS": 186}


def printed(company: str) -> dict[date, dict[str, Decimal]]:
    """The last word of the company's reports on each key line, by year and name."""
    years: dict[date, dict[str, Decimal]] = {}
    for _, truth, _ in reports_of(company):
        for statement in truth["statements"].values():
            for name, entry in statement["key_items"].items():
                values = statement["items"][entry["item"]]["values"]
                for end, value in zip(statement["periods"], values, strict=True):
                    if end and value is not None:
                        full = Decimal(str(value)) * SCALES[statement["unit"]]
                        years.setdefault(date.fromisoformat(end), {})[name] = full
    return years


@pytest.mark.parametrize(("company", "compared"), list(COMPARED.items()))
def test_ratios_are_those_of_the_printed_figures(company: str, compared: int) -> None:
    statements = [compiled(company, kind) for kind in StatementKind]
    found = {
        (value.code, value.end): value
        for value in calculate(figures_of(statements), codes=tuple(FORMULAS))
        if value.status is RatioStatus.VALUE
    }
    years = printed(company)
    equal = 0
    for end, figures in years.items():
        before = next((years[e] for e in years if 357 <= (end - e).days <= 378), {})
        for code, formula in FORMULAS.items():
            try:
                expected = formula(figures, before)
            except KeyError:
                continue
            value = found.get((code, end))
            assert value is not None, (code, end)
            assert value.value is not None
            assert value.value.quantize(PLACES) == expected.quantize(PLACES), (code, end)
            equal += 1
    assert equal == compared


@pytest.mark.parametrize("company", COMPANIES)
def test_no_ratio_mixes_periods(company: str) -> None:
    """A ratio of one year has operands of that year alone; others reach one or two years back."""
    registry = load_registry()
    for value in calculate(figures_of([compiled(company, kind) for kind in StatementKind])):
        ends = {operand.end for operand in value.operands}
        back = {end for end in ends if 357 <= (value.end - end).days <= 2 * 378}
        if not _looks_back(registry, registry.ratios[value.code].tree):
            assert ends <= {value.end}, value
        assert ends <= {value.end} | back, value
        if value.status is RatioStatus.VALUE:
            assert all(operand.sources for operand in value.operands), value


def _looks_back(registry: Registry, tree: Expression) -> bool:
    match tree:
        case Call(function, argument):
            return function in ("average", "previous", "change") or (
                argument is not None and _looks_back(registry, argument)
            )
        case Operation(_, left, right):
            return _looks_back(registry, left) or _looks_back(registry, right)
        case Name(name) if name in registry.ratios and name not in registry.quantities:
            return _looks_back(registry, registry.ratios[name].tree)
    return False
