"""Flower through the web pages: for staff who may see runs, to look at; a real Flower answers."""

import os
import socket
import stat
import subprocess
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from monitoring.flower import _SocketConnection
from stack import flower
from stack.places import Places
from tests.conftest import ROOT, STATE

PLACES = Places(STATE)
# What the page's table sends for its first rows.
ROWS = {
    "draw": "1",
    "start": "0",
    "length": "10",
    "search[value]": "",
    "columns[0][data]": "name",
    "order[0][column]": "0",
    "order[0][dir]": "asc",
}
PAGES = ("", "workers", "tasks", "broker", "static/favicon.ico", "api/workers", "api/tasks")
CHANGES = (
    "api/worker/shutdown/all@here",
    "api/worker/pool/shrink/all@here",
    "api/task/revoke/11111111-2222-4333-8444-555555555555",
    "api/task/async-apply/download_pdf",
    "tasks",
    "login",
)


@pytest.fixture(scope="module")
def running_flower(broker: str) -> Iterator[Path]:
    """Flower with its account in the environment, as ./run starts it; the path of its socket."""
    where = flower.address({}, PLACES)
    flower.prepare(where)
    process = subprocess.Popen(
        flower.command(where, PLACES),
        cwd=ROOT,
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "FLOWER_BASIC_AUTH": flower.account({}, PLACES),
        },
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        end = time.monotonic() + 60
        while not flower.answers(where):
            assert process.poll() is None
            assert time.monotonic() < end, "Flower does not start"
            time.sleep(0.1)
        yield PLACES.flower_socket
    finally:
        process.terminate()
        process.wait(timeout=20)


@pytest.fixture
def account(settings) -> None:  # type: ignore[no-untyped-def]
    settings.FLOWER_ACCOUNT = flower.account({}, PLACES)


def person(kind: str) -> Client:
    client = Client()
    if kind == "stranger":
        return client
    user = User.objects.create_user(kind, is_staff=kind != "user")
    if kind == "operator":
        user.user_permissions.add(Permission.objects.get(codename="view_taskrun"))
    client.force_login(user)
    return client


@pytest.mark.django_db
@pytest.mark.usefixtures("account")
def test_staff_who_may_see_runs_see_every_tab(running_flower: Path) -> None:
    client = person("operator")
    for page in PAGES:
        answer = client.get(f"/admin/flower/{page}")
        assert answer.status_code == 200, page
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert "Set-Cookie" not in answer
    broker = client.get("/admin/flower/broker").content.decode()
    for queue in ("scraping", "monitoring", "default"):
        assert queue in broker
    rows = client.post("/admin/flower/tasks/datatable", ROWS)
    assert (rows.status_code, rows.json()["draw"]) == (200, 1)
    assert client.get("/admin/flower/no-such-page").status_code == 404


@pytest.mark.django_db
@pytest.mark.usefixtures("account", "running_flower")
@pytest.mark.parametrize(
    ("kind", "get", "post"), [("stranger", 302, 302), ("user", 302, 302), ("staff", 403, 403)]
)
def test_nobody_else_sees_anything(kind: str, get: int, post: int) -> None:
    client = person(kind)
    assert {client.get(f"/admin/flower/{page}").status_code for page in PAGES} == {get}
    assert {client.post(f"/admin/flower/{page}").status_code for page in CHANGES} == {post}
    assert client.post("/admin/flower/tasks/datatable").status_code == post


@pytest.mark.django_db
@pytest.mark.usefixtures("account", "running_flower")
def test_nothing_can_be_changed_through_it() -> None:
    client = person("operator")
    for path in CHANGES:
        for verb in ("post", "put", "patch", "delete"):
            answer = getattr(client, verb)(f"/admin/flower/{path}")
            assert (path, verb, answer.status_code) == (path, verb, 405)


def _asked(path: str, method: str = "GET", **headers: str) -> int:
    connection = _SocketConnection(str(PLACES.flower_socket))
    connection.request(method, path, headers=headers)
    status = connection.getresponse().status
    connection.close()
    return status


def test_past_the_web_pages_it_asks_for_a_password_and_still_changes_nothing(running_flower: Path) -> None:
    assert {_asked(f"/admin/flower/{path}") for path in ("", "tasks", "api/tasks")} == {401}
    assert _asked("/admin/flower/api/tasks", Authorization="Basic dGVuZm9sZDp3cm9uZw==") == 401
    from base64 import b64encode

    known = "Basic " + b64encode(flower.account({}, PLACES).encode()).decode()
    assert _asked("/admin/flower/api/tasks", Authorization=known) == 200
    assert _asked("/admin/flower/api/worker/shutdown/x", "POST", Authorization=known) == 403
    # No port, and a folder that is closed to everyone else.
    assert stat.S_IMODE(running_flower.parent.stat().st_mode) == 0o700
    with pytest.raises(OSError, match=r"refused|unreachable"):
        HTTPConnection("127.0.0.1", 5555, timeout=1).connect()


@pytest.mark.django_db
def test_when_it_is_away_a_page_says_so(settings, tmp_path) -> None:  # type: ignore[no-untyped-def]
    settings.FLOWER_URL = f"unix://{tmp_path}/nobody.sock"
    answer = person("operator").get("/admin/flower/")
    assert answer.status_code == 503
    assert "Flower does not answer" in answer.content.decode()


@pytest.mark.django_db
def test_another_password_is_not_handed_on_as_a_login_window(settings, tmp_path) -> None:  # type: ignore[no-untyped-def]
    """A 401 would make the browser ask staff for a password they cannot know."""
    path = Path(STATE) / "other.sock"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen(1)
        settings.FLOWER_URL = f"unix://{path}"
        from threading import Thread

        def refuse() -> None:
            connection, _ = listener.accept()
            connection.recv(4096)
            connection.sendall(b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            connection.close()

        thread = Thread(target=refuse)
        thread.start()
        assert person("operator").get("/admin/flower/").status_code == 503
        thread.join()
    path.unlink()
