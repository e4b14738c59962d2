"""Stretches of time as people write them: 6M, 2Y, ALL."""

import re
from datetime import date

from analysis.errors import WrongSpan

ALL = "ALL"
_SPAN = re.compile(r"([1-9][0-9]{0,2})([MY])\Z")
_MOST_MONTHS = 12 * 99


def begins(span: str, today: date) -> date:
    """The first day of a span that ends today. Raises WrongSpan for what is none."""
    if span == ALL:
        return date.min
    written = _SPAN.match(span)
    months = 0 if written is None else int(written[1]) * (12 if written[2] == "Y" else 1)
    if not 0 < months <= _MOST_MONTHS:
        raise WrongSpan(f"{span!r} is no stretch of time. Write 6M, 24M, 10Y or {ALL}.")
    years, month = divmod(today.year * 12 + today.month - 1 - months, 12)
    return date(years, month + 1, min(today.day, 28))
