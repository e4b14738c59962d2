"""Daily prices made comparable over splits and dividends.

What was traded is an input and stays what it is; the adjusted series is derived from it each time.
A split of r new shares for one old divides every price before its ex date by r. A dividend D per share
multiplies every price before its ex date by 1 - D / C, with C the last close before that date: what is
paid out is taken off the price before, and the return over the ex date is P / (C - D) - 1. The factors
multiply, and the last price is left as it was traded. This is how Yahoo and most vendors derive adjusted
closes; the return of a holder who waits with the money, (P + D) / C - 1, differs from it in the second order.

Sources differ in what they call a price: some hand out what was traded, others have divided it by the
splits known when it was asked for. Each bar therefore says up to which day splits are in it.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, localcontext
from enum import StrEnum

from engine.errors import Inconsistent

DIGITS = 28  # of a factor


class ActionKind(StrEnum):
    """What a company did to its shares."""

    SPLIT = "split"
    DIVIDEND = "dividend"


@dataclass(frozen=True, slots=True)
class PriceBar:
    """One day's prices per share and the number of shares traded; None is what the source does not say.

    Splits with an ex date up to `splits_until` are in the prices: the day itself for prices as traded.
    """

    day: date
    close: Decimal
    open: Decimal | None = None
    high: Decimal | None = None
    low: Decimal | None = None
    volume: Decimal | None = None
    splits_until: date = date.min

    def __post_init__(self) -> None:
        if self.splits_until < self.day:
            object.__setattr__(self, "splits_until", self.day)


@dataclass(frozen=True, slots=True)
class Action:
    """A split or a dividend from the first day on which a buyer has no part in it. `value` is the number
    of new shares for one old, or the amount per share as it was declared, in the unit of the prices."""

    kind: ActionKind
    ex_date: date
    value: Decimal


@dataclass(frozen=True, slots=True)
class AdjustedBar:
    """A day in terms of the last day's shares. `factor` times the price that was stored is the adjusted
    one; `traded_close` is the stored close."""

    day: date
    close: Decimal
    open: Decimal | None
    high: Decimal | None
    low: Decimal | None
    volume: Decimal | None
    factor: Decimal
    traded_close: Decimal


def adjusted(
    bars: Sequence[PriceBar], actions: Iterable[Action], *, with_dividends: bool = True
) -> tuple[AdjustedBar, ...]:
    """The bars in the order of their days, adjusted to the shares after the last action that is given.

    Without dividends only splits are taken out, as charts of prices show them. Actions before the first
    bar change nothing.

    Raises Inconsistent where two bars are of one day, or a dividend is no less than the price before it.
    """
    ordered = sorted(bars, key=lambda bar: bar.day)
    days = [bar.day for bar in ordered]
    if len(set(days)) != len(days):
        raise Inconsistent("Two prices are of one day. Choose one source for each day.")
    given = sorted(actions, key=lambda action: action.ex_date)
    splits = [action for action in given if action.kind is ActionKind.SPLIT]
    dividends = [action for action in given if action.kind is ActionKind.DIVIDEND] if with_dividends else []
    result: list[AdjustedBar] = []
    with localcontext(prec=DIGITS):
        paid = Decimal(1)  # the factor of all dividends after the bar in hand
        for place in range(len(ordered) - 1, -1, -1):
            bar = ordered[place]
            while dividends and dividends[-1].ex_date > bar.day:
                dividend = dividends.pop()
                before = bisect_left(days, dividend.ex_date) - 1
                paid *= _dividend_factor(dividend, ordered[before], splits)
            split = _ratio(splits, bar.splits_until, date.max)
            result.append(_scaled(bar, paid / split, split))
    result.reverse()
    return tuple(result)


def close_in_shares_of(bar: PriceBar, splits: Iterable[Action], day: date) -> Decimal:
    """The close of a bar in terms of the shares there were on a day: what one of these had cost. Dividends
    change nothing."""
    given = [action for action in splits if action.kind is ActionKind.SPLIT]
    with localcontext(prec=DIGITS):
        later, earlier = _ratio(given, bar.splits_until, day), _ratio(given, day, bar.splits_until)
        return bar.close * earlier / later


def _dividend_factor(dividend: Action, bar: PriceBar, splits: Sequence[Action]) -> Decimal:
    """What is left of one unit of value when the dividend is taken out of the close before it."""
    close = bar.close * _ratio(splits, dividend.ex_date, bar.splits_until)
    close /= _ratio(splits, bar.splits_until, dividend.ex_date)
    if dividend.value >= close:
        raise Inconsistent(
            f"The dividend of {dividend.value} on {dividend.ex_date} is no less than the price of {close}"
            " before it. One of the two is in another unit, such as pence and pounds: correct it."
        )
    return 1 - dividend.value / close


def _ratio(splits: Sequence[Action], after: date, until: date) -> Decimal:
    """New shares for one old over all splits behind one day and up to another; 1 where there is none."""
    ratio = Decimal(1)
    for split in splits:
        if after < split.ex_date <= until:
            ratio *= split.value
    return ratio


def _scaled(bar: PriceBar, factor: Decimal, split: Decimal) -> AdjustedBar:
    def price(value: Decimal | None) -> Decimal | None:
        return None if value is None else value * factor

    return AdjustedBar(
        day=bar.day,
        close=bar.close * factor,
        open=price(bar.open),
        high=price(bar.high),
        low=price(bar.low),
        volume=None if bar.volume is None else bar.volume * split,
        factor=factor,
        traded_close=bar.close,
    )
