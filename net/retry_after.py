"""How long a server asks to be left alone."""

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

LONGEST_WAIT = 24 * 3600.0  # seconds
USUAL_WAIT = 60.0  # where a server asks for a pause and does not say how long


def seconds_to_wait(header: str | None, now: datetime) -> float:
    """Seconds of a Retry-After header (RFC 9110, 10.2.3): a number or a date.

    Negative numbers, past dates and words count as not said; anything above a day is a day.
    """
    text = (header or "").strip()
    if re.fullmatch(r"\d{1,40}", text):
        return min(float(text), LONGEST_WAIT) or USUAL_WAIT
    try:
        moment = parsedate_to_datetime(text)
    except (TypeError, ValueError, IndexError, OverflowError):
        return USUAL_WAIT
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    seconds = (moment - now).total_seconds()
    return min(seconds, LONGEST_WAIT) if seconds > 0 else USUAL_WAIT
