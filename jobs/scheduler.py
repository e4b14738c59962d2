"""The scheduler that beat runs: the stored schedules, with a sign of life for whoever starts it again.

Each turn of its loop touches the file named by `TENFOLD_ALIVE_FILE`; without the name nothing is touched.
A scheduler that is stopped or blocked touches nothing. `stack.supervisor` watches the file, and
`jobs.silent_scheduler` the schedules themselves, also where nobody supervises.
"""

import os
from pathlib import Path
from typing import Any

from django_celery_beat.schedulers import DatabaseScheduler


class WatchedScheduler(DatabaseScheduler):
    """Sends what is due, as django-celery-beat does, and says that it lives."""

    # Seconds after which it writes down what it has sent, by which others see whether it is silent.
    sync_every = 30.0

    def __init__(self, *arguments: Any, **named: Any) -> None:
        path = os.environ.get("TENFOLD_ALIVE_FILE", "")
        self._alive = Path(path) if path else None
        super().__init__(*arguments, **named)

    def tick(self, *arguments: Any, **named: Any) -> Any:
        self._say()
        return super().tick(*arguments, **named)

    def apply_async(self, *arguments: Any, **named: Any) -> Any:
        # A broker that hangs takes its time with each message, and there may be many.
        self._say()
        return super().apply_async(*arguments, **named)

    def _say(self) -> None:
        if self._alive is not None:
            self._alive.touch()
