"""What databases do in different ways: aggregates of other tables in conditions, and many rows at once."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from analysis.models import MetricValue
from analysis.ratios.calculate import calculate_ratios
from analysis.ratios.due import companies_due
from analysis.ratios.peers import peers_of
from engine.ratios.registry import load_registry
from extraction.models import CompiledStatement
from tests.analysis.ratios.made import a_company_with_years
from tests.analysis.ratios.test_calculate import listed
from tests.market.made import a_bar, a_provider


@pytest.mark.postgres
def test_ratios_are_kept_written_again_and_due() -> None:
    company, other = a_company_with_years(), a_company_with_years("birch", sector_template="bank")
    assert list(companies_due()) == [company, other]
    CompiledStatement.objects.update(compiled_at=timezone.now() - timedelta(hours=1))
    for each in (company, other):
        calculate_ratios(each, at=timezone.now())
    assert list(companies_due()) == []
    soon = timezone.now() + timedelta(minutes=1)
    a_bar(listed(company), a_provider(), date(2023, 12, 29), "25", fetched_at=soon)
    assert list(companies_due()) == [company]
    found = calculate_ratios(company, at=soon + timedelta(minutes=1))
    priced = MetricValue.objects.filter(
        metric_set__company=company, operands__contains=[{"concept": "market.price"}]
    )
    assert found.written == priced.count() == 7
    peers = peers_of(load_registry().ratios["gross_margin"], None)
    assert [(row.place, row.text) for row in peers.rows] == [(1, "40.0"), (None, "×")]
