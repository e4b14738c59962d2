"""Processes that a benchmark starts: each with its log, stopped with its children, and what it used."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from stack import kernel, ports, programs
from stack.places import Places

ROOT = Path(__file__).resolve().parent.parent
LONGEST = 180.0  # seconds after which a measurement is given up

Process = subprocess.Popen[bytes]


@contextmanager
def running(words: list[str], log: Path, environment: Mapping[str, str] | None = None) -> Iterator[Process]:
    """A program in a session of its own, killed with all its children when the block ends."""
    parent = os.getpid()
    with log.open("wb") as output:
        process = subprocess.Popen(
            words,
            cwd=ROOT,
            env={**os.environ, **(environment or {})},
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=lambda: kernel.die_with_parent(parent),
        )
    try:
        yield process
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@contextmanager
def ready(program: programs.Program, folder: Path, seconds: float = LONGEST) -> Iterator[Process]:
    """A program of the stack, once it does its work; its last words where it does not start."""
    log = folder / f"{program.name}.log"
    with running(list(program.command), log, program.environment) as process:

        def is_ready() -> bool:
            if process.poll() is not None:
                raise SystemExit(f"{program.name} does not start: {log.read_text(errors='replace')[-2000:]}")
            if program.ready is not None:
                return program.ready()
            return program.ready_words.encode() in log.read_bytes()

        wait_until(is_ready, f"the start of {program.name}", seconds=seconds)
        yield process


@contextmanager
def web(places: Places) -> Iterator[str]:
    """The address of a web server as the stack starts it."""
    port = ports.next_free(8790)
    with ready(programs.web("127.0.0.1", port, {}), places.state):
        yield f"http://127.0.0.1:{port}"


def wait_until(
    condition: Callable[[], bool], what: str, every: float = 0.1, seconds: float = LONGEST
) -> None:
    """Ends the benchmark where the condition does not come true in time."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise SystemExit(f"It took too long: {what}.")
        time.sleep(every)


def processor_seconds(session: Process) -> float:
    """What all processes of a session have used so far, with their children that have ended."""
    used = 0.0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it has just ended
        if int(fields[3]) == session.pid:
            used += sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
    return used


@contextmanager
def temporary_folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="tenfold-bench-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def settings(folder: Path, database: str) -> dict[str, str]:
    """The environment of a benchmark that keeps everything in one folder, whatever is set up outside."""
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("TENFOLD_")},
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "TENFOLD_ENV_FILE": os.devnull,
        "TENFOLD_STATE_DIR": str(folder),
        "TENFOLD_LOG_LEVEL": "WARNING",
        "SECRET_KEY": "only-for-benchmarks-and-long-enough-to-be-accepted",
        "DATABASE_URL": database,
        "REDIS_URL": f"unix://{Places(folder).socket}",
    }


def percentile(values: list[float], share: int) -> float:
    """The value that so many percent do not exceed."""
    return sorted(values)[max(0, -(-len(values) * share // 100) - 1)]
