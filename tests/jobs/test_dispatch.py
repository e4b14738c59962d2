"""The sweep: what nobody else would bring on its way."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from jobs import broker
from jobs.dispatch import Dispatched, dispatch_once
from jobs.execute import execute
from jobs.launch import launch
from jobs.lease import claim, let_go, renew
from jobs.models import TaskRun
from jobs.states import State
from tests.jobs.test_fanout import fanned_out

pytestmark = pytest.mark.django_db


@pytest.fixture
def messages(monkeypatch) -> list[TaskRun]:
    """What is put on the broker, which takes everything and holds nothing."""
    taken: list[TaskRun] = []

    def take(run_id: Any, task: str, queue: str) -> bool:
        taken.append(TaskRun.objects.get(pk=run_id))
        return True

    monkeypatch.setattr(broker, "_send_one", take)
    monkeypatch.setattr(broker, "queue_lengths", lambda queues: dict.fromkeys(queues, 0))
    monkeypatch.setattr(broker, "is_resting", lambda: False)
    return taken


def ago(seconds: float):
    return timezone.now() - timedelta(seconds=seconds)


def change(run: TaskRun, **columns: object) -> None:
    TaskRun.objects.filter(pk=run.pk).update(**columns)


def test_a_run_that_was_never_sent_is_sent_once(messages) -> None:
    run = launch("tests.echo", value=1).run
    change(run, queued_at=ago(10))
    assert dispatch_once() == Dispatched(sent=1)
    assert messages == [run]
    assert dispatch_once() == Dispatched()


def test_a_run_that_is_put_off_is_sent_when_it_is_due(messages) -> None:
    run = launch("tests.echo", value=1).run
    change(run, queued_at=ago(10), not_before=timezone.now() + timedelta(hours=1))
    assert dispatch_once() == Dispatched()
    change(run, not_before=ago(1))
    assert dispatch_once() == Dispatched(sent=1)


def test_a_message_the_broker_has_lost_is_sent_again(messages) -> None:
    run = launch("tests.echo", value=1).run
    change(run, queued_at=ago(300), sent_at=ago(50))
    assert dispatch_once() == Dispatched()
    change(run, sent_at=ago(70))
    assert dispatch_once() == Dispatched(sent=1)


def test_a_run_whose_task_no_program_has_fails_and_is_not_sent_for_ever(messages) -> None:
    run = launch("tests.echo", value=1).run
    change(run, task="of.another.version", queued_at=ago(3000), sent_at=ago(70))
    assert dispatch_once() == Dispatched(sent=1), "an upgrade may still be going on"
    change(run, queued_at=ago(3700), sent_at=ago(70))
    assert dispatch_once() == Dispatched(failed=1)
    run.refresh_from_db()
    assert (run.state, run.error_code) == (State.FAILED, "unknown_task")
    assert "'of.another.version'" in run.error_message
    assert dispatch_once() == Dispatched()


def test_as_many_are_sent_again_as_the_queue_is_too_short(messages, monkeypatch) -> None:
    runs = [launch("tests.echo", value=value).run for value in range(4)]
    for age, run in enumerate(runs):
        change(run, sent_at=ago(300 - age))
    monkeypatch.setattr(broker, "queue_lengths", lambda queues: dict.fromkeys(queues, 7))
    assert dispatch_once() == Dispatched()
    monkeypatch.setattr(broker, "queue_lengths", lambda queues: dict.fromkeys(queues, 2))
    assert dispatch_once() == Dispatched(sent=2)
    assert messages == runs[:2]


def test_nothing_is_concluded_from_a_broker_that_does_not_answer(messages, monkeypatch) -> None:
    run = launch("tests.echo", value=1).run
    change(run, queued_at=ago(3000), sent_at=ago(2900))
    monkeypatch.setattr(broker, "queue_lengths", lambda queues: None)
    assert dispatch_once() == Dispatched()


def test_only_a_window_of_each_queue_waits_in_the_broker(messages, settings) -> None:
    settings.JOBS = {"window": 3}
    runs = [launch("tests.echo", value=value).run for value in range(6)]
    other = launch("tests.family", parts=1).run
    assert dispatch_once() == Dispatched(sent=4)
    assert messages == [*runs[:3], other]
    execute(runs[0].pk)
    assert messages == [*runs[:3], other]  # two of three places are taken
    execute(runs[1].pk)  # a start that leaves less than half of them fills them up at once
    assert messages == [*runs[:3], other, runs[3], runs[4]]
    assert dispatch_once() == Dispatched()


@pytest.mark.parametrize("lease_until", [None, timezone.now() - timedelta(seconds=1)])
def test_a_lost_start_is_taken_back(messages, lease_until) -> None:
    run = launch("tests.slow", diary="", seconds=0).run
    claim(run.pk, owner="lost:1", worker="lost")
    change(run, lease_until=lease_until, queued_at=ago(10))
    assert dispatch_once() == Dispatched(taken_back=1, sent=1)
    run.refresh_from_db()
    assert (run.state, run.attempt, run.lease_owner) == (State.QUEUED, 1, "")
    assert [(start.end, start.error_code) for start in run.attempts.all()] == [("lost", "worker_lost")]


def test_an_expired_start_that_a_message_overtakes_is_noted_as_lost() -> None:
    run = launch("tests.slow", diary="", seconds=0).run
    claim(run.pk, owner="lost:1", worker="lost")
    change(run, lease_until=None)
    assert claim(run.pk, owner="here:1", worker="here").fence == 2
    assert [(start.worker, start.end) for start in run.attempts.all()] == [("lost", "lost"), ("here", "")]


def test_a_live_lease_is_respected(messages) -> None:
    run = launch("tests.slow", diary="", seconds=0).run
    claimed = claim(run.pk, owner="here:1", worker="here")
    assert dispatch_once() == Dispatched()
    assert claim(run.pk, owner="there:1", worker="there") is None
    assert renew(run.pk, claimed.fence) is True
    assert renew(run.pk, claimed.fence - 1) is False


def test_a_lost_process_gives_its_run_back_at_once(messages) -> None:
    run = launch("tests.slow", diary="", seconds=0).run
    claim(run.pk, owner="here:1", worker="here")
    let_go(run.pk, "another")
    assert dispatch_once() == Dispatched()
    let_go(run.pk, "here")
    assert dispatch_once().taken_back == 1


def test_a_run_that_loses_every_worker_is_dead_and_counted(messages) -> None:
    run = fanned_out(1)
    part = run.children().get()
    change(part, queued_at=ago(10))
    claim(part.pk, owner="lost:1", worker="lost")
    change(part, lease_until=None)
    assert dispatch_once().dead == 1
    part.refresh_from_db()
    run.refresh_from_db()
    assert (part.state, part.error_code, part.celery_state) == (State.DEAD, "worker_lost", "FAILURE")
    assert part.error_message.startswith("The process working on it was lost 1 times")
    assert part.finished_at is not None
    assert (run.state, run.children_done) == (State.QUEUED, 1)


def test_a_lost_start_that_was_to_be_cancelled_is_cancelled(messages) -> None:
    run = launch("tests.slow", diary="", seconds=0).run
    claim(run.pk, owner="lost:1", worker="lost")
    change(run, lease_until=None, cancel_requested_at=timezone.now())
    assert dispatch_once() == Dispatched(cancelled=1)
    run.refresh_from_db()
    assert run.state == State.CANCELLED


def test_a_queued_run_that_was_to_be_cancelled_is_cancelled(messages) -> None:
    run = launch("tests.echo", value=1).run
    change(run, queued_at=ago(10), cancel_requested_at=timezone.now())
    assert dispatch_once() == Dispatched(cancelled=1)
    assert messages == []


def test_a_parent_whose_parts_have_all_ended_is_woken(messages) -> None:
    run = fanned_out(2)
    run.children().update(state=State.SUCCEEDED, finished_at=timezone.now())
    assert dispatch_once().woken == 1
    run.refresh_from_db()
    assert (run.state, run.children_done) == (State.QUEUED, 2)


def test_a_parent_with_an_open_part_is_not_woken(messages) -> None:
    run = fanned_out(2)
    execute(run.children().first().pk)
    assert dispatch_once().woken == 0


def test_a_sweep_of_nothing_asks_little(messages, django_assert_max_num_queries) -> None:
    with django_assert_max_num_queries(6):
        assert dispatch_once() == Dispatched()


def test_the_command_sweeps_once(messages, capsys) -> None:
    run = launch("tests.echo", value=1).run
    change(run, queued_at=ago(10))
    call_command("dispatch_runs", once=True)
    assert "sent=1, taken_back=0, dead=0, cancelled=0, woken=0" in capsys.readouterr().out


def test_a_failing_sweep_does_not_end_the_loop(monkeypatch, caplog) -> None:
    from jobs.management.commands import dispatch_runs

    monkeypatch.setattr(dispatch_runs, "dispatch_once", lambda: 1 / 0)
    monkeypatch.setattr(dispatch_runs.connection, "close", lambda: None)
    dispatch_runs.Command()._sweep()
    assert "A sweep failed; the next one tries again" in caplog.text
