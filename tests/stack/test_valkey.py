"""The embedded broker starts on a socket that only its owner may use."""

import os
import stat
import subprocess
from pathlib import Path

import pytest
import redis

from stack import valkey
from stack.places import LONGEST_SOCKET_PATH, Places


@pytest.fixture
def places() -> Places:
    import shutil
    import tempfile

    folder = Path(tempfile.mkdtemp(prefix="tf-"))
    yield Places(folder)
    shutil.rmtree(folder)


def test_it_works(places: Places) -> None:
    with valkey.running(places) as server:
        client = redis.Redis(unix_socket_path=str(places.socket))
        client.set("figure", "42")
        assert client.get("figure") == b"42"
        assert client.config_get("port") == {"port": "0"}
        assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
        assert stat.S_IMODE(places.socket.stat().st_mode) == 0o700
        assert stat.S_IMODE(places.broker.stat().st_mode) == 0o700
    assert server.returncode == 0
    assert not valkey.answers(places.socket)


def test_what_waits_survives_a_kill_of_the_server(places: Places) -> None:
    with valkey.running(places) as server:
        client = redis.Redis(unix_socket_path=str(places.socket))
        client.lpush("default", "message")
        client.execute_command("CONFIG", "SET", "appendfsync", "always")
        client.lpush("default", "another")
        server.kill()
        server.wait()
    with valkey.running(places):
        client = redis.Redis(unix_socket_path=str(places.socket))
        assert client.lrange("default", 0, -1) == [b"another", b"message"]


def test_a_long_project_path_gets_a_short_socket(tmp_path: Path) -> None:
    places = Places(tmp_path / ("long-" * 30) / ".state")
    assert len(os.fsencode(places.socket)) <= LONGEST_SOCKET_PATH
    assert places.socket.parent.name.startswith(f"tenfold-{os.getuid()}-")
    with valkey.running(places):
        assert valkey.answers(places.socket)
    places.socket.parent.rmdir()


def test_two_projects_with_long_paths_have_two_sockets(tmp_path: Path) -> None:
    first, second = (Places(tmp_path / ("long-" * 30) / name) for name in ("a", "b"))
    assert first.socket != second.socket


def test_a_folder_that_is_a_link_is_refused(places: Places, tmp_path: Path) -> None:
    places.state.mkdir(exist_ok=True)
    places.broker.symlink_to(tmp_path)
    with pytest.raises(valkey.BrokerUnavailable, match="belongs to someone else"):
        valkey.prepare(places)


def test_the_named_server_is_taken(tmp_path: Path) -> None:
    named = tmp_path / "my-server"
    named.write_text("#!/bin/sh\n")
    named.chmod(0o755)
    assert valkey.server_binary({"REDIS_SERVER_BIN": str(named), "PATH": ""}) == named


def test_a_named_server_that_is_missing_is_said() -> None:
    with pytest.raises(valkey.BrokerUnavailable, match="REDIS_SERVER_BIN is '/nowhere/server'"):
        valkey.server_binary({"REDIS_SERVER_BIN": "/nowhere/server", "PATH": ""})


def test_the_system_server_goes_before_the_packaged(tmp_path: Path) -> None:
    system = tmp_path / "redis-server"
    system.write_text("#!/bin/sh\n")
    system.chmod(0o755)
    assert valkey.server_binary({"PATH": str(tmp_path)}) == system


def test_the_packaged_server_is_valkey() -> None:
    binary = valkey.server_binary({"PATH": ""})
    said = subprocess.run([binary, "--version"], capture_output=True, text=True, check=True).stdout
    assert said.startswith("Valkey server v=9.1")


def test_a_server_that_cannot_start_is_said(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_SERVER_BIN", "/bin/false")
    with pytest.raises(valkey.BrokerUnavailable, match="ended with status 1"), valkey.running(places):
        pass
