"""What a throw-away process may use, and how it keeps itself to that."""

import resource
from dataclasses import dataclass

OCR_SECONDS = 120.0  # how long pictures of pages are looked at where nobody says otherwise


@dataclass(frozen=True, slots=True)
class Limits:
    """What one child may use. Seconds of wall clock and processor, bytes of address space and of
    answer."""

    wall_seconds: float = 60.0
    cpu_seconds: int = 55
    memory_bytes: int = 1 << 30
    answer_bytes: int = 64 << 20

    def __post_init__(self) -> None:
        if min(self.wall_seconds, self.cpu_seconds, self.memory_bytes, self.answer_bytes) <= 0:
            raise ValueError("every limit must be positive")


def limit_this_process(limits: Limits) -> None:
    """Put the limits on the running process; there is no way back. Called by the child."""
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory_bytes, limits.memory_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.cpu_seconds, limits.cpu_seconds + 2))
    resource.setrlimit(resource.RLIMIT_FSIZE, (limits.answer_bytes, limits.answer_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
