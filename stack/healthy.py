"""`python -m stack.healthy web|worker|beat|flower WHERE`: whether a program works, by its exit status.

For whatever keeps programs alive and asks: docker-compose.yml does. Standard library alone, because it is
called every few seconds.

  web     http://127.0.0.1:8000/readyz    it answers, and the database has all tables it wants
  worker  /run/tenfold/worker.alive       it has touched its file lately; one that fell silent is killed, so
                                          that the restart policy brings it back
  beat    /run/tenfold/beat.alive         the same of the scheduler
  flower  http://flower:5555              it listens
"""

import os
import signal
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from stack import flower as flower_

SILENT_AFTER = 90.0  # seconds; a worker writes its file every five, the scheduler every thirty at most


class Unhealthy(Exception):
    """The program does not do its work; the message says what was found."""


def web(where: str, environment: Mapping[str, str] = os.environ) -> str:
    """What the page says, asked for as the proxy asks. Raises Unhealthy."""
    known = environment.get("ALLOWED_HOSTS", "").split(",")[0].strip().lstrip(".")
    headers = {"Host": known if known and known != "*" else "localhost", "X-Forwarded-Proto": "https"}
    try:
        with urllib.request.urlopen(  # noqa: S310 - an address of our own
            urllib.request.Request(where, headers=headers),  # noqa: S310
            timeout=8,
        ) as answer:
            return str(answer.read(500).decode(errors="replace").strip())
    except urllib.error.HTTPError as error:
        said = error.read(500).decode(errors="replace").strip()
        raise Unhealthy(f"{where} answers with status {error.code}: {said}") from None
    except OSError as error:
        raise Unhealthy(f"{where} does not answer: {error}") from None


def lives(name: str, where: str) -> str:
    """How long ago it gave its sign of life. Raises Unhealthy, and kills the program where it fell silent."""
    file = Path(where)
    try:
        silent = time.time() - file.stat().st_mtime
        pid = int(file.read_text() or 0)
    except FileNotFoundError:
        raise Unhealthy(f"The {name} has given no sign of life yet.") from None
    except ValueError:
        raise Unhealthy(f"{file} does not hold the number of a process.") from None
    if silent <= SILENT_AFTER:
        return f"The {name} gave a sign of life {silent:.0f} s ago."
    if not _is_ours(pid):
        raise Unhealthy(f"The {name} has been silent for {silent:.0f} s and does not run any more.")
    os.kill(pid, signal.SIGKILL)
    raise Unhealthy(f"The {name} has been silent for {silent:.0f} s and was killed, to be started again.")


def _is_ours(pid: int) -> bool:
    """The number may belong to another process by now."""
    try:
        return b"celery" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


def flower(where: str) -> str:
    """Raises Unhealthy where nothing listens."""
    if not flower_.answers(where):
        raise Unhealthy(f"Nothing listens on {where}.")
    return f"Flower listens on {where}."


KINDS: dict[str, Callable[[str], str]] = {
    "web": web,
    "worker": partial(lives, "worker"),
    "beat": partial(lives, "scheduler"),
    "flower": flower,
}


def main(arguments: list[str]) -> int:
    if len(arguments) != 2 or arguments[0] not in KINDS:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        print(KINDS[arguments[0]](arguments[1]))
    except Unhealthy as error:
        print(error)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
