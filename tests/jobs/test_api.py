"""Runs over HTTP: who sees what, in which words."""

from datetime import timedelta

import pytest
from django.core.cache import cache, caches
from django.utils import timezone
from redis.exceptions import ConnectionError as RedisConnectionError
from rest_framework import serializers
from rest_framework.test import APIClient, APIRequestFactory, force_authenticate

from config.queues import QUEUES
from jobs.allowance import launch_within_allowance
from jobs.api import throttles
from jobs.api.launching import LaunchView, Wanted, launch_response
from jobs.api.throttles import LaunchesPerPerson
from jobs.errors import TooManyRuns
from jobs.execute import execute
from jobs.launch import launch
from jobs.models import TaskRun
from jobs.states import State
from jobs.workers import Worker
from tests.extraction.made import a_company, a_document
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


def test_the_list_of_a_company_has_the_work_on_its_documents(olivia) -> None:
    company, other = a_company("northwind"), a_company("southwind")
    document = a_document(company, 2024)
    scraped = launch("scrape_investor_relations", subject=company, company_id=company.pk).run
    classified = launch("classify_document", subject=document, document_id=document.pk).run
    launch("scrape_investor_relations", subject=other, company_id=other.pk)
    assert set(listed(olivia, f"?company={company.pk}")) == {str(scraped.pk), str(classified.pk)}


@pytest.mark.parametrize(
    "query", ["?state=exploded", "?since=yesterday", "?since=2026-13-40", "?company=x", "?company=-1",
     "?requested_by__password__startswith=x"],
)  # fmt: skip
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


def test_a_person_may_have_so_many_runs_under_way_and_no_more(victor, stella, settings) -> None:
    settings.RUNS_PER_PERSON = 2
    first = launch_within_allowance("tests.echo", by=victor, value=1).run
    launch_within_allowance("tests.echo", by=victor, value=2)
    with pytest.raises(TooManyRuns, match="You have 2 runs under way"):
        launch_within_allowance("tests.echo", by=victor, value=3)
    assert TaskRun.objects.filter(requested_by=victor).count() == 2
    # What is under way already is found, another person is not held up, and an end makes room.
    assert launch_within_allowance("tests.echo", by=victor, value=2).is_new is False
    assert launch_within_allowance("tests.echo", by=stella, value=3).is_new is True
    execute(first.pk)
    assert launch_within_allowance("tests.echo", by=victor, value=4).is_new is True


def test_whoever_asks_for_the_same_work_may_watch_it_and_not_cancel_it(victor, stella, olivia) -> None:
    run = TaskRun.objects.get(pk=posted(victor, {"value": 1}).data["task_id"])
    again = posted(stella, {"value": 1})
    assert (again.status_code, again.data["task_id"]) == (409, str(run.pk))
    client = as_person(stella)
    assert client.get(f"/api/v1/tasks/{run.pk}").json()["status"] == "PENDING"
    assert listed(stella) == [str(run.pk)]
    refused = client.delete(f"/api/v1/tasks/{run.pk}")
    assert (refused.status_code, "Somebody else asked" in refused.json()["detail"]) == (403, True)
    run.refresh_from_db()
    assert (run.state, run.cancel_requested_at) == (State.QUEUED, None)
    # Asking again for one's own makes nobody a watcher, and a stranger sees nothing.
    assert posted(victor, {"value": 1}).status_code == 409
    assert list(run.watchers.all()) == [stella]
    assert as_person(victor).delete(f"/api/v1/tasks/{run.pk}").status_code == 202


def test_parts_do_not_count_against_the_allowance(victor, settings) -> None:
    settings.RUNS_PER_PERSON = 2
    run = launch_within_allowance("tests.family", by=victor, parts=5).run
    execute(run.pk)
    assert TaskRun.objects.filter(requested_by=victor).count() == 6
    assert launch_within_allowance("tests.echo", by=victor, value=9).is_new is True


class EchoView(LaunchView):
    """Says something."""

    class Body(serializers.Serializer):
        value = serializers.IntegerField(min_value=0)

    task = "tests.echo"
    body = Body

    def wanted(self, data) -> Wanted:
        return Wanted(arguments=data)


def posted(person, body, view=EchoView, query: str = ""):
    request = APIRequestFactory().post(f"/{query}", body, format="json")
    force_authenticate(request, person)
    return view.as_view()(request)


def test_a_body_is_looked_at_before_anything_is_started(victor) -> None:
    for body, field in (({"value": "x"}, "value"), ({}, "value"), ({"value": -1}, "value")):
        answer = posted(victor, body)
        assert (answer.status_code, list(answer.data)) == (400, [field])
    assert posted(victor, {"value": 3}).status_code == 202
    assert TaskRun.objects.get().arguments == {"value": 3}


def test_whoever_may_not_start_the_task_is_refused_before_the_body_is_looked_at(victor) -> None:
    victor.user_permissions.clear()
    answer = posted(type(victor).objects.get(pk=victor.pk), {"value": "x"})
    assert (answer.status_code, "permission to start tests.echo" in answer.data["detail"]) == (403, True)
    assert TaskRun.objects.count() == 0


def test_too_many_runs_are_a_429_with_a_time_to_come_back(victor, settings) -> None:
    settings.RUNS_PER_PERSON = 1
    assert posted(victor, {"value": 1}).status_code == 202
    answer = posted(victor, {"value": 2})
    assert (answer.status_code, answer.data["code"], answer["Retry-After"]) == (429, "too_many_runs", "30")
    assert posted(victor, {"value": 1}).status_code == 409
    assert TaskRun.objects.count() == 1


def test_launches_are_counted_by_person(victor, stella, monkeypatch) -> None:
    cache.clear()
    monkeypatch.setitem(LaunchesPerPerson.THROTTLE_RATES, "launch", "2/min")
    assert [posted(victor, {"value": value}).status_code for value in range(3)] == [202, 202, 429]
    assert posted(stella, {"value": 9}).status_code == 202
    assert TaskRun.objects.count() == 3


def test_a_cache_that_is_away_holds_nobody_up_and_lets_nobody_off(victor, monkeypatch) -> None:
    cache.clear()
    caches["process"].clear()
    monkeypatch.setattr(throttles, "_shared_closed_until", 0.0)
    monkeypatch.setitem(LaunchesPerPerson.THROTTLE_RATES, "launch", "2/min")
    asked = []

    def away(self, *args, **kwargs):
        asked.append(args)
        raise RedisConnectionError("no connection")

    monkeypatch.setattr(type(caches["default"]), "get", broken_for(caches["default"], away))
    assert [posted(victor, {"value": value}).status_code for value in range(3)] == [202, 202, 429]
    assert len(asked) == 1


def broken_for(cache_, away):
    """The class's `get`, which fails for this one cache; both are memory in the tests."""
    get = type(cache_).get
    return lambda self, *args, **kwargs: (away if self is cache_ else get)(self, *args, **kwargs)


def test_queue_lengths_name_all_twelve_with_what_waits(victor, monkeypatch) -> None:
    monkeypatch.setattr("jobs.api.views.queue_lengths", lambda queues: dict.fromkeys(queues, 0))
    monkeypatch.setattr("jobs.api.views.workers_by_answer", lambda: [worker_of("default", "monitoring")])
    launch("tests.echo", value=1)
    body = as_person(victor).get("/api/background-tasks/queues/lengths").json()
    assert body["queues"] == dict.fromkeys(QUEUES, 0)
    assert (body["total"], body["waiting"]) == (0, {**dict.fromkeys(QUEUES, 0), "default": 1})
    assert body["consumers"] == {**dict.fromkeys(QUEUES, 0), "default": 1, "monitoring": 1}


def worker_of(*queues: str) -> Worker:
    return Worker("all@here", queues, 2, 1, 7, 60)


def test_workers_are_known_from_their_runs_where_none_answers(victor, monkeypatch) -> None:
    run = launch("tests.echo", value=1).run
    TaskRun.objects.filter(pk=run.pk).update(state=State.RUNNING, worker="all@far")
    monkeypatch.setattr("jobs.workers.ask_workers", lambda *_, **__: None)
    body = as_person(victor).get("/api/background-tasks/workers/stats").json()
    assert (body["source"], body["count"]) == ("runs", 1)
    assert body["workers"] == [
        {"name": "all@far", "queues": [], "processes": None, "busy": 1, "completed": None,
         "uptime_seconds": None}
    ]  # fmt: skip
