"""Doorbells of what is removed soon and what is made beforehand. Repeating either is harmless."""

from collections.abc import Sequence
from typing import Any

from django.utils import timezone

from engine.errors import BadInput
from jobs.base import Outcome, Run, partial, skipped, success, tracked_task
from monitoring.retention.results import USUAL_HOURS, clean_results
from monitoring.warming import warm


@tracked_task("cleanup_old_results")
def cleanup_old_results(run: Run, retention_hours: int = USUAL_HOURS) -> Outcome:
    """Remove what runs that ended so many hours ago left behind: results in Celery's table, lists in the
    results of runs, their memory, starts of those that went well, sessions that ended and temporary files.
    Runs stay with state, times, counts and errors; what is under way is not touched.

    Gives the counts of what was removed.
    """
    try:
        done: dict[str, Any] = clean_results(
            retention_hours, at=timezone.now(), report=run.report, storing=run.storing
        )
    except BadInput as error:
        return skipped(error.message, code=error.code)
    return success(retention_hours=retention_hours, total=sum(done.values()), **done)


@tracked_task("cache_warming")
def cache_warming(run: Run, cache_keys: Sequence[str] = ()) -> Outcome:
    """Work out beforehand what pages take from the cache: everything, or what is named in `cache_keys`,
    where a name may be a pattern such as overview.*.

    Gives the milliseconds of each that was made, and why others were not.
    """
    found = warm(cache_keys)
    fields: dict[str, Any] = {"warmed": found.warmed, "failed": found.failed}
    if found.failed:
        first, why = next(iter(found.failed.items()))
        return partial(f"Not all could be made. {first}: {why}", code="not_all_warmed", **fields)
    return success(**fields)
