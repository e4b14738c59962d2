"""What the tests of faults act on, and the oracle in which each of them ends."""

import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.db import DatabaseError, connection
from django.test import Client

from jobs.launch import launch
from jobs.models import TaskAttempt, TaskRun
from jobs.states import FINISHED, State
from tests.jobs.processes import ROOT, Broker, Worker, running_worker
from tests.processes import RunningPostgres

LONGEST = 120.0  # seconds until everything has settled, on a machine with much else to do


@dataclass
class Installation:
    """PostgreSQL, a broker, a dispatcher and workers of one test."""

    postgres: RunningPostgres
    broker: Broker
    folder: Path
    environment: dict[str, str]
    ended: ExitStack
    asked: int = 0
    seen: list[str] = field(default_factory=list)
    processes: "dict[str, subprocess.Popen[bytes]]" = field(default_factory=dict)

    # --- what runs -----------------------------------------------------------------------------------

    def worker(self, processes: int = 2, **more: str) -> Worker:
        """A worker, which goes with the test."""
        running = running_worker(
            self.broker,
            self.postgres.url(),
            processes=processes,
            application="tests.faults.worker",
            TENFOLD_FILES_DIR=self.environment["TENFOLD_FILES_DIR"],
            **more,
        )
        return self.ended.enter_context(running)

    def start_dispatcher(self) -> None:
        self.process("dispatcher", "-m", "tests.faults.dispatcher")

    def process(self, name: str, *words: str) -> "subprocess.Popen[bytes]":
        """A Python program, which goes with the test; what it says is in its log."""
        output = self.ended.enter_context((self.folder / f"{name}.log").open("wb"))
        process = subprocess.Popen(
            [sys.executable, *words], cwd=ROOT, env=self.environment, stdout=output, stderr=subprocess.STDOUT
        )

        self.processes[name] = process

        def end() -> None:
            process.kill()
            process.wait()

        self.ended.callback(end)
        return process

    # --- what is asked and what comes of it ----------------------------------------------------------

    def launch(self, task: str, key: str, **arguments: Any) -> TaskRun:
        """A run that counts as asked for."""
        launched = launch(task, key=key, **arguments)
        assert launched.is_new
        self.asked += 1
        return launched.run

    def slow(self, count: int, seconds: float = 0.0, name: str = "slow") -> list[TaskRun]:
        return [
            self.launch("tests.faults.slow", f"{name} {number}", seconds=seconds) for number in range(count)
        ]

    def wait(self, condition: Callable[[], bool], what: str, seconds: float = LONGEST) -> float:
        """How many seconds passed until the condition held."""
        began = time.monotonic()
        while not self._holds(condition):
            passed = time.monotonic() - began
            assert passed < seconds, f"{what} did not happen in {seconds} s: {self.standing()}"
            time.sleep(0.05)
        return time.monotonic() - began

    def _holds(self, condition: Callable[[], bool]) -> bool:
        try:
            return condition()
        except DatabaseError:
            connection.close()
            return False

    def settle(self, seconds: float = LONGEST) -> float:
        """Wait until nothing is unfinished; how many seconds that took."""
        return self.wait(lambda: not TaskRun.objects.unfinished().exists(), "settling", seconds)

    def standing(self) -> str:
        """Where everything is, for a failure's message."""
        states = Counter(TaskRun.objects.values_list("task", "state"))
        logs = [path.read_text(errors="replace")[-1500:] for path in sorted(self.folder.glob("*.log"))]
        return "\n".join([str(dict(states)), *logs])

    # --- the oracle ----------------------------------------------------------------------------------

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Look at all runs many times a second: what has ended stays as it is, and what has succeeded
        can be read."""
        over = threading.Event()
        watcher = threading.Thread(target=self._watch, args=(over,), daemon=True)
        watcher.start()
        try:
            yield
        finally:
            over.set()
            watcher.join(timeout=20)

    def _watch(self, over: threading.Event) -> None:
        ended: dict[Any, str] = {}
        try:
            while not over.wait(0.05):
                try:
                    self._look(ended)
                except DatabaseError:
                    connection.close()
        finally:
            connection.close()

    def _look(self, ended: dict[Any, str]) -> None:
        states = dict(TaskRun.objects.values_list("pk", "state"))
        outputs = {run_id for _, run_id in stored_outputs()}
        for run_id, before in ended.items():
            if states[run_id] != before:
                self.seen.append(f"{run_id} went from {before} to {states[run_id]}")
        for run_id, state in states.items():
            if state == State.SUCCEEDED and run_id not in outputs:
                self.seen.append(f"{run_id} has succeeded without an output")
            if state in FINISHED:
                ended[run_id] = state

    def ask_the_oracle(self) -> None:
        """What must hold after every fault, once everything has settled."""
        self.settle()
        runs = list(TaskRun.objects.all())
        parts = [run for run in runs if run.parent_id is not None]
        assert len(runs) - len(parts) == self.asked, "as many runs as were asked for"
        assert self.seen == []
        succeeded = {run.pk: run.arguments["key"] for run in runs if run.state == State.SUCCEEDED}
        outputs = stored_outputs()
        assert sorted(key for key, _ in outputs) == sorted(succeeded.values()), "one output for each"
        assert {run_id for _, run_id in outputs} == set(succeeded)
        assert [run for run in runs if run.lease_owner or run.lease_until] == [], "no lease is left"
        assert TaskAttempt.objects.filter(end="").count() == 0, "every start has an end"
        assert TaskAttempt.objects.count() == sum(run.fence for run in runs), "every start is written down"
        files = Path(self.environment["TENFOLD_FILES_DIR"]) / "files"
        if files.is_dir():
            stored = {path.name: path.read_text() for path in files.iterdir() if path.is_file()}
            contents = {name: text for name, text in stored.items() if not name.endswith(" reply")}
            assert contents == {name: f"content of {name}" for name in contents}, "files are whole"
        self._compare_with_the_api(runs)

    def _compare_with_the_api(self, runs: list[TaskRun]) -> None:
        operator, _ = get_user_model()._default_manager.get_or_create(username="operator", is_staff=True)
        client = Client()
        client.force_login(operator)
        for run in runs[:30]:
            answer = client.get(f"/api/v1/tasks/{run.pk}").json()
            assert (answer["state"], answer["status"]) == (run.state, run.celery_state)
            if run.state == State.SUCCEEDED:
                assert answer["result"]["key"] == run.arguments["key"]


def stored_outputs() -> list[tuple[str, Any]]:
    """Key and run of every output."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT key, run_id FROM faults_output")
        return list(cursor.fetchall())
