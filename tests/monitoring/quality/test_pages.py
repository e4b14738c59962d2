"""The pages of quality and retention: what they say, to whom, and how many questions they ask."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import Permission, User
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from extraction.compile import compile_company
from jobs.models import TaskRun
from monitoring.models import QualityFinding, RetentionPolicy
from monitoring.quality.check import check_quality
from monitoring.quality.links import address_of
from tests.extraction.made import a_company, a_company_that_restated

pytestmark = pytest.mark.django_db
PAGE, FINDINGS = "/admin/quality/", "/admin/monitoring/qualityfinding/"
POLICIES = "/admin/monitoring/retentionpolicy/"
NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _nothing_kept() -> None:
    cache.clear()


def test_the_page_says_that_nobody_has_looked_and_starts_it(admin_client: Client) -> None:
    page = admin_client.get(PAGE).content.decode()
    assert "Nobody has looked yet" in page
    assert "Look now" in page
    assert admin_client.post("/admin/quality/look/")["Location"] == PAGE
    run = TaskRun.objects.get()
    assert (run.task, run.arguments, run.trigger) == ("data_quality_check", {"data_type": "all"}, "admin")
    assert "A check is under way." in admin_client.get(PAGE).content.decode()


def test_the_page_shows_the_score_its_parts_the_trend_and_the_way_to_what_was_found(
    admin_client: Client,
) -> None:
    company = a_company("northwind")
    report = check_quality(at=NOW)
    assert "The score over time" not in admin_client.get(PAGE).content.decode()
    check_quality(at=NOW + timedelta(days=1))
    page = admin_client.get(PAGE).content.decode()
    assert f"<strong>{report.score}</strong>" in page
    assert "The score over time" in page
    assert f'href="{company.get_absolute_url()}"' in page
    assert "No report of the company is known at all." in page
    assert "?resolved_at__isempty=1&amp;rule=report_missing" in page
    assert "style=" not in page.partition('<div class="tf">')[2].partition("</main>")[0]


def test_every_finding_leads_to_a_page_that_is_there(admin_client: Client) -> None:
    compile_company(a_company_that_restated("eastwind"))
    check_quality(at=datetime.now(tz=UTC) + timedelta(days=60))
    findings = list(QualityFinding.objects.all())
    assert {"report_missing", "file_damaged", "reading_incomplete", "question_old"} <= {
        finding.rule for finding in findings
    }
    addresses = {address_of(finding) for finding in findings}
    assert "" not in addresses
    assert {admin_client.get(address).status_code for address in addresses} == {200}


def test_the_list_asks_as_many_questions_for_many_findings(admin_client: Client) -> None:
    def questions(address: str) -> int:
        with CaptureQueriesContext(connection) as asked:
            assert admin_client.get(address).status_code == 200
        return len(asked)

    a_company("a")
    check_quality(at=NOW)
    for address in (FINDINGS, PAGE, "/admin/monitoring/qualityreport/"):
        questions(address)
    few = [questions(FINDINGS), questions(PAGE)]
    for number in range(8):
        a_company(f"more-{number}")
    check_quality(at=NOW + timedelta(days=1))
    check_quality(at=NOW + timedelta(days=2))
    assert [questions(FINDINGS), questions(PAGE)] == few


def test_who_may_not_see_it_is_refused_and_who_may_is_not_offered_to_start(client: Client) -> None:
    person = User.objects.create_user("vera", is_staff=True)
    client.force_login(person)
    assert client.get(PAGE).status_code == 403
    person.user_permissions.add(Permission.objects.get(codename="view_qualityreport"))
    page = client.get(PAGE).content.decode()
    assert "Nobody has looked yet" in page
    assert "quality/look/" not in page
    assert client.post("/admin/quality/look/").status_code == 403
    assert TaskRun.objects.count() == 0


def test_the_first_page_shows_the_score(admin_client: Client) -> None:
    a_company("northwind")
    assert "quality of data" not in admin_client.get("/admin/").content.decode()
    check_quality(at=NOW)
    page = admin_client.get("/admin/").content.decode()
    assert "quality of data, of 100" in page


def test_policies_are_changed_down_to_what_is_needed_and_count_before_they_delete(
    admin_client: Client,
) -> None:
    page = admin_client.get(POLICIES).content.decode()
    assert "Calls of language models" in page
    address = f"{POLICIES}model_5Fcalls/change/"
    refused = admin_client.post(address, {"days": 61, "is_enabled": "on"}).content.decode()
    assert "They are needed for 62 days at least." in refused
    admin_client.post(address, {"days": 62, "is_enabled": "on"})
    assert RetentionPolicy.objects.get(data_type="model_calls").days == 62
    assert (
        "corrections: what people have decided is never forgotten"
        in admin_client.get(address).content.decode()
    )
    for action, dry_run in (("count_old", True), ("delete_old", None)):
        admin_client.post(POLICIES, {"action": action, "_selected_action": ["kept_pages"]})
        run = TaskRun.objects.latest("queued_at")
        assert (run.task, run.arguments.get("dry_run")) == ("cleanup_old_data", dry_run)
        assert run.arguments["data_type"] == "kept_pages"
    assert "data_quality_check" not in admin_client.get(POLICIES).content.decode()
