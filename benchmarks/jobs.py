"""`python -m benchmarks.jobs`: what background runs cost beside bare Celery, and how they bear a crowd.

Three measurements on SQLite and on a PostgreSQL from its wheel, each with a worker of two processes
and a broker of its own:

* runs that do nothing, from the launch to the last end, with claim, finish and the row of each start;
  beside them the same number of bare Celery tasks whose results django-celery-results stores, taken in
  turns on the same worker;
* 100,000 waiting rows: a pass of the dispatcher, what the broker holds, and cancelling all of them;
* answers of the web server to requests that start work, with the broker up, silent and gone.
"""

import argparse
import json
import os
import signal
import statistics
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks import processes, results
from benchmarks.processes import ROOT, percentile, temporary_folder, wait_until
from stack import programs, valkey
from stack.places import Places

SHARES = 50  # companies among which the waiting rows are spread
REQUESTS = 200  # for each state of the broker
EACH = 10  # requests of one person
PACKAGES = ("celery", "kombu", "redis", "django-celery-results", "django", "psycopg")


# --- One database, in a process of its own because settings are read once ---------------------------


def measured(runs: int, rounds: int, rows: int) -> dict[str, Any]:
    """Everything on the database that the environment names."""
    import django

    django.setup()
    from django.core.management import call_command

    import benchmarks.jobs_tasks  # noqa: F401

    call_command("migrate", verbosity=0, interactive=False)
    places = Places(Path(os.environ["TENFOLD_STATE_DIR"]))
    with valkey.running(places) as broker:
        found: dict[str, Any] = {}
        with _worker(places) as worker:
            found["throughput"] = throughput(runs, rounds, worker)
        found["crowd"] = crowd(rows)
        with processes.web(places) as address:
            found["answers"] = answers(address, broker)
    return found


@contextmanager
def _worker(places: Places) -> Iterator[processes.Process]:
    program = programs.Program(
        name="worker",
        command=(
            *(sys.executable, "-m", "celery", "-A", "benchmarks.jobs_worker", "worker"),
            *("--concurrency", "2", "--queues", "default"),  # of which a process does many
            *("-O", "fair", "--without-gossip", "--without-mingle", "--loglevel", "INFO"),
        ),
        ready_words=" ready.",
    )
    with processes.ready(program, places.state) as process:
        yield process


def throughput(runs: int, rounds: int, worker: processes.Process) -> dict[str, list[float]]:
    """Runs and bare tasks per second, and the processor milliseconds that each takes in this process
    and the worker's, in turns; a first round of both only warms the worker."""
    found: dict[str, list[float]] = {"bare": [], "runs": [], "bare_ms": [], "runs_ms": []}
    for turn in range(rounds + 1):
        count = runs if turn else 50
        for name, work in (("bare", _bare), ("runs", _runs)):
            before = _processor_seconds(worker)
            speed = work(count, turn)
            milliseconds = 1000 * (_processor_seconds(worker) - before) / count
            if turn:
                found[name].append(speed)
                found[f"{name}_ms"].append(milliseconds)
    return found


def _processor_seconds(worker: processes.Process) -> float:
    """What this process and all of the worker's have used so far."""
    return time.process_time() + processes.processor_seconds(worker)


def _bare(count: int, turn: int) -> float:
    from celery import current_app
    from django_celery_results.models import TaskResult

    from benchmarks.jobs_tasks import BARE

    before = TaskResult.objects.filter(status="SUCCESS").count()
    began = time.perf_counter()
    for number in range(count):
        current_app.send_task(BARE, args=[number], queue="default")
    done = TaskResult.objects.filter(status="SUCCESS")
    wait_until(lambda: done.count() - before >= count, "bare tasks")
    return count / (time.perf_counter() - began)


def _runs(count: int, turn: int) -> float:
    from benchmarks.jobs_tasks import RUN
    from jobs.launch import insert, prepare
    from jobs.models import TaskAttempt, TaskRun

    before = TaskRun.objects.finished().count()
    began = time.perf_counter()
    for first in range(0, count, 100):
        numbers = range(first, min(first + 100, count))
        insert([prepare(RUN, arguments={"number": turn * 1_000_000 + number}) for number in numbers])
    wait_until(lambda: TaskRun.objects.finished().count() - before >= count, "runs")
    seconds = time.perf_counter() - began
    assert TaskRun.objects.exclude(state="succeeded").count() == 0
    assert TaskAttempt.objects.exclude(end="succeeded").count() == 0
    assert TaskAttempt.objects.count() == TaskRun.objects.count()
    return count / seconds


def crowd(rows: int) -> dict[str, float]:
    """With so many rows waiting, beside those that have ended, and nobody working: seconds and bytes."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from jobs.cancel import cancel_all
    from jobs.dispatch import dispatch_once
    from jobs.models import TaskRun

    TaskRun.objects.unfinished().delete()
    cancelled_before = TaskRun.objects.filter(state="cancelled").count()
    began = time.perf_counter()
    _letwait_until(rows)
    stored = time.perf_counter() - began
    before = _memory()
    passes = [_seconds(dispatch_once) for _ in range(5)]
    after = _memory()
    sent = TaskRun.objects.in_broker().count()
    with CaptureQueriesContext(connection) as asked:
        cancelled = _seconds(lambda: cancel_all(TaskRun.objects.unfinished()))
    statements = sum(query["sql"].startswith("UPDATE") for query in asked.captured_queries)
    assert TaskRun.objects.filter(state="cancelled").count() == cancelled_before + rows
    return {
        "rows": rows,
        "stored": stored,
        "first_pass": passes[0],
        "pass": statistics.median(passes[1:]),
        "in_broker": sent,
        "broker_bytes": after - before,
        "cancelled": cancelled,
        "update_statements": statements,
    }


def _letwait_until(rows: int) -> None:
    """As `insert` would, without telling the broker."""
    from unittest.mock import patch

    from benchmarks.jobs_tasks import RUN
    from jobs import launch

    with patch.object(launch, "refill_after_commit"):
        for first in range(0, rows, 2000):
            runs = [
                launch.prepare(RUN, arguments={"number": -number - 1})
                for number in range(first, min(first + 2000, rows))
            ]
            for place, run in enumerate(runs):
                run.share = f"company:{place % SHARES}"
            launch.insert(runs)


def _memory() -> int:
    import redis
    from django.conf import settings

    return int(redis.Redis.from_url(settings.REDIS_URL).info("memory")["used_memory"])


def _seconds(action: Callable[[], object]) -> float:
    began = time.perf_counter()
    action()
    return time.perf_counter() - began


def answers(address: str, broker: processes.Process) -> dict[str, list[float]]:
    """Milliseconds of each answer to a request that starts work, by the state of the broker."""
    found = {"up": _posts(address, "up")}
    broker.send_signal(signal.SIGSTOP)
    try:
        found["silent"] = _posts(address, "silent")
    finally:
        broker.send_signal(signal.SIGCONT)
    broker.kill()
    broker.wait()
    found["gone"] = _posts(address, "gone")
    return found


def _posts(address: str, name: str) -> list[float]:
    from django.contrib.auth import get_user_model
    from knox.models import AuthToken

    from companies.models import Company
    from jobs.models import TaskRun

    users = get_user_model()._default_manager
    # One person may not start so much at once.
    people = [users.create_superuser(f"{name}-{number}") for number in range(REQUESTS // EACH)]
    tokens = [AuthToken.objects.create(person)[1] for person in people]
    companies = Company.objects.bulk_create(
        [
            Company(name=f"{name} {number}", slug=f"{name}-{number}", country="DE")
            for number in range(REQUESTS)
        ]
    )
    took = []
    for number, company in enumerate(companies):
        request = urllib.request.Request(  # noqa: S310 - our own address
            f"{address}/api/v1/tasks/companies/{company.pk}/recompile",
            method="POST",
            headers={"Authorization": f"Bearer {tokens[number // EACH]}"},
        )
        began = time.perf_counter()
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
            answer.read()
            assert answer.status == 202, answer.status
        took.append(1000 * (time.perf_counter() - began))
    assert TaskRun.objects.filter(requested_by__in=people).count() == REQUESTS
    return took


# --- Both databases, and the tables ------------------------------------------------------------------


def on_database(url: str, folder: Path, options: argparse.Namespace) -> dict[str, Any]:
    environment = {**processes.settings(folder, url), "TENFOLD_CACHE": "memory"}
    counts = [str(options.runs), str(options.rounds), str(options.rows)]
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.jobs", "--one", *counts],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


def all_databases(options: argparse.Namespace) -> dict[str, dict[str, Any]]:
    from tests.processes import RunningPostgres

    found = {}
    with temporary_folder() as folder:
        found["SQLite"] = on_database(f"sqlite:///{folder}/benchmark.sqlite3", folder, options)
    with temporary_folder() as folder, RunningPostgres.start() as server:
        server.create("benchmark")
        found["PostgreSQL"] = on_database(server.url("benchmark"), folder, options)
    return found


def ratio(one: dict[str, Any]) -> float:
    """Runs per second to bare tasks per second."""
    speeds = one["throughput"]
    return statistics.median(speeds["runs"]) / statistics.median(speeds["bare"])


def lines_of(found: dict[str, dict[str, Any]]) -> list[str]:
    lines = ["| | runs/s | bare Celery/s | ratio | processor ms of a run | of a bare task | ratio |"]
    lines += ["|---|---:|---:|---:|---:|---:|---:|"]
    for name, one in found.items():
        middle = {kind: statistics.median(values) for kind, values in one["throughput"].items()}
        lines.append(
            f"| {name} | {middle['runs']:.0f} | {middle['bare']:.0f} | {ratio(one):.2f} |"
            f" {middle['runs_ms']:.1f} | {middle['bare_ms']:.1f} |"
            f" {middle['bare_ms'] / middle['runs_ms']:.2f} |"
        )
    lines += ["", "| rows waiting | dispatcher's pass, s | in the broker | its growth, KB | cancel all, s |"]
    lines += ["|---|---:|---:|---:|---:|"]
    for name, one in found.items():
        crowd_of = one["crowd"]
        lines.append(
            f"| {name}, {crowd_of['rows']:,} | {crowd_of['pass']:.3f} | {crowd_of['in_broker']:.0f} |"
            f" {crowd_of['broker_bytes'] / 1024:.0f} | {crowd_of['cancelled']:.1f} |"
        )
    lines += ["", "| POST that launches, ms | broker up, p50 / p95 | silent, p50 / p95 | gone, p50 / p95 |"]
    lines += ["|---|---:|---:|---:|"]
    for name, one in found.items():
        cells = (
            f"{percentile(took, 50):.0f} / {percentile(took, 95):.0f}" for took in one["answers"].values()
        )
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return lines


EXPLAINED = [
    "Two worker processes. A run is launched, claimed, finished and each start written down, beside what",
    "Celery does; bare tasks keep their results with django-celery-results as well, and as the settings ask",
    "also that they have started, which a run writes too. PostgreSQL runs without fsync, which spares both",
    "the same. The pass is the median of the second to the fifth with no worker.",
]


def main(arguments: list[str] | None = None) -> int:
    """Prints the tables; the exit status is 1 where a ratio lies below --min-ratio."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.jobs",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--runs", type=int, default=1000, help="runs of each round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--rows", type=int, default=100_000, help="rows that wait")
    parser.add_argument("--min-ratio", type=float, metavar="RATIO")
    parser.add_argument("--write", action="store_true", help="update benchmarks/RESULTS.md")
    parser.add_argument("--one", nargs=3, type=int, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.one:
        print(json.dumps(measured(*options.one)))
        return 0
    found = all_databases(options)
    lines = [*lines_of(found), "", *EXPLAINED]
    print("## Background runs\n\n" + "\n".join(lines))
    if options.write:
        results.write("Background runs", lines, packages=PACKAGES)
    return 0 if options.min_ratio is None or min(map(ratio, found.values())) >= options.min_ratio else 1


if __name__ == "__main__":
    sys.exit(main())
