"""What is kept is made by one at a time, and loaders are warmed by name."""

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache

from jobs.execute import execute
from jobs.launch import launch
from monitoring import caching, warming
from monitoring.caching import kept
from monitoring.warming import Loader, loaders, warm


@pytest.fixture(autouse=True)
def _nothing_kept() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def test_it_is_made_once_and_again_when_its_time_is_over() -> None:
    made: list[int] = []

    def make() -> int:
        made.append(1)
        return len(made)

    assert [kept("thing", 0.2, make) for _ in range(3)] == [1, 1, 1]
    time.sleep(0.25)
    assert kept("thing", 60, make) == 2
    assert kept("thing", 60, make, renew=True) == 3


def test_nothing_is_a_thing_that_can_be_kept() -> None:
    made: list[int] = []
    assert [kept("none", 60, lambda: made.append(1)) for _ in range(2)] == [None, None]
    assert made == [1]


def test_many_who_ask_at_once_have_it_made_once() -> None:
    made: list[int] = []
    asking = threading.Barrier(8)

    def make() -> int:
        made.append(1)
        time.sleep(0.2)
        return len(made)

    answers: list[int] = []

    def ask() -> None:
        asking.wait()
        answers.append(kept("slow", 60, make))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (answers, made) == ([1] * 8, [1])


def test_what_is_old_is_shown_while_another_one_makes_it() -> None:
    assert kept("sum", 0.05, lambda: "old", stale=60) == "old"
    time.sleep(0.1)
    cache.add("sum.making", 1, 60)
    assert kept("sum", 60, lambda: pytest.fail("another one makes it"), stale=60) == "old"
    cache.delete("sum.making")
    assert kept("sum", 60, lambda: "new", stale=60) == "new"


def test_who_dies_while_making_holds_nobody_up_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(caching, "LONGEST_WAIT", 0.1)
    cache.add("dead.making", 1, 60)
    assert kept("dead", 60, lambda: "made here") == "made here"


def test_a_failure_is_nobodys_answer_and_frees_the_way() -> None:
    def fail() -> str:
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        kept("fails", 60, fail)
    assert kept("fails", 60, lambda: "well") == "well"


def test_times_vary_by_a_tenth(monkeypatch: pytest.MonkeyPatch) -> None:
    lasting: list[float] = []

    def note(name: str, value: Any, timeout: float) -> None:
        lasting.append(timeout)

    monkeypatch.setattr(cache, "set", note)
    for number in range(50):
        kept(f"n{number}", 100, lambda: 1)
    assert min(lasting) >= 90
    assert max(lasting) <= 110
    assert len({round(one, 3) for one in lasting}) > 25


@pytest.mark.django_db
def test_names_and_patterns_are_warmed_and_others_told() -> None:
    found = warm(["overview.*", "weather"])
    assert sorted(found.warmed) == ["overview.companies", "overview.days"]
    assert found.failed == {
        "weather": "Nothing is called so. There are overview.days, overview.companies, queues, pages.newest."
    }
    until, slugs = cache.get("overview.seeded")
    assert until > time.time() + 3000
    assert "harrowmere" in slugs


@pytest.mark.django_db
def test_one_that_fails_does_not_keep_the_others_cold(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise RuntimeError("no")

    first, *others = loaders()
    monkeypatch.setattr(warming, "loaders", lambda: (Loader(first.name, "", broken), *others))
    run = launch("cache_warming").run
    execute(run.pk)
    run.refresh_from_db()
    assert (run.state, run.error_code) == ("partial", "not_all_warmed")
    assert run.result["failed"] == {"overview.days": "RuntimeError: no"}
    assert sorted(run.result["warmed"]) == ["overview.companies", "pages.newest", "queues"]
