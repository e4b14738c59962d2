"""Starting work: one row for each wish, one run for each piece of work."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, transaction

from jobs.errors import StillUnfinished, UnknownTask, WrongArguments
from jobs.execute import execute
from jobs.launch import insert, launch, prepare, repeat
from jobs.models import TaskRun
from jobs.states import State, Trigger

pytestmark = pytest.mark.django_db


def test_it_works(eager, victor) -> None:
    with eager:
        launched = launch("tests.echo", subject=victor, by=victor, trigger=Trigger.API, value=3)
    run = launched.run
    run.refresh_from_db()
    assert launched.is_new is True
    assert run.state == State.SUCCEEDED
    assert run.result == {"value": 3, "force": False, "by": "victor"}
    assert (run.queue, run.trigger, run.requested_by) == ("default", Trigger.API, victor)
    assert (run.subject, run.subject_label) == (victor, "victor")
    assert (run.progress, run.attempt, run.fence, run.max_attempts) == (100, 1, 1, 1)
    assert [(attempt.fence, attempt.end) for attempt in run.attempts.all()] == [(1, "succeeded")]


def test_an_unknown_task_is_named_and_nothing_is_stored() -> None:
    with pytest.raises(UnknownTask, match=r"There is no task named 'tests\.unheard_of'\."):
        launch("tests.unheard_of")
    assert TaskRun.objects.count() == 0


@pytest.mark.parametrize(
    "arguments", [{"valeu": 3}, {"value": object()}, {"value": float("nan")}, {"value": {1, 2}}]
)
def test_arguments_that_cannot_be_used_are_refused_at_once(arguments) -> None:
    with pytest.raises(WrongArguments, match=r"The task tests\.echo cannot be started like this"):
        launch("tests.echo", **arguments)
    assert TaskRun.objects.count() == 0


def test_the_second_wish_for_the_same_work_gets_the_first_run(victor, stella) -> None:
    first = launch("tests.echo", subject=victor, by=victor, value=1)
    second = launch("tests.echo", subject=victor, by=stella, value=1)
    assert (second.run, second.is_new) == (first.run, False)
    assert TaskRun.objects.count() == 1


def test_another_subject_or_argument_is_other_work(victor, stella) -> None:
    launch("tests.echo", subject=victor, value=1)
    assert launch("tests.echo", subject=stella, value=1).is_new is True
    assert launch("tests.echo", subject=victor, value=2).is_new is True
    assert launch("tests.echo", value=1).is_new is True


def test_finished_work_can_be_asked_for_again() -> None:
    first = launch("tests.echo", value=1).run
    execute(first.pk)
    second = launch("tests.echo", value=1)
    assert second.is_new is True
    assert second.run != first


def test_force_makes_a_second_run_that_waits_for_the_first_to_end() -> None:
    first = launch("tests.echo", value=1).run
    forced = launch("tests.echo", value=1, force=True)
    assert forced.is_new is True
    assert (forced.run.forced, forced.run.arguments) == (True, {"value": 1, "force": True})
    assert forced.run.digest == first.digest
    TaskRun.objects.filter(pk=first.pk).update(state=State.RUNNING)
    assert execute(forced.run.pk) == "not_started"
    forced.run.refresh_from_db()
    assert forced.run.state == State.QUEUED
    assert forced.run.not_before is not None


def test_a_task_that_knows_no_force_is_not_given_one() -> None:
    assert launch("tests.family", parts=1, force=True).run.arguments == {"parts": 1}


def test_the_row_belongs_to_the_callers_transaction() -> None:
    with transaction.atomic():
        launch("tests.echo", value=1)
        transaction.set_rollback(True)
    assert TaskRun.objects.count() == 0


def test_equal_runs_of_one_batch_become_one() -> None:
    runs = [prepare("tests.echo", arguments={"value": value}) for value in (1, 2, 1)]
    launched = insert(runs)
    assert TaskRun.objects.count() == 2
    assert launched[0].run == launched[2].run
    assert [item.is_new for item in launched] == [True, True, False]


def test_a_part_belongs_to_the_person_who_asked_for_the_whole(victor) -> None:
    whole = launch("tests.family", by=victor, parts=1).run
    part = launch("tests.echo", parent=whole, by=AnonymousUser(), value=1).run
    assert part.requested_by == victor


def test_repeat_starts_the_same_work_again(victor, olivia) -> None:
    first = launch("tests.echo", subject=victor, by=victor, value=7).run
    with pytest.raises(StillUnfinished):
        repeat(first, by=olivia)
    execute(first.pk)
    first.refresh_from_db()
    again = repeat(first, by=olivia)
    assert again.is_new is True
    assert (again.run.subject, again.run.arguments) == (victor, {"value": 7})
    assert (again.run.requested_by, again.run.trigger) == (olivia, Trigger.ADMIN)
    assert again.run.digest == first.digest


def test_the_database_refuses_two_unfinished_runs_of_the_same_work() -> None:
    first = launch("tests.echo", value=1).run
    twin = prepare("tests.echo", arguments={"value": 1})
    assert twin.digest == first.digest
    with pytest.raises(IntegrityError), transaction.atomic():
        twin.save(force_insert=True)


@pytest.mark.parametrize(
    "columns",
    [
        {"state": "exploded"},
        {"progress": 101},
        {"trigger": "moon"},
        {"state": State.SUCCEEDED, "finished_at": None},
        {"children_done": 2, "children_total": 1},
    ],
)
def test_the_database_refuses_rows_that_make_no_sense(columns) -> None:
    run = launch("tests.echo", value=1).run
    with pytest.raises(IntegrityError), transaction.atomic():
        TaskRun.objects.filter(pk=run.pk).update(**columns)
