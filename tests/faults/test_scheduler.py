"""The scheduler is stopped, killed and away for many slots."""

import itertools
import os
import signal
import time
from datetime import timedelta

import pytest
from django.db.models import Max
from django.utils import timezone
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from jobs.models import TaskRun
from jobs.schedules import message_of
from jobs.silent_scheduler import start_what_it_owes
from jobs.states import State
from jobs.tracking import START_SCHEDULED
from stack import kernel
from tests.faults.installation import Installation

NAME = "Every few seconds"


def schedule(seconds: int) -> PeriodicTask:
    return PeriodicTask.objects.create(
        name=NAME,
        task=START_SCHEDULED,
        kwargs=message_of(NAME, "tests.faults.slow", {"key": "slot"}),
        interval=IntervalSchedule.objects.create(every=seconds, period=IntervalSchedule.SECONDS),
        start_time=timezone.now() - timedelta(seconds=seconds),
    )


def ended() -> int:
    return TaskRun.objects.filter(state=State.SUCCEEDED).count()


def slots(installation: Installation) -> list[float]:
    """Seconds between the slots; all of them count as asked for."""
    found = sorted(TaskRun.objects.values_list("schedule_slot", flat=True))
    installation.asked = len(found)
    return [(later - earlier).total_seconds() for earlier, later in itertools.pairwise(found)]


def end_schedules(installation: Installation) -> None:
    PeriodicTask.objects.update(enabled=False)
    installation.wait(lambda: installation.broker.client().llen("default") == 0, "taking all messages")
    time.sleep(1)
    installation.settle()


def test_a_scheduler_that_hangs_is_killed_and_started_again(installation: Installation) -> None:
    """It is stopped, so that it neither ends nor sends; the slots it missed are one and not many."""
    schedule(2)
    installation.worker()
    supervisor = installation.process("supervisor", "-m", "tests.faults.supervised", "beat")
    said = installation.folder / "supervisor.log"
    installation.wait(lambda: ended() >= 2, "two slots")
    (beat,) = kernel.children(supervisor.pid)
    os.kill(beat, signal.SIGSTOP)
    before = ended()
    installation.wait(lambda: "no sign of life" in said.read_text(), "noticing", 60)
    installation.wait(lambda: ended() >= before + 3, "slots again")
    supervisor.terminate()
    supervisor.wait(timeout=30)
    end_schedules(installation)
    assert said.read_text().splitlines()[0] == ("beat gives no sign of life. It is killed and started again.")
    gaps = slots(installation)
    assert max(gaps) > 15, "it was silent for a while"
    assert min(gaps) >= 1, "a slot is half the period to both sides, also of the one that was caught up"


def test_f12_what_was_missed_while_the_scheduler_was_dead_is_caught_up_once(
    installation: Installation,
) -> None:
    schedule(2)
    installation.worker()
    words = ("-m", "celery", "-A", "tests.faults.worker", "beat", "--pidfile", "", "--max-interval", "2")
    first = installation.process("beat 1", *words)
    installation.wait(lambda: ended() >= 2, "two slots")
    first.kill()
    first.wait()
    dead_since = ended()
    time.sleep(16)  # eight slots
    assert ended() - dead_since <= 1
    second = installation.process("beat 2", *words)
    installation.wait(lambda: ended() >= dead_since + 3, "three slots more")
    second.terminate()
    second.wait(timeout=20)
    end_schedules(installation)
    assert min(slots(installation)) >= 1, "no burst of the slots that were missed"


def test_f12_the_dispatcher_starts_what_must_not_wait_for_the_scheduler(installation: Installation) -> None:
    """There is none at all; the schedule is due every three seconds."""
    schedule(3)
    installation.worker()
    began = timezone.now()
    until = time.monotonic() + 20
    while time.monotonic() < until:
        start_what_it_owes(timezone.now(), [NAME])
        time.sleep(0.5)
    end_schedules(installation)
    gaps = slots(installation)
    assert 2 <= len(gaps) <= 4
    # Slots are whole seconds.
    assert all(gap >= 5 for gap in gaps), "not before two intervals have passed"
    newest = TaskRun.objects.aggregate(at=Max("schedule_slot"))["at"]
    assert (newest - began).total_seconds() > 10


def test_the_dispatchers_own_loop_looks_at_the_scheduler(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The command as it runs, with a look every second."""
    schedule(1)
    installation.worker()
    monkeypatch.setitem(installation.environment, "TESTS_MARKED", NAME)
    installation.process("second dispatcher", "-m", "tests.faults.dispatcher")
    installation.wait(lambda: ended() >= 2, "two slots without a scheduler")
    end_schedules(installation)
    assert min(slots(installation)) >= 2
