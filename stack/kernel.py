"""What the kernel can promise about processes. Linux only; elsewhere the functions do nothing."""

import ctypes
import os
import signal
import sys
import time
from pathlib import Path

_SET_PARENT_DEATH_SIGNAL = 1
_SET_CHILD_SUBREAPER = 36


def _prctl(option: int, value: int) -> bool:
    if not sys.platform.startswith("linux"):
        return False
    return bool(ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0) == 0)


def die_with_parent(parent: int, number: int = signal.SIGKILL) -> None:
    """Have this process receive a signal when its parent ends, also where it has ended already."""
    if _prctl(_SET_PARENT_DEATH_SIGNAL, number) and os.getppid() != parent:
        os.kill(os.getpid(), number)


def adopt_orphans() -> None:
    """Become the new parent of every descendant whose own parent ends."""
    _prctl(_SET_CHILD_SUBREAPER, 1)


def children(parent: int) -> list[int]:
    """The direct children of a process."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            # The name of the program stands in brackets and may hold anything, brackets too.
            fields = entry.read_text(errors="replace").rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == parent:
            found.append(int(entry.parent.name))
    return found


def descendants(ancestor: int) -> list[int]:
    """Every process below this one."""
    below, waiting = [], [ancestor]
    while waiting:
        found = children(waiting.pop())
        below += found
        waiting += found
    return below


def end_descendants(seconds: float = 10) -> list[int]:
    """Kill and collect everything below this process; returns what would not end in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        _collect()
        left = descendants(os.getpid())
        if not left:
            return []
        for pid in left:
            try:
                os.kill(pid, signal.SIGKILL)
            except (ProcessLookupError, PermissionError):
                continue
        time.sleep(0.02)
    return descendants(os.getpid())


def _collect() -> None:
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        return
