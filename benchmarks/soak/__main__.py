"""`./run bench soak --minutes 60 --seed 1 [--write]`: work under random faults, and what is left of it.

The real stack under its supervisor, on a PostgreSQL from its wheel and the embedded broker, is given one
company after the other: ten annual reports each, searched for on a local site, downloaded, classified,
read and compiled. Meanwhile a seed decides every few seconds what is killed, stopped, cut or slowed. Then
the faults end, what has not succeeded is asked for once more as a person would, and everything is counted:
nothing may be lost, doubled, stuck or grown by a fifth. Exit status 1 where something is.
"""

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks import results
from benchmarks.soak.faults import Faults
from benchmarks.soak.memory import LARGEST_GROWTH, Memory
from benchmarks.soak.site import Sites
from stack import kernel, ports
from stack.places import Places
from tests.processes import RunningPostgres

if TYPE_CHECKING:
    from jobs.models import TaskRun

ROOT = Path(__file__).resolve().parents[2]
TASK = "extract_company_financial_data"
AT_ONCE = 3  # companies that are worked on, so that something waits in every queue
FAULTS_UNTIL = 0.85  # of the time; afterwards work goes on undisturbed, then no more is asked for
WORK_UNTIL = 0.92
LOOK_EVERY = 5.0  # seconds
LONGEST_SETTLING = 1200.0
WATCHED = ("Look at the health of the system", "Alerts")  # schedules that are due every twenty seconds here
PACKAGES = ("celery", "kombu", "redis", "django", "psycopg", "pypdfium2")


@dataclass
class Told:
    """What the soak has done and seen."""

    companies: int = 0
    asked: int = 0
    asked_twice: int = 0
    again: Counter[str] = field(default_factory=Counter)
    refused: int = 0
    answers: int = 0
    no_answers: int = 0
    slowest: float = 0.0
    settled: float = 0.0
    wrong: dict[str, int] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)


@contextmanager
def stack_of(state: Path, port: int, postgres: RunningPostgres, hosts: list[str]) -> Iterator[int]:
    """The stack as `./run` starts it; the process of its guardian."""
    environment = {
        **os.environ,
        "TENFOLD_ENV_FILE": os.devnull,
        "TENFOLD_STATE_DIR": str(state),
        "DATABASE_URL": postgres.url("soak"),
        "TENFOLD_ALLOWED_PRIVATE_HOSTS": ",".join(hosts),
        "SECRET_KEY": "only-for-the-soak-and-long-enough-to-be-accepted",
        "CELERY_WORKER_CONCURRENCY": "2",
    }
    log = state / "stack.log"
    parent = os.getpid()
    with log.open("wb") as output:
        guardian = subprocess.Popen(
            [*(sys.executable, "-m", "stack", "--no-demo"), *("--state", str(state), "--port", str(port))],
            cwd=ROOT,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=lambda: kernel.die_with_parent(parent, signal.SIGTERM),
        )
    try:
        end = time.monotonic() + 180
        while "Tenfold answers" not in log.read_text(errors="replace"):
            if guardian.poll() is not None or time.monotonic() > end:
                raise SystemExit(log.read_text(errors="replace"))
            time.sleep(0.2)
        os.environ.update(
            {name: environment[name] for name in environment.keys() - os.environ.keys()},
            DJANGO_SETTINGS_MODULE="config.settings",
            DATABASE_URL=environment["DATABASE_URL"],
            TENFOLD_STATE_DIR=str(state),
            REDIS_URL=f"unix://{Places(state).socket}",
            TENFOLD_LOG_LEVEL="ERROR",
        )
        yield guardian.pid
    finally:
        guardian.terminate()
        try:
            guardian.wait(timeout=90)
        except subprocess.TimeoutExpired:
            guardian.kill()


class Soak:
    """The work, the faults and the looks, one after the other in one loop."""

    def __init__(self, guardian: int, postgres: RunningPostgres, sites: Sites, web: str, seed: int) -> None:
        self.sites, self.web = sites, web
        self.dice = random.Random(seed)  # noqa: S311
        self.faults = Faults(guardian, postgres, sites.manners, self.dice)
        self.memory = Memory(guardian)
        self.told = Told()

    def work(self, seconds: float, every: float) -> None:
        """Ask for companies and do faults, for so long; a fault every so many seconds in the middle."""
        began = time.monotonic()
        fault_at = began + every
        look_at = began
        while (now := time.monotonic()) < began + WORK_UNTIL * seconds:
            self.faults.end_what_is_over()
            if fault_at <= now < began + FAULTS_UNTIL * seconds:
                name = self.faults.one()
                say(f"{now - began:6.0f} s  {name or '(not there)'}")
                fault_at = time.monotonic() + self.dice.uniform(0.4, 1.6) * every
            if look_at <= now:
                self._look()
                look_at = now + LOOK_EVERY
            self._ask_for_more()
            time.sleep(0.3)
        self.faults.end_what_is_over(at_once=True)

    def _look(self) -> None:
        self.memory.look()
        began = time.monotonic()
        self.told.answers += 1
        try:
            with urllib.request.urlopen(f"{self.web}/livez", timeout=10) as answer:  # noqa: S310
                answer.read()
            self.told.slowest = max(self.told.slowest, time.monotonic() - began)
        except OSError:
            self.told.no_answers += 1

    def _ask_for_more(self) -> None:
        from django.db import DatabaseError, InterfaceError, connection

        from jobs.models import TaskRun

        try:
            if TaskRun.objects.filter(task=TASK).unfinished().count() < AT_ONCE:
                self._ask(self.told.companies)
                self.told.companies += 1
        except (DatabaseError, InterfaceError):
            connection.close()  # the same company is asked for again when the database is back
            self.told.refused += 1

    def _ask(self, number: int) -> None:
        """Ask for a company, now and then twice as by a double click."""
        from companies.models import Company
        from jobs.launch import launch
        from jobs.models import TaskRun

        company, _ = Company.objects.get_or_create(
            slug=f"company-{number}",
            defaults={
                "name": f"Company {number}",
                "investor_relations_url": self.sites.address(number),
            },
        )
        if TaskRun.objects.filter(task=TASK, subject_id=str(company.pk)).exists():
            self.told.asked += 1  # it was committed, and the answer was lost
            return
        run = launch(TASK, subject=company, company_id=company.pk).run
        self.told.asked += 1
        if self.dice.random() < 0.1:
            self.told.asked_twice += 1
            second = launch(TASK, subject=company, company_id=company.pk)
            if second.is_new and not TaskRun.objects.get(pk=run.pk).is_finished:
                raise SystemExit(f"A second run {second.run.pk} beside the unfinished {run.pk}.")
            self.told.asked += second.is_new

    def settle(self) -> None:
        """Let everything end; ask once more for what did not succeed; end the schedules."""
        from jobs.launch import repeat
        from jobs.models import TaskRun
        from jobs.states import State

        began = time.monotonic()
        asked = TaskRun.objects.filter(task=TASK)
        for _ in range(3):
            self._until(lambda: not asked.unfinished().exists(), "the companies")
            wanting = [run for run in self._newest_of_each() if run.state != State.SUCCEEDED]
            for run in wanting:
                self.told.again[f"{run.state}: {self._why(run)}"] += 1
                self.told.asked += repeat(run).is_new
            if not wanting:
                break
        self._until(self._is_calm, "the health of the system", 400)
        self._end_schedules()
        self._until(lambda: not TaskRun.objects.unfinished().exists(), "the rest")
        self.told.settled = time.monotonic() - began

    def _newest_of_each(self) -> "list[TaskRun]":
        from jobs.models import TaskRun

        newest: dict[str, TaskRun] = {}
        for run in TaskRun.objects.filter(task=TASK).order_by("queued_at"):
            newest[run.subject_id] = run
        return list(newest.values())

    @staticmethod
    def _why(run: "TaskRun") -> str:
        failed = run.result.get("failed") or [{"code": run.error_code}]
        return ", ".join(sorted({str(one["code"]) for one in failed}))

    def _is_calm(self) -> bool:
        """Every part is well again, the share of failed runs apart, and everybody was told."""
        from monitoring.models import Health, HealthCheck, HealthTransition

        last = HealthCheck.objects.first()
        ill = [
            probe["name"]
            for probe in (last.probes if last else ())
            if probe["health"] in ("degraded", "unhealthy")
        ]
        untold = HealthTransition.objects.filter(told_at=None).exclude(after=Health.UNKNOWN)
        return last is not None and set(ill) <= {"failures", "memory"} and not untold.exists()

    def _end_schedules(self) -> None:
        from django_celery_beat.models import PeriodicTask, PeriodicTasks

        PeriodicTask.objects.update(enabled=False)
        PeriodicTasks.update_changed()

    def _until(self, condition: Any, what: str, seconds: float = LONGEST_SETTLING) -> None:
        from django.db import DatabaseError, connection

        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                if condition():
                    return
            except DatabaseError:
                connection.close()
            time.sleep(1)
        say(f"This did not settle within {seconds:.0f} s: {what}.")

    def count(self) -> None:
        """Ask the oracle, and count what was done."""
        from benchmarks.soak import oracle
        from companies.models import Company

        companies = list(Company.objects.filter(slug__startswith="company-").values_list("pk", flat=True))
        self.told.wrong = oracle.what_is_wrong(companies, self.told.asked)
        self.told.counts = oracle.counts()


def prepare_schedules() -> None:
    """Health is looked at, and alerts are raised, every twenty seconds instead of every few minutes."""
    from django_celery_beat.models import IntervalSchedule, PeriodicTask, PeriodicTasks

    often, _ = IntervalSchedule.objects.get_or_create(every=20, period=IntervalSchedule.SECONDS)
    changed = PeriodicTask.objects.filter(name__in=WATCHED).update(interval=often, expire_seconds=20)
    if changed != len(WATCHED):
        raise SystemExit(f"The schedules {WATCHED} are named otherwise by now.")
    PeriodicTasks.update_changed()


def say(sentence: str) -> None:
    print(sentence, flush=True)


def lines_of(soak: Soak, minutes: float, seed: int, every: float, load: float) -> list[str]:
    """The report as lines of Markdown."""
    told, counts = soak.told, soak.told.counts
    faults = ", ".join(f"{name} {count}" for name, count in sorted(soak.faults.done.items()))
    again = "; ".join(f"{why} ({count})" for why, count in sorted(told.again.items())) or "none"
    wrong = {name: count for name, count in told.wrong.items() if count}
    lines = [
        f"{minutes:g} minutes, seed {seed}, a fault every {every:g} s in the middle; load of the machine"
        f" {load:.1f}, niceness {os.nice(0)}.",
        "",
        f"* {told.companies:,} companies with {counts['documents']:,} documents, {counts['facts']:,} figures"
        f" and {counts['tables']:,} compiled tables;"
        f" {counts['runs']:,} runs with {counts['starts']:,} starts, of which {counts['lost']:,} lost"
        f" their worker; {told.asked_twice} asked for twice",
        f"* {sum(soak.faults.done.values())} faults: {faults}",
        f"* of the companies, asked for once more when the faults were over: {again}",
        f"* settled {told.settled:.0f} s after the last was asked for",
        f"* {told.answers:,} requests of /livez: {told.no_answers} without an answer, the slowest"
        f" {told.slowest:.1f} s",
        f"* {counts['changes']} changes of health to worse, {counts['alerts']} alerts that counted"
        f" {counts['alert_counts']}",
        f"* wrong afterwards, of {len(told.wrong)} kinds looked for: {wrong or 'nothing'}",
        "",
        "| memory of the largest process, MB | warm | at last | growth |",
        "|---|---:|---:|---:|",
    ]
    for name, (warm, late) in soak.memory.growth().items():
        lines.append(f"| {name} | {warm:.0f} | {late:.0f} | {100 * (late / warm - 1):+.0f} % |")
    return lines


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="./run bench soak", description=__doc__.split("\n\n")[0])
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--every", type=float, default=20, help="seconds between two faults, in the middle")
    parser.add_argument("--port", type=int, default=8740)
    parser.add_argument("--state", type=Path, help="folder for data and logs, kept afterwards")
    parser.add_argument("--write", action="store_true", help="into benchmarks/RESULTS.md")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="soak-") as folder, RunningPostgres.start() as postgres:
        state = (options.state or Path(folder)).absolute()
        state.mkdir(mode=0o700, parents=True, exist_ok=True)
        postgres.create("soak")
        port = ports.next_free(options.port)
        with Sites() as sites, stack_of(state, port, postgres, sites.hosts) as guardian:
            import django

            django.setup()
            prepare_schedules()
            soak = Soak(guardian, postgres, sites, f"http://127.0.0.1:{port}", options.seed)
            soak.work(options.minutes * 60, options.every)
            load = os.getloadavg()[2]
            soak.settle()
            soak.count()
    lines = lines_of(soak, options.minutes, options.seed, options.every, load)
    print("## Soak\n\n" + "\n".join(lines))
    if options.write:
        results.write("Soak", lines, PACKAGES)
    swollen = soak.memory.swollen()
    if swollen:
        say(f"Grown by more than {LARGEST_GROWTH:.0%}: {', '.join(swollen)}.")
    return 1 if swollen or any(soak.told.wrong.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
