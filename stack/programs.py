"""The programs of the stack: how each is started, when it is ready and how it is stopped."""

import os
import signal
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from stack import flower as flower_
from stack import valkey
from stack.places import Places


@dataclass(frozen=True)
class Program:
    """One program under the supervisor.

    `ready` tells whether it does its work, or it says `ready_words` in its log; without either it
    counts as ready at once. `stop_signal` asks it to end, and after `stop_seconds` it is killed.
    A program that touches the file `alive` every few seconds is killed, and started again, when it
    has not done so for `alive_seconds`.
    """

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    ready: Callable[[], bool] | None = None
    ready_words: str = ""
    stop_signal: int = signal.SIGTERM
    stop_seconds: float = 10.0
    alive: Path | None = None
    alive_seconds: float = 90.0  # a loaded machine takes its time for the first one


def broker(places: Places) -> Program:
    return Program(
        name="broker",
        command=tuple(valkey.command(valkey.server_binary(), places)),
        ready=lambda: valkey.answers(places.socket),
    )


def web(host: str, port: int, environment: Mapping[str, str]) -> Program:
    threads = 8
    return Program(
        name="web",
        command=(
            *(sys.executable, "-m", "gunicorn", "config.wsgi:application"),
            *("--bind", f"{host}:{port}", "--worker-class", "gthread"),
            *("--workers", "2", "--threads", str(threads), "--timeout", "120", "--graceful-timeout", "8"),
            *("--worker-tmp-dir", "/dev/shm" if Path("/dev/shm").is_dir() else "/tmp"),  # noqa: S108
            *("--access-logfile", "-", "--no-control-socket"),
        ),
        environment=environment,
        ready=lambda: responds(f"http://{reachable(host)}:{port}/livez"),
    )


def worker(places: Places, environment: Mapping[str, str]) -> Program:
    return Program(
        name="worker",
        command=(
            *(sys.executable, "-m", "celery", "-A", "config", "worker"),
            *("--hostname", "all@%h", "--pool", "prefork", "-O", "fair"),
            *("--concurrency", str(worker_processes(environment))),
            *("--without-gossip", "--without-mingle", "--loglevel", "INFO"),
            *("--statedb", str(places.state / "worker.state")),
        ),
        environment={**environment, "TENFOLD_ALIVE_FILE": str(places.state / "worker.alive")},
        alive=places.state / "worker.alive",
        ready_words=" ready.",
        # Cold shutdown after a soft one: what is not finished in time goes back to its queue.
        stop_signal=signal.SIGQUIT,
        stop_seconds=20.0,
    )


def dispatcher(environment: Mapping[str, str]) -> Program:
    """Sends to the broker what waits in the database, and takes back what a lost worker had."""
    return Program(
        name="dispatcher",
        command=(sys.executable, "manage.py", "dispatch_runs"),
        environment=environment,
    )


def beat(places: Places, environment: Mapping[str, str]) -> Program:
    """Its loop turns every 30 seconds at least; three turns that did not come are a scheduler that hangs."""
    return Program(
        name="beat",
        command=(
            *(sys.executable, "-m", "celery", "-A", "config", "beat"),
            *("--pidfile", "", "--loglevel", "INFO"),
        ),
        environment={**environment, "TENFOLD_ALIVE_FILE": str(places.state / "beat.alive")},
        alive=places.state / "beat.alive",
    )


def flower(places: Places, where: str, environment: Mapping[str, str]) -> Program:
    """`where` is the address it listens on. The environment holds its account, because every user of
    the machine can read a command line."""
    flower_.prepare(where)
    return Program(
        name="flower",
        command=flower_.command(where, places),
        environment=environment,
        ready=lambda: flower_.answers(where),
    )


def demo(port: int, environment: Mapping[str, str]) -> Program:
    return Program(
        name="demo",
        command=(sys.executable, "-m", "demo.serve", "--port", str(port)),
        environment=environment,
        ready=lambda: responds(f"http://127.0.0.1:{port}/"),
    )


def worker_processes(environment: Mapping[str, str]) -> int:
    """How many tasks run at once: as many as there are processors, within what the memory holds.

    Two at least, so that a long one does not hold up everything else.
    """
    written = environment.get("CELERY_WORKER_CONCURRENCY", "").strip()
    if written.isdigit() and int(written):
        return int(written)
    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    gigabytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3
    return max(2, min(processors, int(gigabytes), 8))


def reachable(host: str) -> str:
    """The address under which a listener on `host` is reached from this machine."""
    return "127.0.0.1" if host in ("0.0.0.0", "::", "") else host  # noqa: S104


def responds(url: str) -> bool:
    """True where the web server behind the address answers at all."""
    try:
        with urllib.request.urlopen(url, timeout=2):  # noqa: S310 - an address of our own
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
