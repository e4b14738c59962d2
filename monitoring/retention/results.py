"""What background work leaves behind and nobody reads for long: results in Celery's table, details on the
rows of runs, sessions that ended, files of processes that were killed.

The row of a run stays, with its state, times, counts, error and traceback, until the policy for runs
(`kinds.yaml`) deletes it. Nothing of a run that has not ended is touched.
"""

import os
import stat
import tempfile
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.contrib.sessions.models import Session
from django.db.models import Exists, OuterRef, QuerySet
from django_celery_results.models import GroupResult, TaskResult

from engine.errors import BadInput
from engine.progress import Report, silent
from jobs.models import TaskAttempt, TaskRun, TaskWait
from jobs.states import UNFINISHED, State

USUAL_HOURS = 24
MOST_HOURS = 24 * 366
BATCH = 500
TEMPORARY = "tenfold-*"  # whoever makes a temporary file gives it this prefix
Storing = Callable[[], AbstractContextManager[Any]]


def clean_results(
    hours: int = USUAL_HOURS,
    *,
    at: datetime,
    folder: Path | None = None,
    report: Report = silent,
    storing: Storing = nullcontext,
) -> dict[str, int]:
    """Remove what is older than so many hours, each batch committed by itself; how much, by sort.

    Raises BadInput for less than one hour or more than a year.
    """
    if not 1 <= hours <= MOST_HOURS:
        raise BadInput(f"Keep results for 1 to {MOST_HOURS} hours, not {hours}.", code="hours_out_of_range")
    moment = at - timedelta(hours=hours)
    done = {
        "task_results": _delete(TaskResult.objects.filter(date_done__lt=moment), storing),
        "group_results": _delete(GroupResult.objects.filter(date_done__lt=moment), storing),
        "sessions": _delete(Session.objects.filter(expire_date__lt=at), storing),
    }
    report("details", 0, 1)
    done |= _shorten(_with_details(moment), at, storing)
    done["temporary_files"] = _remove_files(folder or Path(tempfile.gettempdir()), moment)
    return done


def _with_details(moment: datetime) -> QuerySet[TaskRun]:
    """Ended before the moment, and not read any more: a run that waits for it may not have asked yet."""
    awaited = TaskWait.objects.filter(child=OuterRef("pk"), parent__state__in=UNFINISHED)
    return TaskRun.objects.filter(
        ~Exists(awaited), finished_at__lt=moment, details_removed_at__isnull=True
    ).order_by("finished_at")


def _shorten(runs: QuerySet[TaskRun], at: datetime, storing: Storing) -> dict[str, int]:
    done = {"runs_shortened": 0, "attempts": 0}
    while batch := list(runs.only("pk", "result", "state")[:BATCH]):
        with storing():
            for run in batch:
                run.result = {name: value for name, value in run.result.items() if not _is_detail(value)}
                run.memory, run.details_removed_at = {}, at
            TaskRun.objects.bulk_update(batch, ["result", "memory", "details_removed_at"])
            # How often a run that ended well had to start is on its row; of others it is part of why.
            well = [run.pk for run in batch if run.state in (State.SUCCEEDED, State.SKIPPED)]
            done["attempts"] += TaskAttempt.objects.filter(run__in=well).delete()[0]
        done["runs_shortened"] += len(batch)
    return done


def _is_detail(value: object) -> bool:
    """Lists and tables; ids, counts and sentences stay."""
    return isinstance(value, list | dict)


def _delete(rows: QuerySet[Any], storing: Storing) -> int:
    deleted = 0
    while ids := list(rows.order_by("pk").values_list("pk", flat=True)[:BATCH]):
        with storing():
            deleted += rows.filter(pk__in=ids).delete()[0]
    return deleted


def _remove_files(folder: Path, moment: datetime) -> int:
    """Files of our own, not written to since the moment: a process that ends removes its own."""
    removed = 0
    for path in sorted(folder.glob(TEMPORARY)):
        with suppress(OSError):
            about = path.lstat()
            is_ours = stat.S_ISREG(about.st_mode) and about.st_uid == os.getuid()
            if is_ours and about.st_mtime < moment.timestamp():
                path.unlink()
                removed += 1
    return removed
