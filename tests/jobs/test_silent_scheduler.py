"""A scheduler that is silent: what watches the system is started all the same, once for each slot."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from celery import current_app
from django.conf import settings as django_settings
from django.core.management import call_command
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from jobs.models import TaskRun
from jobs.scheduler import WatchedScheduler
from jobs.schedules import message_of, start
from jobs.silent_scheduler import start_what_it_owes
from jobs.tracking import START_SCHEDULED

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
NAME = "Say five"


def after(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


@pytest.fixture
def entry() -> PeriodicTask:
    """Due every ten minutes, and sent at noon for the last time."""
    return PeriodicTask.objects.create(
        name=NAME,
        task=START_SCHEDULED,
        kwargs=message_of(NAME, "tests.echo", {"value": 5}),
        interval=IntervalSchedule.objects.create(every=10, period=IntervalSchedule.MINUTES),
        last_run_at=NOON,
    )


def started_at(minutes: float) -> int:
    return len(start_what_it_owes(after(minutes), [NAME]))


def test_it_is_started_when_two_intervals_have_passed_without_it(entry: PeriodicTask) -> None:
    assert [started_at(minutes) for minutes in (9, 11, 20)] == [0, 0, 0]
    assert started_at(20.5) == 1
    run = TaskRun.objects.get()
    assert (run.task, run.arguments, run.schedule, run.schedule_slot) == (
        "tests.echo",
        {"value": 5},
        NAME,
        after(20.5),
    )


def test_it_is_started_again_every_two_intervals_and_not_in_between(entry: PeriodicTask) -> None:
    times = [minutes for minutes in range(21, 90) if started_at(minutes)]
    TaskRun.objects.update(state="succeeded", finished_at=NOON)
    assert times == [21]  # the first has not ended, and work is not piled up
    assert [minutes for minutes in range(90, 150) if started_at(minutes)] == [90]


def test_a_scheduler_that_sends_owes_nothing_although_no_worker_takes_its_messages(
    entry: PeriodicTask,
) -> None:
    PeriodicTask.objects.filter(pk=entry.pk).update(last_run_at=after(60))
    assert started_at(79) == 0
    assert TaskRun.objects.count() == 0


def test_the_scheduler_that_comes_back_finds_the_slot_taken(entry: PeriodicTask) -> None:
    assert started_at(21) == 1
    assert start(NAME, "tests.echo", {"value": 5}, after(21.1)) is None
    assert TaskRun.objects.count() == 1


def test_what_was_never_sent_is_owed_since_it_was_stored(entry: PeriodicTask) -> None:
    PeriodicTask.objects.filter(pk=entry.pk).update(last_run_at=None, date_changed=after(60))
    assert [started_at(79), started_at(81)] == [0, 1]


def test_what_people_switched_off_stays_off(entry: PeriodicTask) -> None:
    PeriodicTask.objects.filter(pk=entry.pk).update(enabled=False)
    assert started_at(600) == 0


def test_health_and_alerts_are_what_must_not_hang_on_the_scheduler() -> None:
    call_command("sync_schedules", verbosity=0)
    PeriodicTask.objects.update(last_run_at=NOON)
    started = {launched.run.task for launched in start_what_it_owes(after(24 * 60))}
    assert started == {"system_health_check", "alert_processing"}
    assert django_settings.CELERY_BEAT_SCHEDULER == "jobs.scheduler:WatchedScheduler"


def test_each_turn_of_the_scheduler_is_a_sign_of_life(
    tmp_path: Path, monkeypatch, entry: PeriodicTask
) -> None:
    alive = tmp_path / "alive"
    monkeypatch.setenv("TENFOLD_ALIVE_FILE", str(alive))
    PeriodicTask.objects.update(enabled=False)
    # The database of this test lives in its connection.
    monkeypatch.setattr("django_celery_beat.schedulers.close_old_connections", lambda: None)
    scheduler = WatchedScheduler(app=current_app, lazy=True)
    assert not alive.exists()
    scheduler.tick()
    assert alive.read_text() == str(os.getpid())
    os.utime(alive, (0, 0))
    scheduler.tick()
    assert alive.stat().st_mtime > 0
    monkeypatch.delenv("TENFOLD_ALIVE_FILE")
    alive.unlink()
    WatchedScheduler(app=current_app, lazy=True).tick()
    assert not alive.exists()
