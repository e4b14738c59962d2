"""Starts programs in order, starts again what ends, and stops them in reverse order."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from stack import kernel
from stack.programs import Program

LONGEST_WAIT = 60.0  # seconds between two starts of a program that keeps ending
LONG_ENOUGH = 60.0  # seconds after which a program counts as running well
SHOWN_AFTER = 3  # quick ends in a row after which the last lines of the log are shown
LARGEST_LOG = 20 * 1024 * 1024


class Running:
    """A program with its process, and how often it ended lately."""

    def __init__(self, program: Program, log: Path, folder: Path) -> None:
        self.program = program
        self.log = log
        self.folder = folder
        self.process: subprocess.Popen[bytes] | None = None
        self.started_at = 0.0
        self.quick_ends = 0
        self.start_at = 0.0
        self.said_before = 0
        self.touched = 0.0
        self.seen_alive_at = 0.0

    def start(self) -> None:
        parent = os.getpid()
        with self.log.open("ab") as output:
            self.said_before = output.tell()
            self.process = subprocess.Popen(
                self.program.command,
                cwd=self.folder,
                env={**os.environ, **self.program.environment},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                # Runs between fork and exec; there are no threads here that it could surprise.
                preexec_fn=lambda: kernel.die_with_parent(parent),
            )
        self.started_at = self.seen_alive_at = time.monotonic()

    @property
    def is_deaf(self) -> bool:
        """Running, but without the sign of life it gives otherwise. By our own clock: the machine's may
        be set meanwhile."""
        if self.program.alive is None or self.process is None or self.ended:
            return False
        try:
            touched = self.program.alive.stat().st_mtime
        except OSError:
            touched = 0.0
        if touched != self.touched:
            self.touched, self.seen_alive_at = touched, time.monotonic()
        return time.monotonic() - self.seen_alive_at > self.program.alive_seconds

    @property
    def is_ready(self) -> bool:
        if self.process is None or self.ended:
            return False
        if self.program.ready is not None:
            return self.program.ready()
        return self.program.ready_words in self._said_since_start()

    def _said_since_start(self) -> str:
        with self.log.open("rb") as lines:
            # A log that was shortened in between starts again from its beginning.
            lines.seek(self.said_before if self.log.stat().st_size >= self.said_before else 0)
            return lines.read().decode(errors="replace")

    @property
    def ended(self) -> bool:
        return self.process is not None and self.process.poll() is not None

    def note_end(self) -> float:
        """Count an end, and say how many seconds to wait before the next start."""
        ran = time.monotonic() - self.started_at
        self.quick_ends = 1 if ran > LONG_ENOUGH else self.quick_ends + 1
        wait = min(2.0 ** (self.quick_ends - 1), LONGEST_WAIT)
        self.start_at = time.monotonic() + wait
        return wait

    def stop(self) -> None:
        """Ask the program to end; kill what of it is left after its time."""
        process = self.process
        if process is None:
            return
        if process.poll() is None:
            process.send_signal(self.program.stop_signal)
            try:
                process.wait(self.program.stop_seconds)
            except subprocess.TimeoutExpired:
                pass
        # Its children share its session; they go with it.
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            pass
        process.wait()
        self.process = None

    def kill(self) -> None:
        """End the program and its children at once."""
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def last_lines(self, count: int = 15) -> str:
        try:
            with self.log.open("rb") as lines:
                lines.seek(max(0, self.log.stat().st_size - 8000))
                return "\n".join(lines.read().decode(errors="replace").splitlines()[-count:])
        except OSError:
            return ""


class Stopped(Exception):
    """Somebody asked the supervisor to stop."""


class Supervisor:
    """Keeps programs running until it is told to stop. All of it happens in the calling thread."""

    def __init__(self, folder: Path, logs: Path, say: Callable[[str], None] = print) -> None:
        self.folder = folder
        self.logs = logs
        self.say = say
        self.running: list[Running] = []
        self._stop_asked = 0
        logs.mkdir(parents=True, exist_ok=True)

    def __enter__(self) -> "Supervisor":
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
            signal.signal(number, self._note_signal)
        return self

    def __exit__(self, *exception: object) -> None:
        self.stop()
        kernel.end_descendants()

    def _note_signal(self, number: int, frame: object) -> None:
        self._stop_asked += 1

    def start(self, program: Program) -> None:
        """Start a program without waiting for it."""
        self.check()
        one = Running(program, self.logs / f"{program.name}.log", self.folder)
        _shorten(one.log)
        one.start()
        self.running.append(one)

    def wait_until_ready(self, name: str, seconds: float = 60.0) -> bool:
        """Watch over everything until a program is ready. False where that takes too long."""
        one = next(one for one in self.running if one.program.name == name)
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.watch_once()
            if one.is_ready:
                return True
            time.sleep(0.05)
        return False

    def run_to_end(
        self, command: Sequence[str], environment: Mapping[str, str], *, quiet: bool = False
    ) -> tuple[int, str]:
        """Run a command while watching everything; its status, and its output where `quiet`."""
        parent = os.getpid()
        with tempfile.TemporaryFile() as output:
            process = subprocess.Popen(
                command,
                cwd=self.folder,
                env={**os.environ, **environment},
                stdin=subprocess.DEVNULL,
                stdout=output if quiet else None,
                stderr=subprocess.STDOUT if quiet else None,
                start_new_session=True,
                preexec_fn=lambda: kernel.die_with_parent(parent),
            )
            try:
                while process.poll() is None:
                    self.watch_once()
                    time.sleep(0.05)
            finally:
                if process.poll() is None:
                    os.killpg(process.pid, signal.SIGKILL)
                    process.wait()
            output.seek(0)
            return process.returncode, output.read().decode(errors="replace")

    def keep_running(self) -> None:
        """Watch until somebody asks to stop."""
        try:
            while True:
                self.watch_once()
                time.sleep(0.2)
        except Stopped:
            return

    def check(self) -> None:
        """Raises Stopped where somebody asked to stop."""
        if self._stop_asked:
            raise Stopped

    def watch_once(self) -> None:
        """Start again what has ended, each program after its own waiting time."""
        self.check()
        for one in self.running:
            if one.is_deaf:
                self.say(f"{one.program.name} gives no sign of life. It is killed and started again.")
                one.kill()
            if one.ended:
                self._report_end(one)
            if one.process is None and time.monotonic() >= one.start_at:
                one.start()
            _shorten(one.log)

    def _report_end(self, one: Running) -> None:
        status = one.process.returncode if one.process else 0
        one.stop()
        wait = one.note_end()
        how = f"was killed by signal {-status}" if status < 0 else f"ended with status {status}"
        self.say(f"{one.program.name} {how}. Starting it again in {wait:.0f} s. Its log: {one.log}")
        if one.quick_ends >= SHOWN_AFTER:
            self.say(f"It ended {one.quick_ends} times in a row. Its last lines:\n{one.last_lines()}")

    def stop(self) -> None:
        """Stop everything, the program that was started first last."""
        if self.running:
            # Children in sessions of their own become ours when their parents end, and end here.
            kernel.adopt_orphans()
        while self.running:
            self.running.pop().stop()


def _shorten(log: Path) -> None:
    """Keep one former part of a log that has grown large. Its writers append, so it may be cut."""
    try:
        if log.stat().st_size <= LARGEST_LOG:
            return
        shutil.copyfile(log, log.with_suffix(".log.1"))
        os.truncate(log, 0)
    except OSError as error:
        if log.exists():
            print(f"The log {log} cannot be shortened: {error}", file=sys.stderr)
