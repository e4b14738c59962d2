"""The whole stack, started as `./run` starts it, used as a person would, and stopped."""

import base64
import json
import os
import re
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.parse import urlencode

import pytest

from config.queues import QUEUES
from stack import kernel

ROOT = Path(__file__).resolve().parents[2]
pytestmark = [
    pytest.mark.timeout(240),
    pytest.mark.skipif(sys.platform != "linux", reason="the kernel's promises are Linux's"),
    # The stack is started once and its tests run in their order.
    pytest.mark.xdist_group("stack"),
]


@dataclass
class Stack:
    process: "subprocess.Popen[str]"
    state: Path
    said: str
    taken_port: int

    def url_of(self, name: str) -> str:
        found = re.search(rf"^  {name} +(http://[0-9.:]+)", self.said, re.MULTILINE)
        assert found, self.said
        return found[1]

    @property
    def password(self) -> str:
        found = re.search(r"sign in as admin, password (\S+) \(shown this once\)", self.said)
        assert found, self.said
        return found[1]


def _start(state: Path, port: int) -> tuple["subprocess.Popen[str]", str]:
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("TENFOLD_", "DJANGO_")) and name not in ("SECRET_KEY", "REDIS_URL")
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "stack", "--no-demo", "--state", str(state), "--port", str(port)],
        cwd=ROOT,
        env={**environment, "TENFOLD_ENV_FILE": os.devnull, "CELERY_WORKER_CONCURRENCY": "2"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    said = ""
    assert process.stdout is not None
    for line in process.stdout:
        said += line
        if line.startswith(("Stop with Ctrl-C", "Tenfold cannot start")):
            break
    return process, said


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    state = Path(tempfile.mkdtemp(prefix="tf-up-"))
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        taken = listener.getsockname()[1]
        process, said = _start(state, taken)
        yield Stack(process, state, said, taken)
    process.kill()
    process.wait()
    shutil.rmtree(state)


def _get(url: str, **headers: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=20) as answer:
            return answer.status, answer.read().decode(errors="replace")
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode(errors="replace")


def _basic(name: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()


def test_it_says_where_everything_is_and_which_port_was_taken(stack: Stack) -> None:
    web = stack.url_of("Web")
    assert f"Port {stack.taken_port} is taken, so web pages use {web.rpartition(':')[2]}." in stack.said
    assert _get(f"{web}/livez") == (200, "ok\n")
    assert str(stack.state / "logs") in stack.said
    assert "Your own:" in stack.said


def test_the_printed_password_signs_in(stack: Stack) -> None:
    web = stack.url_of("Web")
    with _signed_in(web, stack.password).open(f"{web}/admin/", timeout=30) as page:
        assert page.url.endswith("/admin/")
        text = page.read().decode()
    assert "Log out" in text
    assert "Compiled statements" in text


def test_the_pages_load_nothing_from_elsewhere(stack: Stack) -> None:
    web = stack.url_of("Web")
    _, page = _get(f"{web}/admin/login/")
    sources = re.findall(r"(?:src|href)=\"([^\"]+\.(?:js|css|woff2?)[^\"]*)\"", page)
    assert sources
    assert [source for source in sources if not source.startswith("/")] == []
    assert [source for source in sources if _get(web + source)[0] != 200] == []


def test_the_api_wants_an_account_and_gives_a_token(stack: Stack) -> None:
    api = f"{stack.url_of('Web')}/api/v1"
    assert _get(f"{api}/companies/")[0] == 401
    request = urllib.request.Request(
        f"{api}/token/", method="POST", headers={"Authorization": _basic("admin", stack.password)}
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        token = json.load(answer)["token"]
    status, companies = _get(f"{api}/companies/", Authorization=f"Bearer {token}")
    assert status == 200
    names = sorted(company["name"] for company in json.loads(companies)["results"])
    assert len(names) == 6
    assert any("Siemens" in name for name in names)
    assert _get(f"{api}/companies/", Authorization="Bearer " + "0" * 64)[0] == 401


def test_every_route_but_the_sign_of_life_and_the_login_is_closed(stack: Stack) -> None:
    web = stack.url_of("Web")
    for path in ("/api/schema/", "/api/docs/", "/api/v1/documents/", "/api/v1/tasks/", "/api/v1/facts/"):
        assert _get(web + path)[0] in (401, 403), path
    assert "/admin/login/" in urllib.request.urlopen(f"{web}/admin/", timeout=20).url


def test_flower_shows_the_worker_to_staff_who_are_signed_in(stack: Stack) -> None:
    web = stack.url_of("Web")
    assert "/admin/login/" in urllib.request.urlopen(f"{web}/admin/flower/", timeout=20).url
    browser = _signed_in(web, stack.password)
    status, workers = 0, "{}"
    end = time.monotonic() + 90
    # It starts last and takes some seconds.
    while status != 200 or workers == "{}":
        assert time.monotonic() < end, (status, stack.said, (stack.state / "logs/flower.log").read_text())
        time.sleep(0.3)
        try:
            with browser.open(f"{web}/admin/flower/api/workers?refresh=1", timeout=20) as answer:
                status, workers = answer.status, answer.read().decode()
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            status = 0
    (worker,) = json.loads(workers).values()
    assert {queue["name"] for queue in worker["active_queues"]} == set(QUEUES)


def _signed_in(web: str, password: str) -> urllib.request.OpenerDirector:
    """A browser without a window that has signed in as the administrator."""
    cookies = CookieJar()
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(cookies))
    login = f"{web}/admin/login/?next=/admin/"
    browser.open(login, timeout=30).read()
    token = next(cookie.value for cookie in cookies if cookie.name == "csrftoken")
    form = urlencode({"username": "admin", "password": password, "csrfmiddlewaretoken": token})
    browser.open(login, form.encode(), timeout=30).read()
    return browser


def test_no_secret_is_on_a_command_line_or_in_a_log(stack: Stack) -> None:
    kept = [line.split(" ", 1)[1] for line in (stack.state / "passwords").read_text().splitlines()]
    secrets = [*kept, (stack.state / "secret_key").read_text().strip()]
    lines = [
        Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
        for pid in kernel.descendants(stack.process.pid)
        if Path(f"/proc/{pid}/cmdline").exists()
    ]
    logs = [path.read_text(errors="replace") for path in (stack.state / "logs").glob("*.log")]
    assert len(lines) >= 9
    assert len(logs) >= 5
    assert [secret for secret in secrets if secret in "\n".join(lines + logs)] == []
    for name in ("passwords", "secret_key"):
        assert stat.S_IMODE((stack.state / name).stat().st_mode) == 0o600


def test_a_second_start_on_the_same_folder_says_where_the_first_runs(stack: Stack) -> None:
    process, said = _start(stack.state, stack.taken_port)
    assert process.wait(30) == 1
    assert f"it is running already on {stack.url_of('Web')}. Stop it first" in said


def test_a_killed_broker_comes_back(stack: Stack) -> None:
    (supervisor,) = kernel.children(stack.process.pid)
    servers = [pid for pid in kernel.children(supervisor) if _name(pid).startswith("valkey-server")]
    os.kill(servers[0], signal.SIGKILL)
    end = time.monotonic() + 30
    while True:
        again = [pid for pid in kernel.children(supervisor) if _name(pid).startswith("valkey-server")]
        if again and again != servers:
            break
        assert time.monotonic() < end
        time.sleep(0.1)
    assert _get(f"{stack.url_of('Web')}/livez")[0] == 200


def _name(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip()
    except OSError:
        return ""


def test_stopping_leaves_nothing_and_the_next_start_is_quick_and_keeps_the_password(stack: Stack) -> None:
    below = kernel.descendants(stack.process.pid)
    stack.process.send_signal(signal.SIGINT)
    assert stack.process.wait(60) == 0
    assert [pid for pid in below if Path(f"/proc/{pid}").exists()] == []
    password = stack.password

    began = time.monotonic()
    process, said = _start(stack.state, stack.taken_port)
    took = time.monotonic() - began
    below = kernel.descendants(process.pid)
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) == 0
    assert [pid for pid in below if Path(f"/proc/{pid}").exists()] == []
    assert password not in said
    assert f"the first password is in {stack.state / 'passwords'}" in said
    assert took < 30  # 6 s on two processors with nothing else to do
