"""`python -m benchmarks.load`: what the web pages and the queue bear in a large installation.

A PostgreSQL from its wheel with 100,000 documents and 1,000,000 runs, a web server as the stack starts
it, and one company compiled, a hundred lines by twelve years. Several people at once, each with a
token and a connection of its own, ask for lists and tables of the API as fast as they get answers, then
at a steady rate, and then start work. After that comes the backlog: 100,000 documents wait to be
processed and nobody works.

`lists` measures the pages of the admin on the same rows, `jobs` what a run costs, and `company` the way
from the address of a site to the tables.
"""

import argparse
import http.client
import itertools
import json
import os
import subprocess
import sys
import threading
import time
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from benchmarks import jobs, lists, pages, processes, results
from benchmarks.processes import ROOT, percentile
from stack import valkey
from stack.places import Places

PACKAGES = ("django", "djangorestframework", "gunicorn", "psycopg", "celery")
ADDRESSES = {
    "companies": "/api/v1/companies/",
    "documents": "/api/v1/documents/",
    "documents of a company": "/api/v1/documents/?company=77",
    "runs": "/api/v1/tasks",
    "runs that failed": "/api/v1/tasks?state=FAILURE",
    "figures of a company": "/api/v1/facts/?company={company}",
    "statements of a company": "/api/v1/compiled-statements/?company={company}",
    "a whole table": "/api/v1/compiled-statements/{table}/",
}
LINES, YEARS = 100, 12  # of the company that is compiled
# What a machine with two cores is asked to bear: reads a second, and milliseconds at the 95th percentile.
LEAST_READS, LONGEST_READ, LONGEST_LAUNCH, LONGEST_PASS = 100.0, 100.0, 200.0, 1.0
EACH = 400  # requests of one person within a minute, below what the throttle lets through
STARTS_EACH = 10  # and of those that start work


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: which way, for what, and by whom."""

    what: str
    method: str
    path: str
    token: str


def ask_all(
    address: str, requests: list[Asked], clients: int, expected: int, *, rate: float | None = None
) -> dict[str, Any]:
    """Answers a second over all clients, and the milliseconds of each answer by what was asked for.

    Each client asks anew once it has its answer. With `rate` so many are asked for in a second, and the time
    of an answer counts from when its turn was, whether or not a client was free then: otherwise slow answers
    would keep others from being slow (Gil Tene's "coordinated omission").
    """
    host = urlsplit(address).netloc
    turns = iter(enumerate(requests))
    taking = threading.Lock()
    began = time.perf_counter()

    def ask() -> list[tuple[str, float]]:
        took = []
        connection = http.client.HTTPConnection(host, timeout=60)
        while True:
            with taking:
                number, one = next(turns, (0, None))
            if one is None:
                break
            start = time.perf_counter() if rate is None else began + number / rate
            time.sleep(max(0.0, start - time.perf_counter()))
            connection.request(one.method, one.path, headers={"Authorization": f"Bearer {one.token}"})
            answer = connection.getresponse()
            body = answer.read()
            if answer.status != expected:
                raise SystemExit(f"{one.method} {one.path} answered {answer.status}: {body[:300]!r}")
            took.append((one.what, 1000 * (time.perf_counter() - start)))
        connection.close()
        return took

    milliseconds = defaultdict(list)
    with ThreadPoolExecutor(clients) as pool:
        for asking in [pool.submit(ask) for _ in range(clients)]:
            for what, took in asking.result():
                milliseconds[what].append(took)
    return {"per_second": len(requests) / (time.perf_counter() - began), "milliseconds": milliseconds}


def all_of(asked: dict[str, Any]) -> list[float]:
    """The milliseconds of every answer."""
    return list(itertools.chain.from_iterable(asked["milliseconds"].values()))


def measured(
    documents: int, runs: int, reads: int, starts: int, clients: int, backlog: int
) -> dict[str, Any]:
    """Everything on the database that the environment names."""
    import django

    django.setup()
    from django.core.management import call_command

    from companies.models import Company
    from extraction.models import CompiledStatement

    call_command("migrate", verbosity=0, interactive=False)
    lists.fill(documents, runs)
    compiled = pages.stored_company(LINES, YEARS)
    table = CompiledStatement.objects.filter(company=compiled, is_current=True).latest("pk")
    addresses = [(what, path.format(company=compiled.pk, table=table.pk)) for what, path in ADDRESSES.items()]
    companies = list(Company.objects.values_list("pk", flat=True)[:starts])
    places = Places(Path(os.environ["TENFOLD_STATE_DIR"]))
    with valkey.running(places):
        with processes.web(places) as address:
            tokens = _tokens("reader", -(-2 * reads // EACH))
            wanted = [
                Asked(what, "GET", path, token)
                for (what, path), token in zip(
                    itertools.islice(itertools.cycle(addresses), 2 * reads),
                    itertools.cycle(tokens),
                    strict=False,
                )
            ]
            ask_all(address, wanted[: 4 * len(addresses)], clients, 200)  # both workers have started then
            found = {
                "reads": ask_all(address, wanted[:reads], clients, 200),
                "paced": ask_all(address, wanted[reads:], clients, 200, rate=LEAST_READS),
            }
            starters = _tokens("starter", -(-len(companies) // STARTS_EACH))
            wanted = [
                Asked(
                    "a start",
                    "POST",
                    f"/api/v1/tasks/companies/{pk}/recompile",
                    starters[number // STARTS_EACH],
                )
                for number, pk in enumerate(companies)
            ]
            found["launches"] = ask_all(address, wanted, clients, 202)
        found["crowd"] = jobs.crowd(backlog)
    return found


def _tokens(name: str, count: int) -> list[str]:
    """The tokens of so many people who may do everything."""
    from django.contrib.auth import get_user_model
    from knox.models import AuthToken

    users = get_user_model()._default_manager
    return [
        AuthToken.objects.create(users.create_superuser(f"{name}-{number}"))[1] for number in range(count)
    ]


def in_a_process(options: argparse.Namespace) -> dict[str, Any]:
    """Measured in a process of its own, because settings are read once."""
    from tests.processes import RunningPostgres

    counts = (
        *(options.documents, options.runs, options.reads),
        *(options.starts, options.clients, options.backlog),
    )
    with processes.temporary_folder() as folder, RunningPostgres.start() as server:
        server.create("benchmark")
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.load", "--one", *map(str, counts)],
            cwd=ROOT,
            env=processes.settings(folder, server.url("benchmark")),
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
    return json.loads(done.stdout.splitlines()[-1])


def missed(found: dict[str, Any]) -> list[str]:
    """Which of the limits were not kept."""
    launches, paced = all_of(found["launches"]), all_of(found["paced"])
    limits = {
        f"fewer than {LEAST_READS:.0f} reads a second": found["reads"]["per_second"] < LEAST_READS,
        f"reads longer than {LONGEST_READ:.0f} ms": percentile(paced, 95) > LONGEST_READ,
        f"starts longer than {LONGEST_LAUNCH:.0f} ms": percentile(launches, 95) > LONGEST_LAUNCH,
        f"a pass longer than {LONGEST_PASS:.0f} s": found["crowd"]["pass"] > LONGEST_PASS,
    }
    return [sentence for sentence, is_so in limits.items() if is_so]


def lines_of(found: dict[str, Any], options: argparse.Namespace) -> list[str]:
    lines = [
        f"{options.documents:,} documents and {options.runs:,} runs on PostgreSQL; {options.clients} people"
        f" at once; load of the machine at the end {os.getloadavg()[0]:.1f}.",
        "",
        "| | a second | median ms | 95 % ms |",
        "|---|---:|---:|---:|",
    ]
    for name, what in (
        ("reads", "lists and tables of the API, as fast as they come"),
        ("paced", "at a steady rate"),
        ("launches", "requests that start work, as fast as they come"),
    ):
        took = all_of(found[name])
        lines.append(
            f"| {len(took):,} {what} | {found[name]['per_second']:.0f} |"
            f" {percentile(took, 50):.0f} | {percentile(took, 95):.0f} |"
        )
    lines += [
        f"| at the steady rate: {what} | | {percentile(took, 50):.0f} | {percentile(took, 95):.0f} |"
        for what, took in found["paced"]["milliseconds"].items()
    ]
    crowd = found["crowd"]
    lines += [
        "",
        f"With {crowd['rows']:,} runs waiting: a pass of the dispatcher {crowd['pass']:.3f} s, in the broker"
        f" {crowd['in_broker']:.0f} runs and {crowd['broker_bytes'] / 1024:.0f} KB more than before, all"
        f" cancelled in {crowd['cancelled']:.1f} s.",
    ]
    broken = missed(found)
    lines += ["", f"Not kept: {'; '.join(broken)}." if broken else "All limits were kept."]
    return lines


def main(arguments: list[str] | None = None) -> int:
    """Prints the figures; the exit status is 1 where a limit is not kept."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.load",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--documents", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=1_000_000)
    parser.add_argument("--reads", type=int, default=4_000)
    parser.add_argument("--starts", type=int, default=400, help="requests that start work")
    parser.add_argument("--clients", type=int, default=8, help="people at once")
    parser.add_argument("--backlog", type=int, default=100_000, help="runs that wait")
    parser.add_argument("--write", action="store_true", help="update benchmarks/RESULTS.md")
    parser.add_argument("--one", nargs=6, type=int, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.one:
        print(json.dumps(measured(*options.one)))
        return 0
    found = in_a_process(options)
    lines = lines_of(found, options)
    print("## Load\n\n" + "\n".join(lines))
    if options.write:
        results.write("Load", lines, packages=PACKAGES)
    return 1 if missed(found) else 0


if __name__ == "__main__":
    sys.exit(main())
