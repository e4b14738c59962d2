"""The two tasks of `benchmarks.jobs`, which do nothing."""

from celery import shared_task
from django.conf import settings

from config.queues import DEFAULT, Route
from jobs.base import Outcome, Run, success, tracked_task

RUN, BARE = "benchmark.run", "benchmark.bare"

settings.TASK_ROUTES[RUN] = Route(DEFAULT, soft=60, hard=120, max_retries=0)


@tracked_task(RUN)
def run_nothing(run: Run, number: int) -> Outcome:
    """Nothing, as a run: claimed, finished, each start written down."""
    return success()


@shared_task(name=BARE)
def bare_nothing(number: int) -> dict[str, int]:
    """Nothing, as Celery alone does it, with its result in the database."""
    return {}
