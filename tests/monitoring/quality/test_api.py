"""Quality over HTTP: what is told, what is started, and what is refused by name."""

from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import Permission, User
from rest_framework.test import APIClient

from jobs.models import TaskRun
from monitoring.models import QualityFinding, QualityReport
from monitoring.quality.check import check_quality
from tests.extraction.made import a_company

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
CLEANUP, CHECK = "/api/background-tasks/data/cleanup", "/api/background-tasks/data/quality-check"


@pytest.fixture
def staff() -> APIClient:
    client = APIClient()
    client.force_authenticate(User.objects.create_superuser("stella"))
    return client


def test_findings_are_told_worst_first_and_narrowed(staff: APIClient) -> None:
    company = a_company("northwind")
    a_company("southwind", investor_relations_url="https://x.test/")
    check_quality(at=NOW)
    told = staff.get("/api/v1/quality-findings/").json()["results"]
    assert [(one["rule"], one["severity"], one["subject"]) for one in told] == [
        ("report_missing", "high", "Northwind"),
        ("report_missing", "high", "Southwind"),
    ]
    assert told[0]["detail"] == "No report of the company is known at all."
    assert (told[0]["subject_type"], told[0]["subject_id"]) == ("company", str(company.pk))

    def count(query: str) -> int:
        return int(staff.get(f"/api/v1/quality-findings/?{query}").json()["count"])

    QualityFinding.objects.filter(company=company).update(resolved_at=NOW)
    assert [count(f"state={state}") for state in ("open", "resolved")] == [1, 1]
    assert [count(f"severity={name}") for name in ("high", "low")] == [2, 0]
    assert count(f"company={company.pk}&rule=report_missing") == 1
    assert staff.get("/api/v1/quality-findings/?severity=awful").status_code == 400


def test_the_trend_is_a_list_of_reports_with_the_parts_of_their_score(staff: APIClient) -> None:
    a_company()
    check_quality("documents", at=NOW)
    check_quality("rates", at=NOW)
    (one,) = staff.get("/api/v1/quality-reports/?data_type=documents").json()["results"]
    assert (one["score"], one["found"], one["company"]) == ("0.0", 1, None)
    part = next(part for part in one["parts"] if part["rule"] == "report_missing")
    assert (part["checked"], part["faulty"], part["weight"], part["share"]) == (1, 1, 4, "0.0000")


def test_a_check_is_started_for_what_is_asked(staff: APIClient) -> None:
    company = a_company()
    assert staff.post(CHECK, {"data_type": "facts", "company": company.pk}, format="json").status_code == 202
    run = TaskRun.objects.get()
    assert (run.task, run.subject) == ("data_quality_check", company)
    assert run.arguments == {"data_type": "facts", "company_id": company.pk}
    assert staff.post(CHECK, {"company": 999}, format="json").status_code == 404
    assert staff.post(CHECK, {"data_type": "weather"}, format="json").status_code == 400
    assert QualityReport.objects.count() == 0


@pytest.mark.parametrize(
    ("body", "field", "words"),
    [
        ({"data_type": "facts"}, "data_type", "Facts are never deleted"),
        ({"data_type": "audit"}, "data_type", "Audit are never deleted"),
        ({"data_type": "weather"}, "data_type", "kept_pages"),
        ({"data_type": "model_calls", "retention_days": 61}, "retention_days", "62 days at least"),
        ({}, "data_type", "required"),
    ],
)
def test_cleaning_is_refused_by_name(
    staff: APIClient, body: dict[str, object], field: str, words: str
) -> None:
    answer = staff.post(CLEANUP, body, format="json")
    assert answer.status_code == 400
    assert words in str(answer.json()[field])
    assert TaskRun.objects.count() == 0


def test_cleaning_is_for_staff_even_with_the_permission() -> None:
    person = User.objects.create_user("odile")
    person.user_permissions.add(Permission.objects.get(codename="start_cleanup_old_data"))
    client = APIClient()
    client.force_authenticate(person)
    body = {"data_type": "kept_pages", "dry_run": True}
    assert client.post(CLEANUP, body, format="json").status_code == 403
    person.is_staff = True
    person.save()
    client.force_authenticate(User.objects.get(pk=person.pk))
    assert client.post(CLEANUP, body, format="json").status_code == 202
    assert TaskRun.objects.get().arguments == {"data_type": "kept_pages", "dry_run": True}
