"""What the worker is told: only JSON, one message at a time, acknowledged when done, in processes."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.conf import settings
from kombu import Connection

from config.celery import app
from config.queues import CLASSES, MARKET_DATA, QUEUES, TASK_ROUTES, Route, gap_of
from tests.processes import RunningWorker

ROOT = Path(__file__).resolve().parents[2]


def test_the_twelve_queues() -> None:
    assert len(QUEUES) == len(set(QUEUES)) == 12
    assert set(app.amqp.queues) == set(QUEUES)
    assert app.conf.task_default_queue == "default"
    assert app.conf.task_create_missing_queues is False


def test_messages_are_json_and_nothing_else() -> None:
    assert app.conf.accept_content == ["json"]
    assert app.conf.result_accept_content == ["json"]
    assert app.conf.task_serializer == app.conf.result_serializer == app.conf.event_serializer == "json"


def test_messages_are_acknowledged_when_done_and_fetched_one_by_one() -> None:
    assert app.conf.task_acks_late is True
    assert app.conf.task_reject_on_worker_lost is False
    assert app.conf.worker_prefetch_multiplier == 1
    assert app.conf.task_track_started is True
    assert app.conf.worker_pool == "prefork"
    assert app.conf.enable_utc is True
    assert app.conf.timezone == "UTC"


def test_no_message_comes_back_while_its_task_may_still_run() -> None:
    longest = max(route.hard for route in TASK_ROUTES.values())
    assert longest == 7200
    for timeout in (
        app.conf.broker_transport_options["visibility_timeout"],
        app.conf.result_backend_transport_options["visibility_timeout"],
        app.conf.visibility_timeout,
    ):
        assert timeout == settings.VISIBILITY_TIMEOUT == longest + 3600


@pytest.mark.parametrize(
    ("task", "queue", "soft", "hard", "retries"),
    [
        ("extract_company_financial_data", "orchestration", 6900, 7200, 2),
        ("scrape_investor_relations", "scraping", 300, 600, 3),
        ("download_pdf", "scraping", 300, 600, 3),
        ("classify_document", "scraping", 300, 600, 3),
        ("extract_financial_statements", "extraction", 1650, 1800, 3),
        ("extraction.process_document", "extraction", 1650, 1800, 3),
        ("process_all_documents", "orchestration", 6900, 7200, 2),
        ("normalize_and_compile_statements", "compilation", 1650, 1800, 2),
        ("compile_company_statements", "compilation", 1650, 1800, 2),
        ("recompile_company_statements", "orchestration", 6900, 7200, 2),
    ],
)
def test_limits_of_the_main_job(task: str, queue: str, soft: int, hard: int, retries: int) -> None:
    assert TASK_ROUTES[task] == Route(queue, soft=soft, hard=hard, max_retries=retries, rate_limit="100/m")
    assert app.conf.task_routes[task] == {"queue": queue}


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        (("nowhere", 1, 2, 0), "nowhere is none of the queues"),
        (("default", 2, 2, 0), "the soft limit 2 s has to lie below the hard limit 2 s"),
        (("default", 1, 2, -1), "max_retries cannot be negative"),
    ],
)
def test_a_wrong_route_is_refused(values: tuple[str, int, int, int], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        Route(*values)


def test_each_queue_has_limits_for_its_tasks() -> None:
    assert set(CLASSES) == set(QUEUES)
    assert {queue: route.queue for queue, route in CLASSES.items()} == {queue: queue for queue in QUEUES}
    retries = {queue: route.max_retries for queue, route in CLASSES.items()}
    assert retries == {**dict.fromkeys(QUEUES, 3), "compilation": 2, "orchestration": 2}
    rates = {queue: route.rate_limit for queue, route in CLASSES.items()}
    assert rates == {**dict.fromkeys(QUEUES, "100/m"), "model_training": "10/h"}
    assert (CLASSES["model_training"].shared_gap, MARKET_DATA.rate_limit, MARKET_DATA.shared_gap) == (
        360.0,
        "20/m",
        3.0,
    )


@pytest.mark.parametrize(("rate", "gap"), [("5/s", 0.2), ("100/m", 0.6), ("10/h", 360.0)])
def test_a_rate_is_a_gap_between_two_starts(rate: str, gap: float) -> None:
    assert gap_of(rate) == pytest.approx(gap)


@pytest.mark.parametrize("rate", ["10", "0/h", "10/d", "ten/h", "-1/m", "10/h ", ""])
def test_what_is_no_rate_is_refused(rate: str) -> None:
    with pytest.raises(ValueError, match="is no rate"):
        gap_of(rate)


@pytest.mark.parametrize(
    ("queues", "tasks"),
    [("scraping,monitoring", 1000), ("scraping,extraction", 100), ("document_processing", 100), (None, 100)],
)
def test_processes_that_read_files_are_replaced_sooner(queues: str | None, tasks: int) -> None:
    shown = (
        "from config.celery import app; from celery.apps.worker import Worker;"
        f"print(app.Worker(queues={queues!r}, hostname='x@here', quiet=True).max_tasks_per_child)"
    )
    done = subprocess.run([sys.executable, "-c", shown], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout == f"{tasks}\n", done.stderr


@pytest.mark.parametrize("pool", ["threads", "solo"])
def test_other_pools_are_refused(broker: str, pool: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "celery", "-A", "config", "worker", "--pool", pool],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode != 0
    assert "cannot be used: reading PDFs needs processes. Start with --pool prefork." in done.stderr


@pytest.mark.django_db(transaction=True)
def test_a_pickled_message_is_refused_and_the_worker_goes_on(worker: RunningWorker, tmp_path: Path) -> None:
    marker = tmp_path / "was-run"
    with Connection(settings.CELERY_BROKER_URL) as connection:
        queue = connection.SimpleQueue("default")
        queue.put(_RunsWhenUnpickled(str(marker)), serializer="pickle")
        queue.put({"figure": 1}, serializer="json")
        queue.close()
    for words in ("ContentDisallowed", "unknown message"):
        _until(lambda words=words: words.lower() in worker.said().lower())
    assert not marker.exists()
    assert worker.process.poll() is None


class _RunsWhenUnpickled:
    def __init__(self, path: str) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return (os.mkdir, (self.path,))


def _until(condition, seconds: float = 20) -> None:  # type: ignore[no-untyped-def]
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.1)
