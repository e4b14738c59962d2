"""The disk is full, and clocks are wrong."""

import resource
import shutil
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.db.models import F
from django.utils import timezone

from jobs.models import TaskRun
from jobs.states import State
from stack import kernel
from tests.faults.installation import Installation
from tests.faults.work import count

HOURS = 3600
SOURCE = Path(__file__).with_name("shifted_clock.c")


def limit_files(parent: int, size: int) -> None:
    """No process of the worker may write beyond this place of any file, as on a disk that is full."""
    for pid in kernel.children(parent):
        _, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (size if size >= 0 else hard, hard))


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="limits of other processes are Linux's")
def test_f11_a_full_disk_puts_the_work_off_and_leaves_nothing_behind(
    installation: Installation, settings
) -> None:
    worker = installation.worker(1)
    installation.slow(1)
    installation.settle()
    folder = Path(settings.MEDIA_ROOT)
    limit_files(worker.process.pid, 1_000_000)
    run = installation.launch("tests.faults.large", "large", size=3_000_000)
    installation.wait(
        lambda: TaskRun.objects.filter(pk=run.pk, error_code="storage_full").exists(), "the disk's end"
    )
    run.refresh_from_db()
    assert (run.state, run.attempt) == (State.QUEUED, 1)
    assert run.error_message.startswith("There is no room left for the file, so nothing of it was kept.")
    assert run.not_before is not None
    assert run.not_before > timezone.now() + timedelta(minutes=9)
    assert [path for path in folder.rglob("*") if path.is_file()] == []
    # What needs little room goes on meanwhile.
    installation.slow(3, name="meanwhile")
    installation.wait(lambda: count("done") == 4, "the others")
    limit_files(worker.process.pid, -1)
    TaskRun.objects.filter(pk=run.pk).update(not_before=timezone.now())
    installation.settle()
    run.refresh_from_db()
    assert (run.state, run.attempt, run.result) == (
        State.SUCCEEDED,
        2,
        {"key": "large", "size": 3_000_000},
    ), run.error_message
    (kept,) = [path for path in folder.rglob("*") if path.is_file()]
    assert kept.stat().st_size == 3_000_000


@pytest.fixture
def shifted_clock(tmp_path: Path) -> Path:
    """A library that gives the process it is loaded into another time."""
    compiler = shutil.which("cc")
    if compiler is None or not sys.platform.startswith("linux"):
        pytest.skip("a C compiler on Linux is needed to give a process another time")
    library = tmp_path / "shifted_clock.so"
    subprocess.run([compiler, "-shared", "-fPIC", "-o", str(library), str(SOURCE), "-ldl"], check=True)
    return library


@pytest.mark.parametrize("hours", [3, -3])
def test_f17_a_worker_whose_clock_is_wrong_does_what_others_do(
    installation: Installation, shifted_clock: Path, hours: int
) -> None:
    """Leases, pauses and times are the database's: nothing is early, late, twice or of negative length."""
    began = timezone.now()
    first = installation.worker(2, LD_PRELOAD=str(shifted_clock), CLOCK_SHIFT=str(hours * HOURS))
    runs = installation.slow(4, seconds=4)
    failing = installation.launch("tests.faults.failing", "again", failures=1)
    installation.wait(lambda: count("start") >= 2, "the starts")
    assert f"{began + timedelta(hours=hours):%Y-%m-%dT%H}" in first.said() or (
        f"{began + timedelta(hours=hours, minutes=5):%Y-%m-%dT%H}" in first.said()
    ), "its clock is really another one"
    installation.worker(1)  # one whose clock is right, which takes back what seems lost
    installation.settle()
    found = list(TaskRun.objects.filter(pk__in=[run.pk for run in runs]))
    assert {(run.state, run.fence) for run in found} == {(State.SUCCEEDED, 1)}
    assert (count("start"), count("done")) == (4, 4)
    failing.refresh_from_db()
    assert (failing.state, failing.attempt) == (State.SUCCEEDED, 2)
    for run in [*found, failing]:
        assert run.run_time is not None
        assert run.wait_time is not None
        assert timedelta(0) <= run.wait_time < timedelta(minutes=10)
        assert timedelta(seconds=0) < run.run_time < timedelta(minutes=10)
        assert run.finished_at is not None
        assert began < run.finished_at < timezone.now()
    assert not TaskRun.objects.filter(started_at__lt=F("queued_at")).exists()


@pytest.mark.parametrize("hours", [3, -3])
def test_f17_what_a_program_with_a_wrong_clock_has_sent_is_sent_again_when_it_is_lost(
    installation: Installation, shifted_clock: Path, hours: int
) -> None:
    """It is noted by the clock of the database when the broker was told."""
    asking = (
        "import django; django.setup(); import tests.faults.work; from jobs.launch import launch;"
        " launch('tests.faults.slow', key='asked elsewhere')"
    )
    environment = {
        **installation.environment,
        "LD_PRELOAD": str(shifted_clock),
        "CLOCK_SHIFT": str(hours * HOURS),
    }
    subprocess.run([sys.executable, "-c", asking], env=environment, check=True, timeout=120)
    installation.asked += 1
    sent_at = TaskRun.objects.get().sent_at
    assert sent_at is not None
    assert abs(timezone.now() - sent_at) < timedelta(minutes=10)
    installation.broker.client().flushall()
    installation.worker(1)
    installation.settle()
    assert count("done") == 1
