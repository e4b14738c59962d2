"""What is said of the broker of an installation that others reach, asked from a real server."""

import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from django.core.cache.backends.redis import RedisCache

from config.redis_address import RedisAddress
from monitoring.broker_checks import broker_is_private_and_keeps_everything as check
from stack import valkey


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    """A server with a password that keeps everything; its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [
            *(str(valkey.server_binary()), "--port", str(port), "--bind", "127.0.0.1"),
            *("--requirepass", "pw", "--appendonly", "yes", "--maxmemory-policy", "noeviction"),
            *("--dir", str(tmp_path)),
        ],
        stdout=subprocess.DEVNULL,
    )
    client = redis.Redis(port=port, password="pw")
    end = time.monotonic() + 20
    try:
        while True:
            try:
                client.ping()
                break
            except redis.RedisError:
                assert time.monotonic() < end
                time.sleep(0.05)
        yield f"redis://:pw@127.0.0.1:{port}/0"
    finally:
        process.kill()
        process.wait()


@pytest.fixture(autouse=True)
def _production(settings) -> None:  # type: ignore[no-untyped-def]
    settings.PRODUCTION = True


def _use(settings, address: str) -> None:  # type: ignore[no-untyped-def]
    settings.REDIS_URL, settings.BROKER = address, RedisAddress.parse(address)


def test_a_broker_as_it_should_be(settings, server: str) -> None:  # type: ignore[no-untyped-def]
    _use(settings, server)
    assert check(None) == []


def test_one_that_evicts_forgets_and_is_open(settings, server: str) -> None:  # type: ignore[no-untyped-def]
    """An account for the program helps nothing while the account of everybody needs no password."""
    client = redis.Redis.from_url(server)
    client.config_set("maxmemory-policy", "allkeys-lru")
    client.config_set("appendonly", "no")
    client.acl_setuser("program", enabled=True, passwords=["+pw"], keys=["*"], categories=["+@all"])
    client.config_set("requirepass", "")
    _use(settings, server.replace(":pw@", "program:pw@"))
    assert [(found.id, found.is_serious(30)) for found in check(None)] == [
        ("tenfold.W011", True), ("tenfold.W012", True), ("tenfold.W013", True),
    ]  # fmt: skip
    assert "pw" not in str(check(None))


def test_one_that_does_not_answer_is_not_called_good(settings) -> None:  # type: ignore[no-untyped-def]
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        _use(settings, f"redis://:pw@127.0.0.1:{free.getsockname()[1]}/0")
        [found] = check(None)
    assert (found.id, found.is_serious(30)) == ("tenfold.I010", False)
    assert "does not answer" in found.msg


@pytest.mark.parametrize(
    ("address", "is_open"),
    [
        ("redis://:pw@cache.example.org:6379/0", True),
        ("redis://:pw@8.8.8.8:6379/0", True),
        ("rediss://:pw@cache.example.org:6379/0", False),
        ("redis://:pw@valkey:6379/0", False),
        ("redis://:pw@10.0.0.5:6379/0", False),
        ("redis://:pw@valkey.prod.internal:6379/0", False),
        ("unix:///run/valkey.sock", False),
    ],
)
def test_plain_text_is_for_private_networks(settings, monkeypatch, address: str, is_open: bool) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr("monitoring.broker_checks._of_the_server", lambda address: [])
    _use(settings, address)
    assert {found.id for found in check(None)} == ({"tenfold.W010"} if is_open else set())


def test_nothing_is_asked_while_nobody_else_reaches_it(settings) -> None:  # type: ignore[no-untyped-def]
    settings.PRODUCTION = False
    _use(settings, "redis://cache.example.org:6379/0")
    assert check(None) == []


def test_emptying_the_cache_leaves_the_queue_alone(server: str) -> None:
    """The cache lies in the database behind the broker's."""
    address = RedisAddress.parse(server)
    queue = redis.Redis.from_url(address.for_client())
    queue.rpush("scraping", "a message")
    cache = RedisCache(address.for_client(database=address.database + 1), {})
    cache.set("page", "kept")
    assert cache.get("page") == "kept"
    cache.clear()
    assert cache.get("page") is None
    assert queue.lrange("scraping", 0, -1) == [b"a message"]
