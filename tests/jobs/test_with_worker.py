"""Real messages and a real worker on SQLite, and what happens when either is lost; the faults of
real installations are in `tests/faults`."""

import os
import shutil
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from celery import current_app
from django.db import transaction

from jobs import broker as broker_door
from jobs.cancel import cancel
from jobs.dispatch import dispatch_once
from jobs.launch import launch
from jobs.models import TaskRun
from jobs.states import State
from tests.conftest import STATE
from tests.jobs.processes import Broker, Worker, running_worker

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(120)]

DATABASE = f"sqlite:///{STATE / 'test.sqlite3'}"


@pytest.fixture
def server(monkeypatch, quick) -> Iterator[Broker]:
    """A broker of this test alone, which launches of this process use."""
    folder = Path(tempfile.mkdtemp(prefix="jobs-"))
    broker = Broker(folder)
    monkeypatch.setenv("CELERY_BROKER_WRITE_URL", broker.celery_url)
    monkeypatch.setattr(broker_door, "_closed_until", 0.0)
    monkeypatch.setattr(broker_door._line, "connection", None)
    broker.start()
    yield broker
    broker.kill()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def worker(server: Broker) -> Iterator[Worker]:
    with running_worker(server, DATABASE) as worker:
        yield worker


@pytest.fixture
def diary(tmp_path: Path) -> Path:
    """Where tasks write down that they started and ended."""
    path = tmp_path / "diary"
    path.touch()
    return path


def wait_for(condition: Callable[[], bool], what: str, *, sweep: bool = False, seconds: float = 40) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"{what} did not happen: {list(TaskRun.objects.values())}"
        if sweep:
            dispatch_once()
        time.sleep(0.05)


def wait_until(run: TaskRun, *states: State, sweep: bool = False) -> TaskRun:
    def is_there() -> bool:
        run.refresh_from_db()
        return run.state in states

    wait_for(is_there, f"{run} {'/'.join(states)}", sweep=sweep)
    return run


def lines(diary: Path, word: str) -> list[str]:
    return [line for line in diary.read_text().splitlines() if line.startswith(word)]


def test_a_run_goes_through_broker_and_worker(worker: Worker) -> None:
    run = wait_until(launch("tests.echo", value=11).run, State.SUCCEEDED)
    assert run.result == {"value": 11, "force": False, "by": None}
    assert run.worker in worker.said()
    assert (run.attempt, run.fence, run.lease_owner) == (1, 1, "")


def test_a_family_goes_through_broker_and_worker(worker: Worker) -> None:
    run = wait_until(launch("tests.family", parts=6, failing=1).run, State.PARTIAL)
    assert run.result == {"asked": 7, "ended": 7, "sum": 15, "failed": 1}
    assert run.fence == 2


def test_the_broker_holds_nothing_but_the_id(server: Broker) -> None:
    run = launch("tests.echo", value=424242).run
    message = server.client().lrange("default", 0, -1)
    assert len(message) == 1
    assert str(run.pk).encode() in message[0]
    assert b"424242" not in message[0]
    run.refresh_from_db()
    assert run.sent_at is not None


def test_lengths_of_all_queues(server: Broker) -> None:
    for value in range(3):
        launch("tests.echo", value=value)
    launch("tests.family", parts=1)
    lengths = broker_door.queue_lengths(broker_door.known_queues())
    assert lengths is not None
    assert (len(lengths), lengths["default"], lengths["orchestration"], lengths["scraping"]) == (12, 3, 1, 0)
    assert sum(lengths.values()) == 4


def test_a_launch_that_is_rolled_back_sends_nothing(server: Broker) -> None:
    with transaction.atomic():
        launch("tests.echo", value=1)
        transaction.set_rollback(True)
    assert server.client().exists("default") == 0


def test_a_child_that_is_killed_is_replaced_and_the_run_repeated(worker: Worker, diary: Path) -> None:
    run = launch("tests.slow", diary=str(diary), seconds=1).run
    wait_for(lambda: bool(lines(diary, "start")), "the first start")
    os.kill(int(lines(diary, "start")[0].split()[1]), signal.SIGKILL)
    wait_until(run, State.SUCCEEDED, sweep=True)
    assert (len(lines(diary, "start")), len(lines(diary, "end"))) == (2, 1)
    assert [start.end for start in run.attempts.all()] == ["lost", "succeeded"]


def test_a_worker_that_is_stopped_gives_its_runs_back_uncounted(server: Broker, diary: Path) -> None:
    with running_worker(server, DATABASE, TENFOLD_SOFT_SHUTDOWN_SECONDS="1") as stopped:
        run = launch("tests.slow", diary=str(diary), seconds=4).run
        wait_for(lambda: bool(lines(diary, "start")), "the first start")
        stopped.process.send_signal(signal.SIGQUIT)
        stopped.process.wait(timeout=20)
    with running_worker(server, DATABASE):
        wait_until(run, State.SUCCEEDED, sweep=True)
    assert (run.fence, run.attempt) == (2, 1)
    assert [start.end for start in run.attempts.all()] == ["lost", "succeeded"]


def test_a_run_that_is_stopped_past_us_is_cancelled(worker: Worker, server: Broker, diary: Path) -> None:
    """As Flower does it."""
    run = launch("tests.slow", diary=str(diary), seconds=30).run
    wait_for(lambda: bool(lines(diary, "start")), "the start")
    mailbox = current_app.control.mailbox(broker_door._connection())
    mailbox.producer_pool = None
    mailbox.abcast("revoke", {"task_id": str(run.pk), "terminate": True, "signal": "SIGKILL"})
    wait_until(run, State.CANCELLED, sweep=True)
    assert lines(diary, "end") == []


def test_a_running_run_stops_soon_after_it_is_cancelled(worker: Worker, diary: Path) -> None:
    run = launch("tests.slow", diary=str(diary), seconds=30).run
    wait_until(run, State.RUNNING)
    cancel(run)
    wait_until(run, State.CANCELLED)
    assert lines(diary, "end") == []


def test_a_cancelled_run_does_not_start_although_no_worker_heard_of_it(server: Broker, diary: Path) -> None:
    run = launch("tests.slow", diary=str(diary), seconds=0).run
    cancel(run)
    with running_worker(server, DATABASE):
        wait_for(lambda: server.client().llen("default") == 0, "taking the message")
        wait_until(launch("tests.echo", value=1).run, State.SUCCEEDED)
    run.refresh_from_db()
    assert (run.state, diary.read_text()) == (State.CANCELLED, "")


def test_work_asked_for_while_the_broker_is_down_is_done_when_it_is_back(server: Broker) -> None:
    server.kill()
    began = time.monotonic()
    runs = [launch("tests.echo", value=value).run for value in range(5)]
    assert time.monotonic() - began < 2
    assert [run.state for run in TaskRun.objects.all()] == [State.QUEUED] * 5
    assert TaskRun.objects.filter(sent_at__isnull=True).count() == 5
    dispatch_once()
    server.start()
    with running_worker(server, DATABASE):
        for run in runs:
            wait_until(run, State.SUCCEEDED, sweep=True)
    assert [run.fence for run in runs] == [1] * 5


def test_nobody_waits_long_for_a_broker_that_is_silent(server: Broker) -> None:
    launch("tests.echo", value=0)
    server.signal(signal.SIGSTOP)
    try:
        began = time.monotonic()
        launch("tests.echo", value=1)
        first = time.monotonic() - began
        launch("tests.echo", value=2)
        second = time.monotonic() - began - first
    finally:
        server.signal(signal.SIGCONT)
    assert first < 2
    assert second < 0.2
    assert TaskRun.objects.filter(sent_at__isnull=True).count() == 2


def test_a_broker_that_was_emptied_costs_time_and_no_run(server: Broker) -> None:
    runs = [launch("tests.echo", value=value).run for value in range(30)]
    assert server.client().llen("default") == 3  # more than half the window; the others wait in the database
    server.client().flushall()
    with running_worker(server, DATABASE):
        for run in runs:
            wait_until(run, State.SUCCEEDED, sweep=True)
    assert [run.fence for run in runs] == [1] * 30


def test_a_message_of_another_version_does_no_harm(worker: Worker, server: Broker) -> None:
    connection = broker_door._connection()
    current_app.send_task("tests.removed", args=["x"], queue="default", connection=connection)
    run = launch("tests.echo", value=1).run
    more = {"new_argument": 1}
    current_app.send_task(
        "tests.echo", args=[str(run.pk), "more"], kwargs=more, queue="default", connection=connection
    )
    wait_until(run, State.SUCCEEDED)
    assert "tests.removed" in worker.said()
    wait_until(launch("tests.echo", value=2).run, State.SUCCEEDED)
