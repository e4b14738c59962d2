"""Days of XBRL, which are moments.

An end without a time is the end of that day; midnight at the beginning of a day is the end of the day
before (XBRL 2.1, 4.7.2; xBRL-JSON 1.0, 3.2.2.1).
"""

from datetime import date, datetime, timedelta

from engine.errors import BadInput
from engine.kinds import PeriodKind
from engine.values import Period


def instant(text: str) -> Period:
    """The balance-sheet day that a moment means. Raises BadInput."""
    return Period(PeriodKind.INSTANT, None, _last_day(text))


def duration(start: str, end: str) -> Period:
    """Both days included. Raises BadInput."""
    first, last = _moment(start).date(), _last_day(end)
    if first > last:
        raise BadInput(f"A period from {start} to {end} ends before it starts.", code="bad_period")
    return Period(PeriodKind.DURATION, first, last)


def _last_day(text: str) -> date:
    moment = _moment(text)
    is_midnight = "T" in text.strip() and (moment.hour, moment.minute, moment.second) == (0, 0, 0)
    try:
        return moment.date() - timedelta(days=1) if is_midnight else moment.date()
    except OverflowError:
        raise BadInput(f"{text[:40]!r} is no day of a report.", code="bad_period") from None


def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text.strip())
    except ValueError:
        raise BadInput(f"{text[:40]!r} is no day.", code="bad_period") from None
