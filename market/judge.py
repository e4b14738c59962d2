"""Which of the given prices can be believed. Nothing is repaired: what cannot be is left out and told."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from zoneinfo import ZoneInfo

from engine.prices import ActionKind
from market.models import FindingKind
from market.providers.base import Answer, GivenAction, GivenBar
from market.sessions import Calendar

SMALLEST = Decimal("0.0000005")  # what has six places left is more
LARGEST = Decimal(10) ** 13
LARGEST_SPLIT = Decimal(1000)
ANNOUNCED_AHEAD = timedelta(days=400)  # an action further away is a slip of the pen
# Prices that change from one session to the next by one of these, up to a share of it that a usual day
# moves, look like a split that nobody told of. Halving in a day happens without one, so that it is only told.
SPLIT_RATIOS = tuple(map(Decimal, (2, 3, 4, 5, 6, 7, 8, 10, 15, 20, 25, 30, 40, 50, 100)))
NEAR = Decimal("0.04")


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about one day that a person should know."""

    kind: FindingKind
    day: date
    detail: str


@dataclass(frozen=True, slots=True)
class Judged:
    """What can be stored, in the order of days, and what was found; `refused` counts the bars left out."""

    bars: tuple[GivenBar, ...]
    actions: tuple[GivenAction, ...]
    findings: tuple[Finding, ...]
    refused: int


@dataclass(frozen=True, slots=True)
class Clock:
    """The moment at which a source was asked, seen from the exchange. Without a calendar only days count."""

    at: datetime
    zone: ZoneInfo
    calendar: Calendar | None

    @property
    def today(self) -> date:
        return self.at.astimezone(self.zone).date()

    def has_begun(self, day: date) -> bool:
        """Whether there can be a price of the day."""
        session = self.calendar.session(day) if self.calendar else None
        return day <= self.today if session is None else session.opens <= self.at

    def is_settled(self, day: date) -> bool:
        """Whether the last prices of the day are out."""
        session = self.calendar.session(day) if self.calendar else None
        return day < self.today if session is None else session.is_settled(self.at)

    def is_session(self, day: date) -> bool:
        """Whether the exchange trades on a day; true where nobody knows."""
        if self.calendar is None or day < self.calendar.first:
            return True
        return self.calendar.session(day) is not None


def judge(answer: Answer, clock: Clock) -> Judged:
    """Sort what was given into what can be stored and what cannot."""
    findings = [
        Finding(
            FindingKind.UNREADABLE, clock.today, f"Line {line.number}: {line.reason}. It reads: {line.text}"
        )
        for line in answer.unread
    ]
    good: list[GivenBar] = []
    refused = len(answer.unread)
    for day, given in _by_day(answer.bars):
        found = _same_day(day, given) or _impossible(given[0], clock)
        if found:
            findings.append(found)
            refused += len(given)
        else:
            good.append(_rounded(given[0]))
    actions = []
    for action in answer.actions:
        found = _impossible_action(action, good, clock)
        if found:
            findings.append(found)
        else:
            actions.append(action)
    return Judged(tuple(good), tuple(actions), tuple(findings), refused)


def jumps(closes: Sequence[tuple[date, Decimal]], splits: Iterable[date]) -> list[Finding]:
    """Changes between neighbouring days of a series as traded that look like splits nobody tells of."""
    told = list(splits)
    found = []
    for (before, old), (day, new) in pairwise(closes):
        ratio = split_like(old / new)
        if ratio is not None and not any(before < split <= day for split in told):
            found.append(
                Finding(
                    FindingKind.JUMP,
                    day,
                    f"From {_plain(old)} on {before} to {_plain(new)}: near a split of {_plain(ratio)} for 1,"
                    " and no source tells of one. If it is one, add it to the splits and dividends.",
                )
            )
    return found


def split_like(ratio: Decimal) -> Decimal | None:
    """The number of new shares for one old that a change of prices is near to, if it is near to any."""
    for whole in SPLIT_RATIOS:
        for candidate in (whole, 1 / whole):
            if abs(ratio / candidate - 1) <= NEAR:
                return candidate
    return None


def _by_day(bars: Iterable[GivenBar]) -> list[tuple[date, list[GivenBar]]]:
    days: dict[date, list[GivenBar]] = {}
    for bar in bars:
        days.setdefault(bar.day, []).append(bar)
    return sorted(days.items())


def _same_day(day: date, given: Sequence[GivenBar]) -> Finding | None:
    """A day given twice says nothing, unless it says the same twice."""
    if all(bar == given[0] for bar in given):
        return None
    closes = ", ".join(_plain(bar.close) for bar in given)
    return Finding(FindingKind.DUPLICATE, day, f"The day is given {len(given)} times: {closes}.")


def _impossible(bar: GivenBar, clock: Clock) -> Finding | None:
    prices = {"open": bar.open, "high": bar.high, "low": bar.low, "close": bar.close}
    known = {name: value for name, value in prices.items() if value is not None}
    shown = ", ".join(f"{name} {_plain(value)}" for name, value in known.items())
    if any(value >= LARGEST for value in known.values()):
        return Finding(FindingKind.UNREADABLE, bar.day, f"A price is too large to be one: {shown}.")
    if any(value <= SMALLEST for value in known.values()):
        return Finding(FindingKind.NOT_POSITIVE, bar.day, f"The prices are: {shown}.")
    if bar.day > clock.today or not clock.has_begun(bar.day):
        return Finding(FindingKind.FUTURE_DAY, bar.day, f"Given at {clock.at:%Y-%m-%d %H:%M} UTC: {shown}.")
    if not clock.is_session(bar.day):
        return Finding(FindingKind.NO_SESSION, bar.day, f"The exchange was closed on this day: {shown}.")
    if min(known.values()) < known.get("low", min(known.values())) or max(known.values()) > known.get(
        "high", max(known.values())
    ):
        return Finding(FindingKind.CONTRADICTORY, bar.day, f"Low and high do not hold the rest: {shown}.")
    if bar.volume is not None and not 0 <= bar.volume < 10**19:
        return Finding(FindingKind.CONTRADICTORY, bar.day, f"The volume is {_plain(bar.volume)}.")
    return None


def _impossible_action(action: GivenAction, bars: Sequence[GivenBar], clock: Clock) -> Finding | None:
    def found(detail: str) -> Finding:
        return Finding(FindingKind.IMPOSSIBLE_ACTION, action.ex_date, detail)

    what = f"A {action.kind.value} of {_plain(action.value)}"
    if action.value <= SMALLEST:
        return found(f"{what} is none.")
    if action.ex_date > clock.today + ANNOUNCED_AHEAD:
        return found(f"{what} is given for {action.ex_date}, which is too far ahead.")
    if action.kind is ActionKind.SPLIT:
        if not 1 / LARGEST_SPLIT <= action.value <= LARGEST_SPLIT:
            return found(f"{what} for one old share is beyond all that is known.")
        return None
    if action.value >= LARGEST:
        return found(f"{what} is too large to be one.")
    before = next((bar for bar in reversed(bars) if bar.day < action.ex_date), None)
    if before is not None and action.value >= before.close:
        return found(f"{what} is no less than the close of {_plain(before.close)} before it.")
    return None


def _rounded(bar: GivenBar) -> GivenBar:
    def kept(value: Decimal | None) -> Decimal | None:
        return None if value is None else round(value, 6)

    volume = None if bar.volume is None else round(bar.volume, 4)
    return GivenBar(bar.day, round(bar.close, 6), kept(bar.open), kept(bar.high), kept(bar.low), volume)


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"
