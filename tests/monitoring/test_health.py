"""Whether the system can do its work, and what it says when it cannot."""

import math
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.files.storage import default_storage
from django.db import connection
from django.utils import timezone
from django_celery_beat.models import IntervalSchedule, PeriodicTask
from rest_framework.test import APIClient

from config.queues import QUEUES
from jobs.broker import known_queues, queue_lengths
from jobs.launch import launch
from jobs.models import TaskRun
from jobs.states import State
from jobs.workers import Worker
from monitoring import health, probes
from monitoring.health import Checkup, Verdict
from monitoring.models import Health

HEALTH = "/api/background-tasks/health"


def test_the_worst_verdict_is_the_systems() -> None:
    def of(*words: Health) -> Health:
        return Checkup(tuple(Verdict("", word, "") for word in words)).health

    assert of() == of(Health.HEALTHY) == Health.HEALTHY
    assert of(Health.HEALTHY, Health.DEGRADED) == Health.DEGRADED
    assert of(Health.DEGRADED, Health.UNHEALTHY, Health.HEALTHY) == Health.UNHEALTHY


@pytest.mark.django_db(transaction=True)
def test_a_system_with_everything_is_healthy(
    worker: object, files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # An earlier test of this process may have found the broker away a moment ago.
    monkeypatch.setattr("jobs.broker._closed_until", 0.0)
    # And may have left messages about its runs, which the worker takes from the queues and forgets.
    deadline = time.monotonic() + 60
    while sum((queue_lengths(known_queues()) or {}).values()) and time.monotonic() < deadline:
        time.sleep(0.1)
    checkup = health.examine()
    said = {verdict.name: verdict.sentence for verdict in checkup.verdicts}
    assert {verdict.name: (verdict.health.value, verdict.sentence) for verdict in checkup.verdicts} == {
        "database": ("healthy", "The database answers."),
        "broker": ("healthy", "The broker answers; 0 messages wait."),
        "workers": ("healthy", "1 worker answers."),
        "dispatcher": ("healthy", "What is due is sent."),
        "scheduler": ("unknown", "No schedule is due so often that its absence could be seen."),
        "result_store": ("healthy", "Results can be written and read."),
        "cache": ("healthy", "The cache keeps what it is given."),
        "storage": ("healthy", "Files can be written and read."),
        "disk": ("healthy", said["disk"]),
        "memory": ("healthy", said["memory"]),
        "sources": ("healthy", "No source is left alone."),
        "models": ("healthy", "The models in use can be loaded."),
        "failures": ("healthy", "0 of 0 runs of the last hour failed."),
    }
    assert list(files.glob("health/*")) == []
    client = APIClient()
    answer = client.get(HEALTH)
    assert (answer.status_code, answer.json()) == (200, {"status": "healthy"})
    client.force_authenticate(User.objects.create_user("vera"))
    answer = client.get(HEALTH)
    assert (answer.status_code, answer.json()["status"], len(answer.json()["checks"])) == (200, "healthy", 13)
    workers = client.get("/api/background-tasks/workers/stats").json()
    (described,) = workers["workers"]
    assert (workers["source"], described["queues"], described["processes"]) == ("workers", sorted(QUEUES), 2)
    lengths = client.get("/api/background-tasks/queues/lengths").json()
    assert lengths["consumers"] == dict.fromkeys(QUEUES, 1)


@pytest.mark.django_db
class TestWhatIsMissing:
    @pytest.fixture(autouse=True)
    def _without_a_broker(self, monkeypatch: pytest.MonkeyPatch, files: Path) -> None:
        monkeypatch.setattr("jobs.broker._closed_until", math.inf)

    def test_a_broker_that_is_away(self) -> None:
        assert probes.broker()[0] == probes.workers()[0] == Health.UNHEALTHY
        assert health.alive() == Health.UNHEALTHY
        for address in (HEALTH, "/healthcheck"):
            answer = APIClient().get(address)
            assert (answer.status_code, answer.json()) == (503, {"status": "unhealthy"})

    def test_a_queue_nobody_takes_from(self, monkeypatch: pytest.MonkeyPatch) -> None:
        all_but_one = tuple(queue for queue in QUEUES if queue != "scraping")
        monkeypatch.setattr(probes, "workers_by_answer", lambda: [Worker("a", all_but_one, 1, 0, 0, 0)])
        assert probes.workers() == (Health.UNHEALTHY, "No worker takes from: scraping.")
        monkeypatch.setattr(probes, "workers_by_answer", list)
        assert probes.workers()[1].startswith("No worker answers.")

    def test_nobody_sends_or_takes_back(self) -> None:
        launch("classify_document", document_id=1)
        TaskRun.objects.update(queued_at=timezone.now() - timedelta(minutes=3))
        assert probes.dispatcher()[0] == Health.UNHEALTHY
        # Behind one that is sent, others may wait as long as they have to.
        launch("classify_document", document_id=2)
        TaskRun.objects.filter(arguments={"document_id": 2}).update(sent_at=timezone.now())
        assert probes.dispatcher()[0] == Health.HEALTHY
        TaskRun.objects.filter(arguments={"document_id": 2}).delete()
        TaskRun.objects.update(state=State.RUNNING, lease_until=timezone.now() - timedelta(minutes=3))
        assert probes.dispatcher()[1].startswith("0 due runs were not sent and 1 lost ones not taken back")
        TaskRun.objects.update(lease_until=timezone.now() + timedelta(minutes=1))
        assert probes.dispatcher()[0] == Health.HEALTHY

    def test_a_silent_scheduler(self) -> None:
        every = IntervalSchedule.objects.create(every=10, period=IntervalSchedule.MINUTES)
        entry = PeriodicTask.objects.create(name="often", task="x", interval=every)
        # One that was stored just now cannot have been sent.
        assert probes.scheduler()[0] == Health.HEALTHY
        PeriodicTask.objects.filter(pk=entry.pk).update(date_changed=timezone.now() - timedelta(minutes=22))
        assert probes.scheduler() == (Health.DEGRADED, "The scheduler was silent for 22 minutes.")
        for minutes, verdict in ((20, Health.HEALTHY), (22, Health.DEGRADED)):
            PeriodicTask.objects.filter(pk=entry.pk).update(
                last_run_at=timezone.now() - timedelta(minutes=minutes)
            )
            assert probes.scheduler()[0] == verdict, minutes

    def test_a_storage_that_cannot_be_written(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def full(*_: object, **__: object) -> str:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(type(default_storage._wrapped), "save", full)  # type: ignore[attr-defined]
        verdict = next(one for one in health.examine().verdicts if one.name == "storage")
        assert (verdict.health, verdict.sentence) == (
            Health.UNHEALTHY,
            "It cannot be used: No space left on device.",
        )

    @pytest.mark.parametrize(
        ("free", "verdict"),
        [(0.4, Health.UNHEALTHY), (0.6, Health.DEGRADED), (6, Health.HEALTHY)],
    )
    def test_a_disk_that_fills(self, monkeypatch: pytest.MonkeyPatch, free: float, verdict: Health) -> None:
        from shutil import _ntuple_diskusage  # type: ignore[attr-defined]

        size = 1024**3
        usage = _ntuple_diskusage(100 * size, 0, int(free * size))
        monkeypatch.setattr(probes.shutil, "disk_usage", lambda path: usage)
        assert probes.disk()[0] == verdict

    def test_a_database_that_is_away_is_said_and_not_raised(self, monkeypatch: pytest.MonkeyPatch) -> None:
        from django.db import OperationalError

        def away(*_: object) -> None:
            raise OperationalError("secret address")

        monkeypatch.setattr(connection, "cursor", away)
        answer = APIClient().get(HEALTH)
        assert (answer.status_code, answer.json()) == (503, {"status": "unhealthy"})
        assert "secret address" not in answer.content.decode()
