"""Background work done in the process of the test, run by run, as a worker would."""

from jobs.execute import execute
from jobs.models import TaskRun


def work_off(run: TaskRun) -> TaskRun:
    """Execute whatever is due until nothing is; the run as it then stands."""
    while (due := TaskRun.objects.due().order_by("queued_at").first()) is not None:
        execute(due.pk, worker="test")
    run.refresh_from_db()
    return run
