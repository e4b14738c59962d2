"""What a log line holds, for people and for machines."""

import json
import logging
import logging.config
import re
from collections.abc import Callable, Iterator

import pytest
import structlog
from django.conf import settings
from django.test import Client

from config.logging import configuration
from jobs.base import Outcome, Run, success, tracked_task
from jobs.execute import execute
from jobs.launch import launch
from tests.extraction.made import a_company


@pytest.fixture
def lines(capsys) -> Iterator[Callable[[str], list[str]]]:  # type: ignore[no-untyped-def]
    """Configure logging in a shape and give what was written since."""

    def in_shape(shape: str) -> list[str]:
        logging.config.dictConfig(configuration("INFO", shape))
        return []

    def read(shape: str = "") -> list[str]:
        return in_shape(shape) if shape else capsys.readouterr().err.splitlines()

    yield read
    logging.config.dictConfig(settings.LOGGING)


def test_a_line_for_people_has_time_level_logger_task_and_sentence(lines) -> None:  # type: ignore[no-untyped-def]
    lines("text")
    logging.getLogger("documents.download").info("Fetched %s in %d s", "report.pdf", 3)
    (line,) = lines()
    assert re.fullmatch(
        r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z INFO documents\.download \[- -\] Fetched report\.pdf in 3 s",
        line,
    )


def test_a_line_for_machines_is_one_object(lines) -> None:  # type: ignore[no-untyped-def]
    lines("json")
    try:
        raise ZeroDivisionError("größer")
    except ZeroDivisionError:
        logging.getLogger("jobs").exception("A sweep failed")
    (line,) = lines()
    told = json.loads(line)
    assert list(told)[:6] == ["time", "level", "logger", "task_id", "task", "message"]
    assert (told["level"], told["logger"], told["task_id"], told["message"]) == (
        "ERROR",
        "jobs",
        "-",
        "A sweep failed",
    )
    assert told["traceback"].endswith("ZeroDivisionError: größer")


def test_a_traceback_for_people_follows_its_line(lines) -> None:  # type: ignore[no-untyped-def]
    lines("text")
    try:
        raise ZeroDivisionError
    except ZeroDivisionError:
        logging.getLogger("jobs").exception("A sweep failed")
    first, second, *_, last = lines()
    assert first.endswith("A sweep failed")
    assert (second, last) == ("Traceback (most recent call last):", "ZeroDivisionError")


settings.TASK_ROUTES["tests.logged"] = settings.TASK_ROUTES["classify_document"]


@tracked_task("tests.logged")
def logged(run: Run) -> Outcome:
    """Say something.

    Gives nothing.
    """
    logging.getLogger("documents.classify").info("Looking at it")
    return success()


@pytest.mark.django_db
def test_a_line_of_a_run_carries_its_id_its_task_and_what_it_is_about(lines) -> None:  # type: ignore[no-untyped-def]
    run = launch("tests.logged", subject=a_company("northwind")).run
    lines("json")
    execute(run.pk)
    told = next(line for line in map(json.loads, lines()) if line["message"] == "Looking at it")
    assert (told["task_id"], told["task"], told["subject"]) == (str(run.pk), "tests.logged", "Northwind")
    assert structlog.contextvars.get_contextvars() == {}


@pytest.mark.django_db
def test_a_request_that_fails_is_told_with_its_number_and_the_person(  # type: ignore[no-untyped-def]
    lines, admin_user, monkeypatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("defect")

    monkeypatch.setattr("jobs.api.views.TaskListView.get_queryset", broken)
    client = Client(raise_request_exception=False)
    client.force_login(admin_user)
    lines("json")
    assert client.get("/api/v1/tasks").status_code == 500
    told = next(line for line in map(json.loads, lines()) if line["logger"] == "django.request")
    assert told["user_id"] == admin_user.pk
    assert re.fullmatch(r"[0-9a-f-]{36}", told["request_id"])
    assert "RuntimeError: defect" in told["traceback"]
    assert admin_user.password not in json.dumps(told)


def test_a_page_that_is_missing_is_no_warning(client: Client, lines, db) -> None:  # type: ignore[no-untyped-def]
    lines("text")
    assert client.get("/nowhere").status_code == 404
    assert lines() == []


def test_a_message_takes_the_request_along_and_not_the_run_that_sends_it() -> None:
    from django_structlog.celery.receivers import CeleryReceiver

    headers: dict[str, object] = {}
    known = {"request_id": "r-1", "user_id": 7, "task_id": "t-1", "task": "a_parent", "subject": "Northwind"}
    with structlog.contextvars.bound_contextvars(**known):
        CeleryReceiver().receiver_before_task_publish(headers=headers)
    assert headers == {"__django_structlog__": {"request_id": "r-1", "user_id": 7}}
