"""The tasks of tone, as a worker does them, and their doors over HTTP."""

import pytest
from django.db.models import Model
from rest_framework.test import APIClient

from analysis.models import SentimentAnalysis, SentimentComparison, SentimentTrend
from analysis.sentiment.trends import update_trends
from jobs.launch import launch
from jobs.models import TaskRun
from jobs.states import State
from tests.analysis.sentiment.reports import BAD, DULL, GOOD, report
from tests.analysis.sentiment.test_analyze import TODAY
from tests.extraction.working import work_off

pytestmark = pytest.mark.django_db


def done(task: str, subject: Model | None = None, **arguments: object) -> TaskRun:
    """A run of the task, worked off with whatever it starts."""
    return work_off(launch(task, subject=subject, **arguments).run)


def test_a_document_is_judged() -> None:
    document = report("Northwind", 2024, GOOD, DULL)

    run = done("analyze_document_sentiment", document, document_id=document.pk)

    assert run.state == State.SUCCEEDED
    result = run.result
    assert result["overall"] == {
        "score": SentimentAnalysis.objects.get().score,
        "polarity": "positive",
        "confidence": SentimentAnalysis.objects.get().confidence,
        "sentences": 3,
    }
    assert len(result["topics"]) == 8
    assert result["topics"]["regulatory_environment"] is None
    assert [one["page"] for one in result["sentences"]] == [1, 1, 1]
    assert result["sentences"][0]["terms"]
    assert (result["is_new"], result["trend_delta"]) == (True, None)


def test_no_evidence_gives_null_and_says_why() -> None:
    document = report("Northwind", 2024, DULL)

    run = done("analyze_document_sentiment", document, document_id=document.pk)

    assert run.result["overall"] is None
    assert set(run.result["topics"].values()) == {None}
    assert run.warnings == ["No sentence of the document says anything good or bad, so that it has no score."]


def test_a_batch_reports_each_document_in_order() -> None:
    good, dull = report("Northwind", 2024, GOOD), report("Northwind", 2023, DULL)
    empty = report("Northwind", 2022, BAD)
    empty.current_version = None
    empty.save()

    run = done("batch_sentiment_analysis", None, document_ids=[dull.pk, 999_999, good.pk, empty.pk, dull.pk])

    assert run.state == State.PARTIAL
    assert [(one["document_id"], one["status"], one.get("code")) for one in run.result["results"]] == [
        (dull.pk, "success", None),
        (999_999, "failed", "document_not_found"),
        (good.pk, "success", None),
        (empty.pk, "failed", "not_downloaded"),
    ]
    assert [run.result[name] for name in ("total", "analysed", "without_evidence", "failed")] == [4, 2, 1, 2]


def test_trends_and_comparisons() -> None:
    for year in (2024, 2025):
        for name, text in (("Northwind", GOOD), ("Southwind", BAD)):
            document = report(name, year, text)
            done("analyze_document_sentiment", document, document_id=document.pk)
    companies = sorted({one.document.company_id for one in SentimentAnalysis.objects.all()})

    trend = done("update_sentiment_trends", document.company, company_id=document.company_id, window="ALL")
    compared = done("compare_company_sentiment", None, company_ids=companies, timeframe="10Y")
    lonely = done("compare_company_sentiment", None, company_ids=companies, timeframe="1M")

    assert trend.state == State.SUCCEEDED
    assert trend.result["points"] > 2
    assert [one["company"] for one in compared.result["ranking"]] == ["Northwind", "Southwind"]
    assert SentimentComparison.objects.get(pk=compared.result["comparison_id"]).companies.count() == 2
    assert (lonely.state, lonely.error_code or lonely.code) == (State.PARTIAL, "insufficient")


def test_trends_of_all_companies_that_have_scores() -> None:
    assert done("update_sentiment_trends", None, window="ALL").error_code == "no_scores"
    for name, text in (("Northwind", GOOD), ("Southwind", BAD), ("Eastwind", DULL)):
        document = report(name, 2024, text)
        done("analyze_document_sentiment", document, document_id=document.pk)

    run = done("update_sentiment_trends", None, window="ALL")

    assert run.state == State.SUCCEEDED
    assert run.result == {"companies": 2, "followed": 2, "new_shifts": 0, "failed": []}
    followed = SentimentTrend.objects.values_list("company__name", flat=True).distinct()
    assert set(followed) == {"Northwind", "Southwind"}


def test_a_window_that_is_none_starts_no_company() -> None:
    document = report("Northwind", 2024, GOOD)
    done("analyze_document_sentiment", document, document_id=document.pk)

    run = done("update_sentiment_trends", None, window="12 weeks")

    assert (run.state, run.error_code) == (State.FAILED, "wrong_span")
    assert TaskRun.objects.filter(task="update_sentiment_trends").count() == 1


def test_trends_without_a_score_say_what_to_do() -> None:
    company = report("Northwind", 2024, GOOD).company

    run = done("update_sentiment_trends", company, company_id=company.pk)

    assert run.state == State.SKIPPED
    assert "Judge the tone of documents first." in run.message


@pytest.fixture
def client(admin_user) -> APIClient:  # type: ignore[no-untyped-def]
    client = APIClient()
    client.force_authenticate(admin_user)
    return client


def test_the_tone_is_read_over_http(client: APIClient) -> None:
    document = report("Northwind", 2024, GOOD, DULL)
    run = done("analyze_document_sentiment", document, document_id=document.pk)
    update_trends(document.company, "ALL", today=TODAY)

    listed = client.get("/api/v1/sentiment/", {"company": document.company_id}).json()["results"]
    one = client.get(f"/api/v1/sentiment/{run.result['analysis_id']}/").json()
    points = client.get("/api/v1/sentiment-trends/", {"company": document.company_id, "topic": ""}).json()

    assert [row["document"] for row in listed] == [document.pk]
    assert "sentences" not in listed[0]
    assert len(one["sentences"]) == 3
    assert one["topics"]["regulatory_environment"] is None
    assert [point["period_end"] for point in points["results"]] == ["2024-12-31"]
    assert client.get("/api/v1/sentiment/", {"colour": "red"}).status_code == 400


def test_lists_ask_the_database_the_same_number_of_times(
    client: APIClient, django_assert_num_queries
) -> None:  # type: ignore[no-untyped-def]
    for year in range(2019, 2025):
        document = report("Northwind", year, GOOD)
        done("analyze_document_sentiment", document, document_id=document.pk)

    with django_assert_num_queries(3):
        assert len(client.get("/api/v1/sentiment/").json()["results"]) == 6


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("analyze", {"document_id": 0}, 400),
        ("analyze", {"document_id": 999_999}, 404),
        ("batch-analyze", {"document_ids": []}, 400),
        ("batch-analyze", {"document_ids": [5, 6]}, 202),
        ("trends", {"company_id": 999_999}, 404),
        ("trends", {"company_id": 1, "window": "two years"}, 400),
        ("compare", {"company_ids": [1]}, 400),
        ("compare", {"company_ids": [999_998, 999_999]}, 400),
        ("compare", {"company_ids": [1, 2], "timeframe": "2W"}, 400),
        ("compare", {"company_ids": [1, 2], "timeframe": "custom"}, 400),
    ],
)
def test_what_cannot_be_used_is_refused(
    client: APIClient, path: str, body: dict[str, object], status: int
) -> None:
    answer = client.post(f"/api/background-tasks/sentiment/{path}", body, format="json")

    assert answer.status_code == status
    assert TaskRun.objects.count() == (status == 202)


def test_a_comparison_of_ones_own_time_is_started(client: APIClient) -> None:
    ids = sorted(report(name, 2024, GOOD).company_id for name in ("Northwind", "Southwind"))
    body = {"company_ids": ids, "timeframe": "custom", "start": "2024-01-01", "end": "2024-12-31"}

    answer = client.post("/api/background-tasks/sentiment/compare/", body, format="json")
    backwards = client.post(
        "/api/background-tasks/sentiment/compare/", {**body, "end": "2023-12-31"}, format="json"
    )

    assert answer.status_code == 202
    assert TaskRun.objects.get().arguments == {**body}
    assert backwards.status_code == 400
