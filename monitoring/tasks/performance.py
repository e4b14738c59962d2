"""Doorbells of performance."""

from django.utils import timezone

from jobs.base import Outcome, Run, skipped, success, tracked_task
from jobs.states import State
from monitoring.models import Metric
from monitoring.performance.measure import measure
from monitoring.performance.trends import rising

_FAILED = frozenset({State.FAILED, State.DEAD})
_DONE = frozenset({State.SUCCEEDED, State.PARTIAL, *_FAILED})


@tracked_task("performance_monitoring", steps=("measuring",))
def performance_monitoring(run: Run) -> Outcome:
    """Measure what was done since the last time: runs ended, waiting and working time of each task,
    repetitions, lengths of queues, memory, size of the database and cost of language models.

    Gives the window, the number of measurements, the runs that ended and failed, the share that failed, and
    the trends of the last day per hour; `skipped` where the window was measured already.
    """
    run.report("measuring")
    samples = measure(timezone.now())
    if not samples:
        return skipped("This window was measured already.", code="already_measured")
    ended = [sample for sample in samples if sample.metric == Metric.RUNS_ENDED]
    done = sum(int(sample.value) for sample in ended if sample.labels["state"] in _DONE)
    failed = sum(int(sample.value) for sample in ended if sample.labels["state"] in _FAILED)
    return success(
        since=samples[0].since.isoformat(),
        until=samples[0].at.isoformat(),
        measurements=len(samples),
        runs_ended=sum(int(sample.value) for sample in ended),
        failed=failed,
        failure_share=None if not done else round(failed / done, 4),
        trends=[trend.as_fields() for trend in rising(samples[0].at)],
    )
