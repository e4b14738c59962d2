"""The same with a real worker on PostgreSQL, whose time and locks are not SQLite's."""

import os
import signal
import time
from pathlib import Path

import pytest

from jobs.dispatch import dispatch_once
from jobs.launch import launch
from jobs.models import TaskAttempt, TaskRun
from jobs.states import State
from tests.jobs.processes import Broker, running_worker
from tests.jobs.test_with_worker import lines, server  # noqa: F401
from tests.processes import RunningPostgres

pytestmark = [pytest.mark.postgres, pytest.mark.timeout(120)]


def wait_until_finished(run: TaskRun, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not run.is_finished:
        assert time.monotonic() < end, list(TaskRun.objects.values("task", "state", "attempt"))
        dispatch_once()
        time.sleep(0.1)
        run.refresh_from_db()


def test_families_are_complete_although_a_child_process_is_killed(
    postgres: RunningPostgres,
    server: Broker,  # noqa: F811
    tmp_path: Path,
) -> None:
    diary = tmp_path / "diary"
    diary.touch()
    with running_worker(server, postgres.url()):
        slow = launch("tests.slow", diary=str(diary), seconds=1).run
        families = [launch("tests.family", parts=parts, failing=1).run for parts in (5, 10, 15)]
        while not lines(diary, "start"):
            time.sleep(0.05)
        os.kill(int(lines(diary, "start")[0].split()[1]), signal.SIGKILL)
        for run in (slow, *families):
            wait_until_finished(run)
    assert slow.state == State.SUCCEEDED
    assert [run.result for run in families] == [
        {"asked": 6, "ended": 6, "sum": 10, "failed": 1},
        {"asked": 11, "ended": 11, "sum": 45, "failed": 1},
        {"asked": 16, "ended": 16, "sum": 105, "failed": 1},
    ]
    assert TaskRun.objects.unfinished().count() == 0
    assert TaskAttempt.objects.filter(end="").count() == 0
