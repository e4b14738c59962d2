"""When exchanges trade: sessions, holidays, half days, breaks at noon and changes of the clock.

Calendars are those of the package exchange-calendars, by the market identifier code (ISO 10383). The
package, with pandas below it, is loaded when the first calendar is asked for and not before.
"""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache

# Segments that trade by the hours of another code, where the package does not know them by itself.
HOURS_OF = {
    "XNGS": "XNYS",  # Nasdaq Global Select Market
    "XNMS": "XNYS",  # Nasdaq Global Market
    "XNCM": "XNYS",  # Nasdaq Capital Market
    "IEXG": "XNYS",  # Investors Exchange
    "XETA": "XETR",  # Xetra, regulated market
    "XETB": "XETR",  # Xetra, open market
    "FRAA": "XFRA",  # Frankfurt, regulated market
    "AIMX": "XLON",  # London, AIM
    "MTAA": "XMIL",  # Euronext Milan
    "XNSE": "XBOM",  # the National Stock Exchange of India trades by the hours of Bombay
}

# Sources give the last prices of a session some minutes after its end: then they count as final.
# For a while they are asked for them, until they have come.
SETTLED_AFTER = timedelta(minutes=20)
SETTLING_UNTIL = timedelta(minutes=120)
YEARS_BACK = 25


class UnknownCalendar(Exception):
    """Nobody here can say when an exchange trades."""

    def __init__(self, mic: str) -> None:
        super().__init__(
            f"No trading calendar is known for the exchange {mic}, so that prices are not asked for by the"
            " clock. Update the share by hand or from a file, or enter its listing under another exchange."
        )
        self.mic = mic


class Phase(StrEnum):
    """What an exchange does at a moment: it trades, its last prices come in, or neither."""

    OPEN = "open"
    SETTLING = "settling"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Session:
    """One day of trading. Times are in UTC; the exchange trades from `opens` up to, and not at,
    `closes`, without the break."""

    day: date
    opens: datetime
    closes: datetime
    break_start: datetime | None = None
    break_end: datetime | None = None

    def trades_at(self, at: datetime) -> bool:
        pauses = self.break_start is not None and self.break_end is not None
        if pauses and self.break_start <= at < self.break_end:  # type: ignore[operator]
            return False
        return self.opens <= at < self.closes

    def is_settled(self, at: datetime) -> bool:
        """Whether the last prices of the day can be had."""
        return at >= self.closes + SETTLED_AFTER


class Calendar:
    """The sessions of an exchange over some years, in order."""

    def __init__(self, mic: str, sessions: tuple[Session, ...]) -> None:
        self.mic = mic
        self._sessions = sessions
        self._opens = [session.opens for session in sessions]
        self._by_day = {session.day: session for session in sessions}

    @property
    def first(self) -> date:
        """The first day of which the calendar knows anything; before it nothing is said."""
        return self._sessions[0].day

    def session(self, day: date) -> Session | None:
        """The session of a day, if the exchange trades on it."""
        return self._by_day.get(day)

    def started(self, at: datetime) -> Session | None:
        """The session that is on at a moment, or the last before it."""
        place = bisect_right(self._opens, at)
        return self._sessions[place - 1] if place else None

    def next_open(self, at: datetime) -> datetime | None:
        """When the next session after a moment opens."""
        place = bisect_right(self._opens, at)
        return self._opens[place] if place < len(self._opens) else None

    def phase(self, at: datetime) -> Phase:
        """What the exchange does at a moment. During the break at noon it is closed."""
        session = self.started(at)
        if session is None:
            return Phase.CLOSED
        if session.trades_at(at):
            return Phase.OPEN
        settling = session.closes + SETTLED_AFTER <= at < session.closes + SETTLING_UNTIL
        return Phase.SETTLING if settling else Phase.CLOSED

    def days(self, first: date, last: date) -> list[date]:
        """The days of trading from one day to another, both included."""
        return [session.day for session in self._sessions if first <= session.day <= last]


def calendar_of(mic: str, at: datetime) -> Calendar:
    """The calendar of an exchange around a moment: 25 years before it and the year after.

    Raises UnknownCalendar.
    """
    return _calendar(mic.upper(), at.year)


@lru_cache(maxsize=64)
def _calendar(mic: str, year: int) -> Calendar:
    import exchange_calendars
    import pandas
    from exchange_calendars.errors import InvalidCalendarName

    try:
        kind = type(exchange_calendars.get_calendar(HOURS_OF.get(mic, mic)))
    except InvalidCalendarName:
        raise UnknownCalendar(mic) from None
    start, end = pandas.Timestamp(year - YEARS_BACK, 1, 1), pandas.Timestamp(year + 1, 12, 31)
    earliest, latest = kind.bound_min(), kind.bound_max()
    calendar = kind(
        start if earliest is None else max(start, earliest), end if latest is None else min(end, latest)
    )

    def moments(name: str) -> list[datetime | None]:
        return [None if at is pandas.NaT else at.to_pydatetime() for at in calendar.schedule[name].array]

    columns = [moments(name) for name in ("open", "close", "break_start", "break_end")]
    days = [stamp.date() for stamp in calendar.sessions]
    return Calendar(
        mic,
        tuple(
            Session(day, opens, closes, *pause)
            for day, opens, closes, *pause in zip(days, *columns, strict=True)
        ),
    )
