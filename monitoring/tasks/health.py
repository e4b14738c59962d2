"""Doorbells of health."""

from django.utils import timezone

from jobs.base import Outcome, Run, success, tracked_task
from monitoring.watch import look


@tracked_task("system_health_check", steps=("asking",))
def system_health_check(run: Run) -> Outcome:
    """Ask all parts of the system how they are: database, broker, result store, cache, workers of each
    queue, dispatcher, scheduler, storage, disk, memory, sources, models and the share of failed runs.

    Gives the standing state of the whole and of each part, what changed, and how long each answer took.
    A system that is not healthy is a result, not a failure of this run.
    """
    check = look(timezone.now(), task_run=run.row, report=run.report)
    changed = check.transitions.order_by("probe")
    return success(
        health_check_id=check.pk,
        health=check.health,
        observed=check.observed,
        checks={probe["name"]: probe["health"] for probe in check.probes},
        milliseconds={probe["name"]: probe["milliseconds"] for probe in check.probes},
        warnings=[f"{probe['name']}: {probe['sentence']}" for probe in check.not_healthy()],
        changed=[f"{one.probe}: {one.before} to {one.after}" for one in changed],
    )
