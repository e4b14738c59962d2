"""Whoever keeps programs alive asks, and a worker that fell silent is ended."""

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from stack import healthy

ROOT = Path(__file__).resolve().parents[2]


class Page(BaseHTTPRequestHandler):
    """Answers like /readyz: 503 where the path says so, and with the headers it was asked with."""

    def do_GET(self) -> None:
        self.send_response(503 if self.path == "/busy" else 200)
        self.end_headers()
        self.wfile.write(f"{self.headers['Host']} {self.headers['X-Forwarded-Proto']}".encode())

    def log_message(self, *arguments: object) -> None:
        """Nothing."""


@pytest.fixture
def page() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Page)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def asked(*arguments: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", "stack.healthy", *arguments], cwd=ROOT, capture_output=True, text=True
    )
    return done.returncode, done.stdout.strip()


@pytest.mark.parametrize(
    ("hosts", "host"),
    [
        ("a.example,b.example", "a.example"),
        (".example.org", "example.org"),
        ("*", "localhost"),
        ("", "localhost"),
    ],
)
def test_the_web_program_is_asked_as_the_proxy_asks(page: str, hosts: str, host: str) -> None:
    assert healthy.web(f"{page}/readyz", {"ALLOWED_HOSTS": hosts}) == f"{host} https"


def test_a_web_program_that_is_not_ready_or_away_is_unhealthy(page: str) -> None:
    with pytest.raises(healthy.Unhealthy, match="/busy answers with status 503: localhost https"):
        healthy.web(f"{page}/busy", {})
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        with pytest.raises(healthy.Unhealthy, match="does not answer"):
            healthy.web(f"http://127.0.0.1:{nobody.getsockname()[1]}/", {})


def test_flower_listens_or_not(page: str) -> None:
    assert healthy.flower(page) == f"Flower listens on {page}."
    assert asked("flower", "unix:///nowhere/flower.sock") == (
        1,
        "Nothing listens on unix:///nowhere/flower.sock.",
    )


def silent(file: Path, pid: int, seconds: float) -> None:
    file.write_text(str(pid))
    before = time.time() - seconds
    os.utime(file, (before, before))


@pytest.fixture
def celery() -> Iterator["subprocess.Popen[bytes]"]:
    """A process whose command line is that of a worker."""
    process = subprocess.Popen(["bash", "-c", "exec -a 'celery worker' sleep 60"])
    end = time.monotonic() + 10
    while b"celery" not in Path(f"/proc/{process.pid}/cmdline").read_bytes():
        assert time.monotonic() < end
        time.sleep(0.01)
    yield process
    process.kill()
    process.wait()


def test_a_worker_that_gives_signs_is_left_alone(tmp_path: Path, celery: "subprocess.Popen[bytes]") -> None:
    silent(tmp_path / "alive", celery.pid, 60)
    assert asked("worker", str(tmp_path / "alive"))[0] == 0
    assert celery.poll() is None


def test_a_worker_that_fell_silent_is_killed(tmp_path: Path, celery: "subprocess.Popen[bytes]") -> None:
    silent(tmp_path / "alive", celery.pid, 95)
    status, said = asked("worker", str(tmp_path / "alive"))
    assert (status, said.endswith("was killed, to be started again.")) == (1, True)
    assert celery.wait(timeout=10) == -9


def test_a_scheduler_that_fell_silent_is_killed(tmp_path: Path, celery: "subprocess.Popen[bytes]") -> None:
    silent(tmp_path / "alive", celery.pid, 95)
    status, said = asked("beat", str(tmp_path / "alive"))
    assert (status, said.startswith("The scheduler has been silent for")) == (1, True)
    assert said.endswith("was killed, to be started again.")
    assert celery.wait(timeout=10) == -9


def test_nobody_else_is_killed_in_its_place(tmp_path: Path) -> None:
    with subprocess.Popen(["sleep", "60"]) as stranger:
        silent(tmp_path / "alive", stranger.pid, 300)
        assert asked("worker", str(tmp_path / "alive"))[1].endswith("and does not run any more.")
        assert stranger.poll() is None
        stranger.kill()


def test_before_its_first_sign_a_worker_is_not_killed_and_not_healthy(tmp_path: Path) -> None:
    assert asked("worker", str(tmp_path / "alive")) == (1, "The worker has given no sign of life yet.")
    (tmp_path / "alive").write_text("soon")
    assert asked("worker", str(tmp_path / "alive"))[1].endswith("does not hold the number of a process.")


def test_what_it_is_not_made_for_is_refused() -> None:
    assert asked("database", "here")[0] == 2
    assert asked()[0] == 2
