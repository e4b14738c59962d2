"""Schedules in the admin: what a person enters is what starts, and what is changed reaches the scheduler."""

import json

import pytest
from celery import current_app
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django_celery_beat.models import CrontabSchedule, IntervalSchedule, PeriodicTask
from django_celery_beat.schedulers import DatabaseScheduler

from config.schedules import SCHEDULES
from jobs.models import TaskRun
from jobs.schedules import sync
from jobs.states import Trigger

pytestmark = pytest.mark.django_db

PAGE = "/admin/django_celery_beat/periodictask/"


@pytest.fixture
def five_minutes() -> IntervalSchedule:
    return IntervalSchedule.objects.create(every=5, period=IntervalSchedule.MINUTES)


def entered(five_minutes: IntervalSchedule, **changed: object) -> dict[str, object]:
    form = {
        "name": "Echo",
        "description": "Says five.",
        "enabled": "on",
        "starts": "tests.echo",
        "arguments": '{"value": 5}',
        "interval": five_minutes.pk,
        "expire_seconds": "240",
        **changed,
    }
    return {name: value for name, value in form.items() if value is not None}


def errors_of(answer) -> dict[str, list[str]]:  # type: ignore[no-untyped-def]
    return dict(answer.context["adminform"].form.errors)


def test_a_schedule_is_entered_by_task_and_arguments(client, olivia, five_minutes) -> None:
    client.force_login(olivia)
    assert client.post(f"{PAGE}add/", entered(five_minutes)).status_code == 302
    entry = PeriodicTask.objects.get(name="Echo")
    assert (entry.task, entry.expire_seconds, entry.enabled) == ("jobs.start_scheduled", 240, True)
    assert json.loads(entry.kwargs) == {"schedule": "Echo", "task": "tests.echo", "arguments": {"value": 5}}
    page = client.get(f"{PAGE}{entry.pk}/change/").content.decode()
    assert "{&quot;value&quot;: 5}" in page
    listed = client.get(PAGE).content.decode()
    assert "tests.echo {&quot;value&quot;: 5}" in listed
    assert "every 5 minutes" in listed


@pytest.mark.parametrize(
    ("changed", "field", "sentence"),
    [
        ({"arguments": '{"number": 5}'}, "arguments", "got an unexpected keyword argument 'number'"),
        ({"arguments": "[5]"}, "arguments", "Write an object"),
        ({"arguments": "{"}, "arguments", "Enter a valid JSON."),
        ({"starts": "tests.unheard_of"}, "starts", "Select a valid choice."),
        ({"interval": None}, "__all__", "Choose either an interval or a crontab."),
        ({"expire_seconds": None}, "expire_seconds", "This field is required."),
    ],
)
def test_what_could_not_start_is_not_saved(
    client, olivia, five_minutes, changed: dict[str, object], field: str, sentence: str
) -> None:
    client.force_login(olivia)
    answer = client.post(f"{PAGE}add/", entered(five_minutes, **changed))
    assert answer.status_code == 200
    assert list(errors_of(answer)) == [field]
    assert sentence in errors_of(answer)[field][0]
    assert not PeriodicTask.objects.filter(name="Echo").exists()


def test_not_both_an_interval_and_a_crontab(client, olivia, five_minutes) -> None:
    client.force_login(olivia)
    nightly = CrontabSchedule.objects.create(minute="0", hour="2", timezone="UTC")
    answer = client.post(f"{PAGE}add/", entered(five_minutes, crontab=nightly.pk))
    assert errors_of(answer)["__all__"] == ["Choose either an interval or a crontab."]


def scheduled_names(scheduler: DatabaseScheduler) -> set[str]:
    return {name for name in scheduler.schedule if not name.startswith("celery.")}


@pytest.mark.django_db(transaction=True)  # the scheduler closes its connection
def test_what_is_changed_in_bulk_reaches_the_scheduler(client, olivia, five_minutes) -> None:
    client.force_login(olivia)
    for name in ("First", "Second"):
        client.post(f"{PAGE}add/", entered(five_minutes, name=name))
    scheduler = DatabaseScheduler(app=current_app)
    assert scheduled_names(scheduler) == {"First", "Second"}
    assert scheduler.schedule_changed() is False
    ids = list(PeriodicTask.objects.filter(name="First").values_list("pk", flat=True))
    answer = client.post(PAGE, {"action": "switch_off", "_selected_action": ids}, follow=True)
    assert "1 schedule is switched off." in answer.content.decode()
    assert scheduled_names(scheduler) == {"Second"}
    client.post(PAGE, {"action": "switch_on", "_selected_action": ids})
    assert scheduled_names(scheduler) == {"First", "Second"}
    client.post(PAGE, {"action": "delete_selected", "_selected_action": ids, "post": "yes"})
    assert scheduled_names(scheduler) == {"Second"}


def test_a_schedule_is_started_now_by_a_person(client, olivia, five_minutes) -> None:
    client.force_login(olivia)
    client.post(f"{PAGE}add/", entered(five_minutes))
    entry = PeriodicTask.objects.get(name="Echo")
    answer = client.post(PAGE, {"action": "start_now", "_selected_action": [entry.pk]}, follow=True)
    run = TaskRun.objects.get()
    assert (run.task, run.arguments, run.requested_by) == ("tests.echo", {"value": 5}, olivia)
    assert (run.trigger, run.schedule, run.schedule_slot) == (Trigger.ADMIN, "", None)
    assert f'href="{run.get_absolute_url()}"' in answer.content.decode()


def test_whoever_only_looks_changes_nothing(client, five_minutes) -> None:
    viewer = get_user_model().objects.create_user("vera", is_staff=True)
    viewer.user_permissions.add(Permission.objects.get(codename="view_periodictask"))
    client.force_login(viewer)
    sync(SCHEDULES)
    ids = list(PeriodicTask.objects.values_list("pk", flat=True))
    switched_on = set(PeriodicTask.objects.filter(enabled=True).values_list("pk", flat=True))
    assert 0 < len(switched_on) < len(ids)
    assert client.get(PAGE).status_code == 200
    page = client.get(f"{PAGE}{ids[0]}/change/")
    assert page.status_code == 200
    assert PeriodicTask.objects.get(pk=ids[0]).name in page.content.decode()
    for action in ("switch_on", "switch_off", "start_now", "delete_selected"):
        client.post(PAGE, {"action": action, "_selected_action": ids, "post": "yes"})
    assert client.post(f"{PAGE}add/", entered(five_minutes)).status_code == 403
    assert set(PeriodicTask.objects.filter(enabled=True).values_list("pk", flat=True)) == switched_on
    assert not TaskRun.objects.exists()


@pytest.mark.django_db(transaction=True)  # the scheduler closes its connection
def test_celerys_own_clean_up_is_scheduled_and_only_looked_at(client, olivia) -> None:
    """Results kept for Celery's own tools expire, and this is what removes them."""
    DatabaseScheduler(app=current_app)
    entry = PeriodicTask.objects.get(name="celery.backend_cleanup")
    assert (entry.enabled, str(entry.crontab.timezone)) == (True, "UTC")
    client.force_login(olivia)
    page = client.get(f"{PAGE}{entry.pk}/change/")
    assert page.status_code == 200
    assert 'name="starts"' not in page.content.decode()
    client.post(f"{PAGE}{entry.pk}/change/", {"name": "mine"})
    entry.refresh_from_db()
    assert entry.name == "celery.backend_cleanup"


def test_a_crontab_entered_by_a_person_is_in_utc(client, olivia) -> None:
    client.force_login(olivia)
    times = {"minute": "15", "hour": "4", "day_of_month": "*", "month_of_year": "*", "day_of_week": "*"}
    client.post("/admin/django_celery_beat/crontabschedule/add/", times)
    assert str(CrontabSchedule.objects.get(minute="15").timezone) == "UTC"


def test_a_schedule_that_starts_nothing_says_so_in_the_list(client, olivia, five_minutes) -> None:
    PeriodicTask.objects.create(
        name="Old", task="jobs.start_scheduled", kwargs='{"task": "gone"}', interval=five_minutes
    )
    client.force_login(olivia)
    page = client.get(PAGE).content.decode()
    assert "There is no task named &#x27;gone&#x27;." in page


def test_the_default_schedules_have_an_expiry_and_a_description(settings) -> None:
    assert {schedule.name: schedule.crontab or schedule.every_seconds for schedule in SCHEDULES} == {
        "Look into the drop folder": 300,
        "Weekly visit to the sites": "0 3 * * 6",
        "Daily visit where a report is due": "0 5 * * *",
        "Weekly look at known files": "0 3 * * 0",
        "Nightly scan for restatements": "30 1 * * *",
        "Ratios of what was compiled": 900,
        "Daily search of statements for anomalies": "30 3 * * *",
        "Daily search of prices for anomalies": "0 1 * * 2-6",
        "Daily look at trained models": "30 2 * * *",
        "Daily look at what came of forecasts": "30 0 * * *",
        "Weekly update of forecast models": "0 6 * * 6",
        "Trends of tone": "0 4 * * *",
        "Prices while exchanges trade": "*/5 * * * 0-5",
        "Nightly look at the quality of data": "30 4 * * *",
        "Exchange rates of the day": "30 15,16 * * 1-5",
        "Tagged reports in the drop folder": 300,
        "Tagged reports of the week": "0 4 * * 0",
        "Look at the health of the system": 600,
        "Weekly deletion of old data": "30 5 * * 0",
        "Hourly removal of old results": 3600,
        "Make beforehand what pages show": 600,
        "Daily report of the system": "0 6 * * *",
        "Weekly report of the system": "15 6 * * 1",
        "Monthly report of the system": "30 6 1 * *",
        "Measure how the system performs": 600,
        "Alerts": 300,
    }
    assert all(schedule.expires_seconds and schedule.description for schedule in SCHEDULES)
