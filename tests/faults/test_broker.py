"""The broker is killed, emptied, and delivers what it has delivered already."""

import time
from functools import partial
from uuid import uuid4

import pytest
from celery import current_app

from jobs import broker as broker_door
from jobs.dispatch import dispatch_once
from jobs.models import TaskAttempt, TaskRun
from jobs.states import State
from tests.faults.installation import Installation
from tests.faults.work import count


def kill_and_restart(installation: Installation, turn: int, away: float) -> float:
    """Kill the broker under two running tasks, ask for more meanwhile, start it again; how many seconds
    after that everything is done."""
    began = count("start")
    installation.slow(2, seconds=away + 1, name=f"running {turn}")
    installation.wait(lambda: count("start") >= began + 2, "the starts")
    installation.broker.kill()
    asked_at = time.monotonic()
    waiting = installation.slow(3, name=f"waiting {turn}")
    assert time.monotonic() - asked_at < 2  # nobody waits for a broker that is down
    assert {run.celery_state for run in waiting} == {"PENDING"}
    time.sleep(away)
    installation.broker.start()
    return installation.settle()


def test_f5_workers_take_work_again_when_the_broker_was_killed(installation: Installation) -> None:
    worker = installation.worker()
    took = [kill_and_restart(installation, turn, away=1 + turn) for turn in range(3)]
    assert max(took) < 60
    assert worker.process.poll() is None, "it needed no restart"


@pytest.mark.long
def test_f5_twenty_times_of_twenty(installation: Installation) -> None:
    worker = installation.worker()
    took = [kill_and_restart(installation, turn, away=(1, 3, 8)[turn % 3]) for turn in range(20)]
    assert max(took) < 60
    assert worker.process.poll() is None, "it needed no restart"


def test_f6_a_broker_that_was_emptied_costs_no_run(installation: Installation) -> None:
    installation.worker(4)
    running = installation.slow(4, seconds=3, name="running")
    installation.wait(lambda: count("start") == 4, "four starts")
    waiting = installation.slow(100, name="waiting")
    installation.broker.client().flushall()
    installation.settle()
    runs = TaskRun.objects.filter(pk__in=[run.pk for run in (*running, *waiting)])
    assert set(runs.values_list("state", "fence")) == {(State.SUCCEEDED, 1)}
    assert count("start") == count("done") == 104


def test_f14_a_message_delivered_twenty_times_to_four_workers_is_one_start(
    installation: Installation,
) -> None:
    for _ in range(2):
        installation.worker(2)
    run = installation.launch("tests.faults.slow", "copied", seconds=2)
    for _ in range(20):
        assert broker_door._send_one(run.pk, run.task, run.queue)
    installation.settle()
    installation.wait(lambda: installation.broker.client().llen("default") == 0, "taking all copies")
    time.sleep(1)
    assert (count("start"), count("done"), TaskAttempt.objects.count()) == (1, 1, 1)


def test_f15_a_task_longer_than_the_brokers_patience_is_started_once(installation: Installation) -> None:
    """The broker delivers again what is not acknowledged in three seconds."""
    for _ in range(2):
        installation.worker(1, TESTS_VISIBILITY="3")
    run = installation.launch("tests.faults.slow", "long", seconds=14)
    installation.settle()
    run.refresh_from_db()
    assert (run.state, run.fence) == (State.SUCCEEDED, 1)
    assert (count("start"), count("done")) == (1, 1)


@pytest.mark.parametrize("how", ["the program dies", "the port is closed"])
def test_f18_what_was_committed_but_not_sent_is_sent_by_the_next_sweep(
    installation: Installation, monkeypatch, how: str
) -> None:
    installation.worker()
    if how == "the program dies":
        monkeypatch.setattr(broker_door, "refill_all", lambda queues: 1 / 0)
    else:
        monkeypatch.setattr(broker_door, "is_resting", lambda: True)
    run = installation.launch("tests.faults.slow", "unsent")
    assert run.sent_at is None
    assert installation.settle() < 20


def test_f8_nobody_waits_for_a_silent_broker_and_work_goes_on_when_it_speaks(
    installation: Installation,
) -> None:
    import signal

    installation.worker()
    installation.slow(1)
    installation.settle()
    installation.broker.signal(signal.SIGSTOP)
    waits = []
    for number in range(10):
        began = time.monotonic()
        installation.launch("tests.faults.slow", f"silent {number}")
        waits.append(time.monotonic() - began)
    time.sleep(3)
    installation.broker.signal(signal.SIGCONT)
    assert max(waits) < 2.5
    installation.settle()


@pytest.mark.long
def test_f7_a_full_broker_refuses_no_request(installation: Installation) -> None:
    installation.worker()
    client = installation.broker.client()
    client.config_set("maxmemory", "1")
    installation.slow(200)
    assert TaskRun.objects.unfinished().count() > 0
    dispatch_once()
    client.config_set("maxmemory", "0")
    installation.settle()


def test_f23_messages_of_another_version_lose_no_run_and_stop_no_worker(installation: Installation) -> None:
    """A task that this version does not have, arguments it does not know or misses, a run that is gone."""
    worker = installation.worker(1)
    run = installation.launch("tests.faults.slow", "asked for by a later version", seconds=1)
    send = partial(current_app.send_task, queue="default", connection=broker_door._connection())
    send("tests.faults.of_tomorrow", args=[str(run.pk)])
    send("tests.faults.slow", args=[str(run.pk), "more"], kwargs={"tomorrow": True})
    send("tests.faults.slow", args=[])
    send("tests.faults.slow", args=[str(uuid4())])
    send("tests.faults.slow", args=["no id"])
    installation.slow(3, name="behind them")
    installation.settle()
    installation.wait(lambda: installation.broker.client().llen("default") == 0, "taking all messages")
    assert worker.process.poll() is None
    assert (count("start"), count("done"), TaskAttempt.objects.count()) == (4, 4, 4)
    assert "Received unregistered task of type 'tests.faults.of_tomorrow'" in worker.said()
    # A row that names a task this version does not have says so, and is not taken for done.
    stranger = TaskRun.objects.create(
        task="tests.faults.of_tomorrow", queue="default", digest="of tomorrow", max_attempts=1, arguments={}
    )
    dispatch_once()
    installation.slow(1, name="behind it")
    installation.wait(lambda: count("done") == 5, "what is behind it")
    stranger.refresh_from_db()
    assert stranger.state == State.QUEUED
    stranger.delete()
