"""A real PDF of the demo company against a tagged package made from its truth, cell by cell."""

import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from demo import build
from documents.models import Document
from documents.upload import accept_upload
from engine.kinds import DocumentKind
from engine.xbrl.agreement import Agreement
from engine.xbrl.elements import meanings
from extraction.external.cross_check import cross_check, pairs_of
from extraction.extract import extract
from extraction.models import CrossCheck
from tests.engine.xbrl.made import Tagged
from tests.extraction.external.made import published
from tests.extraction.made import a_company

pytestmark = pytest.mark.django_db

FILE = "annual-report-2024.pdf"
# Of each line of the truth: the element an issuer would tag it with. A minus where the taxonomy counts
# as positive what the statement prints as a deduction.
ELEMENTS: Mapping[str, Mapping[str, str]] = {
    "income_statement": {
        "revenue": "Revenue", "cost_of_sales": "-CostOfSales", "gross_profit": "GrossProfit",
        "distribution": "-DistributionCosts", "admin": "-AdministrativeExpense",
        "rnd": "-ResearchAndDevelopmentExpense", "operating_profit": "ProfitLossFromOperatingActivities",
        "finance_income": "FinanceIncome", "finance_costs": "-FinanceCosts",
        "jv": "ShareOfProfitLossOfAssociatesAndJointVenturesAccountedForUsingEquityMethod",
        "pbt": "ProfitLossBeforeTax", "tax": "-IncomeTaxExpenseContinuingOperations",
        "net_income": "ProfitLoss",
        "owners": "ProfitLossAttributableToOwnersOfParent",
        "nci": "ProfitLossAttributableToNoncontrollingInterests",
        "eps_basic": "BasicEarningsLossPerShare", "eps_diluted": "DilutedEarningsLossPerShare",
    },
    "balance_sheet": {
        "goodwill": "Goodwill", "intangibles": "IntangibleAssetsOtherThanGoodwill",
        "ppe": "PropertyPlantAndEquipment", "rou": "RightofuseAssets",
        "jv": "InvestmentAccountedForUsingEquityMethod", "dta": "DeferredTaxAssets",
        "total_nca": "NoncurrentAssets", "inventories": "Inventories",
        "receivables": "TradeAndOtherCurrentReceivables", "tax_asset": "CurrentTaxAssetsCurrent",
        "cash": "CashAndCashEquivalents", "total_ca": "CurrentAssets", "total_assets": "Assets",
        "total_equity": "Equity", "total_ncl": "NoncurrentLiabilities",
        "payables": "TradeAndOtherCurrentPayables", "contract_liab": "CurrentContractLiabilities",
        "lease_c": "CurrentLeaseLiabilities", "tax_liab": "CurrentTaxLiabilitiesCurrent",
        "provisions_c": "CurrentProvisions", "total_cl": "CurrentLiabilities", "total_liab": "Liabilities",
        "total_el": "EquityAndLiabilities",
    },
    "cash_flow_statement": {
        "cfo": "CashFlowsFromUsedInOperatingActivities", "cfi": "CashFlowsFromUsedInInvestingActivities",
        "cff": "CashFlowsFromUsedInFinancingActivities",
        "net_change": "IncreaseDecreaseInCashAndCashEquivalents",
        "fx": "EffectOfExchangeRateChangesOnCashAndCashEquivalents",
    },
}  # fmt: skip


def truth() -> list[dict[str, Any]]:
    publications = json.loads(build.TRUTH.read_text(encoding="utf-8"))["publications"]
    return next(one for one in publications if one["file"] == FILE)["statements"]


def package(changes: Mapping[tuple[str, int], str] | None = None) -> list[Tagged]:
    """The tagged figures; `changes` give another value, by element and year."""
    facts = []
    for statement in truth():
        names = ELEMENTS[statement["kind"]]
        for cell in statement["cells"]:
            if (named := names.get(cell["key"])) is None:
                continue
            element, end = named.lstrip("-"), date.fromisoformat(cell["period_end"])
            value = Decimal(cell["value"]) * (-1 if named.startswith("-") else 1)
            value = Decimal((changes or {}).get((element, end.year), value))
            start = date.fromisoformat(cell["period_start"]) if cell["period_start"] else None
            unit, decimals = ("EUR/shares", "2") if cell["key"].startswith("eps") else ("EUR", "-5")
            facts.append(Tagged(f"ifrs-full:{element}", end, value, start, unit, decimals))
    # The first of the opening balances stands in no balance sheet of this report.
    facts.append(Tagged("ifrs-full:CashAndCashEquivalents", date(2022, 6, 30), 148_500_000, decimals="-5"))
    return facts


@pytest.fixture
def document() -> Document:
    company = a_company("harrowmere", fiscal_year_end_month=6, fiscal_year_end_day=30)
    with (build.REPORTS / FILE).open("rb") as file:
        uploaded = accept_upload(company, file, FILE)
    Document.objects.filter(pk=uploaded.document.pk).update(
        document_type=DocumentKind.ANNUAL_REPORT, period_end=date(2024, 6, 30)
    )
    uploaded.document.refresh_from_db()
    extract(uploaded.document)
    return uploaded.document


def checked(document: Document, changes: Mapping[tuple[str, int], str] | None = None) -> CrossCheck:
    report = published(document.company, package(changes))
    assert pairs_of(document.company) == [(document, report)]
    return cross_check(document, report)


def test_every_element_is_one_that_stands_for_a_concept() -> None:
    assert [one.element for one in package() if not meanings(one.element)] == []


def test_the_report_and_its_package_agree_in_every_cell_but_the_planted_ones(document: Document) -> None:
    check = checked(document)
    unlike = check.cells.filter(
        outcome__in=[Agreement.DIFFERS, Agreement.ONLY_TAGGED, Agreement.NOT_COMPARABLE]
    )
    assert list(unlike.values_list("concept", "period_end", "explanation")) == []
    # 45 lines of two years, and in the cash flow statement opening and closing cash and the profit again.
    assert check.agrees == 2 * (45 + 3)
    planted = {
        ("Revenue", 2024): "453000000",
        ("FinanceCosts", 2023): "-3600000",
        ("Assets", 2024): "675100",
        ("BasicEarningsLossPerShare", 2024): "0.65",
    }
    again = checked(document, planted)
    differing = again.cells.filter(outcome=Agreement.DIFFERS)
    assert set(differing.values_list("concept", "period_end__year", "likeness")) == {
        ("is.revenue", 2024, "value"), ("is.finance_costs", 2023, "sign"), ("bs.total_assets", 2024, "scale"),
        ("is.eps_basic", 2024, "value"),
    }  # fmt: skip
    assert again.agrees == 2 * (45 + 3) - 4
