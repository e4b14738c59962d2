"""Sources that fail are left alone for a while, by all workers together.

The state is a row, and every change of it a conditional update: of several workers that find the pause
over, one tries and the others go on to the next source.
"""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, Q

from audit.changing import change_rows
from market.models import BreakerState, PriceProvider, ProviderState
from market.providers.base import AT_ONCE, ProviderFailed

FAILURES_BEFORE_PAUSE = 3  # in a row
FIRST_PAUSE = timedelta(minutes=2)  # doubled with every further failure
LONGEST_PAUSE = timedelta(hours=6)
# A worker that died while it was trying blocks the source no longer than this.
TRIAL = timedelta(minutes=5)


def may_ask(provider: PriceProvider, at: datetime) -> bool:
    """Whether the source may be asked now; where the pause is over, this caller is the one who tries."""
    state, _ = ProviderState.objects.get_or_create(provider=provider)
    if state.breaker == BreakerState.CLOSED:
        return True
    if state.retry_at is not None and state.retry_at > at:
        return False
    mine = ProviderState.objects.filter(pk=state.pk, breaker=state.breaker, retry_at=state.retry_at)
    return bool(mine.update(breaker=BreakerState.HALF_OPEN, retry_at=at + TRIAL))


def succeeded(provider: PriceProvider, at: datetime) -> None:
    """The source gave something usable: earlier failures are forgotten."""
    ProviderState.objects.update_or_create(
        provider=provider,
        defaults={
            "breaker": BreakerState.CLOSED,
            "failures": 0,
            "retry_at": None,
            "last_success_at": at,
        },
    )


def failed(provider: PriceProvider, failure: ProviderFailed, at: datetime) -> None:
    """The source gave nothing. What is not its own failure is remembered and does not count; a trial
    that ended so is over, and the next caller tries."""
    told = {"last_failure_at": at, "last_failure_code": failure.code, "last_failure": failure.message}
    rows = ProviderState.objects.filter(provider=provider)
    if not failure.counts:
        rows.update(**told)
        rows.filter(breaker=BreakerState.HALF_OPEN).update(retry_at=at)
        return
    rows.update(**told, failures=F("failures") + 1)
    state = rows.get()
    was_tried = state.breaker == BreakerState.HALF_OPEN
    if state.failures < FAILURES_BEFORE_PAUSE and failure.code not in AT_ONCE and not was_tried:
        return
    until = at + pause_after(state.failures, failure.retry_after)
    # A longer pause that another worker was told of stays.
    shorter = Q(retry_at__isnull=True) | Q(retry_at__lt=until) | Q(breaker=BreakerState.HALF_OPEN)
    rows.filter(shorter).update(breaker=BreakerState.OPEN, retry_at=until)


def close(provider: PriceProvider, *, by: Any) -> None:
    """A person says that the source may be asked again."""
    closed = {"breaker": BreakerState.CLOSED, "failures": 0, "retry_at": None}
    change_rows(ProviderState.objects.filter(provider=provider), closed, by=by)


def pause_after(failures: int, asked: float | None = None) -> timedelta:
    """How long a source is left alone after so many failures in a row: at least as long as it asked, and
    at most six hours unless it did."""
    doubled = FIRST_PAUSE * 2 ** min(max(failures - FAILURES_BEFORE_PAUSE, 0), 16)
    own = min(doubled, LONGEST_PAUSE)
    return own if asked is None else max(own, timedelta(seconds=min(asked, 24 * 3600)))
