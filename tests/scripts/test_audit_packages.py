"""The look for weak packages, with pip-audit itself and a local service in place of the public one."""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from scripts.audit_packages import NotAsked, weaknesses
from tests.conftest import ROOT

LOCK = "leftpad==1.0 --hash=sha256:" + "0" * 64 + "\n"


class _Weak(BaseHTTPRequestHandler):
    """Knows one weakness of every package."""

    mended: str | None = "1.1"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        events = [{"introduced": "0"}, *([{"fixed": self.mended}] if self.mended else [])]
        weak = {
            "id": "TEST-2026-1",
            "summary": "planted",
            "affected": [
                {
                    "package": {"ecosystem": "PyPI", "name": "leftpad"},
                    "ranges": [{"type": "ECOSYSTEM", "events": events}],
                }
            ],
        }
        body = json.dumps({"vulns": [weak]}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words: object) -> None:
        pass


@pytest.fixture
def service() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), _Weak)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/v1/query"
    server.shutdown()
    server.server_close()
    thread.join(5)


def audited(tmp_path: Path, address: str) -> tuple[int, list[str]]:
    lock = tmp_path / "requirements.txt"
    lock.write_text(LOCK)
    done = subprocess.run(
        [
            *(sys.executable, "scripts/audit_packages.py", str(lock)),
            *("--", "--vulnerability-service", "osv", "--osv-url", address, "--timeout", "3"),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.stderr == ""
    return done.returncode, done.stdout.splitlines()


def test_what_a_newer_version_mends_fails(tmp_path: Path, service: str) -> None:
    assert audited(tmp_path, service) == (
        1,
        [
            "requirements.txt: leftpad 1.0: TEST-2026-1, mended in 1.1",
            "requirements.txt: 1 known weaknesses, raise what is mended and compile the locks again.",
        ],
    )


def test_what_nobody_has_mended_is_told(tmp_path: Path, service: str, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(_Weak, "mended", None)
    assert audited(tmp_path, service) == (
        0,
        [
            "requirements.txt: leftpad 1.0: TEST-2026-1, not mended anywhere yet",
            "requirements.txt: 1 known weaknesses, nothing that can be mended.",
        ],
    )


def test_without_the_network_it_says_that_it_has_not_looked(tmp_path: Path) -> None:
    assert audited(tmp_path, "http://127.0.0.1:9/v1/query") == (
        0,
        ["requirements.txt: NOT LOOKED AT, the service that knows of weaknesses could not be asked."],
    )


def test_a_package_that_was_passed_over_is_no_clean_one() -> None:
    passed_over = {"dependencies": [{"name": "y", "vulns": []}, {"name": "x", "skip_reason": "not found"}]}
    with pytest.raises(ValueError, match="x was passed over: not found"):
        weaknesses(json.dumps(passed_over))


def test_a_mirror_that_knows_of_no_package_was_not_asked() -> None:
    passed_over = {"dependencies": [{"name": name, "skip_reason": f"no {name}"} for name in ("x", "y")]}
    with pytest.raises(NotAsked, match="no x"):
        weaknesses(json.dumps(passed_over))
