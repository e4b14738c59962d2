"""The rules about what is derived from figures, on both databases."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from analysis.models import Anomaly, MetricSet
from analysis.ratios.calculate import calculate_ratios
from engine.kinds import CompiledView
from extraction.compile import compile_company
from extraction.models import CompiledStatement
from monitoring.quality.check import check_quality
from monitoring.quality.rule import Examined, Scope, looks, rules
from tests.analysis.anomalies.made import a_company_of_ten_years
from tests.extraction.external.made import a_compared_report
from tests.extraction.made import a_company

pytestmark = pytest.mark.usefixtures("both_databases")


def examined(code: str, days: float = 0) -> Examined:
    return looks()[code](rules()[code], Scope(timezone.now() + timedelta(days=days), None))


def test_ratios_that_stayed_behind_their_figures_are_told_after_a_day() -> None:
    company = a_company_of_ten_years()
    calculate_ratios(company, at=timezone.now())
    assert (examined("ratios_outdated", 2).checked, examined("ratios_outdated", 2).found) == (1, [])
    compile_company(company, force=True)
    assert CompiledStatement.objects.filter(is_current=True, version=2).count() == 2
    assert examined("ratios_outdated").found == []
    found = examined("ratios_outdated", 2).found
    assert [(one.subject, one.place) for one in found] == [(company, "latest")]
    MetricSet.objects.filter(view=CompiledView.LATEST).update(checked_at=timezone.now())
    assert examined("ratios_outdated", 2).found == []


def test_grave_anomalies_that_wait_are_told_and_decided_ones_are_not() -> None:
    company = a_company()
    now = timezone.now()
    for number, (severity, state, gone, days) in enumerate(
        (
            ("critical", "open", None, 31), ("high", "open", None, 29), ("medium", "open", None, 99),
            ("high", "confirmed", None, 99), ("high", "open", now, 99),
        )
    ):  # fmt: skip
        day = date(2015 + number, 12, 31)
        Anomaly.objects.create(
            company=company, kind="outlier", metric="net_margin", label="Net margin", window_start=day,
            window_end=day, statistic=9, threshold=3.5, severity=severity, explanation="Far off.",
            first_found_at=now - timedelta(days=days), last_found_at=now, gone_at=gone, state=state,
            decided_at=None if state == "open" else now, engine_version="t",
        )  # fmt: skip
    seen = examined("anomaly_waits")
    assert seen.checked == 3
    assert [(one.subject, one.detail.endswith(": Far off.")) for one in seen.found] == [(company, True)]
    assert "2015-12-31" in seen.found[0].place


def test_a_report_its_tagged_publication_contradicts_is_told() -> None:
    agreeing = a_compared_report()
    assert (examined("tagged_differs").checked, examined("tagged_differs").found) == (1, [])
    type(agreeing).objects.update(differs=2, agrees=10)
    (found,) = examined("tagged_differs").found
    assert (found.subject, found.company_id) == (agreeing.document, agreeing.company_id)
    assert found.detail == f"2 of 12 figures differ from “{agreeing.report}”."


def test_a_whole_look_by_all_rules_runs_through() -> None:
    a_company_of_ten_years()
    report = check_quality(at=timezone.now())
    assert [part for part in report.parts if part["failed"]] == []
    assert {part["rule"] for part in report.parts} == set(rules())
