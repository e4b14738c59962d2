"""Each part red by a fault of its own, and green again when the fault is over."""

import math
import os
import subprocess
import sys
import threading
import time
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from analysis.artifacts import keep
from analysis.models import ModelFamily, Stage, TrainedModel
from jobs.execute import execute_row
from jobs.launch import launch
from jobs.models import TaskRun
from jobs.states import State
from market.breaker import close
from market.models import BreakerState, PriceProvider, ProviderKind, ProviderState
from monitoring import probes
from monitoring.health import ask
from monitoring.models import Health
from monitoring.probes import PROBES
from tests.processes import RunningPostgres

GOOD, LESS, BAD, UNKNOWN = Health.HEALTHY, Health.DEGRADED, Health.UNHEALTHY, Health.UNKNOWN


def found(name: str) -> tuple[Health, str]:
    verdict = ask(PROBES[name])
    return verdict.health, verdict.sentence


@pytest.mark.postgres
def test_a_database_that_does_not_get_to_it(postgres: RunningPostgres) -> None:
    """Somebody holds the table for longer than the question may take."""
    assert found("database") == (GOOD, "The database answers.")
    with psycopg.connect(postgres.url(), autocommit=True) as other:
        other.execute("BEGIN")
        other.execute("LOCK TABLE jobs_taskrun IN ACCESS EXCLUSIVE MODE")
        began = time.monotonic()
        assert found("database") == (BAD, "The database gave no answer within 2 seconds.")
        assert 2 <= time.monotonic() - began < 4
        other.execute("ROLLBACK")
    assert found("database") == (GOOD, "The database answers.")
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() == ("0",)


@pytest.mark.postgres
def test_a_database_that_answers_slowly(postgres: RunningPostgres) -> None:
    with psycopg.connect(postgres.url(), autocommit=True) as other:
        other.execute("BEGIN")
        other.execute("LOCK TABLE jobs_taskrun IN ACCESS EXCLUSIVE MODE")
        timer = threading.Timer(0.9, other.execute, ["ROLLBACK"])
        timer.start()
        health, sentence = found("database")
        timer.join()
    assert (health, sentence.startswith("It answers slowly: ")) == (LESS, True)
    assert found("database")[0] == GOOD


@pytest.mark.django_db
def test_a_question_that_takes_too_long_is_ended_on_a_file_too(monkeypatch: pytest.MonkeyPatch) -> None:
    counting = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"

    def endless() -> probes.Answer:
        with connection.cursor() as cursor:
            cursor.execute(counting)
        return GOOD, "counted"

    verdict = ask(probes.Probe("database", endless, seconds=0.3))
    assert (verdict.health, verdict.sentence) == (BAD, "The database gave no answer within 0.3 seconds.")
    assert found("database")[0] == GOOD
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout")
        assert cursor.fetchone() == (20_000,)


@pytest.mark.django_db
def test_a_storage_that_hangs_does_not_hold_up_the_rest(files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    over = threading.Event()
    whole = type(default_storage._wrapped).save  # type: ignore[attr-defined]

    def hanging(*arguments: object, **named: object) -> object:
        over.wait(30)
        return whole(*arguments, **named)

    monkeypatch.setattr(type(default_storage._wrapped), "save", hanging)  # type: ignore[attr-defined]
    began = time.monotonic()
    verdict = ask(probes.Probe("storage", probes.storage, seconds=0.5, kept_by="thread"))
    assert (verdict.health, verdict.sentence) == (BAD, "No answer within 0.5 seconds.")
    assert time.monotonic() - began < 2
    over.set()
    assert found("storage") == (GOOD, "Files can be written and read.")


@pytest.mark.django_db
def test_a_storage_in_which_nothing_can_be_put(files: Path) -> None:
    """A file lies where the folder should be, which no right and no user can write through."""
    files.mkdir(parents=True)
    (files / "health").write_bytes(b"")
    health, sentence = found("storage")
    assert (health, sentence.startswith("It cannot be used: ")) == (BAD, True)
    (files / "health").unlink()
    assert found("storage") == (GOOD, "Files can be written and read.")


_FULL = """
import os, resource, signal, sys
import django
django.setup()
from monitoring.health import ask
from monitoring.probes import PROBES
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
before = resource.getrlimit(resource.RLIMIT_FSIZE)
print(ask(PROBES["storage"]).sentence)
resource.setrlimit(resource.RLIMIT_FSIZE, (0, before[1]))
verdict = ask(PROBES["storage"])
resource.setrlimit(resource.RLIMIT_FSIZE, before)
print(verdict.health.value, verdict.sentence)
print(ask(PROBES["storage"]).sentence)
"""


def test_a_storage_that_takes_no_more_bytes(tmp_path: Path) -> None:
    """A process that may write no byte to any file, as on a disk that is full."""
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "TENFOLD_FILES_DIR": str(tmp_path),
    }
    told = subprocess.run(
        [sys.executable, "-c", _FULL],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    assert told.stdout.splitlines() == [
        "Files can be written and read.",
        "unhealthy It cannot be used: File too large.",
        "Files can be written and read.",
    ]


@pytest.mark.django_db
def test_a_source_that_is_left_alone() -> None:
    PriceProvider.objects.update(is_enabled=False)
    provider = PriceProvider.objects.create(code="fault", name="Faulty prices", kind=ProviderKind.FILE)
    ProviderState.objects.create(
        provider=provider, breaker=BreakerState.OPEN, failures=3, retry_at=timezone.now() + timedelta(hours=1)
    )
    assert found("sources") == (LESS, "Left alone because they failed: Faulty prices.")
    close(provider, by=None)
    assert found("sources") == (GOOD, "No source is left alone.")


@pytest.mark.django_db
def test_a_model_whose_file_is_not_what_was_stored(files: Path) -> None:
    artefact = keep(b'{"a": 1}')
    TrainedModel.objects.create(
        family=ModelFamily.SENTIMENT, name="sentences", version=1, algorithm="a", seed=1, data_hash="x",
        trained_on=1, measured_on=1, baseline="b", decision="d", stage=Stage.CHAMPION,
        artefact=artefact.name, artefact_sha256=artefact.sha256, engine_version="1",
        promoted_at=timezone.now(),
    )  # fmt: skip
    assert found("models") == (GOOD, "The models in use can be loaded.")
    default_storage.delete(artefact.name)
    default_storage.save(artefact.name, ContentFile(b'{"a": 2}'))
    health, sentence = found("models")
    assert (health, sentence.startswith("1 models in use cannot be loaded. The first: ")) == (LESS, True)
    default_storage.delete(artefact.name)
    keep(b'{"a": 1}')
    assert found("models")[0] == GOOD


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("failed", "succeeded", "skipped", "health"),
    [
        (19, 0, 0, GOOD),
        (1, 19, 0, GOOD),
        (2, 18, 0, LESS),
        (10, 10, 0, LESS),
        (11, 9, 0, BAD),
        (1, 18, 99, GOOD),
    ],
)
def test_many_runs_that_fail(failed: int, succeeded: int, skipped: int, health: Health) -> None:
    def ended(state: State, count: int, ago: timedelta) -> None:
        TaskRun.objects.bulk_create(
            TaskRun(
                task="classify_document", queue="scraping", digest=f"{state}{number}{ago}", state=state,
                finished_at=timezone.now() - ago,
            )
            for number in range(count)
        )  # fmt: skip

    ended(State.FAILED, failed, timedelta(minutes=5))
    ended(State.SUCCEEDED, succeeded, timedelta(minutes=5))
    ended(State.SKIPPED, skipped, timedelta(minutes=5))
    ended(State.DEAD, 500, timedelta(minutes=61))
    assert found("failures") == (health, f"{failed} of {failed + succeeded} runs of the last hour failed.")


@pytest.mark.parametrize(("free", "health"), [(50, BAD), (150, BAD), (300, LESS), (900, GOOD)])
def test_memory_that_runs_out(monkeypatch: pytest.MonkeyPatch, free: int, health: Health) -> None:
    megabyte = 1024**2
    monkeypatch.setattr(probes, "free_memory", lambda: (free * megabyte, 4096 * megabyte))
    assert found("memory")[0] == health
    monkeypatch.setattr(probes, "free_memory", lambda: None)
    assert found("memory") == (UNKNOWN, "This system does not say how much memory is free.")


@pytest.mark.django_db
def test_the_system_is_ready_when_its_tables_are_there(client, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    answer = client.get("/readyz")
    assert (answer.status_code, answer.content) == (200, b"ready\n")
    newest = MigrationRecorder.Migration.objects.filter(app="monitoring").latest("pk")
    newest.delete()
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.content == b"1 migrations have to be applied first: call `manage.py migrate`.\n"


@pytest.mark.django_db
def test_a_look_is_a_run_with_a_result(files: Path, monkeypatch: pytest.MonkeyPatch, settings) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr("jobs.broker._closed_until", math.inf)
    monkeypatch.setattr("monitoring.watch.SECOND_ANSWER_AFTER", 0.0)
    run = launch("system_health_check").run
    execute_row(run.pk, worker="test")
    run.refresh_from_db()
    assert (run.state, run.result["health"]) == (State.SUCCEEDED, "unhealthy")
    assert run.result["checks"]["broker"] == "unhealthy"
    assert run.result["checks"]["database"] == "healthy"
    assert "broker: healthy to unhealthy" in run.result["changed"]
