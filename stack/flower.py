"""`python -m stack.flower`: Flower, which shows the workers, on a socket that only this user reaches.

Nobody reaches it past the web pages: they ask who is signed in, and fetch its pages for staff. It may
look and not touch; work is stopped and repeated in the admin, which leaves a trace.
"""

import os
import socket
import stat
import sys
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from stack import environment, passwords
from stack.places import Places

ROOT = Path(__file__).resolve().parent.parent
PREFIX = "admin/flower"
NAME = "tenfold"


class FlowerUnavailable(Exception):
    """Flower cannot be started; the message says why."""


def address(settings: Mapping[str, str], places: Places) -> str:
    """Where Flower listens: unix:///path/to/socket, or http://host:port where that is named."""
    return settings.get("TENFOLD_FLOWER_URL") or f"unix://{places.flower_socket}"


def account(settings: Mapping[str, str], places: Places) -> str:
    """The name and password that Flower asks of whoever fetches its pages."""
    return settings.get("FLOWER_BASIC_AUTH") or f"{NAME}:{passwords.make(places, 'flower')}"


def command(where: str, places: Places) -> tuple[str, ...]:
    """Raises FlowerUnavailable for an address it cannot listen on."""
    parts = urlsplit(where)
    if parts.scheme == "unix":
        listens: tuple[str, ...] = (f"--unix_socket={parts.path}",)
    elif parts.scheme == "http" and parts.hostname and parts.port:
        listens = (f"--address={parts.hostname}", f"--port={parts.port}")
    else:
        raise FlowerUnavailable(f"TENFOLD_FLOWER_URL is {where!r}. Write http://host:port or unix:///path.")
    return (
        *(sys.executable, "-m", "celery", "-A", "config", "flower"),
        *listens,
        *(f"--url_prefix={PREFIX}", "--read_only=True", "--max_tasks=20000"),
        # Written down every minute too, so that a kill loses a minute of its history and no more.
        *("--persistent=True", f"--db={places.state / 'flower'}", "--state_save_interval=60000"),
    )


def prepare(where: str) -> None:
    """Make the socket's folder, closed to everyone else, and take a socket away that was left there."""
    parts = urlsplit(where)
    if parts.scheme != "unix":
        return
    folder = Path(parts.path).parent
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = os.lstat(folder)
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
        raise FlowerUnavailable(f"{folder} belongs to someone else. Remove it, or set another TMPDIR.")
    folder.chmod(0o700)


def answers(where: str) -> bool:
    """True where something listens."""
    parts = urlsplit(where)
    try:
        if parts.scheme == "unix":
            with socket.socket(socket.AF_UNIX) as connection:
                connection.settimeout(1)
                connection.connect(parts.path)
        else:
            socket.create_connection((parts.hostname or "", parts.port or 0), timeout=1).close()
    except OSError:
        return False
    return True


def main() -> None:
    try:
        settings = environment.read(ROOT)
        places = Places(Path(settings.get("TENFOLD_STATE_DIR") or ROOT / ".state").expanduser().absolute())
        where = address(settings, places)
        prepare(where)
        words = command(where, places)
    except (FlowerUnavailable, environment.UnreadableSecret) as error:
        sys.exit(str(error))
    # Flower asks for the value itself; the name of its file beside it would be one too many.
    os.environ["FLOWER_BASIC_AUTH"] = account(settings, places)
    os.environ.pop("FLOWER_BASIC_AUTH_FILE", None)
    os.execv(words[0], words)  # noqa: S606


if __name__ == "__main__":
    main()
