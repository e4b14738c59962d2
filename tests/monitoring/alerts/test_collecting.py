"""Rows of other apps become alerts, each once, however late they are seen."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from companies.models import Company
from documents.models import Document
from jobs.execute import execute
from jobs.launch import launch
from jobs.models import TaskRun
from monitoring.alerts.collect import collect
from monitoring.models import Alert, Health, HealthCheck, HealthTransition


def minutes(count: float) -> datetime:
    return datetime.now(UTC) + timedelta(minutes=count)


@pytest.fixture
def company(db: None) -> Company:
    collect(timezone.now() - timedelta(hours=2))  # the first look: what was there before is no news
    return Company.objects.create(name="Northwind", slug="northwind")


def document(company: Company, number: int, at: datetime | None = None) -> Document:
    made = Document.objects.create(
        company=company, title=f"Report {number}", url=f"https://example.org/{number}.pdf",
        url_normalised=f"https://example.org/{number}.pdf",
    )  # fmt: skip
    if at is not None:
        Document.objects.filter(pk=made.pk).update(created_at=at)
    return made


def test_each_new_report_is_told_once_and_those_of_a_company_together(company: Company) -> None:
    document(company, 1)
    document(company, 2)
    found = collect(minutes(0))
    assert (found.rows, found.new, found.again) == ({"new_reports": 2}, 1, 0)
    assert Alert.objects.get().title == "Northwind: 2 new documents"
    assert collect(minutes(5)).rows == {}
    assert Alert.objects.get().count == 2


def test_a_row_that_becomes_visible_late_is_not_lost(company: Company) -> None:
    """Its transaction began before the last look and committed after it."""
    document(company, 1)
    collect(minutes(0))
    document(company, 2, at=minutes(-30))
    found = collect(minutes(5))
    assert (found.rows, found.again) == ({"new_reports": 1}, 1)
    assert Alert.objects.get().count == 2


def test_what_was_there_before_the_first_look_is_no_news(db: None) -> None:
    company = Company.objects.create(name="Northwind", slug="northwind")
    document(company, 1, at=minutes(-60))
    assert collect(minutes(0)).rows == {}
    assert Alert.objects.count() == 0


def transition(probe: str, before: Health, after: Health, at: datetime) -> None:
    check = HealthCheck.objects.create(checked_at=at, observed=after, health=after, milliseconds=1)
    HealthTransition.objects.create(
        check_row=check, probe=probe, before=before, after=after, sentence="As it is.", at=at
    )


def test_a_change_of_health_is_one_alert_and_its_end_resolves_it(company: Company) -> None:
    transition("broker", Health.HEALTHY, Health.UNHEALTHY, minutes(-20))
    assert collect(minutes(-19)).new == 1
    alert = Alert.objects.get()
    assert (alert.title, alert.get_severity_display(), alert.state) == (
        "Broker: unhealthy",
        "Critical",
        "open",
    )
    assert HealthTransition.objects.get().told_at is not None
    transition("broker", Health.UNHEALTHY, Health.HEALTHY, minutes(-10))
    assert collect(minutes(-9)).resolved == 1
    alert.refresh_from_db()
    assert alert.state == "resolved"


def test_what_ails_the_system_before_the_first_look_is_told(db: None) -> None:
    """A part that was ill from the start would be ill for ever without a word."""
    transition("broker", Health.HEALTHY, Health.UNHEALTHY, minutes(-20))
    assert collect(minutes(0)).rows == {"changes_of_health": 1}
    assert (Alert.objects.get().title, Alert.objects.get().count) == ("Broker: unhealthy", 1)
    assert collect(minutes(5)).rows == {}


@pytest.mark.parametrize(("failed", "ended", "told"), [(1, 20, 0), (2, 20, 1), (19, 19, 0), (6, 100, 1)])
def test_more_than_five_percent_of_runs_failing_is_told(
    company: Company, failed: int, ended: int, told: int
) -> None:
    now = timezone.now()
    TaskRun.objects.bulk_create(
        TaskRun(
            task="classify_document", queue="default", digest=str(number), finished_at=now,
            state="failed" if number < failed else "succeeded",
        )
        for number in range(ended)
    )  # fmt: skip
    collect(now)
    assert Alert.objects.filter(rule__code="failure-rate").count() == told
    later = now + timedelta(hours=2)
    assert collect(later).resolved == told
    assert Alert.objects.filter(rule__code="failure-rate", state="resolved").count() == told


def test_the_task_raises_what_it_is_given_and_says_whether_it_was_there(db: None) -> None:
    data = {"type": "system", "severity": "warning", "subject": "The copy of last night is missing"}
    results = []
    for _ in range(2):
        run = launch("alert_processing", alert_data=data).run
        execute(run.pk)
        run.refresh_from_db()
        results.append((run.state, run.result["deduplicated"]))
    assert results == [("succeeded", False), ("succeeded", True)]
    wrong = launch("alert_processing", alert_data={"type": "weather", "subject": "Rain"}).run
    execute(wrong.pk)
    wrong.refresh_from_db()
    assert (wrong.state, wrong.error_code) == ("failed", "unknown_type")
    assert Alert.objects.get().count == 2
