"""A worker's processes are killed, stopped, frozen or made deaf."""

import os
import signal
import time
from pathlib import Path

import pytest
from celery import current_app

from config.queues import QUEUES
from jobs import broker as broker_door
from jobs.models import TaskAttempt, TaskRun
from jobs.states import State
from stack import kernel
from tests.faults.installation import Installation
from tests.faults.work import POINTS, count


def test_f1_a_process_killed_at_any_point_is_replaced_and_its_run_repeated(
    installation: Installation, settings
) -> None:
    """Of six documents, each kills its process once, at another point."""
    for point in POINTS:
        (Path(settings.MEDIA_ROOT) / f"die {point} {point}").touch()
    installation.worker()
    runs = {point: installation.launch("tests.faults.document", point) for point in POINTS}
    took = installation.settle()
    for run in runs.values():
        run.refresh_from_db()
    assert {point: run.state for point, run in runs.items()} == dict.fromkeys(POINTS, State.SUCCEEDED)
    # What was committed is not done again; everything else is.
    fences = {point: run.fence for point, run in runs.items()}
    assert fences == {**dict.fromkeys(POINTS, 2), "after commit": 1}
    starts = {point: count("start", point) for point in POINTS}
    assert starts == {**dict.fromkeys(POINTS, 2), "after claim": 1, "after commit": 1}
    paid = {point: count("paid", point) for point in POINTS}
    assert paid == {**dict.fromkeys(POINTS, 1), "after reply": 2}
    assert took < 60
    assert TaskAttempt.objects.filter(end="lost").count() == 5


def test_f2_runs_of_a_worker_that_is_gone_go_to_another_long_before_the_broker_notices(
    installation: Installation,
) -> None:
    first = installation.worker(TESTS_VISIBILITY="7200")
    runs = installation.slow(2, seconds=4)
    installation.wait(lambda: count("start") == 2, "both starts")
    first.kill_everything()
    installation.worker(TESTS_VISIBILITY="7200")
    assert installation.settle() < 60
    assert {run.fence for run in TaskRun.objects.filter(pk__in=[run.pk for run in runs])} == {2}


def test_f3_a_document_that_kills_every_process_is_given_up_and_the_others_go_on(
    installation: Installation,
) -> None:
    installation.worker()
    poison = installation.launch("tests.faults.poison", "poison")
    others = installation.slow(6)
    installation.settle()
    poison.refresh_from_db()
    assert (poison.state, poison.attempt, count("start", "poison")) == (State.DEAD, 3, 3)
    assert poison.error_message.startswith("The process working on it was lost 3 times, so it was given up.")
    assert TaskRun.objects.filter(pk__in=[run.pk for run in others], state=State.SUCCEEDED).count() == 6


def test_f4_a_deploy_loses_nothing_and_uses_up_no_attempt(installation: Installation) -> None:
    leaving = installation.worker(4, REMAP_SIGTERM="SIGQUIT", TENFOLD_SOFT_SHUTDOWN_SECONDS="1")
    runs = installation.slow(20, seconds=1.5)
    installation.wait(lambda: count("start") >= 4, "four starts")
    leaving.process.send_signal(signal.SIGTERM)
    began = time.monotonic()
    leaving.process.wait(timeout=30)
    assert time.monotonic() - began < 20
    installation.worker(4)
    installation.settle()
    assert {run.attempt for run in TaskRun.objects.all()} == {1}
    assert TaskRun.objects.filter(state=State.SUCCEEDED).count() == len(runs) == 20


def test_f16_a_frozen_worker_that_wakes_up_writes_nothing(installation: Installation) -> None:
    frozen = installation.worker(1)
    run = installation.launch("tests.faults.slow", "frozen", seconds=3)
    installation.wait(lambda: count("start") == 1, "the first start")
    os.killpg(frozen.process.pid, signal.SIGSTOP)
    installation.worker(1)
    installation.settle()
    run.refresh_from_db()
    ended_at = run.finished_at
    os.killpg(frozen.process.pid, signal.SIGCONT)
    installation.wait(lambda: "overtaken" in frozen.said() or "ignored" in frozen.said(), "waking up")
    run.refresh_from_db()
    assert (run.fence, run.finished_at, count("done")) == (2, ended_at, 1)
    assert [start.end for start in run.attempts.all()] == ["lost", "succeeded"]


@pytest.mark.parametrize("how", ["stopped", "unsubscribed"])
def test_f22_a_worker_that_is_alive_but_deaf_is_started_again(installation: Installation, how: str) -> None:
    """Its main process is stopped and its children left, or it has lost its subscription."""
    supervisor = installation.process("supervisor", "-m", "tests.faults.supervised", "worker")
    log = installation.folder / "supervisor.log"
    installation.launch("tests.faults.slow", "before")
    installation.settle()
    if how == "stopped":
        (worker,) = kernel.children(supervisor.pid)
        os.kill(worker, signal.SIGSTOP)
    else:
        mailbox = current_app.control.mailbox(broker_door._connection())
        mailbox.producer_pool = None
        for queue in QUEUES:
            mailbox.abcast("cancel_consumer", {"queue": queue})
        time.sleep(1)
    installation.launch("tests.faults.slow", "after")
    took = installation.settle()
    said = log.read_text().splitlines()
    assert said[0] == "worker gives no sign of life. It is killed and started again."
    assert said[1].startswith("worker was killed by signal 9. Starting it again in")
    assert took < 110
