"""How old the newest price of a share is, counted in sessions of its exchange."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from market.models import Instrument
from market.sessions import UnknownCalendar, calendar_of


class Freshness(StrEnum):
    """What can be said of how up to date prices are."""

    CURRENT = "current"
    STALE = "stale"
    NEVER = "never"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Age:
    """`missing` counts the sessions that have settled since the newest final price; None where nobody
    knows the exchange's calendar or there is no price."""

    freshness: Freshness
    missing: int | None

    @property
    def words(self) -> str:
        match self.freshness:
            case Freshness.CURRENT:
                return "Up to date"
            case Freshness.STALE:
                return f"{self.missing} session{'' if self.missing == 1 else 's'} behind"
            case Freshness.NEVER:
                return "No prices yet"
        return "No trading calendar"


def age_of(instrument: Instrument, newest: date | None, at: datetime) -> Age:
    """How old prices are whose newest final day is `newest`, as `at` a moment."""
    if newest is None:
        return Age(Freshness.NEVER, None)
    try:
        calendar = calendar_of(instrument.listing.exchange.mic, at)
    except UnknownCalendar:
        return Age(Freshness.UNKNOWN, None)
    session = calendar.started(at)
    if session is None:
        return Age(Freshness.UNKNOWN, None)
    days = calendar.days(newest, session.day)
    settled = [day for day in days if day > newest and (day != session.day or session.is_settled(at))]
    return Age(Freshness.STALE if settled else Freshness.CURRENT, len(settled))
