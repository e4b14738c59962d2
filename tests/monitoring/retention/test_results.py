"""What runs leave behind goes after a day; what happened stays, and nothing under way is touched."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.contrib.sessions.models import Session
from django_celery_results.models import TaskResult

from engine.errors import BadInput
from jobs.execute import execute
from jobs.launch import launch
from jobs.models import AttemptEnd, TaskAttempt, TaskRun, TaskWait
from jobs.states import State
from monitoring.retention import results
from monitoring.retention.results import clean_results

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
RESULT = {"company_id": 7, "hash": "ab", "failed": [{"code": "x"}], "compiled": {"a": 1}, "documents": 3}


def ended(hours: float, state: State = State.SUCCEEDED, **fields: object) -> TaskRun:
    at = NOW - timedelta(hours=hours)
    run = TaskRun.objects.create(
        task="tests.old", queue="default", state=state, digest=f"{TaskRun.objects.count()}", queued_at=at,
        started_at=at, finished_at=at, result=RESULT, memory={"stage": 1}, **fields,
    )  # fmt: skip
    end = AttemptEnd.SUCCEEDED if state == State.SUCCEEDED else AttemptEnd.FAILED
    TaskAttempt.objects.create(run=run, fence=1, attempt=1, worker="w", started_at=at, ended_at=at, end=end)
    return run


def test_details_of_old_runs_go_and_counts_stay(tmp_path: Path) -> None:
    old, young = ended(25), ended(23)
    failed = ended(30, State.FAILED, error_code="broken", error_message="It broke.", traceback="Traceback …")
    done = clean_results(at=NOW, folder=tmp_path)
    assert (done["runs_shortened"], done["attempts"]) == (2, 1)
    for run in (old, young, failed):
        run.refresh_from_db()
    assert (old.result, old.memory) == ({"company_id": 7, "hash": "ab", "documents": 3}, {})
    assert old.outcome()["warnings"] == [
        "The details of this result were removed on 2026-06-15; its counts stay."
    ]
    assert (young.result, young.memory, young.details_removed_at) == (RESULT, {"stage": 1}, None)
    assert (failed.error_message, failed.traceback) == ("It broke.", "Traceback …")
    assert set(TaskAttempt.objects.values_list("run", flat=True)) == {young.pk, failed.pk}
    assert clean_results(at=NOW, folder=tmp_path)["runs_shortened"] == 0


def test_a_part_stays_whole_until_the_run_that_waits_for_it_has_asked(tmp_path: Path) -> None:
    part = ended(40)
    parent = TaskRun.objects.create(
        task="tests.all", queue="default", state=State.WAITING, digest="p", children_total=1
    )
    TaskWait.objects.create(parent=parent, child=part, stage="summary")
    assert clean_results(at=NOW, folder=tmp_path)["runs_shortened"] == 0
    TaskRun.objects.filter(pk=parent.pk).update(state=State.SUCCEEDED, finished_at=NOW)
    assert clean_results(at=NOW, folder=tmp_path)["runs_shortened"] == 1
    part.refresh_from_db()
    assert part.result["documents"] == 3


def test_many_go_in_batches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(results, "BATCH", 2)
    for _ in range(5):
        ended(48)
    assert clean_results(at=NOW, folder=tmp_path)["runs_shortened"] == 5
    assert TaskRun.objects.filter(details_removed_at=NOW).count() == 5


def test_results_sessions_and_files_that_are_old_go(tmp_path: Path) -> None:
    for name, hours in (("old", 25), ("young", 1)):
        TaskResult.objects.create(task_id=name)
        TaskResult.objects.filter(task_id=name).update(date_done=NOW - timedelta(hours=hours))
        path = tmp_path / f"tenfold-{name}.json"
        path.write_text("{}")
        moment = (NOW - timedelta(hours=hours)).timestamp()
        os.utime(path, (moment, moment))
        Session.objects.create(session_key=name, expire_date=NOW - timedelta(hours=hours - 2))
    foreign = tmp_path / "letters.json"
    foreign.write_text("not ours")
    os.utime(foreign, (0, 0))
    (tmp_path / "tenfold-folder").mkdir()
    os.utime(tmp_path / "tenfold-folder", (0, 0))
    done = clean_results(at=NOW, folder=tmp_path)
    assert (done["task_results"], done["sessions"], done["temporary_files"]) == (1, 1, 1)
    assert set(TaskResult.objects.values_list("task_id", flat=True)) == {"young"}
    names = {one.name for one in tmp_path.iterdir()}
    assert names == {"tenfold-young.json", "letters.json", "tenfold-folder"}


@pytest.mark.parametrize("hours", [0, -1, 24 * 366 + 1])
def test_hours_without_sense_are_refused(hours: int, tmp_path: Path) -> None:
    with pytest.raises(BadInput) as refused:
        clean_results(hours, at=NOW, folder=tmp_path)
    assert refused.value.code == "hours_out_of_range"


def test_the_task_leaves_its_own_run_alone() -> None:
    run = launch("cleanup_old_results").run
    execute(run.pk)
    run.refresh_from_db()
    assert run.state == State.SUCCEEDED
    assert (run.result["retention_hours"], run.result["runs_shortened"]) == (24, 0)
    assert run.details_removed_at is None
