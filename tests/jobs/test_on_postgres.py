"""What many do at the same moment, on the database where it shows."""

from datetime import UTC, datetime
from typing import Any

import pytest

from jobs import broker
from jobs.cancel import cancel
from jobs.dispatch import dispatch_once
from jobs.errors import AlreadyFinished
from jobs.execute import Ended, execute
from jobs.launch import launch
from jobs.lease import claim
from jobs.models import TaskAttempt, TaskRun
from jobs.schedules import start
from jobs.states import State
from tests.simultaneous import at_once

pytestmark = [pytest.mark.postgres, pytest.mark.timeout(120)]


@pytest.fixture(autouse=True)
def messages(monkeypatch, postgres) -> list[Any]:
    """The ids that were put on the broker, which takes everything."""
    taken: list[Any] = []

    def take(run_id: Any, task: str, queue: str) -> bool:
        taken.append(run_id)
        return True

    monkeypatch.setattr(broker, "_send_one", take)
    monkeypatch.setattr(broker, "is_resting", lambda: False)
    monkeypatch.setattr("jobs.cancel.revoke", lambda run_ids: None)
    monkeypatch.setattr(broker, "queue_lengths", lambda queues: dict.fromkeys(queues, 0))
    return taken


def waiting_family(parts: int) -> TaskRun:
    run = launch("tests.family", parts=parts).run
    assert execute(run.pk) == Ended.WAITS
    return run


def test_twenty_claims_at_once_are_one_start() -> None:
    run = launch("tests.echo", value=1).run
    claims = at_once([lambda: claim(run.pk, owner="someone", worker="here")] * 20)
    assert sum(claimed is not None for claimed in claims) == 1
    run.refresh_from_db()
    assert (run.state, run.fence, run.attempt) == (State.RUNNING, 1, 1)
    assert TaskAttempt.objects.count() == 1


def test_twenty_claims_of_an_expired_lease_are_one_start() -> None:
    run = launch("tests.slow", diary="", seconds=0).run
    claim(run.pk, owner="lost", worker="lost")
    TaskRun.objects.update(lease_until=None)
    claims = at_once([lambda: claim(run.pk, owner="someone", worker="here")] * 20)
    assert sum(claimed is not None for claimed in claims) == 1
    run.refresh_from_db()
    assert (run.fence, run.attempt) == (2, 2)


def test_twenty_launches_at_once_are_one_run(messages) -> None:
    launched = at_once([lambda: launch("tests.echo", value=1)] * 20)
    assert TaskRun.objects.count() == 1
    assert {item.run.pk for item in launched} == {TaskRun.objects.get().pk}
    assert sum(item.is_new for item in launched) == 1
    assert messages == [TaskRun.objects.get().pk]


def test_of_forced_twins_one_runs_at_a_time() -> None:
    runs = [launch("tests.echo", value=1, force=True).run for _ in range(8)]
    claims = at_once([lambda run=run: claim(run.pk, owner="someone", worker="here") for run in runs])
    assert sum(claimed is not None for claimed in claims) == 1
    assert TaskRun.objects.filter(state=State.RUNNING).count() == 1
    assert TaskRun.objects.filter(state=State.QUEUED).count() == 7


@pytest.mark.parametrize("parts", [2, 8])
def test_parts_that_end_at_the_same_moment_wake_their_parent_once(parts: int, messages) -> None:
    for _ in range(10):
        run = waiting_family(parts)
        messages.clear()
        ended = at_once([lambda part=part: execute(part.pk) for part in run.children()])
        assert ended == [Ended.DONE] * parts
        assert messages.count(run.pk) == 1
        run.refresh_from_db()
        assert (run.state, run.children_done) == (State.QUEUED, parts)
        assert execute(run.pk) == Ended.DONE


def test_parents_that_share_parts_while_these_end_are_all_woken() -> None:
    """The part may end between being found and being waited for."""
    for _ in range(10):
        first = waiting_family(3)
        others = [launch("tests.family", parts=3, failing=number).run for number in (1, 2)]
        calls = [lambda part=part: execute(part.pk) for part in first.children()]
        calls += [lambda other=other: execute(other.pk) for other in others]
        at_once(calls)
        for part in TaskRun.objects.unfinished().filter(task__in=("tests.echo", "tests.any_end")):
            execute(part.pk)
        for run in (first, *others):
            run.refresh_from_db()
            assert (run.state, run.children_done) == (State.QUEUED, run.children_total)
            assert execute(run.pk) == Ended.DONE


def test_cancelling_while_parts_end_leaves_nothing_unfinished() -> None:
    for _ in range(10):
        run = waiting_family(6)
        parts = list(run.children())
        calls = [lambda part=part: execute(part.pk) for part in parts]
        at_once([*calls, lambda run=run: cancelled_or_too_late(run)])
        for part in TaskRun.objects.unfinished():
            execute(part.pk)
        run.refresh_from_db()
        assert run.state in (State.CANCELLED, State.SUCCEEDED)
        assert TaskRun.objects.unfinished().count() == 0
        assert TaskAttempt.objects.filter(end="").count() == 0


def cancelled_or_too_late(run: TaskRun) -> bool:
    try:
        return cancel(run) > 0
    except AlreadyFinished:
        return False


def test_a_run_that_is_cancelled_as_it_starts_is_one_or_the_other() -> None:
    for value in range(20):
        run = launch("tests.echo", value=value).run
        ended, _ = at_once([lambda run=run: execute(run.pk), lambda run=run: cancelled_or_too_late(run)])
        run.refresh_from_db()
        expected = {
            Ended.DONE: State.SUCCEEDED,
            Ended.CANCELLED: State.CANCELLED,
            Ended.NOT_STARTED: State.CANCELLED,
        }
        assert run.state == expected[ended]
        assert run.finished_at is not None


def test_two_dispatchers_send_each_run_once(messages, settings) -> None:
    settings.JOBS = {"window": 50}
    for value in range(50):
        launch("tests.echo", value=value)
    messages.clear()
    TaskRun.objects.update(sent_at=None)
    swept = at_once([dispatch_once] * 4)
    assert sorted(messages) == sorted(TaskRun.objects.values_list("pk", flat=True))
    assert sum(done.sent for done in swept if done is not None) == 50


def test_a_sweep_that_ended_lets_the_next_one_in() -> None:
    assert dispatch_once() is not None
    assert dispatch_once() is not None


def test_two_schedulers_start_one_run_for_a_slot() -> None:
    from django_celery_beat.models import IntervalSchedule, PeriodicTask

    every = IntervalSchedule.objects.create(every=300, period="seconds")
    PeriodicTask.objects.create(name="Echo", task="jobs.start_scheduled", interval=every)
    noon = datetime(2026, 3, 1, 12, tzinfo=UTC)
    results = at_once([lambda: start("Echo", "tests.echo", {"value": 1}, noon)] * 8)
    assert sum(result is not None for result in results) == 1
    assert TaskRun.objects.get().schedule_slot == noon
