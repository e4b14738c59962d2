"""The scheduler that beat runs: the stored schedules, with a sign of life for whoever starts it again.

Each turn of its loop gives a sign (`jobs.signs`). A scheduler that is stopped or blocked gives none.
`jobs.silent_scheduler` watches the schedules themselves, also where nobody supervises.
"""

from typing import Any

from django_celery_beat.schedulers import DatabaseScheduler

from jobs.signs import signs_of_life


class WatchedScheduler(DatabaseScheduler):
    """Sends what is due, as django-celery-beat does, and says that it lives."""

    # Seconds after which it writes down what it has sent, by which others see whether it is silent.
    sync_every = 30.0

    def __init__(self, *arguments: Any, **named: Any) -> None:
        self._signs = signs_of_life()
        super().__init__(*arguments, **named)

    def tick(self, *arguments: Any, **named: Any) -> Any:
        self._live()
        return super().tick(*arguments, **named)

    def apply_async(self, *arguments: Any, **named: Any) -> Any:
        # A broker that hangs takes its time with each message, and there may be many.
        self._live()
        return super().apply_async(*arguments, **named)

    def _live(self) -> None:
        for give in self._signs:
            give()
