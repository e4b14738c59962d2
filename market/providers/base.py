"""What every source of prices is asked and what it answers.

code                 counts?  what happened
rate_limited         yes      429; `retry_after` says when
quota_exhausted      yes      the source says, with status 200, that enough was asked for today
wrong_body           yes      not what was asked for: a page of a browser, a file cut short, no JSON
wrong_columns        yes      the right kind of body without a day or a price in it
key_refused          yes      401 or 403
key_missing          no       the variable with the key is not set
not_installed        no       the package that speaks with the source is not installed
misconfigured        no       the source is set up in a way that cannot be asked
unknown_symbol       no       the source does not know the share
no_prices            no       a proper answer without any price

and the codes of `net.errors`, of which those count against the source that are its own failures.
Whether it counts decides if the source is left alone for a while after several in a row.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Protocol
from zoneinfo import ZoneInfo

from engine.prices import ActionKind

COUNTING = frozenset(
    {
        "rate_limited",
        "quota_exhausted",
        "wrong_body",
        "wrong_columns",
        "key_refused",
        "blocked_by_site",
        "http_5xx",
        "http_4xx",
        "name_not_resolved",
        "connection_failed",
        "tls_failed",
        "timeout",
        "too_slow",
        "too_large",
        "wrong_length",
        "bad_response",
        "too_many_redirects",
        "insecure_redirect",
    }
)
# After these asking again at once is of no use: the source is left alone from the first one on.
AT_ONCE = frozenset({"rate_limited", "quota_exhausted"})


class ProviderFailed(Exception):
    """A source gave nothing that can be used. `message` is for an operator and holds no key."""

    def __init__(self, code: str, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.retry_after = retry_after

    @property
    def counts(self) -> bool:
        """Whether it is a failure of the source itself."""
        return self.code in COUNTING


@dataclass(frozen=True, slots=True)
class Question:
    """The prices of one share from one day to another, both included. `zone` is that of the exchange,
    in which a moment becomes a day."""

    symbol: str
    first: date
    last: date
    zone: ZoneInfo
    at: datetime


@dataclass(frozen=True, slots=True)
class GivenBar:
    """A day as the source gives it, not judged yet; None is what it does not give."""

    day: date
    close: Decimal
    open: Decimal | None = None
    high: Decimal | None = None
    low: Decimal | None = None
    volume: Decimal | None = None


@dataclass(frozen=True, slots=True)
class GivenAction:
    """A split (new shares for one old) or a dividend (amount per share) as the source gives it."""

    kind: ActionKind
    ex_date: date
    value: Decimal


@dataclass(frozen=True, slots=True)
class UnreadLine:
    """A line that could not be read: which one, its beginning, and why."""

    number: int
    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What a source gave, in its own order."""

    bars: tuple[GivenBar, ...]
    actions: tuple[GivenAction, ...] = ()
    unread: tuple[UnreadLine, ...] = ()


class Source(Protocol):
    """One form of asking."""

    def prices(self, question: Question) -> Answer:
        """The prices of the days asked for, as far as the source has them.

        Raises ProviderFailed.
        """
