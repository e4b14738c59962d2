"""Politeness per host: alone in one process, and over processes on a real server."""

import itertools
import multiprocessing
import subprocess
import tempfile
import threading
import time
from pathlib import Path

import pytest
import redis

from net.limiter import (
    HostUnavailable,
    LocalHostLimiter,
    RedisHostLimiter,
    break_seconds,
    turn_at,
)
from stack.valkey import answers, server_binary


@pytest.fixture(scope="module")
def server():
    """A Valkey server of our own on a socket."""
    with tempfile.TemporaryDirectory(prefix="tf-") as folder:
        path = Path(folder) / "s.sock"
        process = subprocess.Popen(
            [server_binary(), "--port", "0", "--unixsocket", path, "--save", "", "--dir", folder],
            stdout=subprocess.DEVNULL,
        )
        try:
            for _attempt in range(100):
                if path.exists() and answers(path):
                    break
                time.sleep(0.05)
            yield path
        finally:
            process.terminate()
            process.wait(10)


@pytest.fixture(params=["local", "redis"])
def limiter(request):
    if request.param == "local":
        return LocalHostLimiter(0.2)
    client = redis.Redis(unix_socket_path=str(request.getfixturevalue("server")))
    client.flushall()
    return RedisHostLimiter(client, 0.2)


class TestBoth:
    def test_one_request_at_a_time_and_a_gap_after_it(self, limiter):
        first = limiter.begin("a.example", gap=0.2, lease=10)
        assert first.granted
        busy = limiter.begin("a.example", gap=0.2, lease=10)
        assert (busy.granted, busy.reason) == (False, "busy")
        assert limiter.begin("b.example", gap=0.2, lease=10).granted
        limiter.end("a.example", first.token, gap=0.2)
        soon = limiter.begin("a.example", gap=0.2, lease=10)
        assert (soon.granted, soon.reason) == (False, "gap")
        assert 0 < soon.wait <= 0.2
        time.sleep(soon.wait + 0.01)
        assert limiter.begin("a.example", gap=0.2, lease=10).granted

    def test_a_lease_that_ran_out_frees_the_host(self, limiter):
        dead = limiter.begin("a.example", gap=0.0, lease=0.05)
        time.sleep(0.08)
        alive = limiter.begin("a.example", gap=0.0, lease=10)
        assert alive.granted
        limiter.end("a.example", dead.token, gap=0.0)
        assert limiter.begin("a.example", gap=0.0, lease=10).reason == "busy"

    def test_a_pause_is_for_one_host_and_does_not_shrink(self, limiter):
        limiter.pause("a.example", 100)
        limiter.pause("a.example", 5)
        turn = limiter.begin("a.example", gap=0.0, lease=1)
        assert turn.reason == "paused"
        assert turn.wait == pytest.approx(100, abs=2)
        assert limiter.begin("b.example", gap=0.0, lease=1).granted

    def test_a_pause_is_a_day_at_most(self, limiter):
        limiter.pause("a.example", 10**12)
        assert limiter.begin("a.example", gap=0.0, lease=1).wait == pytest.approx(86400, abs=2)

    def test_five_failures_in_a_row_break_the_circuit(self, limiter):
        for _failure in range(4):
            limiter.failed("a.example")
        turn = limiter.begin("a.example", gap=0.0, lease=1)
        assert turn.granted
        limiter.end("a.example", turn.token, gap=0.0)
        limiter.failed("a.example")
        broken = limiter.begin("a.example", gap=0.0, lease=1)
        assert broken.reason == "failing"
        assert broken.wait == pytest.approx(60, abs=2)
        limiter.failed("a.example")
        assert limiter.begin("a.example", gap=0.0, lease=1).wait == pytest.approx(120, abs=2)

    def test_a_success_forgets_the_failures(self, limiter):
        for _failure in range(4):
            limiter.failed("a.example")
        limiter.succeeded("a.example")
        limiter.failed("a.example")
        assert limiter.begin("a.example", gap=0.0, lease=1).granted

    def test_waiting_too_long_is_refused_with_the_time(self, limiter):
        limiter.pause("a.example", 50)
        with (
            pytest.raises(HostUnavailable) as caught,
            turn_at(limiter, "a.example", gap=0.0, lease=1, longest_wait=1),
        ):
            pytest.fail("the turn was given")
        assert caught.value.seconds == pytest.approx(50, abs=2)
        assert caught.value.reason == "paused"

    def test_an_error_gives_the_turn_back(self, limiter):
        with (
            pytest.raises(RuntimeError, match="broken"),
            turn_at(limiter, "a.example", gap=0.0, lease=60, longest_wait=1),
        ):
            raise RuntimeError("broken")
        assert limiter.begin("a.example", gap=0.0, lease=1).granted

    def test_eight_threads_keep_the_gap(self, limiter):
        seen = []

        def work():
            for _turn in range(2):
                with turn_at(limiter, "a.example", gap=0.05, lease=10, longest_wait=30):
                    seen.append(("begin", time.monotonic()))
                    time.sleep(0.01)
                    seen.append(("end", time.monotonic()))

        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        assert [what for what, _when in seen] == ["begin", "end"] * 16
        gaps = [seen[place + 1][1] - seen[place][1] for place in range(1, len(seen) - 1, 2)]
        assert min(gaps) >= 0.048


def _worker(path, times):
    limiter = RedisHostLimiter(redis.Redis(unix_socket_path=path), 0.05)
    for _turn in range(3):
        with turn_at(limiter, "a.example", gap=0.05, lease=10, longest_wait=60):
            times.put(time.monotonic())


def test_eight_processes_keep_the_gap(server):
    """The monotonic clock is the machine's, so times of several processes can be compared."""
    redis.Redis(unix_socket_path=str(server)).flushall()
    context = multiprocessing.get_context("spawn")
    times = context.Queue()
    workers = [context.Process(target=_worker, args=(str(server), times)) for _ in range(8)]
    for worker in workers:
        worker.start()
    begun = sorted(times.get(timeout=60) for _ in range(24))
    for worker in workers:
        worker.join(30)
    assert min(later - earlier for earlier, later in itertools.pairwise(begun)) >= 0.048


def test_without_its_server_no_turn_is_given_and_nothing_breaks(tmp_path):
    limiter = RedisHostLimiter(redis.Redis(unix_socket_path=str(tmp_path / "nobody")), 0.05)
    with (
        pytest.raises(HostUnavailable) as caught,
        turn_at(limiter, "a.example", gap=0.0, lease=1, longest_wait=1),
    ):
        pytest.fail("the turn was given")
    assert (caught.value.reason, caught.value.seconds) == ("unknown", 30.0)
    limiter.end("a.example", "token", gap=0.05)
    limiter.pause("a.example", 5)
    limiter.failed("a.example")
    limiter.succeeded("a.example")


def test_breaks_double_and_end_at_an_hour():
    assert [break_seconds(failures) for failures in (0, 4, 5, 6, 7, 11, 10**6)] == [
        0.0,
        0.0,
        60.0,
        120.0,
        240.0,
        3600.0,
        3600.0,
    ]


def test_a_negative_gap_is_refused():
    with pytest.raises(ValueError, match="gap_seconds"):
        LocalHostLimiter(-1)
