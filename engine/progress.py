"""How long work tells its caller where it stands, without knowing who listens."""

from typing import Protocol


class Report(Protocol):
    """Called at each step. `step` is a stable name, `done` of `total` count what the step counts."""

    def __call__(self, step: str, done: int = 0, total: int = 0, message: str = "") -> None: ...


def silent(step: str, done: int = 0, total: int = 0, message: str = "") -> None:
    """A listener that does not listen."""
