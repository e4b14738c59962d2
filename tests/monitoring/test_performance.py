"""Measurements out of rows, exact, and the same figures as Prometheus reads them."""

import json
import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from ipaddress import ip_network
from pathlib import Path

import pytest
import yaml
from django.contrib.auth.models import User
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families
from rest_framework.test import APIClient

from engine.trend import quantile, theil_sen
from extraction.models import CallState, LlmCall
from jobs.models import AttemptEnd, TaskAttempt, TaskRun
from jobs.states import State
from monitoring.models import Health, HealthCheck, Metric, PerformanceSample
from monitoring.performance.measure import measure
from monitoring.performance.metrics import exposition
from monitoring.performance.trends import trends

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _without_a_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jobs.broker._closed_until", math.inf)


def a_run(
    state: State, ended: datetime | None, *, waited: int = 1, worked: int = 10, task: str = "a"
) -> TaskRun:
    started = ended and ended - timedelta(seconds=worked)
    return TaskRun.objects.create(
        task=task,
        queue="scraping",
        digest=f"{TaskRun.objects.count()}",
        state=state,
        queued_at=started - timedelta(seconds=waited) if started else NOON,
        started_at=started,
        finished_at=ended,
    )


def figures(metric: Metric) -> Mapping[str, Decimal]:
    return dict(PerformanceSample.objects.filter(metric=metric).values_list("series", "value"))


def test_quantiles_are_values_that_occurred() -> None:
    hundred = [float(number) for number in range(1, 101)]
    assert [quantile(hundred, share) for share in (0.0, 0.5, 0.95, 0.99, 1.0)] == [1, 50, 95, 99, 100]
    assert quantile([7.0], 0.5) == 7.0
    assert quantile([1.0, 2.0, 3.0], 0.5) == 2.0
    with pytest.raises(ValueError, match="No values"):
        quantile([], 0.5)


def test_a_slope_that_one_odd_point_does_not_move() -> None:
    line = [(float(hour), 2.0 * hour + 1) for hour in range(9)]
    assert theil_sen(line) == 2.0
    assert theil_sen([*line[:4], (4.0, 1e9), *line[5:]]) == 2.0
    assert theil_sen(line[:4]) is None
    assert theil_sen([(1.0, value) for _, value in line]) is None


@pytest.mark.django_db
def test_a_window_is_measured_exactly_and_once() -> None:
    for number in range(1, 21):
        a_run(State.SUCCEEDED, NOON - MINUTE, waited=number, worked=number * 2)
    a_run(State.FAILED, NOON, waited=30, worked=50)
    a_run(State.SUCCEEDED, NOON - 10 * MINUTE)  # belongs to the window before
    again = a_run(State.QUEUED, None, task="b")
    TaskAttempt.objects.create(
        run=again, fence=1, attempt=1, worker="w", started_at=NOON - 2 * MINUTE, ended_at=NOON - MINUTE,
        end=AttemptEnd.RETRY,
    )  # fmt: skip
    LlmCall.objects.create(
        key="k", prompt="p", model="m", endpoint="e", state=CallState.ANSWERED, cost=Decimal("0.125"),
        finished_at=NOON - MINUTE,
    )  # fmt: skip
    measure(NOON)
    of_a = "quantile={},queue=scraping,task=a"
    assert figures(Metric.RUNS_ENDED) == {
        "queue=scraping,state=failed,task=a": 1,
        "queue=scraping,state=succeeded,task=a": 20,
    }
    assert figures(Metric.WAIT_SECONDS) == {
        of_a.format("0.5"): 11,
        of_a.format("0.95"): 20,
        of_a.format("0.99"): 30,
    }
    assert figures(Metric.RUN_SECONDS) == {
        of_a.format("0.5"): 22,
        of_a.format("0.95"): 40,
        of_a.format("0.99"): 50,
    }
    assert figures(Metric.RETRIES) == {"queue=scraping,task=b": 1}
    assert figures(Metric.RUNS_WAITING)["queue=scraping"] == 1
    # The broker does not answer, so that nothing is said of it.
    assert figures(Metric.QUEUE_MESSAGES) == {}
    assert figures(Metric.MODEL_COST_DOLLARS) == {"model=m": Decimal("0.125")}
    assert figures(Metric.DATABASE_BYTES)[""] > 100_000
    assert measure(NOON) == []
    # The next window begins where this one ended.
    a_run(State.SUCCEEDED, NOON + MINUTE)
    later = measure(NOON + 25 * MINUTE)
    assert {sample.since for sample in later} == {NOON}
    assert [int(sample.value) for sample in later if sample.metric == Metric.RUNS_ENDED] == [1]


@pytest.mark.django_db
def test_a_rise_is_seen_and_its_speed_said() -> None:
    PerformanceSample.objects.bulk_create(
        PerformanceSample(
            metric=Metric.DATABASE_BYTES,
            value=1000 + 100 * hour,
            since=NOON - timedelta(hours=9 - hour),
            at=NOON - timedelta(hours=8 - hour),
        )
        for hour in range(9)
    )
    (trend,) = trends(NOON)
    assert trend.as_fields() == {
        "metric": "database_bytes",
        "series": "",
        "last": 1800.0,
        "per_hour": 100.0,
        "share_per_hour": 0.055556,
        "points": 9,
    }


def scraped(client: APIClient) -> dict[str, dict[tuple[str, ...], float]]:
    """Every family by name: values by their labels in the order of the labels' names."""
    answer = client.get("/metrics", HTTP_ACCEPT="application/openmetrics-text;version=1.0.0,text/plain;q=0.5")
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/plain")
    families = text_string_to_metric_families(answer.content.decode())
    return {
        family.name: {
            tuple(sample.labels[name] for name in sorted(sample.labels)): sample.value
            for sample in family.samples
        }
        for family in families
    }


@pytest.mark.django_db
def test_prometheus_reads_what_the_rows_say() -> None:
    now = timezone.now()
    for number in range(3):
        a_run(State.SUCCEEDED, now - MINUTE, worked=number + 1)
    a_run(State.FAILED, now - 30 * MINUTE)
    a_run(State.SUCCEEDED, now - 61 * MINUTE)
    a_run(State.QUEUED, None, task='odd "name"\\')
    measure(now)
    HealthCheck.objects.create(
        checked_at=now, observed=Health.UNHEALTHY, health=Health.DEGRADED, milliseconds=7,
        probes=[
            {"name": "disk", "health": "degraded", "milliseconds": 5},
            {"name": "memory", "health": "unknown", "milliseconds": 2},
        ],
    )  # fmt: skip
    client = APIClient()
    client.force_login(User.objects.create_user("ada", is_staff=True))
    found = scraped(client)
    assert found["tenfold_runs_ended_last_hour"] == {
        ("scraping", "failed", "a"): 1,
        ("scraping", "succeeded", "a"): 3,
    }
    assert found["tenfold_runs_unfinished"] == {("scraping", "queued", 'odd "name"\\'): 1}
    assert found["tenfold_run_seconds"] == {
        ("0.5", "scraping", "a"): 2,
        ("0.95", "scraping", "a"): 3,
        ("0.99", "scraping", "a"): 3,
    }
    assert found["tenfold_broker_up"] == {(): 0}
    assert found["tenfold_queue_messages"] == {}
    assert found["tenfold_health"] == {("all",): 1, ("disk",): 1}
    assert found["tenfold_health_seconds"] == {("disk",): 0.005, ("memory",): 0.002}
    stored = {
        (sample.metric, tuple(sample.labels[name] for name in sorted(sample.labels))): float(sample.value)
        for sample in PerformanceSample.objects.all()
    }
    for metric in (Metric.WAIT_SECONDS, Metric.FREE_MEMORY_BYTES, Metric.WORKER_MEMORY_BYTES):
        said = found[f"tenfold_{metric.value}"]
        assert said == {labels: value for (name, labels), value in stored.items() if name == metric}


@pytest.mark.django_db
def test_who_may_take_the_figures(settings) -> None:  # type: ignore[no-untyped-def]
    client = APIClient()
    assert client.get("/metrics").status_code == 401
    client.force_login(User.objects.create_user("sam"))
    assert client.get("/metrics").status_code == 403
    settings.METRICS_ADDRESSES = [ip_network("10.1.0.0/16")]
    assert client.get("/metrics", REMOTE_ADDR="10.2.0.1").status_code == 403
    assert APIClient().get("/metrics", REMOTE_ADDR="10.1.2.3").status_code == 200
    # What a visitor writes into the header is not believed.
    assert (
        APIClient().get("/metrics", REMOTE_ADDR="10.2.0.1", HTTP_X_FORWARDED_FOR="10.1.2.3").status_code
        == 401
    )


@pytest.mark.django_db
def test_scraping_asks_the_same_number_of_questions_however_much_there_is(
    django_assert_num_queries,  # type: ignore[no-untyped-def]
) -> None:
    client = APIClient()
    client.force_login(User.objects.create_user("ada", is_staff=True))
    measure(NOON)
    with django_assert_num_queries(QUERIES):
        client.get("/metrics")
    for number in range(30):
        a_run(State.SUCCEEDED, timezone.now(), task=f"task{number}")
    measure(timezone.now())
    with django_assert_num_queries(QUERIES):
        client.get("/metrics")


QUERIES = 7


DOCS = Path(__file__).resolve().parents[2] / "docs" / "monitoring"


@pytest.mark.django_db
def test_dashboard_and_alert_rules_ask_for_figures_that_there_are() -> None:
    now = timezone.now()
    HealthCheck.objects.create(
        checked_at=now, observed=Health.HEALTHY, health=Health.HEALTHY, milliseconds=1, probes=[]
    )
    given = {family.name for family in text_string_to_metric_families(exposition().decode())}
    rules = yaml.safe_load((DOCS / "alerts.yml").read_text(encoding="utf-8"))["groups"][0]["rules"]
    board = json.loads((DOCS / "grafana.json").read_text(encoding="utf-8"))
    asked = [rule["expr"] for rule in rules]
    asked += [target["expr"] for panel in board["panels"] for target in panel["targets"]]
    named = {name for expression in asked for name in re.findall(r"tenfold_\w+", expression)}
    assert named == given
    assert (len(rules), len(board["panels"])) == (7, 12)
