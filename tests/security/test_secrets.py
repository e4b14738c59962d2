"""Secrets of the installation appear nowhere: planted in the environment, then looked for in everything
that is written or shown during work that succeeds and work that fails."""

import io
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from documents.models import Document
from documents.upload import accept_upload
from jobs import broker as broker_door
from jobs.launch import launch
from jobs.models import TaskRun
from stack import flower, valkey
from tests.access.cases import CASES
from tests.conftest import ROOT, STATE
from tests.engine import makepdf
from tests.extraction.made import a_company
from tests.processes import RunningWorker

pytestmark = [pytest.mark.timeout(900), pytest.mark.django_db(transaction=True)]

BROKER, ACCOUNT = "canary-of-the-broker", "canary-of-flower"
PLANTED = {
    "SECRET_KEY": "canary-of-the-secret-key-that-is-long-enough-to-be-accepted",
    "OPENAI_API_KEY": "canary-of-the-model-key",
    "OPENAI_MODEL": "a-model",
    # Refused by the address policy, so that the call fails with the key in hand.
    "OPENAI_BASE_URL": "https://127.0.0.1:9/v1",
    "EMAIL_URL": "smtp+tls://mail:canary-of-the-mail-server@127.0.0.1:9",
    "TENFOLD_ADMIN_PASSWORD": "canary-of-the-administrator",
    "TENFOLD_S3_SECRET_KEY": "canary-of-the-bucket",
    "FLOWER_BASIC_AUTH": f"tenfold:{ACCOUNT}",
}
CANARY = b"canary-of-"
# Whose lists are looked at; everything else is looked for in the database.
SHOWN = ("jobs", "django_celery_results", "django_celery_beat", "audit", "knox", "monitoring")


@pytest.fixture
def broker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A server behind a password, as other machines reach it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [
            *(str(valkey.server_binary()), "--port", str(port), "--bind", "127.0.0.1"),
            *("--requirepass", BROKER, "--save", "", "--dir", str(tmp_path)),
        ],
        stdout=subprocess.DEVNULL,
    )
    address = f"redis://:{BROKER}@127.0.0.1:{port}/0"
    end = time.monotonic() + 20
    while True:
        try:
            redis.Redis.from_url(address).ping()
            break
        except redis.RedisError:
            assert time.monotonic() < end
            time.sleep(0.05)
    monkeypatch.setenv("CELERY_BROKER_WRITE_URL", address)
    monkeypatch.setattr(broker_door, "_closed_until", 0.0)
    monkeypatch.setattr(broker_door._line, "connection", None)
    yield address
    server.kill()
    server.wait()


@pytest.fixture
def running_flower(broker: str, settings: Any, tmp_path: Path) -> Iterator[Path]:
    """Flower beside the worker; the file with what it says."""
    where = f"unix://{STATE}/secrets-flower.sock"
    settings.FLOWER_URL, settings.FLOWER_ACCOUNT = where, f"tenfold:{ACCOUNT}"
    flower.prepare(where)
    log = tmp_path / "flower.log"
    environment = {**os.environ, **PLANTED, "REDIS_URL": broker, "DJANGO_SETTINGS_MODULE": "config.settings"}
    with log.open("wb") as output:
        from stack.places import Places

        process = subprocess.Popen(
            flower.command(where, Places(STATE)), cwd=ROOT, env=environment, stdout=output, stderr=output
        )
    end = time.monotonic() + 90
    while not flower.answers(where):
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < end, "Flower does not start"
        time.sleep(0.1)
    yield log
    process.terminate()
    process.wait(timeout=20)


def _worked_off(runs: list[TaskRun], worker: RunningWorker) -> None:
    end = time.monotonic() + 120
    for run in runs:
        while not (run.is_finished or run.error_code):
            assert time.monotonic() < end, worker.said()[-4000:]
            time.sleep(0.2)
            run.refresh_from_db()


def _rows() -> bytes:
    """Everything that the database holds."""
    rows = io.StringIO()
    for model in apps.get_models():
        for row in model._default_manager.values_list():
            print(row, file=rows)
    return rows.getvalue().encode()


def _kept_by(broker: str) -> bytes:
    """Everything that the broker holds: messages, and what Celery keeps beside them."""
    client = redis.Redis.from_url(broker)
    kept = b""
    for key in client.scan_iter():
        kind = client.type(key)
        kept += key + b" "
        if kind == b"string":
            kept += client.get(key) or b""
        elif kind == b"list":
            kept += b" ".join(client.lrange(key, 0, -1))
        elif kind == b"hash":
            kept += repr(client.hgetall(key)).encode()
        elif kind == b"set":
            kept += b" ".join(client.smembers(key))
    return kept


def _pages(runs: list[TaskRun]) -> dict[str, bytes]:
    """What the most powerful account is shown, and what everybody is."""
    addresses = [
        reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        for model in admin.site._registry
        if model._meta.app_label in SHOWN
    ]
    addresses += [reverse("admin:jobs_taskrun_change", args=[run.pk]) for run in runs]
    addresses += [
        reverse(name)
        for name, case in CASES.items()
        if case.get and not case.at and name.startswith(("task", "background", "api", "schema", "alert"))
    ]
    addresses += [reverse("task-status", args=[run.pk]) for run in runs]
    addresses += ["/admin/", "/admin/now/", "/metrics", "/healthcheck", "/nowhere"]
    addresses += [
        f"/admin/flower/{page}" for page in ("", "workers", "tasks", "broker", "api/workers", "api/tasks")
    ]
    client = Client(raise_request_exception=False)
    client.force_login(User.objects.create_superuser("stella"))
    found = {}
    for address in addresses:
        cache.clear()
        found[address] = client.get(address).getvalue()
    return found


def test_no_secret_is_written_or_shown_anywhere(
    broker: str, running_flower: Path, files: Path, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.MODEL_KEY, settings.EMAIL_HOST_PASSWORD = PLANTED["OPENAI_API_KEY"], "canary-of-the-mail-server"
    company = a_company()
    # With a line that nobody knows, so that there is something to ask the second reader about.
    content = makepdf.report([makepdf.income(rows=(*makepdf.INCOME, ("Strange line", "", "1.0", "2.0")))])
    read = accept_upload(company, io.BytesIO(content), "report.pdf").document
    blocked = Document.objects.create(company=company, url="http://127.0.0.1:1/x.pdf", url_normalised="x")
    database = f"sqlite:///{STATE / 'test.sqlite3'}"
    with RunningWorker.start(
        ROOT, STATE, database=database, files=files, REDIS_URL=broker, **PLANTED
    ) as worker:
        runs = [
            launch("extract_financial_statements", subject=read, document_id=read.pk).run,
            launch("download_pdf", subject=blocked, document_id=blocked.pk).run,
            launch("classify_document", document_id=987_654).run,
        ]
        _worked_off(runs, worker)
        pages = _pages(runs)
    said = worker.said().encode()

    assert runs[1].error_code == "blocked_address"
    assert str(runs[0].pk).encode() in said
    assert f"test-{os.getpid()}@".encode() in pages["/admin/flower/workers"]
    assert len(pages) > 30
    places = {
        "the log of the worker": said,
        "the log of Flower": running_flower.read_bytes(),
        "the database": _rows(),
        "the broker": _kept_by(broker),
        **pages,
    }
    assert [
        name for name, content in places.items() if not content and not name.startswith(("/", "the log of F"))
    ] == []
    assert {
        name: content[content.index(CANARY) - 80 :][:160]
        for name, content in places.items()
        if CANARY in content
    } == {}


@pytest.mark.parametrize(
    "variable", ["SECRET_KEY", "OPENAI_BASE_URL", "EMAIL_URL", "REDIS_URL", "DATABASE_URL"]
)
def test_a_start_that_is_refused_does_not_say_the_secret(tmp_path: Path, variable: str) -> None:
    wrong = {
        "SECRET_KEY": "canary-of-short",
        "OPENAI_BASE_URL": "ftp://canary-of-url@x",
        "EMAIL_URL": "imap://me:canary-of-mail@x",
        "REDIS_URL": "http://:canary-of-redis@x/y",
        "DATABASE_URL": "mysql://me:canary-of-database@x/y",
    }
    done = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=ROOT,
        env={
            **os.environ,
            "TENFOLD_ENV_FILE": os.devnull,
            "TENFOLD_STATE_DIR": str(tmp_path),
            variable: wrong[variable],
        },
        capture_output=True,
    )
    assert done.returncode == 1
    assert variable.encode() in done.stderr
    assert CANARY not in done.stdout + done.stderr
