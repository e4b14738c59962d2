"""The cap on the runs of one person holds for calls at the same time."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.contrib.auth import get_user_model
from django.db import connection

from jobs.allowance import launch_within_allowance
from jobs.errors import TooManyRuns
from jobs.models import TaskRun


@pytest.mark.postgres
def test_of_many_calls_at_the_same_time_as_many_pass_as_may(settings, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    settings.RUNS_PER_PERSON = 5
    monkeypatch.setattr("jobs.broker._closed_until", float("inf"))
    person = get_user_model().objects.create_user("victor")

    def call(value: int) -> bool:
        try:
            return launch_within_allowance("tests.echo", by=person, value=value).is_new
        except TooManyRuns:
            return False
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        passed = list(pool.map(call, range(40)))
    assert passed.count(True) == TaskRun.objects.count() == 5
