"""One start of a run: how it can end, and who may write that."""

from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from jobs import registry
from jobs.execute import Ended, execute
from jobs.launch import launch
from jobs.models import TaskRun
from jobs.states import State
from tests.jobs import work

pytestmark = pytest.mark.django_db


def run_now(task: str, **arguments: object) -> tuple[Ended, TaskRun]:
    run = launch(task, **arguments).run
    ended = execute(run.pk, worker="here")
    run.refresh_from_db()
    return ended, run


def test_partial_keeps_its_reason_code_and_warnings() -> None:
    ended, run = run_now("tests.any_end", how="partial")
    assert (ended, run.state) == (Ended.DONE, State.PARTIAL)
    assert (run.error_code, run.error_message) == ("half", "One page of two could be read.")
    assert (run.message, run.warnings, run.result) == (
        "One page of two could be read.",
        ["page 2 is empty"],
        {"pages": 1},
    )


def test_skipped_is_no_error() -> None:
    _, run = run_now("tests.any_end", how="skipped")
    assert (run.state, run.message, run.error_code) == (State.SKIPPED, "There was nothing to do.", "nothing")
    assert run.error_message == ""


def test_an_unexpected_error_shows_no_detail_but_keeps_it_for_staff() -> None:
    ended, run = run_now("tests.any_end", how="raise")
    assert (ended, run.state, run.error_code) == (Ended.FAILED, State.FAILED, "internal_error")
    assert "secret detail" not in run.error_message
    assert "ZeroDivisionError: secret detail" in run.traceback
    assert run.finished_at is not None


@pytest.mark.parametrize("how", ["nothing", "no json"])
def test_a_task_that_returns_what_cannot_be_kept_has_failed(how: str) -> None:
    ended, run = run_now("tests.any_end", how=how)
    assert (ended, run.state, run.error_code) == (Ended.FAILED, State.FAILED, "internal_error")


def test_a_failure_worth_repeating_waits_in_the_row() -> None:
    before = timezone.now()
    ended, run = run_now("tests.flaky", failures=1)
    assert (ended, run.state, run.attempt) == (Ended.PUT_OFF, State.QUEUED, 1)
    assert (run.error_code, run.error_message) == (
        "site_down",
        "The site does not answer. Try again later.",
    )
    assert timedelta(seconds=55) < run.not_before - before < timedelta(seconds=95)
    assert run.sent_at is None
    assert run.celery_state == "RETRY"
    assert execute(run.pk) == Ended.NOT_STARTED  # a message that comes too early

    TaskRun.objects.filter(pk=run.pk).update(not_before=before)
    assert execute(run.pk) == Ended.DONE
    run.refresh_from_db()
    assert (run.state, run.result) == (State.SUCCEEDED, {"tries": 2})
    assert (run.error_code, run.error_message, run.traceback) == ("", "", "")
    assert [attempt.end for attempt in run.attempts.all()] == ["retry", "succeeded"]


def test_retries_end_with_the_failures_own_code() -> None:
    run = launch("tests.flaky", failures=9).run
    for ended in (Ended.PUT_OFF, Ended.PUT_OFF, Ended.FAILED, Ended.NOT_STARTED):
        assert execute(run.pk) == ended
        TaskRun.objects.filter(pk=run.pk).update(not_before=None)
    run.refresh_from_db()
    assert (run.state, run.attempt, run.error_code) == (State.FAILED, 3, "site_down")


def test_a_failure_that_will_be_the_same_tomorrow_is_not_repeated() -> None:
    ended, run = run_now("tests.flaky", failures=0, gone=True)
    assert (ended, run.state, run.attempt, run.error_code) == (Ended.FAILED, State.FAILED, 1, "http_404")


def test_what_the_other_side_asks_for_is_waited_at_least() -> None:
    before = timezone.now()
    _, run = run_now("tests.flaky", failures=1, retry_after=3600)
    assert timedelta(seconds=3599) < run.not_before - before < timedelta(seconds=3961)


def test_a_database_that_goes_away_is_worth_a_retry(monkeypatch) -> None:
    def away(run, failures):
        raise OperationalError("server closed the connection unexpectedly")

    replaced = registry.Definition(
        "tests.flaky", away, registry.find("tests.flaky").route, (), registry.find("tests.flaky").celery_task
    )
    monkeypatch.setitem(registry._definitions, "tests.flaky", replaced)
    ended, run = run_now("tests.flaky", failures=0)
    assert (ended, run.state, run.error_code) == (Ended.PUT_OFF, State.QUEUED, "database_unavailable")


def test_a_finished_run_is_not_started_again() -> None:
    _, run = run_now("tests.echo", value=1)
    assert execute(run.pk) == Ended.NOT_STARTED
    assert execute("00000000-0000-4000-8000-000000000000") == Ended.NOT_STARTED
    run.refresh_from_db()
    assert run.fence == 1


def test_a_start_that_was_overtaken_writes_nothing(monkeypatch) -> None:
    def overtaken(run, value):
        TaskRun.objects.filter(pk=run.id).update(fence=5, worker="another")
        return work.success(value=value)

    _replace(monkeypatch, "tests.echo", overtaken)
    ended, run = run_now("tests.echo", value=1)
    assert ended == Ended.OVERTAKEN
    assert (run.state, run.worker, run.result, run.finished_at) == (State.RUNNING, "another", {}, None)


def test_a_report_of_an_overtaken_start_ends_the_work(monkeypatch) -> None:
    went_on = []

    def overtaken(run, value):
        TaskRun.objects.filter(pk=run.id).update(fence=5)
        run.report("storing")
        went_on.append(value)

    _replace(monkeypatch, "tests.echo", overtaken)
    ended, run = run_now("tests.echo", value=1)
    assert (ended, went_on, run.step) == (Ended.OVERTAKEN, [], "")


def test_results_of_an_overtaken_start_are_not_committed(monkeypatch, victor) -> None:
    def overtaken(run, value):
        TaskRun.objects.filter(pk=run.id).update(fence=5)
        with run.storing():
            victor.first_name = "changed"
            victor.save()

    _replace(monkeypatch, "tests.echo", overtaken)
    ended, _ = run_now("tests.echo", value=1)
    victor.refresh_from_db()
    assert (ended, victor.first_name) == (Ended.OVERTAKEN, "")


def _renaming(victor, then):
    """A task that stores, then goes on with `then`."""

    def task(run, value):
        with run.storing():
            victor.first_name = "changed"
            victor.save()
        return then(run)

    return task


@pytest.mark.django_db(transaction=True)
def test_what_is_stored_last_is_committed_with_the_end(monkeypatch, victor) -> None:
    def look(run):
        assert connection.in_atomic_block
        return work.success()

    _replace(monkeypatch, "tests.echo", _renaming(victor, look))
    ended, run = run_now("tests.echo", value=1)
    victor.refresh_from_db()
    assert (ended, run.state, victor.first_name) == (Ended.DONE, State.SUCCEEDED, "changed")
    assert not connection.in_atomic_block


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("what", ["the task fails", "its result is no JSON"])
def test_what_is_stored_last_is_taken_back_where_the_end_cannot_be_written(monkeypatch, victor, what) -> None:
    def fail(run):
        if what == "the task fails":
            raise ZeroDivisionError
        return work.success(value=object())

    _replace(monkeypatch, "tests.echo", _renaming(victor, fail))
    ended, run = run_now("tests.echo", value=1)
    victor.refresh_from_db()
    assert (ended, run.state, victor.first_name) == (Ended.FAILED, State.FAILED, "")
    assert not connection.in_atomic_block


@pytest.mark.django_db(transaction=True)
def test_what_is_stored_is_kept_when_the_next_step_begins(monkeypatch, victor) -> None:
    def go_on(run):
        run.report("next")
        assert not connection.in_atomic_block
        raise ZeroDivisionError

    _replace(monkeypatch, "tests.echo", _renaming(victor, go_on))
    ended, _ = run_now("tests.echo", value=1)
    victor.refresh_from_db()
    assert (ended, victor.first_name) == (Ended.FAILED, "changed")


def test_progress_goes_one_way_and_stays_below_a_hundred_until_the_end(monkeypatch) -> None:
    seen = []

    def steps(run, value):
        for step, done, total in [
            ("a", 0, 4),
            ("a", 4, 4),
            ("b", 1, 2),
            ("b", 2, 2),
            ("a", 0, 4),
            ("c", 0, 0),
        ]:
            run.report(step, done, total)
            seen.append(TaskRun.objects.get(pk=run.id).progress)
        return work.success()

    _replace(monkeypatch, "tests.echo", steps)
    _, run = run_now("tests.echo", value=1)
    assert seen == [0, 50, 62, 75, 75, 75]
    assert run.progress == 100


def test_declared_steps_share_the_progress_equally(monkeypatch) -> None:
    seen = []

    def steps(run, value):
        for step, done, total in [("first", 1, 2), ("second", 0, 1), ("second", 1, 1)]:
            run.report(step, done, total)
            seen.append(TaskRun.objects.get(pk=run.id).progress)
        return work.success()

    _replace(monkeypatch, "tests.echo", steps, ("first", "second"))
    run_now("tests.echo", value=1)
    assert seen == [24, 49, 99]


def test_many_reports_of_one_step_are_written_once_a_second(
    monkeypatch, django_assert_max_num_queries
) -> None:
    def steps(run, value):
        with django_assert_max_num_queries(2):
            for done in range(1000):
                run.report("reading", done, 1000)
            run.report("reading", 1000, 1000)
        return work.success()

    _replace(monkeypatch, "tests.echo", steps)
    assert run_now("tests.echo", value=1)[0] == Ended.DONE


def _replace(monkeypatch, name: str, function, steps: tuple[str, ...] = ()) -> None:
    """Give a registered test task another body."""
    there = registry.find(name)
    changed = registry.Definition(name, function, there.route, steps, there.celery_task)
    monkeypatch.setitem(registry._definitions, name, changed)
