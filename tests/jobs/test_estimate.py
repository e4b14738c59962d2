"""How long work will take, said before it starts."""

from datetime import timedelta

import pytest
from django.utils import timezone

from jobs.errors import UnknownTask
from jobs.estimate import estimate
from jobs.launch import launch
from jobs.models import TaskRun
from jobs.states import State

pytestmark = pytest.mark.django_db


def took(*minutes: float) -> None:
    """Runs of `tests.echo` that have ended, the newest first."""
    now = timezone.now()
    for number, length in enumerate(minutes):
        end = now - timedelta(hours=number)
        run = launch("tests.echo", value=-1 - number).run
        TaskRun.objects.filter(pk=run.pk).update(
            state=State.SUCCEEDED, started_at=end - timedelta(minutes=length), finished_at=end
        )


def test_it_is_the_median_of_what_it_took_times_the_rounds(settings) -> None:
    settings.CELERY_WORKER_CONCURRENCY = 2
    took(3, 2, 60)
    found = estimate("tests.echo", 501)
    assert (found.each, found.judged_by) == (timedelta(minutes=3), 3)
    assert (found.alone, found.behind_others) == (timedelta(minutes=753), timedelta(minutes=753))
    assert str(found) == (
        "One takes about 3 min 0 s, judged by the last 3, and 2 run at once: about 12 h 33 min in all."
    )


def test_what_waits_already_comes_on_top(settings) -> None:
    settings.CELERY_WORKER_CONCURRENCY = 2
    took(1)
    for value in range(10):
        launch("tests.echo", value=value)
    found = estimate("tests.echo", 4)
    assert (found.ahead, found.alone, found.behind_others) == (
        10,
        timedelta(minutes=2),
        timedelta(minutes=7),
    )
    assert str(found).endswith("10 other runs wait in the same queue, so that it may take up to 7 min 0 s.")


def test_without_experience_nothing_is_claimed() -> None:
    found = estimate("tests.echo", 4)
    assert (found.each, found.alone) == (None, None)
    assert str(found) == "How long one takes is not known: none of this kind has ended yet."
    with pytest.raises(UnknownTask):
        estimate("tests.unheard_of", 1)
