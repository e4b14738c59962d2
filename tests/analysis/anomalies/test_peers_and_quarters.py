"""A company beside others of its sector, and its quarters beside those of other years."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from analysis.anomalies.detect import detect_in_statements
from analysis.models import Anomaly, AnomalyKind, MetricSet, MetricValue
from companies.models import Company
from engine.kinds import CompiledView, PeriodKind, RatioStatus, ReportingPeriod, SectorTemplate
from engine.values import Period
from extraction.compile import compile_company
from extraction.models import Fact
from extraction.store import store_reading
from jobs.launch import launch
from tests.analysis.anomalies.made import YEARS, a_company_of_ten_years
from tests.extraction.made import a_company, a_document, a_reading
from tests.extraction.working import work_off

pytestmark = pytest.mark.django_db
NOON = datetime(2025, 6, 3, 12, tzinfo=UTC)


def others(count: int, sector: SectorTemplate = SectorTemplate.COMMERCIAL) -> None:
    """So many companies with kept ratios of the ten years: a margin of eight to twelve hundredths."""
    for number in range(count):
        kept = MetricSet.objects.create(
            company=a_company(f"other-{sector}-{number}"), view=CompiledView.LATEST, template=sector,
            currency="EUR", calculated_at=NOON, checked_at=NOON, engine_version="t", input_hash="h",
            definitions_hash="d",
        )  # fmt: skip
        MetricValue.objects.bulk_create(
            MetricValue(
                metric_set=kept, code="operating_margin", period_end=date(year, 12, 31), fiscal_year=year,
                status=RatioStatus.VALUE, value=Decimal(8 + (number * 7 + year * 3) % 5) / 100,
                definition_hash="d", input_hash="h", calculated_at=NOON,
            )
            for year in YEARS
        )  # fmt: skip


def test_a_year_unlike_those_of_other_companies_is_found_with_what_sets_it_apart() -> None:
    others(6)
    company = a_company_of_ten_years(revenue={2020: 300})
    run = work_off(launch("detect_metric_anomalies", subject=company, company_id=company.pk).run)
    assert run.state == "succeeded"
    found = Anomaly.objects.get(kind=AnomalyKind.UNLIKE_PEERS)
    assert (found.window_end, found.metric, found.severity) == (date(2020, 12, 31), "unlike_peers", "medium")
    assert found.statistic > found.threshold == 0.6
    assert "unlike those of the other 69 years of 6 other companies of the sector" in found.explanation
    assert "robust standard deviations from the middle: Operating margin +" in found.explanation
    facts = {(fact.concept, fact.period_end.year) for fact in Fact.objects.filter(pk__in=found.fact_ids)}
    assert facts == {("is.revenue", 2020), ("is.operating_profit", 2020)}


def test_a_year_like_theirs_is_not_named_and_other_sectors_do_not_count() -> None:
    others(4)
    others(6, SectorTemplate.BANK)
    found = detect_in_statements(a_company_of_ten_years(), at=NOON)
    few = "4 other companies of the sector have ratios of these years; 5 are needed."
    assert {"metric": "unlike_peers", "reason": few} in found.skipped
    others_of_sector = a_company("one-more")
    MetricSet.objects.filter(company__slug="other-bank-0").update(template=SectorTemplate.COMMERCIAL)
    again = detect_in_statements(Company.objects.get(slug="northwind"), at=NOON)
    assert [one for one in again.skipped if one["metric"] == "unlike_peers"] == []
    assert not Anomaly.objects.filter(kind=AnomalyKind.UNLIKE_PEERS).exists()
    assert others_of_sector.anomalies.count() == 0


def quarter(number: int) -> Period:
    year, place = 2019 + number // 4, number % 4
    end = date(year + place // 3, (3 * place + 3) % 12 + 1, 1) - timedelta(days=1)
    return Period(PeriodKind.DURATION, date(year, 3 * place + 1, 1), end)


def test_compiled_quarters_are_searched_against_the_same_quarter_of_other_years() -> None:
    """The fourth quarter is half as large again; in 2022 it is not."""
    company = a_company()
    amounts = [(250 + 3 * n + n * 7 % 4) * (3 if n % 4 == 3 else 2) for n in range(20)]
    amounts[15] = 590
    for n, amount in enumerate(amounts):
        period = quarter(n)
        document = a_document(company, period.end.year)
        document.document_type, document.period_end = "quarterly_report", period.end
        document.title = f"Quarter to {period.end}"
        document.save()
        reading = a_reading([period.end.year], [("Revenue", "is.revenue", 1, [f"{amount:,}"])])
        table = reading.statements[0].table
        columns = tuple(replace(column, period=period) for column in table.columns)
        of_quarter = replace(reading.statements[0], table=replace(table, columns=columns))
        store_reading(
            document.current_version, replace(reading, statements=(of_quarter,)), options_digest="d",
            task_run=None,
        )  # fmt: skip
    compile_company(company, periods=[ReportingPeriod.QUARTER])
    found = detect_in_statements(company, at=NOON)
    metrics = {(one.metric, one.window_end) for one in found.kept.anomalies}
    assert ("quarterly_growth:is.revenue", date(2022, 12, 31)) in metrics
    assert {metric for metric, _ in metrics} == {"quarterly_growth:is.revenue"}
    row = Anomaly.objects.get(window_end=date(2022, 12, 31))
    assert row.label == "Growth of Revenue against the same quarter of the year before"
    ends = {fact.period_end for fact in Fact.objects.filter(pk__in=row.fact_ids)}
    assert ends == {date(2022, 12, 31), date(2021, 12, 31)}
