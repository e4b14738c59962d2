"""What is done by hand: the scripts and the targets of make, against a real web server."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from knox.models import AuthToken

from jobs.execute import execute
from jobs.launch import launch
from jobs.models import TaskRun
from jobs.states import State
from tests.conftest import ROOT
from tests.extraction.made import a_company, a_document

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(shutil.which("curl") is None, reason="the scripts need curl"),
]


@pytest.fixture
def called(live_server, monkeypatch, tmp_path):  # type: ignore[no-untyped-def]
    """Call a program as an operator with a token."""
    monkeypatch.setattr("jobs.broker._closed_until", float("inf"))
    operator = User.objects.create_superuser("olga", password="a long one with blanks")
    token = AuthToken.objects.create(operator)[1]

    def call(*words: str, **environment: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            words,
            cwd=ROOT,
            env={
                "PATH": os.environ["PATH"],
                "BASE_URL": live_server.url,
                "TENFOLD_TOKEN": token,
                "TENFOLD_STATE_DIR": str(tmp_path),
                "EVERY": "0.1",
                **environment,
            },
            capture_output=True,
            text=True,
            timeout=60,
        )

    return call


SCRIPT = "scripts/test_tasks.sh"


@pytest.mark.parametrize(
    ("command", "task"),
    [
        ("company-extract", "extract_company_financial_data"),
        ("company-scrape", "scrape_investor_relations"),
        ("company-recompile", "recompile_company_statements"),
        ("company-process-documents", "process_all_documents"),
        ("document-process", "extraction.process_document"),
        ("document-download", "download_pdf"),
        ("document-classify", "classify_document"),
        ("document-extract", "extract_financial_statements"),
    ],
)
def test_each_command_starts_its_task(called, command: str, task: str) -> None:  # type: ignore[no-untyped-def]
    company = a_company()
    subject = company if command.startswith("company") else a_document(company, 2024)
    done = called(SCRIPT, command, str(subject.pk))
    run = TaskRun.objects.get()
    assert (done.returncode, json.loads(done.stdout)["task_id"]) == (0, str(run.pk)), done.stderr
    assert (run.task, run.subject, run.requested_by.username) == (task, subject, "olga")


def test_make_starts_a_task_and_follows_it(called) -> None:  # type: ignore[no-untyped-def]
    company = a_company()
    done = called("make", "--silent", "test-task", f"COMMAND=company-scrape {company.pk}")
    assert done.returncode == 0, done.stderr
    run = TaskRun.objects.get()
    assert run.task == "scrape_investor_relations"
    # The same work again is under way; following it ends when the time is over.
    done = called("make", "--silent", "test-task-poll", f"COMMAND=company-scrape {company.pk}", TIMEOUT="0")
    assert "It has not ended in 0 seconds; it goes on." in done.stderr
    assert str(run.pk) in done.stdout
    assert done.returncode != 0


def test_any_endpoint_can_be_triggered(called) -> None:  # type: ignore[no-untyped-def]
    document = a_document(a_company(), 2024)
    done = called(SCRIPT, "trigger", f"/api/v1/tasks/documents/{document.pk}/extract?force=1", "{}")
    assert done.returncode == 0, done.stderr
    assert TaskRun.objects.get().arguments == {"document_id": document.pk, "force": True}
    refused = called(SCRIPT, "trigger", "/api/v1/tasks/documents/999999/extract")
    assert refused.returncode == 1
    assert "No Document matches" in refused.stdout


def test_polling_ends_as_the_task_ends_or_when_its_time_is_over(called) -> None:  # type: ignore[no-untyped-def]
    run = launch("classify_document", document_id=999_999).run
    late = called(SCRIPT, "poll", str(run.pk), TIMEOUT="2")
    assert late.returncode == 3
    assert re.match(r"\d\d:\d\d:\d\d PENDING 0 %", late.stdout)
    assert "It has not ended in 2 seconds; it goes on." in late.stderr
    execute(run.pk)
    done = called(SCRIPT, "poll", str(run.pk))
    assert done.returncode == 0
    assert json.loads(done.stdout.splitlines()[-1])["result"]["status"] == "skipped"
    status = called(SCRIPT, "status", str(run.pk))
    assert json.loads(status.stdout)["status"] == "SUCCESS"
    TaskRun.objects.filter(pk=run.pk).update(state=State.FAILED)
    assert called(SCRIPT, "poll", str(run.pk)).returncode == 1


def test_an_account_serves_instead_of_a_token(called, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    company = a_company()
    account = {"TENFOLD_TOKEN": "", "TENFOLD_USER": "olga", "TENFOLD_PASSWORD": "a long one with blanks"}
    assert called(SCRIPT, "company-scrape", str(company.pk), **account).returncode == 0
    User.objects.create_superuser("admin", password="the first one")
    (tmp_path / "passwords").write_text("admin the first one\n")
    assert called(SCRIPT, "company-recompile", str(company.pk), TENFOLD_TOKEN="").returncode == 0
    (tmp_path / "passwords").unlink()
    nobody = called(SCRIPT, "company-scrape", str(company.pk), TENFOLD_TOKEN="")
    assert (nobody.returncode, "Set TENFOLD_TOKEN" in nobody.stderr) == (1, True)
    assert TaskRun.objects.count() == 2


@pytest.mark.parametrize("words", [["explode", "1"], ["company-scrape"], ["poll"], ["company-explode", "1"]])
def test_a_wrong_command_shows_how_it_is_meant(called, words: list[str]) -> None:  # type: ignore[no-untyped-def]
    done = called(SCRIPT, *words)
    assert done.returncode == 2
    assert "scripts/test_tasks.sh company-scrape ID" in done.stderr


def test_help_names_every_command(called) -> None:  # type: ignore[no-untyped-def]
    said = called(SCRIPT, "help").stdout
    for word in ("company-scrape", "document-process", "trigger", "status", "poll", "TIMEOUT", "POLL"):
        assert word in said
    assert said.rstrip().endswith("the time was over before the task had ended.")
    targets = called("make").stdout
    for target in ("celery-worker", "celery-beat", "celery-flower", "test-task", "test-task-poll"):
        assert re.search(rf"^{target}\s", targets, re.MULTILINE), target


@pytest.mark.parametrize("what", ["", "explode"])
def test_starting_by_hand_says_what_it_can_start(called, what: str) -> None:  # type: ignore[no-untyped-def]
    done = called("scripts/start_celery.sh", *filter(None, [what]))
    assert done.returncode == 2
    for program in ("worker", "dispatcher", "beat", "flower"):
        assert f"start_celery.sh {program}" in done.stderr
