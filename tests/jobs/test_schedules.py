"""Work that starts by itself: one run for each slot, and schedules that belong to people."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django_celery_beat.models import PeriodicTask

from jobs import tracking
from jobs.execute import execute
from jobs.models import TaskRun
from jobs.schedules import start, sync
from jobs.states import State, Trigger
from jobs.tasks import start_scheduled

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Default:
    name: str = "Echo"
    task: str = "tests.echo"
    description: str = "Says something every five minutes."
    every_seconds: int | None = 300
    crontab: str | None = None
    expires_seconds: int | None = 240
    arguments: dict[str, object] = field(default_factory=lambda: {"value": 5})
    enabled: bool = True
    even_without_scheduler: bool = False


def test_a_missing_schedule_is_created() -> None:
    assert sync([Default()]).created == ("Echo",)
    entry = PeriodicTask.objects.get(name="Echo")
    assert (entry.task, entry.expire_seconds, entry.enabled) == ("jobs.start_scheduled", 240, True)
    assert entry.interval.schedule.run_every == timedelta(minutes=5)
    assert sync([Default()]).created == ()
    assert PeriodicTask.objects.filter(name="Echo").count() == 1


def test_a_crontab_is_in_utc() -> None:
    sync([Default(every_seconds=None, crontab="30 2 * * 1-5")])
    times = PeriodicTask.objects.get(name="Echo").crontab
    assert (times.minute, times.hour, times.day_of_week, str(times.timezone)) == ("30", "2", "1-5", "UTC")


def test_what_people_edit_is_reported_and_stays() -> None:
    sync([Default()])
    PeriodicTask.objects.filter(name="Echo").update(enabled=False, expire_seconds=7)
    synced = sync([Default()])
    assert (synced.created, synced.edited) == ((), {"Echo": ("expiry", "enabled")})
    entry = PeriodicTask.objects.get(name="Echo")
    assert (entry.enabled, entry.expire_seconds) == (False, 7)


def test_the_command_says_what_it_did(settings, capsys) -> None:
    settings.SCHEDULES = (Default(),)
    call_command("sync_schedules")
    assert capsys.readouterr().out == "created  Echo\n1 created, 0 edited.\n"
    PeriodicTask.objects.filter(name="Echo").update(enabled=False)
    call_command("sync_schedules")
    assert capsys.readouterr().out == "edited   Echo: enabled (left as it is)\n0 created, 1 edited.\n"


def test_a_schedule_of_an_unknown_task_stops_the_command(settings) -> None:
    settings.SCHEDULES = (Default(), Default(name="Wrong", task="tests.unheard_of"))
    with pytest.raises(CommandError, match=r"There is no task named .tests\.unheard_of."):
        call_command("sync_schedules")
    assert not PeriodicTask.objects.filter(name="Echo").exists()


def test_one_run_for_each_slot_however_many_schedulers_there_are() -> None:
    sync([Default()])
    first = start("Echo", "tests.echo", {"value": 5}, NOON)
    execute(first.run.pk)
    for seconds in (0, 0.4, 100, 149):
        assert start("Echo", "tests.echo", {"value": 5}, NOON + timedelta(seconds=seconds)) is None
    run = TaskRun.objects.get()
    assert (run.trigger, run.schedule, run.schedule_slot) == (Trigger.SCHEDULE, "Echo", NOON)
    following = start("Echo", "tests.echo", {"value": 5}, NOON + timedelta(seconds=299.5))
    assert following.is_new is True


def test_runs_do_not_pile_up_behind_one_that_is_slow() -> None:
    sync([Default()])
    first = start("Echo", "tests.echo", {"value": 5}, NOON)
    second = start("Echo", "tests.echo", {"value": 5}, NOON + timedelta(minutes=5))
    assert (second.run, second.is_new) == (first.run, False)


def test_the_schedulers_message_starts_the_run(eager) -> None:
    sync([Default()])
    with eager:
        start_scheduled.apply(kwargs={"schedule": "Echo", "task": "tests.echo", "arguments": {"value": 5}})
    run = TaskRun.objects.get()
    assert (run.state, run.schedule, run.result["value"]) == (State.SUCCEEDED, "Echo", 5)


def test_the_slot_is_when_the_message_was_sent() -> None:
    headers: dict[str, object] = {}
    tracking.stamp(headers)
    now = datetime.now(UTC).timestamp()
    assert now - 1 < headers[tracking.SENT_AT] <= now
