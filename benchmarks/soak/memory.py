"""How much memory each program of the stack holds, and whether it grows."""

import os
import statistics
import time
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.soak.faults import programs
from stack import kernel

MEGABYTE = 1024 * 1024
LARGEST_GROWTH = 0.2
WARM = (0.15, 0.35)  # shares of the time in which programs hold what they usually hold
LATE = (0.8, 1.0)


def resident(pid: int) -> float:
    """Megabytes of a process, 0 where it is gone."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (OSError, IndexError):
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / MEGABYTE


@dataclass
class Memory:
    """What was seen of each program, as seconds since the beginning and megabytes of its largest process."""

    guardian: int
    began: float = field(default_factory=time.monotonic)
    seen: dict[str, list[tuple[float, float]]] = field(default_factory=lambda: defaultdict(list))

    def look(self) -> None:
        now = time.monotonic() - self.began
        for name, pid in programs(self.guardian).items():
            below = [] if name == "supervisor" else kernel.children(pid)
            if found := resident(pid):
                self.seen[name].append((now, found))
            if below and (largest := max(map(resident, below))):
                self.seen[f"{name}, its processes"].append((now, largest))

    def growth(self) -> dict[str, tuple[float, float]]:
        """Of each program the megabytes when it was warm and at last, medians over a part of the time."""
        end = max((at for looks in self.seen.values() for at, _ in looks), default=0.0)

        def middle(looks: list[tuple[float, float]], window: tuple[float, float]) -> float | None:
            inside = [size for at, size in looks if window[0] * end <= at <= window[1] * end]
            return statistics.median(inside) if inside else None

        found = {name: (middle(looks, WARM), middle(looks, LATE)) for name, looks in self.seen.items()}
        return {name: (warm, late) for name, (warm, late) in sorted(found.items()) if warm and late}

    def swollen(self) -> list[str]:
        """Programs that hold a fifth more at last than when they were warm."""
        return [name for name, (warm, late) in self.growth().items() if late > warm * (1 + LARGEST_GROWTH)]
