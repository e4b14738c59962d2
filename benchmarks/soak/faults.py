"""The faults of the soak: what is killed, stopped, cut or slowed, drawn from a seed."""

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.soak.site import Manners
from stack import kernel
from tests.processes import RunningPostgres

# How often each fault is drawn, against the others.
WEIGHTS = {
    "kill a process of the worker": 5,
    "kill the worker": 3,
    "stop the worker for good": 1,
    "kill the dispatcher": 2,
    "kill the scheduler": 2,
    "stop the scheduler for good": 1,
    "kill the web server": 1,
    "kill the broker": 2,
    "freeze the broker for ten seconds": 1,
    "restart the database": 2,
    "kill the database": 1,
    "break all connections to the database": 2,
    "a slow site for twenty seconds": 1,
    "downloads cut short for fifteen seconds": 2,
    "a broken site for ten seconds": 1,
}
# The words in a command line by which a program of the stack is known.
PROGRAMS = {
    "broker": "valkey-server",
    "web": "gunicorn",
    "worker": "config worker",
    "dispatcher": "dispatch_runs",
    "scheduler": "config beat",
    "flower": "flower",
}


def programs(guardian: int) -> dict[str, int]:
    """The process of each program of the stack that is running, and of its supervisor."""
    found: dict[str, int] = {}
    for supervisor in kernel.children(guardian)[:1]:
        found["supervisor"] = supervisor
        for pid in kernel.children(supervisor):
            words = command_line(pid)
            found.update({name: pid for name, mark in PROGRAMS.items() if mark in words})
    return found


def command_line(pid: int) -> str:
    """The words a process was started with, empty where it is gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


@dataclass
class Faults:
    """Draws a fault and does it. What is only for a while ends with `end_what_is_over`."""

    guardian: int
    postgres: RunningPostgres
    manners: Manners
    dice: random.Random
    done: Counter[str] = field(default_factory=Counter)
    _ends: list[tuple[float, Callable[[], None]]] = field(default_factory=list)

    def one(self) -> str:
        """Do one; its name, "" where what it is about was not there."""
        name = self.dice.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
        try:
            getattr(self, "_" + name.replace(" ", "_"))()
        except (ProcessLookupError, KeyError, IndexError):
            return ""  # the one before is not mended yet
        self.done[name] += 1
        return name

    def end_what_is_over(self, *, at_once: bool = False) -> None:
        now = time.monotonic()
        over = [entry for entry in self._ends if at_once or entry[0] <= now]
        self._ends = [entry for entry in self._ends if entry not in over]
        for _, end in over:
            end()

    def _for(self, seconds: float, end: Callable[[], None]) -> None:
        self._ends.append((time.monotonic() + seconds, end))

    def _signal(self, program: str, number: int) -> int:
        pid = programs(self.guardian)[program]
        os.kill(pid, number)
        return pid

    def _kill_a_process_of_the_worker(self) -> None:
        os.kill(self.dice.choice(kernel.children(programs(self.guardian)["worker"])), signal.SIGKILL)

    def _kill_the_worker(self) -> None:
        self._signal("worker", signal.SIGKILL)

    def _stop_the_worker_for_good(self) -> None:
        self._signal("worker", signal.SIGSTOP)

    def _kill_the_dispatcher(self) -> None:
        self._signal("dispatcher", signal.SIGKILL)

    def _kill_the_scheduler(self) -> None:
        self._signal("scheduler", signal.SIGKILL)

    def _stop_the_scheduler_for_good(self) -> None:
        self._signal("scheduler", signal.SIGSTOP)

    def _kill_the_web_server(self) -> None:
        self._signal("web", signal.SIGKILL)

    def _kill_the_broker(self) -> None:
        self._signal("broker", signal.SIGKILL)

    def _freeze_the_broker_for_ten_seconds(self) -> None:
        pid = self._signal("broker", signal.SIGSTOP)
        self._for(10, lambda: _continue(pid))

    def _restart_the_database(self) -> None:
        self.postgres.stop(signal.SIGINT)
        time.sleep(self.dice.uniform(1, 8))
        self.postgres.launch()

    def _kill_the_database(self) -> None:
        self.postgres.stop(signal.SIGQUIT)
        time.sleep(self.dice.uniform(0, 3))
        self.postgres.launch()

    def _break_all_connections_to_the_database(self) -> None:
        self.postgres.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )

    def _a_slow_site_for_twenty_seconds(self) -> None:
        self._misbehave("slow", 20)

    def _downloads_cut_short_for_fifteen_seconds(self) -> None:
        self._misbehave("cut_short", 15)

    def _a_broken_site_for_ten_seconds(self) -> None:
        self._misbehave("broken", 10)

    def _misbehave(self, how: str, seconds: float) -> None:
        setattr(self.manners, how, True)
        self._for(seconds, lambda: setattr(self.manners, how, False))


def _continue(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGCONT)
    except ProcessLookupError:
        pass
