"""Whose turn it is: a share with many runs does not hold up another one's few."""

import pytest
from django.contrib.auth import get_user_model

from companies.models import Company
from documents.models import Document
from jobs import broker
from jobs.dispatch import dispatch_once
from jobs.execute import execute
from jobs.fairness import share_of
from jobs.launch import insert, launch, prepare
from jobs.models import TaskRun
from jobs.states import State
from tests.jobs.test_dispatch import messages  # noqa: F401

pytestmark = pytest.mark.django_db


def asked(name: str, count: int, first: int = 0) -> list[TaskRun]:
    """Runs that count for the person of this name, launched in one go."""
    person, _ = get_user_model().objects.get_or_create(username=name)
    numbers = range(first, first + count)
    runs = [prepare("tests.echo", by=person, arguments={"value": f"{name} {number}"}) for number in numbers]
    return [launched.run for launched in insert(runs)]


def worked_off(messages: list[TaskRun]) -> list[str]:  # noqa: F811
    """What was given to the runs, in the order in which one worker gets and does them."""
    done = 0
    while done < len(messages) or dispatch_once().sent:
        execute(messages[done].pk)
        done += 1
    return [run.arguments["value"] for run in messages]


def test_three_do_not_wait_behind_five_hundred(messages) -> None:  # noqa: F811
    asked("anna", 500)
    dispatch_once()
    for place in range(20):
        execute(messages[place].pk)
    sent = len(messages)
    assert sent <= 24
    asked("bert", 3)
    order = worked_off(messages)
    at = [place for place, value in enumerate(order) if value.startswith("bert")]
    assert len(at) == 3
    assert len(order) == 503
    # What lay in the broker already goes first; from there on both take turns.
    assert at == [sent + 1, sent + 3, sent + 5]


def test_shares_that_ask_at_the_same_time_take_turns(messages) -> None:  # noqa: F811
    for name in ("anna", "bert", "carl"):
        asked(name, 4)
    order = worked_off(messages)
    assert [value.split()[0] for value in order] == ["anna", "bert", "carl"] * 4


def test_who_comes_late_gets_no_more_than_the_others(messages) -> None:  # noqa: F811
    """A share that slept has saved up no turns."""
    asked("anna", 100)
    dispatch_once()
    for place in range(50):
        execute(messages[place].pk)
    asked("bert", 40)
    order = worked_off(messages)
    behind = [value.split()[0] for value in order[54:104]]
    assert abs(behind.count("anna") - behind.count("bert")) <= 1


def test_a_share_that_asks_again_stays_behind_its_own(messages) -> None:  # noqa: F811
    asked("anna", 3)
    asked("bert", 2)
    asked("anna", 2, first=3)
    assert [value.split()[0] for value in worked_off(messages)] == ["anna", "bert", "anna", "bert"] + [
        "anna"
    ] * 3


def test_a_run_that_comes_back_keeps_its_turn(messages, settings) -> None:  # noqa: F811
    settings.JOBS = {"window": 1}
    first, second, *_ = asked("anna", 5)
    dispatch_once()
    TaskRun.objects.filter(pk=first.pk).update(state=State.RUNNING)  # without a lease: it is lost
    dispatch_once()
    assert messages == [first, first]
    execute(first.pk)
    assert messages == [first, first, second]


def test_turns_begin_again_when_nothing_is_left(messages) -> None:  # noqa: F811
    asked("anna", 5)
    worked_off(messages)
    (run,) = asked("bert", 1)
    assert run.turn == 1


def test_for_whom_a_run_counts(olivia) -> None:
    company = Company(pk=7)
    assert share_of(company, None, 3) == "companies.company:7"
    assert share_of(Document(pk=5, company_id=7), None, 3) == "companies.company:7"
    assert share_of(None, TaskRun(share="companies.company:8"), 3) == "companies.company:8"
    assert share_of(None, None, 3) == "person:3"
    assert share_of(None, None, None) == ""
    parent = launch("tests.family", by=olivia, parts=2).run
    execute(parent.pk)
    assert {child.share for child in parent.children()} == {f"person:{olivia.pk}"}


def test_picking_the_next_uses_the_index(django_assert_num_queries) -> None:
    from django.db import connection

    picked = TaskRun.objects.unsent().filter(queue="default").in_fair_order()[:4]
    assert "taskrun_unsent" in picked.explain()
    assert "TEMP B-TREE" not in picked.explain()
    assert connection.vendor == "sqlite"


def test_nothing_is_sent_while_the_broker_rests(messages, monkeypatch) -> None:  # noqa: F811
    monkeypatch.setattr(broker, "is_resting", lambda: True)
    asked("anna", 2)
    assert dispatch_once().sent == 0
    assert TaskRun.objects.unsent().count() == 2


def test_what_could_not_be_sent_is_unsent_again(messages, monkeypatch) -> None:  # noqa: F811
    monkeypatch.setattr(broker, "_send_one", lambda *run: False)
    asked("anna", 2)
    assert dispatch_once().sent == 0
    assert TaskRun.objects.unsent().count() == 2
