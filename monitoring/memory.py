"""How much memory this process may still take, as the system says it."""

from pathlib import Path

_MEMINFO = Path("/proc/meminfo")
_GROUP = Path("/sys/fs/cgroup")  # where a container finds its own limit


def free_memory() -> tuple[int, int] | None:
    """Free and total bytes, of the container where it has a limit; None where the system does not say."""
    machine = _of_machine()
    group = _of_container()
    if machine is None or group is None:
        return group or machine
    return min(machine, group)  # the one with less left


def own_memory() -> int | None:
    """The bytes this process holds; None where the system does not say."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except (OSError, ValueError, IndexError):
        return None
    import resource  # not on every system

    return pages * resource.getpagesize()


def _of_machine() -> tuple[int, int] | None:
    try:
        lines = dict(line.split(":", 1) for line in _MEMINFO.read_text().splitlines() if ":" in line)
        free, total = (int(lines[name].split()[0]) * 1024 for name in ("MemAvailable", "MemTotal"))
    except (OSError, KeyError, ValueError):
        return None
    return free, total


def _of_container() -> tuple[int, int] | None:
    try:
        limit = int((_GROUP / "memory.max").read_text())  # "max" where there is none
        used = int((_GROUP / "memory.current").read_text())
        statistics = dict(line.split() for line in (_GROUP / "memory.stat").read_text().splitlines())
        # Pages of files are given back when memory is wanted.
        used -= int(statistics.get("inactive_file", 0))
    except (OSError, ValueError):
        return None
    return max(limit - used, 0), limit
