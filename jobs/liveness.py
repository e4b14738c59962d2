"""A worker's sign of life, for whoever has to start it again when it is alive but deaf.

A thread of the worker's main process touches a file every few seconds, as long as the loop that
takes messages turns. A process that is stopped or blocked touches nothing, and neither does one
that sits idle while its queues hold messages: a consumer that lost its subscription does that for
ever. While the broker itself does not answer the worker is not to blame, and touches on.

Who is told, and how, stands in `jobs.signs`; where nobody watches nothing is done.
"""

import logging
import threading
import time
from collections.abc import Callable
from typing import Any

from celery.bootsteps import StartStopStep
from celery.worker import state

from jobs.signs import Sign, signs_of_life

logger = logging.getLogger(__name__)

LOOK_EVERY = 5.0
TURNED_WITHIN = 15.0  # seconds within which the loop has to have turned
DEAF_AFTER = 4  # looks in a row that found messages and nobody working


class SignOfLife(StartStopStep):
    """Starts the thread with the worker."""

    requires = {"celery.worker.components:Timer"}

    def __init__(self, parent: Any, **options: Any) -> None:
        super().__init__(parent, **options)
        self.signs = signs_of_life()
        self.enabled = bool(self.signs)

    def start(self, parent: Any) -> None:
        from jobs import broker  # models are not loaded when this module is

        queues = list(parent.app.amqp.queues.consume_from)
        ear = Ear(lambda: broker.queue_lengths(queues))
        parent.timer.call_repeatedly(LOOK_EVERY / 2, ear.turned)
        signing = threading.Thread(target=_give_signs, args=(self.signs, ear), daemon=True)
        signing.start()


class Ear:
    """Whether the worker hears; one look at a time."""

    def __init__(self, lengths: Callable[[], dict[str, int] | None]) -> None:
        self._lengths = lengths
        self._turned_at = time.monotonic()
        self._deaf_looks = 0
        self._taken = -1

    def turned(self) -> None:
        """The loop has turned."""
        self._turned_at = time.monotonic()

    def hears(self) -> bool:
        """Look once. False where the loop stands still or messages are left lying."""
        lengths = self._lengths()
        if lengths is None:
            self._deaf_looks = 0
            return True
        if time.monotonic() - self._turned_at > TURNED_WITHIN:
            return False
        taken = sum(state.total_count.values())
        is_idle = not state.active_requests and not state.reserved_requests and taken == self._taken
        self._taken = taken
        self._deaf_looks = self._deaf_looks + 1 if is_idle and any(lengths.values()) else 0
        return self._deaf_looks < DEAF_AFTER


def _give_signs(signs: list[Sign], ear: Ear) -> None:
    while True:
        if ear.hears():
            for give in signs:
                give()
        else:
            logger.error("The worker takes no messages any more; it gives no sign of life until it does.")
        time.sleep(LOOK_EVERY)
