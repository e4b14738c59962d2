"""Waiting for background work in journeys."""

import time

from jobs.dispatch import dispatch_once
from jobs.models import TaskRun
from tests.processes import RunningWorker


def wait_until_finished(run: TaskRun, worker: RunningWorker, *, seconds: float) -> TaskRun:
    """The run once it has ended; what the worker said otherwise."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        run.refresh_from_db()
        if run.is_finished:
            return run
        assert worker.process.poll() is None, f"The worker is gone:\n{worker.said()[-4000:]}"
        # In an installation a process of its own does this every few seconds.
        dispatch_once()
        time.sleep(0.2)
    raise AssertionError(f"{run} is still {run.state} ({run.step} {run.message}):\n{worker.said()[-4000:]}")
