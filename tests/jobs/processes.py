"""A broker and workers that a test may kill."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from stack import valkey
from stack.places import Places

ROOT = Path(__file__).resolve().parents[2]


class Broker:
    """A Valkey of one test."""

    def __init__(self, folder: Path) -> None:
        self.places = Places(folder)
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"unix://{self.places.socket}"

    @property
    def celery_url(self) -> str:
        return f"redis+socket://{self.places.socket}?virtual_host=0"

    def start(self) -> None:
        valkey.prepare(self.places)
        self.process = subprocess.Popen(
            valkey.command(valkey.server_binary(), self.places),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        end = time.monotonic() + 10
        while not valkey.answers(self.places.socket):
            assert time.monotonic() < end, "the broker does not start"
            time.sleep(0.02)

    def signal(self, number: int) -> None:
        assert self.process is not None
        self.process.send_signal(number)

    def kill(self) -> None:
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
            self.process = None

    def client(self):  # type: ignore[no-untyped-def]
        import redis

        return redis.Redis.from_url(self.url)


class Worker:
    """A worker of one test, with the children it has forked."""

    def __init__(self, process: "subprocess.Popen[bytes]", log: Path) -> None:
        self.process = process
        self.log = log

    def said(self) -> str:
        return self.log.read_text(errors="replace")

    def kill_everything(self) -> None:
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        """End it the quick way: its broker goes with the test."""
        if self.process.poll() is None:
            self.kill_everything()


@contextmanager
def running_worker(
    broker: Broker, database: str, *, processes: int = 2, application: str = "tests.jobs.worker", **more: str
) -> Iterator[Worker]:
    """A worker for all queues on the given database, with the durations of this test."""
    folder = broker.places.state
    log = Path(tempfile.mkstemp(prefix="worker-", suffix=".log", dir=folder)[1])
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "TENFOLD_STATE_DIR": str(folder),
        "DATABASE_URL": database,
        "REDIS_URL": broker.url,
        "TESTS_JOBS": json.dumps(settings.JOBS),
        **more,
    }
    with log.open("wb") as output:
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "celery", "-A", application, "worker"),
                *("--concurrency", str(processes), "--hostname", f"{log.stem}@%h"),
                *("--without-gossip", "--without-mingle", "--loglevel", "INFO"),
            ],
            cwd=ROOT,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    worker = Worker(process, log)
    try:
        end = time.monotonic() + 60
        while " ready." not in worker.said():
            assert process.poll() is None, worker.said()[-4000:]
            assert time.monotonic() < end, worker.said()[-4000:]
            time.sleep(0.05)
        yield worker
    finally:
        worker.stop()
