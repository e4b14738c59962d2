"""Prices of all shares whose exchange trades now."""

from collections import Counter
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import date, datetime

from engine.progress import Report, silent
from jobs.models import TaskRun
from jobs.run import Storing
from market.collect import collect
from market.due import due
from market.instruments import collected, ensure_instruments
from market.models import Instrument, RunOutcome
from market.providers.chain import chain


@dataclass(frozen=True, slots=True)
class Updated:
    """What an update came to, in numbers of shares; `bars` and `corrections` are numbers of prices.
    `failures` are the first sentences about shares that no source gave anything for."""

    total: int
    skipped_closed: int
    without_calendar: tuple[str, ...]
    outcomes: dict[str, int] = field(default_factory=dict)
    bars: int = 0
    corrections: int = 0
    failures: tuple[str, ...] = ()
    next_open: datetime | None = None
    has_sources: bool = True
    unknown_tickers: tuple[str, ...] = ()


def update(
    *,
    at: datetime,
    tickers: Sequence[str] = (),
    instrument_id: int | None = None,
    force: bool = False,
    since: date | None = None,
    report: Report = silent,
    task_run: TaskRun | None = None,
    storing: Storing = nullcontext,
) -> Updated:
    """Ask for the prices of the shares that trade now, or of all that are meant where it is forced."""
    ensure_instruments(at.date())
    wanted, unknown = _wanted(at, tickers, instrument_id)
    found = due(wanted, at)
    asked = wanted if force else list(found.instruments)
    missing = () if force else tuple(str(one) for one in found.without_calendar)
    skipped = 0 if force else found.closed
    providers = chain()
    if not providers or not asked:
        return Updated(
            len(wanted),
            skipped,
            missing,
            next_open=found.next_open,
            has_sources=bool(providers),
            unknown_tickers=unknown,
        )
    outcomes: Counter[str] = Counter()
    bars = corrections = 0
    failures: list[str] = []
    for place, instrument in enumerate(asked):
        report("updating_prices", place, len(asked), str(instrument))
        result = collect(instrument, providers, at=at, since=since, task_run=task_run, storing=storing)
        outcomes[result.outcome.value] += 1
        if result.stored is not None:
            bars += result.stored.new
            corrections += result.stored.corrected
        if result.outcome is RunOutcome.FAILED:
            failures.append(f"{instrument}: {' '.join(result.failures)}")
    return Updated(
        len(wanted),
        skipped,
        missing,
        dict(outcomes),
        bars,
        corrections,
        tuple(failures),
        found.next_open,
        unknown_tickers=unknown,
    )


def _wanted(
    at: datetime, tickers: Sequence[str], instrument_id: int | None
) -> tuple[list[Instrument], tuple[str, ...]]:
    """The shares that are meant, and the tickers that mean none."""
    instruments = collected(at.date())
    if instrument_id is not None:
        return list(instruments.filter(pk=instrument_id)), ()
    if not tickers:
        return list(instruments), ()
    named = {ticker.upper() for ticker in tickers}
    found = [one for one in instruments if one.listing.ticker.upper() in named]
    known = {one.listing.ticker.upper() for one in found}
    return found, tuple(sorted(named - known))
