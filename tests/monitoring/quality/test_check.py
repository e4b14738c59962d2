"""The check as a whole: the score and how it is made, findings over time, the task."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from companies.models import Company
from engine.kinds import Severity
from jobs.execute import Ended, execute
from jobs.launch import launch
from jobs.models import TaskRun
from jobs.states import State
from monitoring.models import QualityFinding, QualityReport
from monitoring.quality import check, rule
from monitoring.quality.score import Part, score_of
from tests.extraction.made import a_company, a_document

pytestmark = pytest.mark.django_db
NOW = timezone.now().replace(year=2026, month=6, day=15)


def of(report: QualityReport, code: str) -> dict[str, object]:
    return next(part for part in report.parts if part["rule"] == code)


def test_the_score_is_the_weighted_share_without_a_fault() -> None:
    # low 1 x 1, medium 2 x 0.5, critical 8 x 0.9: 9.2 of 11
    parts = [
        Part("a", Severity.LOW, 10, 0),
        Part("b", Severity.MEDIUM, 10, 5),
        Part("c", Severity.CRITICAL, 10, 1),
        Part("nothing there", Severity.CRITICAL, 0, 0),
        Part("could not look", Severity.HIGH, 7, 7, failed="ValueError: x"),
    ]
    assert score_of(parts) == Decimal("83.6")
    assert score_of([Part("a", Severity.LOW, 10**6, 1)]) == Decimal("99.9")
    assert score_of([Part("a", Severity.LOW, 5, 0)]) == Decimal("100.0")
    assert score_of([Part("a", Severity.LOW, 0, 0)]) is None


def test_nothing_to_look_at_has_no_score() -> None:
    report = check.check_quality(at=NOW)
    assert (report.score, report.found, len(report.parts)) == (None, 0, len(rule.rules()))


def test_a_finding_lasts_ends_and_comes_back() -> None:
    company = a_company()
    for year in range(2016, 2025):
        a_document(company, year)
    first = check.check_quality("documents", at=NOW)
    missing = QualityFinding.objects.get(rule="report_missing")
    # Besides, the nine files are nowhere.
    assert (first.found, first.new, first.resolved) == (10, 10, 0)
    assert (of(first, "report_missing")["checked"], of(first, "report_missing")["faulty"]) == (10, 1)
    # 0.9 of report_missing (4), 0 of file_damaged (8), all of the four others that saw documents
    # (4 + 2 + 1 + 1): 11.6 of 20
    assert first.score == Decimal("58.0")

    second = check.check_quality("documents", at=NOW + timedelta(days=1))
    missing.refresh_from_db()
    assert (second.found, second.new, second.resolved) == (10, 0, 0)
    assert (missing.first_seen, missing.last_seen) == (NOW, NOW + timedelta(days=1))

    document = a_document(company, 2025)
    third = check.check_quality("documents", at=NOW + timedelta(days=2))
    missing.refresh_from_db()
    assert (third.found, third.new, third.resolved) == (10, 1, 1)
    assert missing.resolved_at == NOW + timedelta(days=2)

    document.delete()
    fourth = check.check_quality("documents", at=NOW + timedelta(days=3))
    missing.refresh_from_db()
    assert (fourth.new, missing.resolved_at, missing.times_returned) == (1, None, 1)
    assert missing.first_seen == NOW
    assert QualityFinding.objects.filter(rule="report_missing").count() == 1


def test_a_check_of_one_company_leaves_the_findings_of_others_alone() -> None:
    northwind, southwind = a_company("northwind"), a_company("southwind")
    check.check_quality(at=NOW)
    a_document(northwind, 2025)
    a_document(southwind, 2025)
    report = check.check_quality(company=northwind, at=NOW + timedelta(days=1))
    assert report.resolved == 1
    open_ = QualityFinding.objects.filter(resolved_at__isnull=True, rule="report_missing")
    assert open_.filter(company=southwind).count() == 1
    assert open_.filter(company=northwind).count() == 9


def test_a_rule_that_breaks_stops_no_other_and_resolves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    a_company()
    check.check_quality("documents", at=NOW)
    known = dict(rule.looks())

    def broken(rule_: rule.Rule, scope: rule.Scope) -> rule.Examined:
        raise ValueError("one row is odd")

    monkeypatch.setitem(rule._looks, "report_missing", broken)
    report = check.check_quality("documents", at=NOW + timedelta(days=1))
    assert of(report, "report_missing")["failed"] == "ValueError: one row is odd"
    assert QualityFinding.objects.get(rule="report_missing").resolved_at is None
    _, run = run_now(data_type="documents")
    assert (run.state, run.error_code) == (State.PARTIAL, "rules_failed")
    assert known["report_missing"] is not broken


def test_more_than_can_be_listed_is_counted_and_not_resolved(monkeypatch: pytest.MonkeyPatch) -> None:
    for slug in ("a", "b", "c"):
        a_company(slug)
    check.check_quality("documents", at=NOW)
    monkeypatch.setattr(check, "MOST_LISTED", 2)
    report = check.check_quality("documents", at=NOW + timedelta(days=1))
    assert (report.found, report.resolved) == (3, 0)
    assert QualityFinding.objects.filter(resolved_at__isnull=True).count() == 3


def test_the_check_asks_as_many_questions_for_many_companies(django_assert_max_num_queries) -> None:  # type: ignore[no-untyped-def]
    for number in range(30):
        a_document(a_company(f"company-{number}"), 2024)
    check.check_quality(at=NOW)
    with django_assert_max_num_queries(120):
        check.check_quality(at=NOW + timedelta(days=1))


def run_now(**arguments: object) -> tuple[Ended, TaskRun]:
    run = launch("data_quality_check", **arguments).run
    ended = execute(run.pk, worker="here")
    run.refresh_from_db()
    return ended, run


def test_the_task_gives_the_score_and_its_parts() -> None:
    company = a_company()
    ended, run = run_now(data_type="documents", company_id=company.pk)
    report = QualityReport.objects.get()
    assert (ended, run.state, run.progress) == (Ended.DONE, State.SUCCEEDED, 100)
    assert (report.company, report.task_run, report.data_type) == (company, run, "documents")
    assert {name: run.result[name] for name in ("report_id", "score", "found", "new", "resolved")} == {
        "report_id": report.pk,
        "score": "0.0",
        "found": 1,
        "new": 1,
        "resolved": 0,
    }
    assert run.result["parts"] == report.parts


def test_what_is_not_there_is_said() -> None:
    _, unknown = run_now(data_type="weather")
    assert (unknown.state, unknown.error_code) == (State.SKIPPED, "unknown_data_type")
    _, gone = run_now(company_id=77)
    assert (gone.state, gone.error_code) == (State.SKIPPED, "company_not_found")
    assert (QualityReport.objects.count(), Company.objects.count()) == (0, 0)
