"""Limits that hold over all workers: one start at a time takes the turn, the others come back."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from config.queues import DEFAULT, Route
from jobs.base import Outcome, Run, success, tracked_task
from jobs.launch import launch
from jobs.limiter import held_back, seconds_until_allowed
from jobs.models import RateLimit, TaskAttempt, TaskRun
from jobs.registry import find
from jobs.states import CeleryWord, State

settings.TASK_ROUTES["tests.limited"] = Route(DEFAULT, soft=20, hard=30, max_retries=0, shared_rate="10/h")


@tracked_task("tests.limited")
def limited(run: Run, value: int) -> Outcome:
    """Give back what was given, ten times an hour."""
    return success(value=value)


@pytest.mark.django_db
def test_the_second_start_waits_out_the_gap() -> None:
    assert seconds_until_allowed("training", 360.0) == 0.0
    wait = seconds_until_allowed("training", 360.0)
    assert 359 < wait <= 360
    RateLimit.objects.update(next_start=timezone.now() - timedelta(seconds=1))
    assert seconds_until_allowed("training", 360.0) == 0.0
    # What was not used is not saved up, and another limit is not touched.
    assert seconds_until_allowed("training", 360.0) > 359
    assert seconds_until_allowed("market data", 3.0) == 0.0


@pytest.mark.django_db
def test_a_run_that_comes_too_early_is_put_off_and_loses_no_attempt() -> None:
    first, second = (launch("tests.limited", value=value).run for value in (1, 2))
    TaskRun.objects.update(sent_at=timezone.now())
    start = find("tests.limited").celery_task
    for run in (first, second):
        start.apply(args=[str(run.pk)], task_id=str(run.pk))
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, first.result) == (State.SUCCEEDED, {"value": 1})
    assert (second.state, second.attempt, second.fence, second.sent_at) == (State.QUEUED, 0, 0, None)
    assert second.celery_state == CeleryWord.PENDING
    assert 350 < (second.not_before - timezone.now()).total_seconds() <= 360
    assert TaskAttempt.objects.count() == 1


@pytest.mark.django_db
def test_a_message_without_work_takes_nobodys_turn() -> None:
    run = launch("tests.limited", value=1).run
    TaskRun.objects.update(not_before=timezone.now() + timedelta(minutes=5))
    assert held_back(run.pk, "tests.limited", 360.0) is False
    assert RateLimit.objects.count() == 0


@pytest.mark.postgres
def test_of_many_at_the_same_time_one_is_allowed() -> None:
    def ask(_: int) -> float:
        try:
            return seconds_until_allowed("training", 360.0)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        waits = list(pool.map(ask, range(40)))
    assert waits.count(0.0) == 1
    assert all(350 < wait <= 360 for wait in waits if wait)
