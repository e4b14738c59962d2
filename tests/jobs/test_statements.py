"""Kept statements mean what the same query means when Django puts it together each time."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, connection, connections, models, transaction
from django.db.models import F
from django.db.models.functions import Now
from django.db.transaction import TransactionManagementError

from jobs.launch import launch
from jobs.lease import claim
from jobs.models import TaskAttempt, TaskRun
from jobs.statements import Given, Kept, given, given_for_each, insert, select, update
from jobs.states import State

NOON = datetime(2026, 3, 1, 12, 0, 0, 250_000, tzinfo=UTC)

# Every kind of column a start writes: text, number, JSON, time with zone, key of another row, nothing.
VALUES: dict[str, Any] = {
    "state": State.FAILED,
    "progress": 40,
    "result": {"years": [2024, 2025], "name": 'Ørsted\'s "A" 100 %'},
    "warnings": ["50 % were left out", None],
    "message": "100 % of what's there; %s",
    "sent_at": NOON,
    "finished_at": NOON,
    "requested_by": None,
    "memory": {},
}


@pytest.fixture(params=[pytest.param("sqlite", marks=pytest.mark.django_db), "postgresql"])
def database(request: pytest.FixtureRequest) -> None:
    """The test runs on each of both."""
    if request.param == "postgresql":
        request.getfixturevalue("postgres")
    assert connection.vendor == request.param


def new_run(**fields: Any) -> TaskRun:
    return TaskRun.objects.create(task="tests.echo", queue="default", digest=uuid4().hex, **fields)


def columns(run: TaskRun, *, without: set[str]) -> dict[str, Any]:
    return {
        name: value
        for name, value in TaskRun.objects.filter(pk=run.pk).values()[0].items()
        if name not in without
    }


def test_a_kept_update_writes_what_the_query_writes(database) -> None:
    own = {"id", "digest", "queued_at"}
    kept_one, other, untouched = (new_run(fence=3) for _ in range(3))
    kept = Kept(
        lambda: update(
            TaskRun.objects.filter(pk=given(TaskRun, "id"), fence=given(TaskRun, "fence")),
            attempt=F("attempt") + 1,
            **given_for_each(TaskRun, VALUES),
        )
    )
    assert kept.count(id=kept_one.pk, fence=3, **VALUES) == 1
    assert TaskRun.objects.filter(pk=other.pk, fence=3).update(attempt=F("attempt") + 1, **VALUES) == 1
    assert columns(kept_one, without=own) == columns(other, without=own)
    kept_one.refresh_from_db()
    assert {name: getattr(kept_one, name) for name in VALUES} == VALUES
    untouched.refresh_from_db()
    assert (untouched.state, untouched.attempt, untouched.result) == (State.QUEUED, 0, {})


def test_a_condition_that_does_not_hold_changes_nothing(database) -> None:
    run = new_run(fence=3)
    kept = Kept(lambda: update(TaskRun.objects.held(given(TaskRun, "fence")), message="written"))
    assert kept.count(fence=3) == 0
    run.refresh_from_db()
    assert run.message == ""


def test_the_same_statement_takes_other_values_each_time(database) -> None:
    runs = [new_run() for _ in range(3)]
    kept = Kept(
        lambda: update(TaskRun.objects.filter(pk=given(TaskRun, "id")), total=given(TaskRun, "total")),
        returning=["id", "total"],
    )
    assert [kept.rows(id=run.pk, total=number) for number, run in enumerate(runs)] == [
        [[run.pk, number]] for number, run in enumerate(runs)
    ]
    assert sorted(TaskRun.objects.values_list("total", flat=True)) == [0, 1, 2]


def test_a_kept_select_gives_back_what_the_query_gives_back(database) -> None:
    for number in range(4):
        new_run(turn=number, sent_at=NOON, result={"number": number})
    names = ("pk", "turn", "sent_at", "result", "forced", "requested_by_id")

    def highest(least: Any) -> Any:
        return TaskRun.objects.filter(turn__gte=least).order_by("-turn").values_list(*names)[:2]

    kept = Kept(lambda: select(highest(given(TaskRun, "turn"))))
    found = kept.rows(turn=0)
    assert [tuple(row) for row in found] == list(highest(0))
    assert [(type(row[0]), row[1], row[2], row[3], row[4]) for row in found] == [
        (UUID, 3, NOON, {"number": 3}, False),
        (UUID, 2, NOON, {"number": 2}, False),
    ]
    assert [row[1] for row in kept.rows(turn=3)] == [3]


def test_a_kept_insert_stores_the_row_that_save_stores(database) -> None:
    run = new_run()
    names = ("run_id", "fence", "stage", "attempt", "worker", "started_at")
    kept = Kept(lambda: insert(TaskAttempt(**given_for_each(TaskAttempt, names))))
    values = {"run_id": run.pk, "stage": "sum", "attempt": 2, "worker": "here", "started_at": NOON}
    assert kept.count(fence=1, **values) == 1
    TaskAttempt.objects.create(fence=2, **values)
    first, second = TaskAttempt.objects.filter(run=run).order_by("fence").values()
    assert {**first, "id": 0, "fence": 0} == {**second, "id": 0, "fence": 0}


def test_durations_are_added_as_django_adds_them(database) -> None:
    run = new_run()
    until = Now() + Given("lease", models.DurationField())
    kept = Kept(
        lambda: update(TaskRun.objects.filter(pk=given(TaskRun, "id")), started_at=Now(), lease_until=until)
    )
    for lease in (timedelta(seconds=90), timedelta(days=2, milliseconds=1500)):
        assert kept.count(id=run.pk, lease=lease) == 1
        run.refresh_from_db()
        assert abs(run.lease_until - run.started_at - lease) < timedelta(milliseconds=2)


def test_the_query_is_put_together_once_and_opens_no_connection(db, monkeypatch) -> None:
    asked, made = [], []

    def query() -> Any:
        asked.append(1)
        return select(TaskRun.objects.filter(pk=given(TaskRun, "id")).values_list("pk"))

    create = connections.create_connection

    def watched(alias: str) -> Any:
        made.append(create(alias))
        return made[-1]

    monkeypatch.setattr(connections, "create_connection", watched)
    kept, run = Kept(query), new_run()
    found = [kept.rows(id=run_id) for run_id in (run.pk, str(run.pk), uuid4())]
    assert found == [[[run.pk]], [[run.pk]], []]
    assert len(asked) == 1
    assert [one.connection for one in made] == [None]


def test_a_failure_that_is_caught_spoils_the_transaction_as_djangos_own_does(database) -> None:
    run = new_run()
    kept = Kept(lambda: update(TaskRun.objects.filter(pk=given(TaskRun, "id")), trigger="unheard"))
    with pytest.raises(IntegrityError, match="taskrun_trigger_known"), transaction.atomic():
        kept.count(id=run.pk)

    def catch() -> None:
        with transaction.atomic():
            try:
                kept.count(id=run.pk)
            except IntegrityError:
                TaskRun.objects.exists()

    with pytest.raises(TransactionManagementError):
        catch()
    run.refresh_from_db()
    assert run.trigger == "system"


def test_a_claim_hands_over_the_row_as_it_is_stored(database) -> None:
    run = launch("tests.echo", value=7).run
    claimed = claim(run.pk, owner="here:1", worker="here")
    assert claimed is not None
    stored = TaskRun.objects.filter(pk=run.pk).values()[0]
    assert {name: getattr(claimed, name) for name in stored} == stored
    assert (stored["state"], stored["fence"], stored["attempt"]) == (State.RUNNING, 1, 1)
    assert (stored["lease_owner"], stored["worker"], stored["arguments"]) == ("here:1", "here", {"value": 7})
    lease = stored["lease_until"] - stored["started_at"]
    assert abs(lease - timedelta(seconds=90)) < timedelta(milliseconds=2)
    assert not claimed.get_deferred_fields()
