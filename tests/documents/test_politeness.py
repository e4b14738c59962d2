"""Eight workers at once on real servers: no two requests to one host nearer than its delay, and a
host that asks for a pause stops nobody but itself."""

import itertools
import multiprocessing
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import redis

from engine.discover.frontier import CrawlBounds
from net.addresses import AddressPolicy
from net.errors import FetchFailed
from net.fetch import Fetcher
from net.limiter import RedisHostLimiter
from net.values import FetchOptions
from stack.valkey import answers, server_binary
from tests.documents.structures import STRUCTURES
from tests.http import LocalSite

GAP = 0.1
WORKERS = 8


@pytest.fixture
def keeper() -> Iterator[Path]:
    """The server on which workers agree on their turns."""
    with tempfile.TemporaryDirectory(prefix="tf-") as folder:
        path = Path(folder) / "s.sock"
        command = [server_binary(), "--port", "0", "--unixsocket", path, "--save", "", "--dir", folder]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        try:
            deadline = time.monotonic() + 10
            while not (path.exists() and answers(path)) and time.monotonic() < deadline:
                time.sleep(0.02)
            yield path
        finally:
            process.terminate()
            process.wait(10)


def fetcher(path: Path, pairs: frozenset[str]) -> Fetcher:
    options = FetchOptions(
        "ir@example.org", policy=AddressPolicy(allowed_private=pairs), longest_turn_wait=60.0
    )
    return Fetcher(options, RedisHostLimiter(redis.Redis(unix_socket_path=str(path)), GAP))


def visit(path: Path, pairs: frozenset[str], urls: list[str], outcomes: Any) -> None:
    """What a worker does: every address once, whatever comes of it."""
    own = fetcher(path, pairs)
    for url in urls:
        try:
            own.get(url)
            outcomes.put((url, "ok"))
        except FetchFailed as failure:
            outcomes.put((url, failure.code))


def eight_workers(path: Path, sites: list[LocalSite], urls: list[str]) -> list[tuple[str, str]]:
    context = multiprocessing.get_context("spawn")
    outcomes = context.Queue()
    pairs = frozenset(site.pair for site in sites)
    workers = [context.Process(target=visit, args=(path, pairs, urls, outcomes)) for _ in range(WORKERS)]
    for worker in workers:
        worker.start()
    seen = [outcomes.get(timeout=120) for _ in range(WORKERS * len(urls))]
    for worker in workers:
        worker.join(30)
    return seen


def gaps(site: LocalSite) -> list[float]:
    """From the end of each answer to the beginning of the next request, as the server saw them."""
    ordered = sorted(site.requests, key=lambda request: request.began)
    return [later.began - earlier.ended for earlier, later in itertools.pairwise(ordered)]


def test_no_two_requests_are_nearer_than_the_delay(keeper: Path) -> None:
    with LocalSite() as one, LocalSite() as other:
        for number in range(3):
            one.add(f"/{number}", b"fine")
            other.add(f"/{number}", b"fine")
        urls = [site.url(f"/{number}") for number in range(3) for site in (one, other)]
        outcomes = eight_workers(keeper, [one, other], urls)
        assert [code for _url, code in outcomes] == ["ok"] * 48
        for site in (one, other):
            assert len(site.paths()) == 24
            # The clock of the server that keeps the turns counts whole milliseconds.
            assert min(gaps(site)) >= GAP - 0.002


def test_a_delay_asked_for_by_robots_holds_over_all_workers(keeper: Path) -> None:
    with LocalSite() as site:
        site.add("/robots.txt", b"User-agent: *\nCrawl-delay: 0.3", content_type="text/plain")
        site.add("/x", b"fine")
        eight_workers(keeper, [site], [site.url("/x")])
        pages = sorted(request.began for request in site.requests if request.path == "/x")
        assert len(pages) == 8
        assert min(later - earlier for earlier, later in itertools.pairwise(pages)) >= 0.298


def test_a_429_stops_that_host_and_no_other(keeper: Path) -> None:
    with LocalSite() as limited, LocalSite() as other:
        limited.add("/x", b"", status=429, headers=(("Retry-After", "3600"),))
        other.add("/x", b"fine")
        outcomes = eight_workers(keeper, [limited, other], [limited.url("/x"), other.url("/x")])
        assert limited.paths() == ["/x"]
        said = sorted(code for url, code in outcomes if url == limited.url("/x"))
        assert said == ["host_paused"] * 7 + ["rate_limited"]
        assert [code for url, code in outcomes if url == other.url("/x")] == ["ok"] * 8


def test_a_host_that_fails_is_left_alone_by_all(keeper: Path) -> None:
    with LocalSite() as broken, LocalSite() as other:
        broken.add("/x", b"", status=500)
        other.add("/x", b"fine")
        outcomes = eight_workers(keeper, [broken, other], [broken.url("/x"), other.url("/x")])
        assert len(broken.paths()) == 5
        assert (
            sorted(code for url, code in outcomes if url == broken.url("/x"))
            == ["host_paused"] * 3 + ["http_5xx"] * 5
        )
        assert len(other.paths()) == 8


def test_a_whole_search_keeps_the_delay_and_says_who_it_is(keeper: Path) -> None:
    from documents.crawl import crawl

    with LocalSite() as site:
        expected = STRUCTURES["a_tab_for_every_year"](site)
        result = crawl(site.url("/investors/"), fetcher(keeper, frozenset({site.pair})), CrawlBounds())
        assert len(result.documents) == len(expected)
        assert min(gaps(site)) >= GAP - 0.002
        assert {request.headers["user-agent"] for request in site.requests} == {
            "Tenfold/0.1 (+ir@example.org)"
        }
