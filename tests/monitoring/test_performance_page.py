"""The page of performance: its figures are those of the rows, and it asks as much for many as for few."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from monitoring.models import Metric, PerformanceSample
from monitoring.models.performance import series_of
from monitoring.performance.charts import MOST_SERIES, PERIODS, Chart, charts, tasks

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
WINDOW = timedelta(minutes=10)


def measured(metric: Metric, value: float | str, at: datetime = NOON, **labels: str) -> None:
    PerformanceSample.objects.create(
        metric=metric, labels=labels, series=series_of(labels), value=Decimal(str(value)), since=at - WINDOW,
        at=at,
    )  # fmt: skip


def a_day() -> None:
    """Two windows of two tasks on one queue, and one of the system."""
    download = {"task": "download_pdf", "queue": "documents"}
    classify = {"task": "classify_document", "queue": "documents"}
    for at, ended, failed, slow in ((NOON - WINDOW, 7, 0, 4.5), (NOON, 5, 2, 9.25)):
        measured(Metric.RUNS_ENDED, ended, at, state="succeeded", **download)
        if failed:
            measured(Metric.RUNS_ENDED, failed, at, state="failed", **download)
        for share, factor in (("0.5", 0.5), ("0.95", 1), ("0.99", 2)):
            measured(Metric.RUN_SECONDS, slow * factor, at, quantile=share, **download)
            measured(Metric.WAIT_SECONDS, factor, at, quantile=share, **download)
    measured(Metric.RUNS_ENDED, 3, NOON, state="succeeded", **classify)
    measured(Metric.RUN_SECONDS, 30, NOON, quantile="0.95", **classify)
    measured(Metric.RETRIES, 4, NOON, **download)
    measured(Metric.RUNS_WAITING, 11, NOON, queue="documents")
    measured(Metric.FREE_MEMORY_BYTES, 2_500_000_000, NOON)
    measured(Metric.WORKER_MEMORY_BYTES, 125_000_000, NOON)
    measured(Metric.DATABASE_BYTES, 40_000_000, NOON)
    measured(Metric.MODEL_COST_DOLLARS, "0.25", NOON, model="small")


def drawn(period: str = "day", task: str = "", until: datetime = NOON) -> dict[str, Chart]:
    return {chart.key: chart for chart in charts(until, PERIODS[period], task)}


def test_the_charts_of_a_day() -> None:
    a_day()
    found = drawn()
    moments = ("2026-03-02T11:50:00+00:00", "2026-03-02T12:00:00+00:00")
    assert found["ended"].moments == moments
    assert found["ended"].series == (("documents", (7.0, 10.0)),)
    # Nothing failed in the first window, which is known.
    assert found["failed"].series == (("documents", (0.0, 2.0)),)
    assert found["repeated"].series == (("documents", (4.0,)),)
    # Of a queue the slowest task.
    assert found["worked"].series == (("documents", (4.5, 30.0)),)
    assert found["waited"].series == (("documents", (1.0, 1.0)),)
    assert found["waiting"].series == (("documents", (11.0,)),)
    assert found["memory"].series == (
        ("A worker process, at most", (125.0,)),
        ("Free on the machine, at least", (2500.0,)),
    )
    assert found["database"].series == (("Database", (40.0,)),)
    assert found["cost"].series == (("small", (0.25,)),)
    assert found["cost"].says == "US dollars: small 0.25."
    assert found["worked"].says == "Seconds: documents last 30, at most 30."


def test_the_charts_of_one_task_have_its_quantiles() -> None:
    a_day()
    found = drawn(task="download_pdf")
    assert sorted(found) == ["ended", "failed", "repeated", "waited", "worked"]
    assert found["ended"].series == (("documents", (7.0, 7.0)),)
    assert found["worked"].series == (
        ("50% of runs", (2.25, 4.625)),
        ("95% of runs", (4.5, 9.25)),
        ("99% of runs", (9.0, 18.5)),
    )


def test_a_week_is_put_together_by_hours_and_a_month_by_days() -> None:
    a_day()
    week, month = drawn("week"), drawn("month")
    assert week["ended"].moments == ("2026-03-02T11:00:00+00:00", "2026-03-02T12:00:00+00:00")
    assert month["ended"].moments == ("2026-03-02T00:00:00+00:00",)
    assert month["ended"].series == (("documents", (17.0,)),)
    assert month["worked"].series == (("documents", (30.0,)),)


def test_what_was_before_the_time_is_not_in_it() -> None:
    a_day()
    assert drawn(until=NOON + timedelta(hours=25))["ended"].series == ()
    assert tasks(NOON + timedelta(hours=25), PERIODS["day"]) == []


def test_no_more_series_than_can_be_told_apart() -> None:
    for number in range(12):
        measured(Metric.RUNS_WAITING, number, NOON, queue=f"queue{number:02}")
    names = [name for name, _ in drawn()["waiting"].series]
    assert names == [f"queue{number:02}" for number in range(12 - MOST_SERIES, 12)]


def test_the_table_of_tasks() -> None:
    a_day()
    download, classify = tasks(NOON, PERIODS["day"])
    assert (download.task, download.ended, download.failed, download.repeated) == ("download_pdf", 14, 2, 4)
    assert (download.waited, download.worked) == (1.0, 9.25)
    assert (classify.task, classify.ended, classify.failed) == ("classify_document", 3, 0)
    assert (classify.waited, classify.worked) == (None, 30.0)


def test_the_page(admin_client: Client) -> None:
    empty = admin_client.get("/admin/performance/").content.decode()
    assert "<h2>Nothing was measured yet</h2>" in empty
    now = timezone.now()
    measured(Metric.RUNS_ENDED, 9, now - WINDOW, task="download_pdf", queue="documents", state="failed")
    for address in ("", "?period=week", "?period=never", "?period=month&task=download_pdf"):
        page = admin_client.get(f"/admin/performance/{address}").content.decode()
        assert 'id="tf-chart-failed"' in page
        assert "Runs: documents 9." in page
        assert "9 (100.0 %)" in page
        assert 'id="tf-performance-data"' in page
    assert 'id="tf-chart-memory"' not in page
    assert "Nothing had to be repeated." in page


def test_it_asks_as_many_questions_for_much_as_for_little(
    admin_client: Client, django_assert_num_queries
) -> None:  # type: ignore[no-untyped-def]
    now = timezone.now()
    measured(Metric.RUNS_ENDED, 1, now - WINDOW, task="download_pdf", queue="documents", state="succeeded")
    admin_client.get("/admin/performance/")
    with CaptureQueriesContext(connection) as few:
        admin_client.get("/admin/performance/")
    for number in range(30):
        labels = {"task": f"task{number}", "queue": f"queue{number}"}
        measured(Metric.RUNS_ENDED, number, now - 2 * WINDOW, state="succeeded", **labels)
        measured(Metric.RUN_SECONDS, number, now - 2 * WINDOW, quantile="0.95", **labels)
    with django_assert_num_queries(len(few)):
        admin_client.get("/admin/performance/")


def test_who_may_not_look_is_refused(client: Client) -> None:
    client.force_login(User.objects.create_user("vera", is_staff=True))
    assert client.get("/admin/performance/").status_code == 403
