"""The page of what goes on now."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone

from jobs.execute import execute
from jobs.launch import launch
from jobs.models import TaskRun
from jobs.monitor import ENDED, PARTS, WAITING_TO_START, now
from jobs.states import State
from tests.jobs.test_fanout import fanned_out
from tests.people import in_role

pytestmark = pytest.mark.django_db

PAGE = "/admin/now/"
RUNS = f"{PAGE}runs/"
QUEUES = f"{PAGE}queues/"


def test_runs_stand_with_their_parts_below_them(client, olivia) -> None:
    parent = fanned_out(3)
    first = parent.children().first()
    execute(first.pk)
    waiting = launch("tests.echo", value=99).run
    shown = now()
    (node,) = shown.working
    assert (node.run, len(node.parts), node.part_count, node.hidden) == (parent, 3, 3, 0)
    assert [part.run.state for part in node.parts] == [State.QUEUED, State.QUEUED, State.SUCCEEDED]
    assert [node.run for node in shown.to_start] == [waiting]
    assert (shown.running_count, shown.waiting_count, shown.queued_count) == (0, 1, 3)
    client.force_login(olivia)
    page = client.get(PAGE).content.decode()
    assert "1 of 3 parts done" in page
    assert f'formaction="/admin/jobs/taskrun/{waiting.pk}/cancel/"' in page
    assert f'href="{first.get_absolute_url()}"' in page


def test_only_the_first_parts_are_shown_and_those_that_need_somebody_first(client) -> None:
    parent = fanned_out(20)
    last = parent.children().last()
    TaskRun.objects.filter(pk=last.pk).update(state=State.FAILED, finished_at=timezone.now())
    (node,) = now().working
    assert (node.parts[0].run, len(node.parts), node.hidden) == (last, PARTS, 20 - PARTS)


def test_what_ended_within_the_hour_is_there_and_nothing_older() -> None:
    runs = [launch("tests.echo", value=value).run for value in range(2)]
    for run in runs:
        execute(run.pk)
    TaskRun.objects.filter(pk=runs[0].pk).update(finished_at=timezone.now() - timedelta(hours=2))
    assert [node.run for node in now().ended] == [runs[1]]


def test_of_many_that_wait_the_first_are_shown_and_the_rest_counted() -> None:
    for value in range(WAITING_TO_START + 5):
        launch("tests.echo", value=value)
    shown = now()
    assert (len(shown.to_start), shown.more_to_start, shown.queued_count) == (20, 5, 25)


def test_it_asks_the_same_number_of_questions_whatever_goes_on(
    client, olivia, django_assert_num_queries
) -> None:
    client.force_login(olivia)
    fanned_out(2)
    with django_assert_num_queries(5):
        now()
    for parts in (12, 13, 14):
        fanned_out(parts)
    for value in range(40):
        run = launch("tests.echo", value=100 + value).run
        if value < ENDED + 3:
            execute(run.pk)
    with django_assert_num_queries(6):  # one more counts those that are not shown
        now()


def test_the_live_parts_are_sent_only_when_they_have_changed(client, olivia) -> None:
    run = launch("tests.echo", value=1).run
    client.force_login(olivia)
    first = client.get(RUNS)
    assert (first.status_code, "private" in first["Cache-Control"]) == (200, True)
    again = client.get(RUNS, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    execute(run.pk)
    changed = client.get(RUNS, headers={"If-None-Match": first["ETag"]})
    assert (changed.status_code, changed["ETag"] != first["ETag"]) == (200, True)
    assert "Ended in the last hour" in changed.content.decode()


def test_queues_are_shown_with_who_takes_from_them(client, olivia, monkeypatch) -> None:
    from tests.jobs.test_api import worker_of

    asked = []
    monkeypatch.setattr("jobs.monitor.queue_lengths", lambda queues: dict.fromkeys(queues, 3))
    monkeypatch.setattr(
        "jobs.monitor.workers_by_answer", lambda: asked.append(1) or [worker_of("monitoring")]
    )
    cache.clear()
    launch("tests.echo", value=1)
    client.force_login(olivia)
    page = client.get(QUEUES).content.decode()
    assert page.count("nobody takes from it") == 1
    assert "default <span" in page
    assert "1 of 2" in page
    client.get(QUEUES)
    assert len(asked) == 1, "workers are asked once in a while, not for each look"


def test_a_broker_that_is_away_is_said_and_not_shown_as_nothing(client, olivia, monkeypatch) -> None:
    monkeypatch.setattr("jobs.monitor.queue_lengths", lambda queues: None)
    monkeypatch.setattr("jobs.monitor.workers_by_answer", lambda: None)
    cache.clear()
    client.force_login(olivia)
    page = client.get(QUEUES).content.decode()
    assert "No worker answers." in page
    assert page.count("not known") == 24
    assert "nobody takes from it" not in page


def test_the_buttons_come_back_to_the_page_and_to_no_other_site(client, olivia) -> None:
    runs = [launch("tests.echo", value=value).run for value in range(2)]
    client.force_login(olivia)
    answer = client.post(f"/admin/jobs/taskrun/{runs[0].pk}/cancel/", {"next": PAGE})
    assert answer["Location"] == PAGE
    answer = client.post(f"/admin/jobs/taskrun/{runs[1].pk}/cancel/", {"next": "https://elsewhere.example/"})
    assert answer["Location"] == runs[1].get_absolute_url()


def test_a_viewer_looks_and_has_no_buttons(client) -> None:
    launch("tests.echo", value=1)
    client.force_login(in_role("viewer"))
    page = client.get(PAGE).content.decode()
    assert "tests.echo" in page
    assert "formaction" not in page


@pytest.mark.parametrize("address", [PAGE, RUNS, QUEUES])
def test_it_is_for_those_who_may_see_runs(client, victor, address: str) -> None:
    assert client.get(address).status_code == 302
    victor.is_staff = True
    victor.save()
    client.force_login(victor)
    assert client.get(address).status_code == 403
