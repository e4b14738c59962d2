"""Cancelling: what is asked to stop stops, and nothing else does."""

import pytest

from jobs.cancel import cancel, cancel_all
from jobs.errors import AlreadyFinished
from jobs.execute import Ended, execute
from jobs.launch import launch
from jobs.models import TaskRun
from jobs.states import State
from tests.jobs import work
from tests.jobs.test_execute import _replace
from tests.jobs.test_fanout import fanned_out

pytestmark = pytest.mark.django_db


def test_a_queued_run_never_starts(olivia) -> None:
    run = launch("tests.echo", value=1).run
    assert cancel(run, olivia) == 1
    run.refresh_from_db()
    assert (run.state, run.cancel_requested_by) == (State.CANCELLED, olivia)
    assert run.finished_at is not None
    assert execute(run.pk) == Ended.NOT_STARTED
    assert run.attempts.count() == 0


def test_a_running_run_stops_at_its_next_report(monkeypatch) -> None:
    went_on = []

    def cancelled_half_way(run, value):
        run.report("first")
        cancel(run.row)
        run.report("second")
        went_on.append(value)

    _replace(monkeypatch, "tests.echo", cancelled_half_way)
    run = launch("tests.echo", value=1).run
    assert execute(run.pk) == Ended.CANCELLED
    run.refresh_from_db()
    assert (run.state, run.step, went_on) == (State.CANCELLED, "first", [])
    assert [attempt.end for attempt in run.attempts.all()] == ["cancelled"]


def test_work_that_was_complete_before_it_noticed_has_succeeded(monkeypatch) -> None:
    def deaf(run, value):
        cancel(run.row)
        return work.success(value=value)

    _replace(monkeypatch, "tests.echo", deaf)
    run = launch("tests.echo", value=1).run
    assert execute(run.pk) == Ended.DONE
    run.refresh_from_db()
    assert run.state == State.SUCCEEDED


def test_a_cancelled_run_starts_no_parts(monkeypatch) -> None:
    def too_late(run, parts):
        cancel(run.row)
        return run.fan_out(stage="next", children=[work.Child("tests.echo")])

    _replace(monkeypatch, "tests.family", too_late)
    run = launch("tests.family", parts=1).run
    assert execute(run.pk) == Ended.CANCELLED
    run.refresh_from_db()
    assert run.state == State.CANCELLED
    assert TaskRun.objects.count() == 1


def test_parts_are_cancelled_with_the_whole(olivia) -> None:
    run = fanned_out(3)
    first, second, third = run.children()
    execute(first.pk)
    TaskRun.objects.filter(pk=second.pk).update(state=State.RUNNING, fence=1)
    assert cancel(run, olivia) == 3
    states = {part.pk: part.state for part in run.children()}
    assert states == {
        first.pk: State.SUCCEEDED,
        second.pk: State.RUNNING,
        third.pk: State.CANCELLED,
    }
    second.refresh_from_db()
    run.refresh_from_db()
    assert second.cancel_requested_by == olivia
    assert run.state == State.CANCELLED


def test_a_part_somebody_else_waits_for_goes_on() -> None:
    run = fanned_out(2)
    other = launch("tests.family", parts=1).run
    execute(other.pk)
    shared = other.children().get()
    assert shared in run.children()
    assert cancel(run) == 2
    shared.refresh_from_db()
    other.refresh_from_db()
    assert (shared.state, shared.cancel_requested_at) == (State.QUEUED, None)
    assert other.state == State.WAITING


def test_a_cancelled_part_counts_as_ended() -> None:
    run = fanned_out(1)
    cancel(run.children().get())
    run.refresh_from_db()
    assert run.state == State.QUEUED
    assert execute(run.pk) == Ended.DONE


def test_what_has_ended_cannot_be_cancelled() -> None:
    run = launch("tests.echo", value=1).run
    execute(run.pk)
    with pytest.raises(AlreadyFinished):
        cancel(run)
    run.refresh_from_db()
    assert (run.state, run.cancel_requested_at) == (State.SUCCEEDED, None)


def test_many_are_cancelled_by_one_statement(olivia, django_assert_max_num_queries) -> None:
    runs = [launch("tests.echo", value=value).run for value in range(50)]
    execute(runs[0].pk)
    TaskRun.objects.filter(pk=runs[1].pk).update(state=State.RUNNING, fence=1)
    # Half of them for the audit trail, which names all of them at once.
    with django_assert_max_num_queries(14):
        assert cancel_all(TaskRun.objects.all(), olivia) == 49
    assert TaskRun.objects.filter(state=State.CANCELLED, cancel_requested_by=olivia).count() == 48
    assert TaskRun.objects.filter(state=State.CANCELLED, finished_at=None).count() == 0
    running = TaskRun.objects.get(state=State.RUNNING)
    assert (running.pk, running.cancel_requested_at is not None) == (runs[1].pk, True)
    assert TaskRun.objects.get(state=State.SUCCEEDED).cancel_requested_at is None
    assert cancel_all(TaskRun.objects.filter(pk=runs[0].pk)) == 0


def test_who_waits_for_cancelled_runs_goes_on() -> None:
    run = fanned_out(3)
    execute(run.children().first().pk)
    assert cancel_all(run.children()) == 2
    run.refresh_from_db()
    assert (run.state, run.children_done) == (State.QUEUED, 3)


def test_grandchildren_are_cancelled_too(monkeypatch) -> None:
    def generations(run, parts):
        if run.stage or not parts:
            return work.success()
        child = work.Child("tests.family", arguments={"parts": parts - 1})
        return run.fan_out(stage="end", children=[child])

    _replace(monkeypatch, "tests.family", generations)
    run = launch("tests.family", parts=3).run
    while (next_one := TaskRun.objects.queued().first()) is not None and next_one.arguments["parts"]:
        execute(next_one.pk)
    assert TaskRun.objects.filter(state=State.WAITING).count() == 3
    assert cancel(run) == 4
    assert TaskRun.objects.filter(state=State.CANCELLED).count() == 4
