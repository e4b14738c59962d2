"""Parts done by other runs, and a parent that waits for them in the database."""

import pytest

from jobs.execute import Ended, execute
from jobs.fanout import Child, WaitsForItself, recount
from jobs.launch import launch
from jobs.models import TaskRun, TaskWait
from jobs.states import State
from tests.jobs.test_execute import _replace

pytestmark = pytest.mark.django_db


def fanned_out(parts: int, failing: int = 0) -> TaskRun:
    run = launch("tests.family", parts=parts, failing=failing).run
    assert execute(run.pk) == Ended.WAITS
    run.refresh_from_db()
    return run


def test_it_works(eager) -> None:
    with eager:
        run = launch("tests.family", parts=4).run
    run.refresh_from_db()
    assert (run.state, run.result) == (State.SUCCEEDED, {"asked": 4, "ended": 4, "sum": 6, "failed": 0})
    assert [(start.fence, start.stage, start.end) for start in run.attempts.all()] == [
        (1, "", "waiting"),
        (2, "sum", "succeeded"),
    ]


def test_failed_parts_do_not_fail_the_whole(eager) -> None:
    with eager:
        run = launch("tests.family", parts=2, failing=2).run
    run.refresh_from_db()
    assert (run.state, run.error_message) == (State.PARTIAL, "2 parts failed.")
    assert run.result == {"asked": 4, "ended": 4, "sum": 1, "failed": 2}


def test_a_waiting_run_holds_nobody_and_tells_how_many_are_done() -> None:
    run = fanned_out(4)
    assert (run.state, run.stage, run.memory) == (State.WAITING, "sum", {"asked": 4})
    assert (run.lease_until, run.lease_owner, run.attempt) == (None, "", 0)
    assert (run.children_total, run.children_done, run.percent) == (4, 0, 0)
    for part in run.children()[:2]:
        execute(part.pk)
    run.refresh_from_db()
    assert (run.state, run.children_done, run.percent) == (State.WAITING, 2, 25)


def test_the_last_part_queues_the_parent_once() -> None:
    run = fanned_out(3)
    for part in run.children():
        assert TaskRun.objects.get(pk=run.pk).state == State.WAITING
        execute(part.pk)
    run.refresh_from_db()
    assert (run.state, run.children_done, run.progress, run.sent_at) == (State.QUEUED, 3, 50, None)
    assert run.celery_state == "PROGRESS"
    assert execute(run.pk) == Ended.DONE


def test_without_parts_the_next_stage_follows_at_once() -> None:
    run = launch("tests.family", parts=0).run
    assert execute(run.pk) == Ended.WAITS
    run.refresh_from_db()
    assert (run.state, run.stage) == (State.QUEUED, "sum")
    assert execute(run.pk) == Ended.DONE


def test_work_under_way_is_waited_for_and_not_done_twice() -> None:
    already = launch("tests.echo", value=1).run
    run = fanned_out(2)
    other = launch("tests.family", parts=2, failing=1).run
    execute(other.pk)
    assert already in run.children()
    assert TaskRun.objects.filter(task="tests.echo").count() == 2
    for part in run.children():
        execute(part.pk)
    run.refresh_from_db()
    other.refresh_from_db()
    assert (run.state, run.children_done) == (State.QUEUED, 2)
    assert (other.state, other.children_done, other.children_total) == (State.WAITING, 2, 3)


def test_a_run_never_waits_for_itself(monkeypatch) -> None:
    def circle(run, parts):
        return run.fan_out(stage="again", children=[Child("tests.family", arguments={"parts": parts})])

    _replace(monkeypatch, "tests.family", circle)
    run = launch("tests.family", parts=1).run
    assert execute(run.pk) == Ended.FAILED
    run.refresh_from_db()
    assert (run.state, run.error_code) == (State.FAILED, WaitsForItself.code)
    assert TaskWait.objects.count() == 0


def test_a_part_of_an_unknown_task_leaves_nothing_half_made(monkeypatch) -> None:
    def wrong(run, parts):
        return run.fan_out(stage="next", children=[Child("tests.echo"), Child("tests.unheard_of")])

    _replace(monkeypatch, "tests.family", wrong)
    run = launch("tests.family", parts=1).run
    assert execute(run.pk) == Ended.FAILED
    run.refresh_from_db()
    assert (run.state, run.error_code, run.stage) == (State.FAILED, "unknown_task", "")
    assert TaskRun.objects.count() == 1


def test_a_counter_that_is_wrong_is_put_right() -> None:
    run = fanned_out(2)
    parts = list(run.children())
    execute(parts[0].pk)
    TaskRun.objects.filter(pk=run.pk).update(children_done=0)
    TaskRun.objects.filter(pk=parts[1].pk).update(state=State.DEAD, finished_at=run.queued_at)
    assert recount(run) is True
    run.refresh_from_db()
    assert (run.state, run.children_done) == (State.QUEUED, 2)
