"""The few durations and sizes background work depends on; `settings.JOBS` may set any of them."""

from dataclasses import dataclass, fields
from datetime import timedelta

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured


@dataclass(frozen=True, slots=True)
class Timing:
    """All durations in seconds.

    `lease` is how long a start is believed without a sign of life, `heartbeat` how often it gives
    one. `resend_after` is when the dispatcher sends a run again whose message the broker has lost.
    `window` is how many runs of one queue may wait in the broker at once; the others wait in the
    database. Every start refills it, so that it need not grow with the number of workers.
    """

    lease: float = 90
    heartbeat: float = 20
    resend_after: float = 60
    blocked_for: float = 15
    window: int = 4
    progress_every: float = 1
    retry_first: float = 60
    retry_longest: float = 300
    retry_after_longest: float = 24 * 3600
    send_timeout: float = 1
    send_pause: float = 5

    def __post_init__(self) -> None:
        for field in fields(self):
            if getattr(self, field.name) < 0:
                raise ImproperlyConfigured(f"JOBS[{field.name!r}] cannot be negative.")
        if self.heartbeat * 2 > self.lease:
            raise ImproperlyConfigured("JOBS['lease'] has to be at least twice JOBS['heartbeat'].")

    @property
    def lease_time(self) -> timedelta:
        return timedelta(seconds=self.lease)


def timing() -> Timing:
    """The durations of this installation."""
    try:
        return Timing(**getattr(settings, "JOBS", {}))
    except TypeError as error:
        known = ", ".join(field.name for field in fields(Timing))
        raise ImproperlyConfigured(f"JOBS holds a name that is none of: {known}.") from error
