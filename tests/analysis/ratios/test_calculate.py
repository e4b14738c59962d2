"""Ratios of a company in the database: worked out, kept, and written again only where they differ."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from analysis.models import MetricSet, MetricValue
from analysis.ratios.calculate import calculate_as_of, calculate_ratios
from companies.models import Company, ExchangeRate, Listing
from engine.errors import BadInput
from engine.kinds import CompiledView
from engine.ratios.registry import load_registry
from extraction.compile import compile_company
from extraction.models import Fact
from market.models import CorporateAction, Instrument
from tests.analysis.ratios.made import a_company_with_years, a_report, read, three_statements
from tests.market.made import a_bar, a_provider, an_instrument

pytestmark = pytest.mark.django_db

NOW = datetime(2024, 6, 1, 12, tzinfo=UTC)
YEARS = [date(2023, 12, 31), date(2022, 12, 31), date(2021, 12, 31)]


@pytest.fixture
def company() -> Company:
    return a_company_with_years()


def values(company: Company, view: CompiledView = CompiledView.LATEST) -> dict[tuple[str, int], MetricValue]:
    """By code and fiscal year."""
    kept = MetricValue.objects.filter(metric_set__company=company, metric_set__view=view)
    return {(value.code, value.fiscal_year): value for value in kept}


def test_every_ratio_of_every_year_is_kept_with_its_facts(company: Company) -> None:
    found = calculate_ratios(company, at=NOW)
    assert (found.written, found.removed) == (3 * len(load_registry().ratios), 0)
    assert sorted({value.period_end for value in found.values}, reverse=True) == YEARS
    kept = values(company)
    margin = kept["gross_margin", 2023]
    assert (margin.status, margin.value) == ("value", Decimal("0.4"))
    assert [(one["label"], one["end"], one["value"]) for one in margin.operands] == [
        ("Gross profit", "2023-12-31", "400000000"), ("Revenue", "2023-12-31", "1000000000"),
    ]  # fmt: skip
    # No report prints gross profit: it was compiled of the two lines that are.
    facts = Fact.objects.in_bulk(margin.operands[0]["facts"])
    assert [(fact.concept, fact.value) for fact in facts.values()] == [
        ("is.revenue", Decimal(1_000_000_000)), ("is.cost_of_sales", Decimal(-600_000_000)),
    ]  # fmt: skip
    assert kept["return_on_assets", 2023].value == Decimal("0.1588235294")  # 135 / 850
    assert kept["days_sales_outstanding", 2023].value == Decimal("40.15")  # 110 / 1000 * 365
    assert kept["free_cash_flow", 2022].value == Decimal(50_000_000)
    assert kept["revenue_growth", 2022].value == Decimal("0.1428571429")


def test_no_ratio_mixes_years(company: Company) -> None:
    calculate_ratios(company, at=NOW)
    for value in MetricValue.objects.all():
        ends = {date.fromisoformat(one["end"]) for one in value.operands}
        # Piotroski compares returns on the assets at the beginning of each of two years.
        back = 2 if value.code == "piotroski_f" else 1
        assert ends <= {value.period_end.replace(year=value.fiscal_year - n) for n in range(back + 1)}, value


def test_what_is_missing_is_named(company: Company) -> None:
    calculate_ratios(company, at=NOW)
    kept = values(company)
    growth, stocks = kept["revenue_growth", 2021], kept["inventory_turnover", 2023]
    assert (growth.status, growth.value) == ("unavailable", None)
    assert growth.explanation == "Not there: the year before 2021-12-31."
    assert stocks.explanation == "Not there: Inventories of 2023-12-31, Inventories of 2022-12-31."


def test_of_a_bank_what_means_nothing_is_not_applicable() -> None:
    bank = a_company_with_years("bank", sector_template="bank")
    calculate_ratios(bank, at=NOW)
    margin = values(bank)["gross_margin", 2023]
    assert (margin.status, margin.value, margin.operands) == ("not_applicable", None, [])


def test_equal_figures_write_nothing(company: Company) -> None:
    first = calculate_ratios(company, at=NOW)
    again = calculate_ratios(company, at=NOW + timedelta(hours=1))
    assert (again.written, again.removed, again.stored) == (0, 0, first.stored)
    kept = MetricSet.objects.get()
    assert (kept.calculated_at, kept.checked_at) == (NOW, NOW + timedelta(hours=1))
    forced = calculate_ratios(company, at=NOW + timedelta(hours=2), force=True)
    assert (forced.written, forced.removed) == (0, 0)
    assert set(MetricValue.objects.values_list("calculated_at", flat=True)) == {NOW}


def test_only_what_came_out_otherwise_is_written(company: Company) -> None:
    calculate_ratios(company, at=NOW)
    before = values(company)
    later = NOW + timedelta(days=1)
    read(a_report(company, 2024), three_statements(2023, bs_receivables=["130", "100"]), "again")
    compile_company(company)
    # The report is of 2023 again and prints other receivables: a restatement.
    found = calculate_ratios(company, at=later)
    after = values(company)
    changed = sorted(key for key, value in after.items() if value.calculated_at == later)
    assert found.written == len(changed)
    assert after["days_sales_outstanding", 2023].value == Decimal("41.975")
    assert after["days_sales_outstanding", 2023].pk == before["days_sales_outstanding", 2023].pk
    assert ("days_sales_outstanding", 2021) not in changed
    assert after["current_ratio", 2021].calculated_at == NOW


def test_the_original_view_has_what_was_printed_first(company: Company) -> None:
    read(a_report(company, 2024), three_statements(2023, is_revenue=["1,250", "800"]), "again")
    compile_company(company)
    calculate_ratios(company, at=NOW)
    calculate_ratios(company, at=NOW, view=CompiledView.ORIGINAL)
    assert values(company)["net_margin", 2023].value == Decimal("0.108")
    assert values(company, CompiledView.ORIGINAL)["net_margin", 2023].value == Decimal("0.135")


def test_as_of_a_day_only_what_was_published_counts_and_nothing_is_kept(company: Company) -> None:
    found = calculate_as_of(company, date(2023, 6, 1))
    assert {value.fiscal_year for value in found.values} == {2022, 2021}
    assert [value.value for value in found.values if value.code == "net_margin"] == [
        Decimal("0.10625"), Decimal("0.1071428571"),
    ]  # fmt: skip
    assert not MetricSet.objects.exists()


def test_years_that_are_gone_lose_their_ratios(company: Company) -> None:
    calculate_ratios(company, at=NOW)
    company.documents.filter(fiscal_year=2022).delete()
    compile_company(company)
    found = calculate_ratios(company, at=NOW)
    assert found.removed == len(load_registry().ratios)
    assert {value.fiscal_year for value in found.values} == {2023, 2022}


def test_statements_in_two_currencies_make_no_ratio(company: Company) -> None:
    company.compiled_statements.filter(statement="balance_sheet", view="latest").update(currency="EUR")
    with pytest.raises(BadInput, match="The statements are in EUR and USD"):
        calculate_ratios(company, at=NOW)
    assert not MetricSet.objects.exists()


def test_without_compiled_years_there_is_nothing(company: Company) -> None:
    company.compiled_statements.all().delete()
    assert calculate_ratios(company, at=NOW).stored is None
    assert not MetricSet.objects.exists()


def listed(company: Company, ticker: str = "ALD", **fields: object) -> Instrument:
    share = an_instrument(ticker, **fields)
    Listing.objects.filter(pk=share.listing_id).update(company=company, is_primary=True)
    return Instrument.objects.get(pk=share.pk)


def test_valuation_takes_the_last_close_of_the_year(company: Company) -> None:
    share, source = listed(company), a_provider()
    for day, close in ((date(2023, 12, 28), "24"), (date(2023, 12, 29), "25"), (date(2024, 1, 2), "99")):
        a_bar(share, source, day, close)
    calculate_ratios(company, at=NOW)
    kept = values(company)
    ratio = kept["price_to_earnings", 2023]
    assert (ratio.value, ratio.operands[0]["price"]) == (
        Decimal(20), {"share": share.pk, "day": "2023-12-29"},
    )  # fmt: skip
    assert kept["price_to_sales", 2023].value == Decimal("2.75")  # 25 * 110 / 1000
    assert kept["price_to_earnings", 2022].status == "unavailable"
    assert kept["price_to_earnings", 2022].explanation == "Not there: share price of 2022-12-31."


def test_a_price_is_given_in_the_shares_of_the_report(company: Company) -> None:
    """A split after the end of the year and before the report is in the report's figures per share; one
    that came later is not."""
    share, source = listed(company), a_provider()
    a_bar(share, source, date(2023, 12, 29), "50")
    a_bar(share, source, date(2022, 12, 30), "45", splits_until=date(2024, 2, 1))
    for day, ratio in ((date(2024, 1, 15), 2), (date(2024, 5, 2), 10)):
        CorporateAction.objects.create(
            instrument=share, kind="split", ex_date=day, value=ratio, provider=source, recorded_at=NOW
        )
    calculate_ratios(company, at=NOW)
    assert values(company)["price_to_earnings", 2023].value == Decimal(20)  # 50 / 2 / 1.25
    # The prices of 2022 came with the first split in them; the report of 2023 prints 2022 with it too.
    assert values(company)["price_to_earnings", 2022].value == Decimal(60)  # 45 / 0.75
    calculate_ratios(company, at=NOW, view=CompiledView.ORIGINAL)
    # The report of 2022 came before the split: in its shares the price was 90.
    assert values(company, CompiledView.ORIGINAL)["price_to_earnings", 2022].value == Decimal(120)


def test_a_price_in_pence_of_another_currency_is_converted(company: Company) -> None:
    share, source = listed(company, mic="XLON", currency="GBP", quote_factor=Decimal("0.01")), a_provider()
    a_bar(share, source, date(2023, 12, 29), "2000")
    without = calculate_ratios(company, at=NOW)
    assert without.warnings == (
        "2023-12-31: There is no rate from GBP to USD of 2023-12-29. Import the European Central Bank's rates"
        " that cover it.",
    )
    for currency, rate in (("GBP", "0.8"), ("USD", "1.1")):
        ExchangeRate.objects.create(currency=currency, day=date(2023, 12, 29), rate=rate, source="ECB")
    assert calculate_ratios(company, at=NOW).warnings == ()
    assert values(company)["price_to_earnings", 2023].value == Decimal(22)  # 20 GBP, 27.50 USD


def test_of_two_shares_none_is_guessed(company: Company) -> None:
    source = a_provider()
    for ticker in ("ALD", "ALDB"):
        a_bar(listed(company, ticker) if ticker == "ALD" else _second(company), source, YEARS[0], "25")
    assert values_after(company)["price_to_earnings", 2023].value == Decimal(20)
    Listing.objects.filter(company=company).update(is_primary=False)
    assert values_after(company)["price_to_earnings", 2023].status == "unavailable"
    assert MetricSet.objects.get().warnings[0] == (
        "2023-12-31: the company has several shares. Mark one of its listings as the primary one."
    )


def _second(company: Company) -> Instrument:
    share = an_instrument("ALDB")
    Listing.objects.filter(pk=share.listing_id).update(company=company)
    return Instrument.objects.get(pk=share.pk)


def values_after(company: Company) -> dict[tuple[str, int], MetricValue]:
    calculate_ratios(company, at=NOW)
    return values(company)


def test_the_database_refuses_a_value_without_a_number(company: Company) -> None:
    calculate_ratios(company, at=NOW)
    with pytest.raises(IntegrityError, match="metric_value_or_reason"), transaction.atomic():
        MetricValue.objects.filter(code="gross_margin").update(value=None)
