"""Which failures are worth repeating, and after how long."""

import random
from dataclasses import dataclass
from typing import Any

from celery.exceptions import SoftTimeLimitExceeded
from django.db import InterfaceError, OperationalError

from jobs.timing import timing

INTERNAL_ERROR = "internal_error"
TIME_LIMIT = "time_limit"
DATABASE_UNAVAILABLE = "database_unavailable"


@dataclass(frozen=True, slots=True)
class Failure:
    """What went wrong, safe to be shown: stable code, sentence, whether trying again helps.

    `retry_after` is the number of seconds the other side asked for, where it did.
    """

    code: str
    message: str
    retryable: bool = False
    retry_after: float | None = None

    @property
    def is_ours(self) -> bool:
        return self.code == INTERNAL_ERROR


def failure_of(error: BaseException) -> Failure:
    """What an exception means.

    An exception that carries `code` (and `message`, `retryable`, `retry_after` where they apply)
    speaks for itself. A database that went away comes back. Everything else is a defect, whose
    text may hold anything and is not shown.
    """
    code = getattr(error, "code", None)
    if isinstance(code, str) and code:
        return Failure(
            code=code[:60],
            message=str(getattr(error, "message", "") or error)[:2000],
            retryable=bool(getattr(error, "retryable", False)),
            retry_after=_seconds(getattr(error, "retry_after", None)),
        )
    if isinstance(error, SoftTimeLimitExceeded):
        return Failure(
            TIME_LIMIT,
            "The work took longer than it may and was stopped. What was stored until then is kept;"
            " start it again to go on.",
        )
    if isinstance(error, (OperationalError, InterfaceError)):
        return Failure(DATABASE_UNAVAILABLE, "The database could not be used for a moment.", retryable=True)
    return Failure(
        INTERNAL_ERROR,
        "The work ended with an error of this program. An administrator finds the details in the run;"
        " trying again only helps once it is repaired.",
    )


def seconds_to_wait(attempt: int, retry_after: float | None = None) -> float:
    """How long to wait after the `attempt`-th start failed: 60 to 90 s, then about twice as long
    each time up to 300 s. What the other side asked for is waited at least, up to a day.

    The spread keeps runs that failed together from coming back together.
    """
    times = timing()
    low = min(times.retry_first * 2 ** (attempt - 1), times.retry_longest * 0.8)
    own = random.uniform(low, min(low * 1.5, times.retry_longest))  # noqa: S311
    if retry_after is None:
        return own
    asked = min(max(retry_after, 0.0), times.retry_after_longest)
    return max(own, asked * random.uniform(1, 1.1))  # noqa: S311


def _seconds(value: Any) -> float | None:
    try:
        return None if value is None else float(value)
    except (TypeError, ValueError):
        return None
