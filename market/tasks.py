"""The doorbell of market data."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.utils import timezone

from jobs.base import Outcome, Run, partial, skipped, success, tracked_task
from market.models import RunOutcome
from market.update import Updated, update

FAILURES_TOLD = 20


@tracked_task("update_market_data")
def update_market_data(
    run: Run,
    tickers: Sequence[str] = (),
    instrument_id: int | None = None,
    since: str = "",
    force: bool = False,
) -> Outcome:
    """Ask the sources for the prices of all shares whose exchange trades now, of those with some tickers,
    or of one; `force` asks though the exchange is closed, `since` (a day) for all prices from then on.

    Gives the counts of shares in all, updated, unchanged, failed and skipped because their exchange is
    closed, and of prices that are new or corrected.
    """
    updated = update(
        at=timezone.now(),
        tickers=tickers,
        instrument_id=instrument_id,
        force=force,
        since=date.fromisoformat(since) if since else None,
        report=run.report,
        task_run=run.row,
        storing=run.storing,
    )
    return _outcome(updated)


def _outcome(updated: Updated) -> Outcome:
    counted = updated.outcomes
    failed = counted.get(RunOutcome.FAILED.value, 0)
    refused = counted.get(RunOutcome.PARTIAL.value, 0)
    fields: dict[str, Any] = {
        "total": updated.total,
        "updated": counted.get(RunOutcome.UPDATED.value, 0) + refused,
        "unchanged": counted.get(RunOutcome.UNCHANGED.value, 0),
        "failed": failed,
        "skipped_closed": updated.skipped_closed,
        "without_calendar": list(updated.without_calendar),
        "unknown_tickers": list(updated.unknown_tickers),
        "new_prices": updated.bars,
        "corrected_prices": updated.corrections,
        "failures": list(updated.failures[:FAILURES_TOLD]),
    }
    if not updated.total:
        return skipped(
            "No such share is listed. Enter listings on the page of a company.", code="no_listings", **fields
        )
    if not updated.has_sources:
        return skipped(
            "No source of prices is set up. Add one under Price sources, or take prices in from files.",
            code="no_sources",
            **fields,
        )
    if not counted:
        return skipped(_closed(updated), code="exchanges_closed", **fields)
    if failed:
        return partial(
            f"No source gave prices for {failed} of {sum(counted.values())} shares. The first:"
            f" {updated.failures[0]}",
            code="sources_failed",
            **fields,
        )
    if refused:
        return partial(
            f"Some prices of {refused} shares could not be believed and were left out. The findings say"
            " which.",
            code="prices_refused",
            **fields,
        )
    return success(**fields)


def _closed(updated: Updated) -> str:
    if updated.next_open is None:
        return "No exchange with a trading calendar lists these shares. Update them by hand or from files."
    return f"No exchange trades now. The next one opens at {updated.next_open:%Y-%m-%d %H:%M} UTC."
