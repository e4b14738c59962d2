"""For which shares there is something to collect now."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from market.models import Instrument, PriceBar
from market.sessions import Calendar, Phase, UnknownCalendar, calendar_of


@dataclass(frozen=True, slots=True)
class Due:
    """The shares to ask for, the number of those whose exchange is closed, and those of which nobody can
    say when they trade. `next_open` is when the first of the closed exchanges opens."""

    instruments: tuple[Instrument, ...]
    closed: int
    without_calendar: tuple[Instrument, ...]
    next_open: datetime | None


def due(instruments: Iterable[Instrument], at: datetime) -> Due:
    """Those whose exchange trades now, and those whose last session has settled without a final price yet."""
    asked: list[Instrument] = []
    unknown: list[Instrument] = []
    opens: list[datetime] = []
    closed = 0
    for instrument in instruments:
        try:
            calendar = calendar_of(instrument.listing.exchange.mic, at)
        except UnknownCalendar:
            unknown.append(instrument)
            continue
        if _has_something(instrument, calendar, at):
            asked.append(instrument)
        else:
            closed += 1
            opens += filter(None, [calendar.next_open(at)])
    return Due(tuple(asked), closed, tuple(unknown), min(opens, default=None))


def _has_something(instrument: Instrument, calendar: Calendar, at: datetime) -> bool:
    phase = calendar.phase(at)
    if phase is not Phase.SETTLING:
        return phase is Phase.OPEN
    session = calendar.started(at)
    final = PriceBar.objects.filter(instrument=instrument, is_current=True, is_final=True)
    return session is not None and not final.filter(day=session.day).exists()
