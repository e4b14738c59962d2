"""A worker that hears nothing says so by its silence."""

import os
import socket
from collections import Counter

import pytest
from celery.worker import state

from jobs import liveness, signs
from jobs.liveness import DEAF_AFTER, Ear


@pytest.fixture(autouse=True)
def idle(monkeypatch) -> None:
    monkeypatch.setattr(state, "active_requests", set())
    monkeypatch.setattr(state, "reserved_requests", set())
    monkeypatch.setattr(state, "total_count", Counter({"echo": 3}))


def looks(ear: Ear, count: int) -> list[bool]:
    return [ear.hears() for _ in range(count)]


def test_an_idle_worker_with_empty_queues_hears() -> None:
    assert looks(Ear(lambda: {"default": 0}), 10) == [True] * 10


def test_one_that_leaves_messages_lying_is_deaf_after_some_looks() -> None:
    ear = Ear(lambda: {"default": 0, "scraping": 2})
    assert looks(ear, DEAF_AFTER + 2) == [True] * DEAF_AFTER + [False, False]
    state.total_count["echo"] += 1
    assert ear.hears() is True


def test_one_that_works_may_leave_messages_lying() -> None:
    state.active_requests.add("something")
    assert looks(Ear(lambda: {"default": 2}), 10) == [True] * 10


def test_a_broker_that_is_away_is_not_the_workers_fault(monkeypatch) -> None:
    monkeypatch.setattr(liveness, "TURNED_WITHIN", -1.0)
    assert looks(Ear(lambda: None), 10) == [True] * 10
    assert Ear(lambda: {"default": 0}).hears() is False


def test_a_loop_that_stands_still_is_deaf(monkeypatch) -> None:
    now = [100.0]
    monkeypatch.setattr(liveness.time, "monotonic", lambda: now[0])
    ear = Ear(lambda: {"default": 0})
    now[0] += 14
    assert ear.hears() is True
    now[0] += 2
    assert ear.hears() is False
    ear.turned()
    assert ear.hears() is True


def test_the_file_holds_the_number_of_the_worker(tmp_path) -> None:
    signs._write(tmp_path / "alive")
    assert int((tmp_path / "alive").read_text()) == os.getpid()


@pytest.mark.parametrize("kind", ["path", "abstract"])
def test_systemd_is_told_where_it_asks_to_be(tmp_path, kind) -> None:
    address = f"{tmp_path}/notify" if kind == "path" else f"@tenfold-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(address.replace("@", "\0"))
        signs._tell_systemd(address)
        assert listener.recv(100) == b"READY=1\nWATCHDOG=1"
