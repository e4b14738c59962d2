"""Search the prices and volumes of a share for anomalies: load, ask the engine, store."""

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from math import log, nan

from analysis.anomalies.keep import Found, Kept, keep
from analysis.models import IN_PRICES, AnomalyKind
from analysis.price_events import events
from engine.kinds import MarketPattern, Severity
from engine.progress import Report, silent
from jobs.models import TaskRun
from jobs.run import Storing
from market.instruments import collected
from market.models import Instrument
from market.series import adjusted_series

USUAL_WINDOW = 252  # a year of trading
SHORTEST_WINDOW, LONGEST_WINDOW = 60, 2520
MOST_PEERS = 10
# A stretch that moved by less than this is the one that was known.
NEAR = timedelta(days=10)
LABELS = {
    MarketPattern.CHANGE_POINT: "Returns behave differently",
    MarketPattern.VOLATILITY_REGIME: "Unusual unrest or calm",
    MarketPattern.VOLUME_SPIKE: "Unusual volume",
    MarketPattern.CORRELATION_BREAK: "Broken correlation",
    MarketPattern.DISCORD: "Days like no others",
}


@dataclass(frozen=True, slots=True)
class Searched:
    """The window that was looked at, and what became of the findings."""

    first: date
    last: date
    days: int
    peers: int
    kept: Kept


def search_prices(
    instrument: Instrument,
    *,
    at: datetime,
    window: int = USUAL_WINDOW,
    report: Report = silent,
    task_run: TaskRun | None = None,
    storing: Storing = nullcontext,
) -> Searched:
    """Search the last days of a share, splits and dividends taken out, beside its exchange's other shares.

    Raises NotEnoughData where the window has too few days, BadInput for prices that have no return.
    """
    from engine.anomaly.prices import PriceWindow, detect_patterns
    from engine.errors import NotEnoughData

    report("loading_prices", 0, 1)
    bars = adjusted_series(instrument)[-window:]
    if not bars:
        raise NotEnoughData("There are no prices of this share.", code="insufficient_history")
    days = [bar.day for bar in bars]
    volumes = [nan if bar.volume is None else float(bar.volume) for bar in bars]
    peers = _peer_returns(instrument, days, at)
    happened: dict[date, str] = {}
    for event in events(instrument, days[0], days[-1]):
        happened[event.day] = "; ".join(filter(None, [happened.get(event.day, ""), event.words]))
    report("detecting", 0, 1)
    found = detect_patterns(
        PriceWindow(
            days, [float(bar.close) for bar in bars],
            volumes if any(bar.volume is not None for bar in bars) else None, peers, happened,
        )
    )  # fmt: skip
    rows = [
        Found(
            AnomalyKind(one.pattern.value), one.peer, LABELS[one.pattern], one.start, one.end,
            one.statistic, one.threshold, severity(one.pattern, one.statistic, one.threshold),
            one.explanation, evidence={"coincident": list(one.coincident)},
        )
        for one in found
    ]  # fmt: skip
    report("storing", 0, 1)
    with storing():
        kept = keep_patterns(instrument, rows, days[0], at, task_run)
    return Searched(days[0], days[-1], len(days), len(peers), kept)


def severity(pattern: MarketPattern, statistic: float, threshold: float) -> Severity:
    """How far beyond its limit: prices alone tell of nothing critical."""
    if pattern is MarketPattern.CHANGE_POINT:  # a ratio of deviations, either way
        beyond = abs(log(statistic)) / log(2) if statistic > 0 else 0.0
    elif pattern is MarketPattern.VOLATILITY_REGIME:
        beyond = abs(log(statistic)) / log(threshold)
    else:
        beyond = statistic / threshold
    return Severity.HIGH if beyond >= 3 else Severity.MEDIUM if beyond >= 1.5 else Severity.LOW


def keep_patterns(
    instrument: Instrument, found: Sequence[Found], since: date, at: datetime, task_run: TaskRun | None
) -> Kept:
    """Spikes are of one day; all other stretches move a little from search to search."""
    company = instrument.listing.company
    spikes = [one for one in found if one.kind is AnomalyKind.VOLUME_SPIKE]
    stretches = [one for one in found if one.kind is not AnomalyKind.VOLUME_SPIKE]
    parts = [
        keep(
            company, spikes, [AnomalyKind.VOLUME_SPIKE],
            at=at, instrument=instrument, since=since, task_run=task_run,
        ),
        keep(
            company, stretches, [kind for kind in IN_PRICES if kind is not AnomalyKind.VOLUME_SPIKE],
            at=at, instrument=instrument, near=NEAR, since=since, task_run=task_run,
        ),
    ]  # fmt: skip
    return Kept(
        tuple(row for part in parts for row in part.anomalies),
        sum(part.new for part in parts),
        sum(part.decided for part in parts),
        sum(part.gone for part in parts),
    )


def _peer_returns(instrument: Instrument, days: Sequence[date], at: datetime) -> dict[str, list[float]]:
    """Daily returns of other companies' shares on the same exchange, NaN where one has none."""
    others = (
        collected(at.date())
        .filter(listing__exchange=instrument.listing.exchange)
        .exclude(listing__company=instrument.listing.company)
        .order_by("pk")[:MOST_PEERS]
    )
    found = {}
    for other in others:
        returns = returns_of(other)
        known = [returns.get(day, nan) for day in days]
        if any(value == value for value in known):  # not all NaN
            found[other.listing.ticker] = known
    return found


def returns_of(instrument: Instrument) -> Mapping[date, float]:
    """Logarithmic returns from each day of trading to the next, splits and dividends taken out."""
    bars = adjusted_series(instrument)
    return {
        now.day: log(float(now.close) / float(before.close))
        for before, now in pairwise(bars)
        if now.close > 0 and before.close > 0
    }
