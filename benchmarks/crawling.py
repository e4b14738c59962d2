"""Pages per second of a search, and its memory, on a local site of 10,000 pages.

    ./run bench crawl [--pages 10000] [--rounds 3] [--write]

The site runs in a process of its own and answers from memory, so that what is measured is the
searcher: address checks, politeness bookkeeping, limits, reading the links of each page, choosing
the next. The gap between requests is set to nothing; on a real site it is all that counts. Beside
it a bare loop fetches the same pages in the same order and throws them away, once with a connection
for each page, as the searcher does it, and once with a connection that is kept. Rounds alternate,
and the medians are told; time of the processor too, which others on the machine do not disturb.
"""

import argparse
import http.client
import multiprocessing
import os
import resource
import selectors
import socket
import statistics
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from urllib.parse import urlsplit

import urllib3

from benchmarks import results
from documents.crawl import CrawlBudget, crawl
from engine.discover.frontier import CrawlBounds
from net.addresses import AddressPolicy
from net.fetch import Fetcher
from net.limiter import LocalHostLimiter
from net.values import FetchOptions

REPORTS_OF_A_PAGE = 3
# As on real sites, most pages link to reports that other pages link to as well.
PAGES_WITH_OWN_REPORTS = 200
PAGES_OF_AN_INDEX = 100
# About as many links to nothing new as the menus of a company's site have, and some running text.
MENU = "".join(f'<li><a href="/menu/{n}.jpg">Topic {n} of the company</a></li>' for n in range(40))
TEXT = "<p>" + "Instruments for laboratories, made with care since the year of foundation. " * 25 + "</p>"


@dataclass(frozen=True, slots=True)
class Round:
    """Seconds a searcher took for the pages and those of its processor, and resident megabytes after a
    tenth of the pages and after all."""

    seconds: float
    processor_seconds: float
    pages: int
    documents: int
    early_megabytes: float
    late_megabytes: float


def path_of(number: int) -> str:
    return "/investors/" if number == 0 else f"/investors/reports/{number}.html"


def body_of(number: int, pages: int) -> bytes:
    """The start page leads to the index pages, an index page to its hundred, each page to reports."""
    indexes = max((pages - 1) // (PAGES_OF_AN_INDEX + 1), 1)
    if number == 0:
        below = range(1, indexes + 1)
    elif number <= indexes:
        first = indexes + 1 + (number - 1) * PAGES_OF_AN_INDEX
        below = range(first, pages if number == indexes else first + PAGES_OF_AN_INDEX)
    else:
        below = range(0)
    links = "".join(f'<li><a href="{path_of(n)}">Annual reports, page {n}</a></li>' for n in below)
    files = "".join(
        f"<tr><td>Annual report {2024 - place}</td>"
        f'<td><a href="/files/{number % PAGES_WITH_OWN_REPORTS}-{2024 - place}.pdf">PDF</a></td></tr>'
        for place in range(REPORTS_OF_A_PAGE)
    )
    return (
        f"<!DOCTYPE html><html><head><title>Reports {number}</title></head><body><nav><ul>{MENU}</ul></nav>"
        f"<h1>Annual reports</h1>{TEXT}<ul>{links}</ul><table>{files}</table></body></html>"
    ).encode()


def serve(pages: int, tell: Connection) -> None:
    """A server that answers from memory, one connection after the other in one loop."""
    answers = {
        path_of(n).encode(): _answer(200, "text/html; charset=utf-8", body_of(n, pages)) for n in range(pages)
    }
    missing = _answer(404, "text/plain", b"nothing here")
    listening = socket.create_server(("127.0.0.1", 0), backlog=512)
    waiting = selectors.DefaultSelector()
    waiting.register(listening, selectors.EVENT_READ)
    tell.send(listening.getsockname()[1])
    while True:
        for key, _events in waiting.select():
            if key.fileobj is listening:
                accepted, _address = listening.accept()
                waiting.register(accepted, selectors.EVENT_READ)
                continue
            connection = key.fileobj
            assert isinstance(connection, socket.socket)
            try:
                request = connection.recv(65536)
                if request:
                    connection.sendall(answers.get(request.split(b" ", 2)[1], missing))
            except OSError:
                request = b""
            if not request or b"connection: close" in request.lower():
                waiting.unregister(connection)
                connection.close()


def _answer(status: int, kind: str, body: bytes) -> bytes:
    return (
        f"HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body
    )


def search(port: int, pages: int) -> Round:
    """The product's own searcher."""
    pair = f"127.0.0.1:{port}"
    options = FetchOptions(
        "https://example.org/about", policy=AddressPolicy(allowed_private=frozenset({pair}))
    )
    bounds = CrawlBounds(
        most_pages=pages,
        deepest=10,
        most_links=100_000_000,
        most_of_a_pattern=pages,
        most_idle_of_a_pattern=pages,
        most_documents=pages * REPORTS_OF_A_PAGE,
    )
    early = 0.0

    def note(opened: int, _most: int, _url: str) -> None:
        nonlocal early
        if opened == pages // 10:
            early = _megabytes()

    began, worked = time.perf_counter(), time.process_time()
    found = crawl(
        f"http://{pair}{path_of(0)}",
        Fetcher(options, LocalHostLimiter(0.0)),
        bounds,
        note,
        CrawlBudget(most_seconds=3600.0, most_bytes=10**12),
    )
    seconds, worked = time.perf_counter() - began, time.process_time() - worked
    opened = sum(page["outcome"] == "ok" for page in found.pages)
    return Round(seconds, worked, opened, len(found.documents), early, _megabytes())


def bare(port: int, pages: int) -> Round:
    """http.client with a connection for each page; nothing is read, checked or kept."""
    began, worked = time.perf_counter(), time.process_time()
    for number in range(pages):
        connection = http.client.HTTPConnection("127.0.0.1", port)
        connection.request("GET", path_of(number), headers={"Connection": "close"})
        connection.getresponse().read()
        connection.close()
    return Round(time.perf_counter() - began, time.process_time() - worked, pages, 0, 0.0, 0.0)


def bare_and_kept(port: int, pages: int) -> Round:
    """urllib3 with a connection that is kept."""
    pool = urllib3.HTTPConnectionPool("127.0.0.1", port, maxsize=1)
    began, worked = time.perf_counter(), time.process_time()
    for number in range(pages):
        _ = pool.request("GET", urlsplit(path_of(number)).path).data
    return Round(time.perf_counter() - began, time.process_time() - worked, pages, 0, 0.0, 0.0)


WAYS: dict[str, Callable[[int, int], Round]] = {
    "search": search,
    "http.client, a connection for each page": bare,
    "urllib3, a connection that is kept": bare_and_kept,
}


def _in_a_process_of_its_own(way: str, port: int, pages: int) -> Round:
    context = multiprocessing.get_context("spawn")
    mine, theirs = context.Pipe()
    process = context.Process(target=_work, args=(way, port, pages, theirs))
    process.start()
    result: Round = mine.recv()
    process.join()
    return result


def _work(way: str, port: int, pages: int, tell: Connection) -> None:
    tell.send(WAYS[way](port, pages))


def _megabytes() -> float:
    """Resident memory now; on systems without /proc the highest so far."""
    try:
        with open("/proc/self/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1_048_576
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure(pages: int, rounds: int) -> list[str]:
    """The table, a line each."""
    context = multiprocessing.get_context("spawn")
    mine, theirs = context.Pipe()
    server = context.Process(target=serve, args=(pages, theirs), daemon=True)
    server.start()
    try:
        port = mine.recv()
        measured: dict[str, list[Round]] = {way: [] for way in WAYS}
        for _round in range(rounds):
            for way in WAYS:
                measured[way].append(_in_a_process_of_its_own(way, port, pages))
    finally:
        server.terminate()
        server.join()
    return table(pages, measured)


def table(pages: int, measured: dict[str, list[Round]]) -> list[str]:
    speeds = {way: _median(one.pages / one.seconds for one in done) for way, done in measured.items()}
    costs = {
        way: _median(1000 * one.processor_seconds / one.pages for one in done)
        for way, done in measured.items()
    }
    lines = [
        "| way | pages per second | in each round | processor ms per page | cost against the search |",
        "|---|---:|---|---:|---:|",
    ]
    for way, done in measured.items():
        each = ", ".join(f"{one.pages / one.seconds:,.0f}" for one in done)
        share = costs[way] / costs["search"]
        lines.append(f"| {way} | {speeds[way]:,.0f} | {each} | {costs[way]:.2f} | {share:.3f} |")
    last = measured["search"][-1]
    grown = last.late_megabytes - last.early_megabytes
    lines += [
        "",
        f"The search opened {last.pages:,} of {pages:,} pages and kept {last.documents:,} documents."
        f" Resident memory after a tenth of the pages {last.early_megabytes:.0f} MB, at the end"
        f" {last.late_megabytes:.0f} MB: {1024 * grown / (last.pages * 0.9):.1f} KB for each further page,"
        " which are its address, its link and its line in the log. The gap between requests was nothing here;"
        " it is a second on the sites of others.",
    ]
    return lines


def _median(values: Iterable[float]) -> float:
    return statistics.median(list(values))


def main() -> None:
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--pages", type=int, default=10_000)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--write", action="store_true", help="keep the figures in benchmarks/RESULTS.md")
    chosen = options.parse_args()
    lines = measure(chosen.pages, chosen.rounds)
    print("\n".join(lines))
    if chosen.write:
        results.write("Search of a site", lines, packages=("lxml", "protego", "urllib3"))


if __name__ == "__main__":
    main()
