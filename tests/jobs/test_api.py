"""Runs over HTTP: who sees what, in which words."""

from datetime import timedelta

import pytest
from django.utils import timezone
from rest_framework.test import APIClient, APIRequestFactory

from jobs.api.views import launch_response
from jobs.execute import execute
from jobs.launch import launch
from jobs.models import TaskRun
from jobs.states import State
from tests.jobs.test_fanout import fanned_out

pytestmark = pytest.mark.django_db

UNKNOWN = "11111111-2222-4333-8444-555555555555"


def as_person(person) -> APIClient:
    client = APIClient()
    client.force_authenticate(person)
    return client


def test_status_of_a_run_that_has_succeeded(victor) -> None:
    run = launch("tests.echo", subject=victor, by=victor, value=3).run
    execute(run.pk)
    answer = as_person(victor).get(f"/api/v1/tasks/{run.pk}")
    assert answer.status_code == 200
    body = answer.json()
    assert {key: body[key] for key in ("task_id", "name", "status", "state", "progress", "retries")} == {
        "task_id": str(run.pk),
        "name": "tests.echo",
        "status": "SUCCESS",
        "state": "succeeded",
        "progress": 100,
        "retries": 0,
    }
    assert body["result"] == {
        "task_id": str(run.pk),
        "status": "success",
        "value": 3,
        "force": False,
        "by": "victor",
        "warnings": [],
    }
    assert (body["error"], body["children"]) == (None, [])
    assert body["started_at"] <= body["finished_at"]


def test_status_of_a_run_that_waits_for_its_first_start(victor) -> None:
    run = launch("tests.echo", by=victor, value=3).run
    body = as_person(victor).get(f"/api/v1/tasks/{run.pk}/").json()
    assert (body["status"], body["result"], body["error"], body["started_at"]) == (
        "PENDING",
        None,
        None,
        None,
    )


def test_status_of_a_failure_hides_the_traceback_from_all_but_staff(victor, olivia) -> None:
    run = launch("tests.any_end", by=victor, how="raise").run
    execute(run.pk)
    own = as_person(victor).get(f"/api/v1/tasks/{run.pk}").json()
    assert own["status"] == "FAILURE"
    assert set(own["error"]) == {"code", "message"}
    assert own["error"]["code"] == "internal_error"
    staff = as_person(olivia).get(f"/api/v1/tasks/{run.pk}").json()
    assert "ZeroDivisionError" in staff["error"]["traceback"]


def test_status_of_a_run_to_be_repeated(victor) -> None:
    run = launch("tests.flaky", by=victor, failures=1).run
    execute(run.pk)
    body = as_person(victor).get(f"/api/v1/tasks/{run.pk}").json()
    assert (body["status"], body["error"]["code"]) == ("RETRY", "site_down")
    assert body["meta"]["next_attempt_at"] > timezone.now().isoformat()


def test_status_of_a_partial_run_says_why(victor) -> None:
    run = launch("tests.any_end", by=victor, how="partial").run
    execute(run.pk)
    result = as_person(victor).get(f"/api/v1/tasks/{run.pk}").json()["result"]
    assert result == {
        "task_id": str(run.pk),
        "status": "partial",
        "pages": 1,
        "warnings": ["page 2 is empty"],
        "reason": "One page of two could be read.",
        "code": "half",
    }


def test_status_of_a_waiting_run_counts_its_parts(victor) -> None:
    run = fanned_out(2)
    TaskRun.objects.filter(pk=run.pk).update(requested_by=victor)
    execute(run.children().first().pk)
    body = as_person(victor).get(f"/api/v1/tasks/{run.pk}").json()
    assert body["status"] == "PROGRESS"
    assert (body["meta"]["current"], body["meta"]["total"], body["meta"]["progress"]) == (1, 2, 25)
    assert [child["status"] for child in body["children"]] == ["SUCCESS", "PENDING"]


ADDRESSES = [
    ("get", "/api/v1/tasks/{id}"),
    ("delete", "/api/v1/tasks/{id}"),
    ("get", "/api/background-tasks/task/{id}/status"),
    ("delete", "/api/background-tasks/task/{id}"),
]


@pytest.mark.parametrize(("verb", "address"), ADDRESSES)
def test_foreign_and_unknown_ids_give_the_same_answer(verb: str, address: str, victor, stella) -> None:
    run = launch("tests.echo", by=victor, value=3).run
    client = as_person(stella)
    foreign = getattr(client, verb)(address.format(id=run.pk))
    unknown = getattr(client, verb)(address.format(id=UNKNOWN))
    assert (foreign.status_code, unknown.status_code) == (404, 404)
    assert foreign.content == unknown.content
    run.refresh_from_db()
    assert (run.state, run.cancel_requested_at) == (State.QUEUED, None)


@pytest.mark.parametrize(
    ("verb", "address"),
    [
        *ADDRESSES,
        ("get", "/api/v1/tasks"),
        ("get", "/api/background-tasks/tasks/active"),
        ("get", "/api/background-tasks/queues/lengths"),
    ],
)
def test_nobody_gets_anything_without_signing_in(verb: str, address: str, victor) -> None:
    run = launch("tests.echo", by=victor, value=3).run
    assert getattr(APIClient(), verb)(address.format(id=run.pk)).status_code == 401
    run.refresh_from_db()
    assert run.state == State.QUEUED


def test_everybody_lists_their_own_and_staff_lists_all(victor, stella, olivia) -> None:
    own = launch("tests.echo", by=victor, value=1).run
    foreign = launch("tests.echo", by=stella, value=2).run
    scheduled = launch("tests.echo", value=3).run
    assert listed(victor) == [str(own.pk)]
    assert listed(olivia) == [str(scheduled.pk), str(foreign.pk), str(own.pk)]


def test_filters_of_the_list(olivia) -> None:
    failed = launch("tests.any_end", how="raise").run
    echo = launch("tests.echo", value=1).run
    execute(failed.pk)
    TaskRun.objects.filter(pk=failed.pk).update(queued_at=timezone.now() - timedelta(days=3))
    since = (timezone.now() - timedelta(days=1)).isoformat().replace("+", "%2B")
    assert listed(olivia, "?name=tests.echo") == [str(echo.pk)]
    assert listed(olivia, "?state=FAILURE") == [str(failed.pk)]
    assert listed(olivia, "?state=queued") == [str(echo.pk)]
    assert listed(olivia, f"?since={since}") == [str(echo.pk)]
    assert listed(olivia, "?since=2020-01-01&state=PENDING") == [str(echo.pk)]
    assert listed(olivia, "?requested_by__password__startswith=x") == [str(echo.pk), str(failed.pk)]


@pytest.mark.parametrize("query", ["?state=exploded", "?since=yesterday", "?since=2026-13-40"])
def test_a_wrong_filter_is_refused_with_its_name(query: str, olivia) -> None:
    answer = as_person(olivia).get(f"/api/v1/tasks{query}")
    assert answer.status_code == 400
    assert list(answer.json()) == [query[1:].split("=")[0]]


def test_the_list_goes_on_from_page_to_page(olivia, django_assert_num_queries) -> None:
    runs = [launch("tests.echo", value=value).run for value in range(5)]
    client = as_person(olivia)
    with django_assert_num_queries(1):
        first = client.get("/api/v1/tasks?page_size=3").json()
    second = client.get(first["next"]).json()
    ids = [item["task_id"] for item in first["results"] + second["results"]]
    assert ids == [str(run.pk) for run in reversed(runs)]
    assert second["next"] is None


def test_delete_cancels(victor) -> None:
    run = launch("tests.echo", by=victor, value=3).run
    client = as_person(victor)
    answer = client.delete(f"/api/background-tasks/task/{run.pk}")
    assert (answer.status_code, answer.json()) == (202, {"cancelled": True, "was": "PENDING"})
    run.refresh_from_db()
    assert (run.state, run.cancel_requested_by) == (State.CANCELLED, victor)
    again = client.delete(f"/api/v1/tasks/{run.pk}")
    assert again.status_code == 409
    assert (again.json()["cancelled"], again.json()["was"]) == (False, "REVOKED")


def test_the_second_familys_shape(victor) -> None:
    run = launch("tests.any_end", by=victor, how="raise").run
    client = as_person(victor)
    address = f"/api/background-tasks/task/{run.pk}/status"
    body = client.get(address).json()
    assert (body["status"], body["ready"], body["successful"], body["failed"]) == (
        "PENDING",
        False,
        False,
        False,
    )
    execute(run.pk)
    body = client.get(address).json()
    assert set(body) == {"task_id", "status", "result", "info", "ready", "successful", "failed"}
    assert (body["status"], body["result"]) == ("FAILURE", None)
    assert (body["ready"], body["successful"], body["failed"]) == (True, False, True)


def test_active_tasks(victor) -> None:
    run = fanned_out(1)
    TaskRun.objects.filter(pk=run.pk).update(requested_by=victor)
    body = as_person(victor).get("/api/background-tasks/tasks/active").json()
    assert (body["count"], [task["task_id"] for task in body["tasks"]]) == (1, [str(run.pk)])


def test_queue_lengths_without_a_broker_are_a_503(victor, monkeypatch) -> None:
    monkeypatch.setattr("jobs.api.views.queue_lengths", lambda queues: None)
    answer = as_person(victor).get("/api/background-tasks/queues/lengths")
    assert (answer.status_code, answer.json()["code"]) == (503, "broker_unavailable")
    assert answer["Retry-After"] == "10"


def test_the_answer_to_a_launch(victor) -> None:
    request = APIRequestFactory().post("/")
    first = launch("tests.echo", by=victor, value=3)
    answer = launch_response(first, request)
    address = f"http://testserver/api/v1/tasks/{first.run.pk}"
    assert (answer.status_code, answer["Location"]) == (202, address)
    assert answer.data["task_id"] == str(first.run.pk)
    assert answer.data["status"] == "PENDING"
    second = launch_response(launch("tests.echo", by=victor, value=3))
    assert (second.status_code, second.data["task_id"]) == (409, str(first.run.pk))
    assert second["Location"] == f"/api/v1/tasks/{first.run.pk}"


def listed(person, query: str = "") -> list[str]:
    answer = as_person(person).get(f"/api/v1/tasks{query}")
    assert answer.status_code == 200, answer.content
    return [item["task_id"] for item in answer.json()["results"]]
