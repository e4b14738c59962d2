"""What people and programs see of facts from outside."""

from datetime import date
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from extraction.models import CrossCheck, ExternalSource
from extraction.table.proof import proof_of
from jobs.models import TaskRun
from tests.extraction.external.made import a_compared_report, a_read_report

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("stella"))
    return client


@pytest.fixture
def check() -> CrossCheck:
    return a_compared_report({("Revenue", 2024): 1238})


def fact_of(check: CrossCheck, concept: str) -> Any:
    return check.document.facts.get(concept=concept, period_end=date(2024, 12, 31), superseded_at=None)


def test_the_badge_says_that_a_tagged_figure_agrees(staff: Client, check: CrossCheck) -> None:
    fact = fact_of(check, "is.cost_of_sales")
    found = proof_of(fact.pk).triangulation
    assert (found.badge, found.words, found.agreeing, found.speaking) == (
        "good",
        "another publication agrees",
        1,
        1,
    )
    page = staff.get(reverse("extraction:proof", args=[fact.pk])).content.decode()
    assert '<span class="tf-badge tf-badge-good">another publication agrees</span>' in page
    assert "filings.xbrl.org, ESEF" in page


def test_the_badge_says_by_how_much_a_tagged_figure_differs(staff: Client, check: CrossCheck) -> None:
    fact = fact_of(check, "is.revenue")
    found = proof_of(fact.pk).triangulation
    assert (found.badge, found.words) == ("bad", "0 of 1 other publications agree")
    page = staff.get(reverse("extraction:proof", args=[fact.pk])).content.decode()
    assert "-4,000,000 apart where rounding allows 1,000,000" in page.replace("\u2212", "-")


def test_a_figure_that_nothing_else_gives_says_so(staff: Client) -> None:
    document = a_read_report()
    fact = document.facts.get(concept="is.revenue", period_end=date(2024, 12, 31))
    page = staff.get(reverse("extraction:proof", args=[fact.pk])).content.decode()
    assert '<span class="tf-badge">no other publication to compare with</span>' in page


def test_the_provenance_over_the_api_has_the_witnesses(staff: Client, check: CrossCheck) -> None:
    body = staff.get(f"/api/v1/facts/{fact_of(check, 'is.revenue').pk}/provenance/").json()["triangulation"]
    assert (body["agreeing"], body["speaking"]) == (0, 1)
    (witness,) = body["witnesses"]
    assert witness == {
        "name": "filings.xbrl.org, ESEF", "is_tagged": True, "outcome": "differs", "value": "1238000000",
        "difference": "-4000000", "allowed": "1000000", "published_on": "2025-04-02", "likeness": "value",
        "explanation": "Tagged as ifrs-full:Revenue.",
    }  # fmt: skip


def test_comparisons_are_listed_with_what_differs_first(staff: Client, check: CrossCheck) -> None:
    page = staff.get(reverse("admin:extraction_crosscheck_change", args=[check.pk])).content.decode()
    assert page.index("tf-witness-differs") < page.index("tf-witness-agrees")
    assert page.count("tf-witness-agrees") == 21
    cells = staff.get("/api/v1/cross-checks/?outcome=differs").json()["results"]
    assert [(one["concept"], one["difference"]) for one in cells] == [("is.revenue", "-4000000.000000")]


@pytest.mark.parametrize("name", ["externalsource", "syncrun", "taggedreport", "crosscheck"])
def test_lists_ask_as_much_for_many_as_for_one(
    staff: Client, check: CrossCheck, name: str, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(14):
        assert staff.get(reverse(f"admin:extraction_{name}_changelist")).status_code == 200


def test_a_source_is_asked_from_its_list(staff: Client) -> None:
    source = ExternalSource.objects.get(code="ecb")
    chosen = {"action": "ask_now", "_selected_action": [source.pk]}
    staff.post(reverse("admin:extraction_externalsource_changelist"), chosen)
    run = TaskRun.objects.get(task="sync_external_data")
    assert (run.arguments, run.requested_by.username) == ({"data_sources": ["ecb"], "full": False}, "stella")


def test_the_endpoints_start_the_tasks(staff: Client, check: CrossCheck) -> None:
    sent = {"data_sources": ["ecb", "sec"]}
    answer = staff.post("/api/background-tasks/data/sync-external", sent, content_type="application/json")
    assert answer.status_code == 202
    assert TaskRun.objects.get(pk=answer.json()["task_id"]).arguments == sent
    body = {"company": check.company.slug, "report_type": "esef"}
    answer = staff.post("/api/background-tasks/data/process-reports", body, content_type="application/json")
    run = TaskRun.objects.get(pk=answer.json()["task_id"])
    assert run.arguments == {"company_id": check.company_id, "report_type": "esef"}
    refused = staff.post(
        "/api/background-tasks/data/process-reports",
        {"company": check.company.slug, "report_type": "8-K"},
        content_type="application/json",
    )
    assert refused.status_code == 400
