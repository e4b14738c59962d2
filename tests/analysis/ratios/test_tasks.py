"""The tasks of ratios and their endpoints."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from analysis.models import MetricSet, MetricValue
from analysis.ratios.calculate import calculate_ratios
from analysis.ratios.due import companies_due
from engine.kinds import CompiledView
from engine.ratios.registry import load_registry
from extraction.models import CompiledStatement
from jobs.launch import launch
from jobs.models import TaskRun
from jobs.states import State
from tests.analysis.ratios.made import a_company_with_years
from tests.analysis.ratios.test_calculate import listed
from tests.extraction.made import a_company
from tests.extraction.working import work_off
from tests.market.made import a_bar, a_provider

pytestmark = pytest.mark.django_db


def ran(task: str, **arguments: object) -> TaskRun:
    return work_off(launch(task, **arguments).run)


def calculated(company: object, **arguments: object) -> TaskRun:
    return ran("calculate_financial_metrics", subject=company, company_id=company.pk, **arguments)  # type: ignore[attr-defined]


def test_the_task_tells_the_newest_year() -> None:
    company = a_company_with_years()
    run = calculated(company)
    assert run.state == State.SUCCEEDED, run.error_message
    count = len(load_registry().ratios)
    assert (run.result["years"], run.result["written"]) == ([2023, 2022, 2021], 3 * count)
    assert run.result["values"] + run.result["without_value"] == 3 * count
    assert len(run.result["metrics"]) == count
    facts = company.facts.filter(document__fiscal_year=2023, period_end=date(2023, 12, 31))
    used = facts.filter(concept__in=["is.net_income", "is.revenue"])
    assert run.result["metrics"]["net_margin"] == {
        "2023-12-31": {
            "value": "0.1350000000", "status": "value", "formula": "net_income / revenue",
            "inputs": sorted(fact.pk for fact in used),
        }
    }  # fmt: skip
    assert run.result["metrics"]["inventory_turnover"]["2023-12-31"]["reason"].startswith("Not there: ")
    assert MetricSet.objects.get().task_run == run
    again = calculated(company)
    assert (again.state, again.error_code) == (State.SKIPPED, "unchanged")


def test_the_task_tells_of_what_is_named() -> None:
    company = a_company_with_years()
    run = calculated(company, metrics=["net_margin", "current_ratio"])
    assert {code: len(years) for code, years in run.result["metrics"].items()} == {
        "net_margin": 3, "current_ratio": 3,
    }  # fmt: skip
    for period in ("2022", "2022-12-31"):
        of_year = calculated(company, metrics=["net_margin"], period=period, force=True)
        assert list(of_year.result["metrics"]["net_margin"]) == ["2022-12-31"]
    day = calculated(company, view="as_of", as_of="2023-06-01", metrics=["net_margin"])
    assert list(day.result["metrics"]["net_margin"]) == ["2022-12-31", "2021-12-31"]
    assert MetricSet.objects.count() == 1


def test_what_cannot_be_worked_out_is_said() -> None:
    nothing = calculated(a_company("empty"))
    assert (nothing.state, nothing.error_code) == (State.SKIPPED, "no_compiled_years")
    wrong = calculated(a_company("wrong"), metrics=["return_on_luck"])
    assert (wrong.state, wrong.error_code) == (State.FAILED, "unknown_ratio")
    assert wrong.error_message == "There is no ratio 'return_on_luck'. Use one of the defined codes."


def test_whose_ratios_are_due() -> None:
    company, other = a_company_with_years(), a_company("empty")
    assert list(companies_due()) == [company]
    an_hour_ago = timezone.now() - timedelta(hours=1)
    CompiledStatement.objects.update(compiled_at=an_hour_ago)
    calculate_ratios(company, at=timezone.now())
    assert list(companies_due()) == []
    MetricSet.objects.update(definitions_hash="older")
    assert list(companies_due()) == [company]
    calculate_ratios(company, at=timezone.now(), force=True)
    assert list(companies_due()) == []
    # Prices of the years make them due, later ones do not.
    share, source = listed(company), a_provider()
    soon = timezone.now() + timedelta(minutes=1)
    a_bar(share, source, date(2024, 1, 2), "25", fetched_at=soon)
    assert list(companies_due()) == []
    a_bar(share, source, date(2023, 12, 29), "25", fetched_at=soon)
    assert list(companies_due()) == [company]
    calculate_ratios(company, at=soon + timedelta(minutes=1))
    CompiledStatement.objects.update(compiled_at=soon + timedelta(hours=1))
    assert list(companies_due()) == [company]
    assert other not in companies_due()


def test_a_compile_that_was_still_being_written_is_looked_at_again() -> None:
    company = a_company_with_years()
    calculate_ratios(company, at=timezone.now())
    assert list(companies_due()) == [company]
    calculate_ratios(company, at=timezone.now() + timedelta(minutes=6))
    assert list(companies_due()) == []


def test_the_clock_works_out_what_is_due_in_both_views() -> None:
    a_company_with_years()
    run = ran("update_financial_metrics")
    assert (run.state, run.result) == (State.SUCCEEDED, {"companies": 1, "changed": 1})
    assert set(MetricSet.objects.values_list("view", flat=True)) == {"latest", "original"}
    CompiledStatement.objects.update(compiled_at=datetime(2020, 1, 1, tzinfo=UTC))
    idle = ran("update_financial_metrics")
    assert (idle.state, idle.error_code) == (State.SKIPPED, "nothing_due")


def test_one_company_that_fails_does_not_hide_the_others() -> None:
    a_company_with_years()
    bad = a_company_with_years("birch")
    bad.compiled_statements.filter(statement="balance_sheet").update(currency="EUR")
    run = ran("update_financial_metrics")
    assert (run.state, run.result) == (State.PARTIAL, {"companies": 2, "changed": 1})
    assert run.message == (
        "The ratios of 2 of 4 views could not be worked out. The first: Birch: The statements are in EUR and"
        " USD. Convert them to one currency first."
    )


@pytest.fixture
def client_of(django_user_model: type) -> APIClient:
    person = django_user_model.objects.create_user("ada")
    person.user_permissions.add(
        Permission.objects.get(codename="view_metricvalue"),
        Permission.objects.get(codename="start_calculate_financial_metrics"),
    )
    client = APIClient()
    client.force_authenticate(person)
    return client


def test_ratios_over_http(client_of: APIClient, django_assert_num_queries: object) -> None:
    company = a_company_with_years()
    a_company_with_years("birch")
    for each in (company, *type(company).objects.exclude(pk=company.pk)):
        for view in (CompiledView.LATEST, CompiledView.ORIGINAL):
            calculate_ratios(each, at=timezone.now(), view=view)
    found = client_of.get(f"/api/v1/metrics/?company={company.pk}&code=current_ratio").json()
    assert [(one["fiscal_year"], one["value"]) for one in found["results"]] == [
        (2023, "1.5000000000"), (2022, "1.3684210526"), (2021, "1.3333333333"),
    ]  # fmt: skip
    first = found["results"][0]
    assert (first["label"], first["unit"], first["formula"], first["view"], first["currency"]) == (
        "Current ratio", "times", "current_assets / current_liabilities", "latest", "",
    )  # fmt: skip
    assert [operand["concept"] for operand in first["operands"]] == ["bs.total_ca", "bs.total_cl"]
    peers = client_of.get("/api/v1/metrics/?code=free_cash_flow&year=2023").json()["results"]
    assert [(one["company"], one["currency"]) for one in peers] == [
        (company.pk, "USD"), (peers[1]["company"], "USD"),
    ]  # fmt: skip
    missing = client_of.get(f"/api/v1/metrics/?company={company.pk}&status=unavailable&year=2023").json()
    assert (
        missing["count"]
        == MetricValue.objects.filter(
            metric_set__company=company, metric_set__view="latest", status="unavailable", fiscal_year=2023
        ).count()
    )
    original = client_of.get("/api/v1/metrics/?view=original&code=current_ratio").json()
    assert {one["view"] for one in original["results"]} == {"original"}
    wrong = client_of.get("/api/v1/metrics/?year=twenty")
    assert (wrong.status_code, wrong.json()) == (400, {"year": "A whole number is needed."})


def test_lists_over_http_take_the_same_questions_however_long(
    client_of: APIClient, django_assert_max_num_queries: object
) -> None:
    calculate_ratios(a_company_with_years(), at=timezone.now())
    for size in (1, 200):
        with django_assert_max_num_queries(4):  # type: ignore[operator]
            answer = client_of.get(f"/api/v1/metrics/?page_size={size}")
        assert len(answer.json()["results"]) == size


def test_ratios_are_started_over_http(client_of: APIClient) -> None:
    company = a_company_with_years()
    address = "/api/background-tasks/data/metrics"
    sent = client_of.post(
        address, {"company": company.pk, "metrics": ["net_margin"], "period": "2023"}, format="json"
    )
    assert sent.status_code == 202, sent.json()
    run = work_off(TaskRun.objects.get(pk=sent.json()["task_id"]))
    assert run.result["metrics"]["net_margin"]["2023-12-31"]["value"] == "0.1350000000"
    for body, said in (
        ({"company": company.pk, "metrics": ["luck"]}, "There is no ratio 'luck'."),
        ({"company": company.pk, "view": "as_of"}, "The view as_of needs a day"),
        ({"company": company.pk, "as_of": "2023-01-01"}, "no other view has one"),
    ):
        refused = client_of.post(address, body, format="json")
        assert refused.status_code == 400
        assert said in str(refused.json())
    assert client_of.post(address, {"company": 999}, format="json").status_code == 404
    assert TaskRun.objects.count() == 1


def test_companies_offer_the_work_in_their_list(django_user_model: type) -> None:
    company = a_company_with_years()
    client = Client()
    client.force_login(django_user_model.objects.create_superuser("stella"))
    sent = client.post(
        "/admin/companies/company/",
        {"action": "calculate_financial_metrics", "_selected_action": [company.pk]},
        follow=True,
    )
    assert "1 run is queued." in sent.content.decode()
    work_off(TaskRun.objects.get(task="calculate_financial_metrics"))
    assert MetricSet.objects.get().company == company
