"""Each part of the system turns red by a real fault and green again, and each change is one alert."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from celery import current_app
from django.core.cache import cache
from django.utils import timezone
from django_celery_beat.models import IntervalSchedule, PeriodicTask
from rest_framework.test import APIClient

from jobs import broker as broker_door
from jobs.models import TaskRun
from jobs.schedules import message_of
from jobs.tracking import START_SCHEDULED
from monitoring import probes
from monitoring.alerts.collect import collect
from monitoring.models import Alert, AlertState, Health, HealthTransition
from monitoring.watch import look
from tests.faults.installation import Installation
from tests.jobs.processes import Worker

HEALTH = "/api/background-tasks/health"


def looked() -> dict[str, tuple[str, str]]:
    """The standing state and the sentence of each part after one look more."""
    # What failed a moment ago is asked again at once here.
    broker_door._closed_until = 0.0
    check = look(timezone.now(), pause=lambda seconds: None)
    collect(timezone.now())
    return {part["name"]: (part["health"], part["sentence"]) for part in check.probes}


def states() -> dict[str, str]:
    return {name: health for name, (health, _) in looked().items() if health not in ("healthy", "unknown")}


def green(installation: Installation) -> None:
    installation.wait(lambda: states() == {}, "health")


def alerts_of(part: str) -> list[tuple[str, int, str]]:
    named = Alert.objects.filter(rule__code="health", title__startswith=f"{part.capitalize()}:")
    return list(named.order_by("pk").values_list("title", "count", "state"))


@contextmanager
def red_then_green(installation: Installation, *parts: str) -> Iterator[dict[str, tuple[str, str]]]:
    """In the block the fault is there: it fills what the parts say. Behind it the fault is over."""
    said: dict[str, tuple[str, str]] = {}
    yield said
    for part in parts:
        ((title, count, state),) = alerts_of(part)
        assert (count, state) == (1, AlertState.OPEN), title
    green(installation)
    for part in parts:
        ((title, count, state),) = alerts_of(part)
        assert (count, state) == (1, AlertState.RESOLVED), title
    changes = HealthTransition.objects.order_by("probe", "at").values_list("probe", "after")
    assert len(changes) == 2 * len(parts), list(changes)
    assert {after for probe, after in list(changes)[1::2]} == {Health.HEALTHY}
    assert not HealthTransition.objects.filter(told_at=None).exists()


@pytest.fixture
def worker(installation: Installation) -> Worker:
    """Everything is well before the fault."""
    running = installation.worker(1)
    installation.slow(1)
    installation.settle()
    green(installation)
    assert Alert.objects.filter(rule__code="health").count() == 0
    return running


def test_a_broker_that_is_killed(installation: Installation, worker: Worker) -> None:
    """Nobody can ask the workers without it."""
    installation.broker.kill()
    with red_then_green(installation, "broker", "workers") as said:
        for _ in range(3):  # one alert, however often it is looked at
            said.update(looked())
        assert {name: said[name] for name in ("broker", "workers")} == {
            "broker": (
                "unhealthy",
                "The broker does not answer. New runs wait in the database until it does.",
            ),
            "workers": (
                "unhealthy",
                "The workers cannot be asked, because the broker does not answer.",
            ),
        }
        assert APIClient().get(HEALTH).status_code == 503
        installation.broker.start()
    broker_door._closed_until = 0.0
    assert APIClient().get(HEALTH).status_code == 200


def test_a_worker_that_is_gone(installation: Installation, worker: Worker) -> None:
    worker.kill_everything()
    with red_then_green(installation, "workers") as said:
        said.update(looked())
        assert said["workers"] == (
            "unhealthy",
            "No worker answers. Start one, or look into the worker's log.",
        )
        installation.worker(1)


def test_a_worker_that_does_not_take_from_a_queue(installation: Installation, worker: Worker) -> None:
    def tell(what: str) -> None:
        mailbox = current_app.control.mailbox(broker_door._connection())
        mailbox.producer_pool = None
        mailbox.abcast(what, {"queue": "scraping"})
        time.sleep(2)

    tell("cancel_consumer")
    with red_then_green(installation, "workers") as said:
        said.update(looked())
        assert said["workers"] == ("unhealthy", "No worker takes from: scraping.")
        tell("add_consumer")


def test_a_dispatcher_that_is_gone(
    installation: Installation, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was not sent when it was asked for waits for the dispatcher, which is dead."""
    installation.processes["dispatcher"].kill()
    installation.processes["dispatcher"].wait()
    with monkeypatch.context() as away:
        away.setattr(broker_door, "is_resting", lambda: True)
        installation.launch("tests.faults.slow", "unsent")
    TaskRun.objects.filter(sent_at=None, state="queued").update(
        queued_at=timezone.now() - timedelta(minutes=3)
    )
    with red_then_green(installation, "dispatcher") as said:
        said.update(looked())
        assert said["dispatcher"] == (
            "unhealthy",
            "1 due runs were not sent and 0 lost ones not taken back for 2 minutes."
            " Is `manage.py dispatch_runs` running?",
        )
        installation.start_dispatcher()


def test_a_scheduler_that_is_stopped(
    installation: Installation, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its grace is seconds here, and what it sends is of no account."""
    monkeypatch.setattr(probes, "SCHEDULER_GRACE", timedelta(seconds=6))
    monkeypatch.setitem(installation.environment, "TESTS_SYNC_EVERY", "1")
    PeriodicTask.objects.create(
        name="Every two seconds",
        task=START_SCHEDULED,
        kwargs=message_of("Every two seconds", "tests.faults.slow", {"key": "slot"}),
        interval=IntervalSchedule.objects.create(every=2, period=IntervalSchedule.SECONDS),
        start_time=timezone.now() - timedelta(seconds=2),
    )
    words = ("-m", "celery", "-A", "tests.faults.worker", "beat", "--pidfile", "", "--max-interval", "1")
    beat = installation.process("beat", *words)
    installation.wait(
        lambda: PeriodicTask.objects.filter(last_run_at__gt=timezone.now() - timedelta(seconds=4)).exists(),
        "the first message",
    )
    HealthTransition.objects.all().delete()
    Alert.objects.all().delete()
    os.kill(beat.pid, signal.SIGSTOP)
    with red_then_green(installation, "scheduler") as said:
        installation.wait(
            lambda: said.update(looked()) or said["scheduler"][0] == "degraded", "its silence", 60
        )
        assert said["scheduler"] == ("degraded", "The scheduler was silent for 0 minutes.")
        os.kill(beat.pid, signal.SIGCONT)
    beat.terminate()
    beat.wait(timeout=20)
    PeriodicTask.objects.update(enabled=False)
    installation.settle()
    installation.asked = TaskRun.objects.count()


def test_a_store_of_results_that_is_locked(installation: Installation, worker: Worker) -> None:
    import psycopg

    with psycopg.connect(installation.postgres.url(), autocommit=True) as other:
        other.execute("BEGIN")
        other.execute("LOCK TABLE django_celery_results_taskresult IN ACCESS EXCLUSIVE MODE")
        with red_then_green(installation, "result_store") as said:
            said.update(looked())
            assert said["result_store"][0] == "unhealthy"
            other.execute("ROLLBACK")


def test_a_cache_whose_server_is_stopped(installation: Installation, worker: Worker, settings) -> None:  # type: ignore[no-untyped-def]
    """The cache lies with the broker, so that all three are ill; the cache alone only slows things down."""
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": installation.broker.url,
        }
    }
    cache.set("before", "there")
    assert cache.get("before") == "there"
    installation.broker.kill()
    with red_then_green(installation, "broker", "workers", "cache") as said:
        said.update(looked())
        assert said["cache"] == (
            "degraded",
            "It does not answer. What it would keep is made each time.",
        )
        installation.broker.start()


def test_a_database_that_is_stopped(installation: Installation, worker: Worker) -> None:
    """Nothing can be kept of it: who asks is told at once, and nothing is ill behind it."""
    from django.db import connection

    connection.close()
    installation.postgres.stop()
    began = time.monotonic()
    answer = APIClient().get(HEALTH)
    assert (answer.status_code, answer.json()) == (503, {"status": "unhealthy"})
    ready = APIClient().get("/readyz")
    assert (ready.status_code, ready.content) == (503, b"The database does not answer.\n")
    assert time.monotonic() - began < 10
    connection.close()
    installation.postgres.launch()
    green(installation)
    answer = APIClient().get(HEALTH)
    assert (answer.status_code, answer.json()) == (200, {"status": "healthy"})
