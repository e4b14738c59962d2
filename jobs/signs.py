"""Signs of life, for whoever starts a program again that has fallen silent.

`TENFOLD_ALIVE_FILE` names a file that is written, and holds the number of the process; `stack.supervisor`
and `stack.healthy` watch it. Where systemd starts the program and watches it, systemd is told as well.
"""

import os
import socket
from collections.abc import Callable
from pathlib import Path

Sign = Callable[[], None]


def signs_of_life() -> list[Sign]:
    """How this process says that it lives; empty where nobody watches. Asked for once in a process."""
    signs: list[Sign] = []
    if path := os.environ.get("TENFOLD_ALIVE_FILE", ""):
        signs.append(lambda: _write(Path(path)))
    # The parent's alone: its children inherit the variable and must not speak for it.
    if address := os.environ.pop("NOTIFY_SOCKET", ""):
        signs.append(lambda: _tell_systemd(address))
    return signs


def _write(path: Path) -> None:
    path.write_text(str(os.getpid()))


def _tell_systemd(address: str) -> None:
    """Its protocol is a datagram; an address that begins with @ is an abstract one."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as line:
        line.sendto(b"READY=1\nWATCHDOG=1", "\0" + address[1:] if address.startswith("@") else address)
