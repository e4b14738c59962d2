"""Figures in relation to others: the growth against a year before, and the share of a base.

Both compare amounts. A ratio that says nothing (a base of nothing, a change from loss to profit) is None,
which is not the same as zero.
"""

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal

from engine.kinds import StatementKind
from engine.values import Period

# What a common-size statement is a share of; the first of a list that is printed counts. Statements of cash
# flows have no total of their own that is of one sign, so that they are held against revenue as well. A
# bank prints neither: its statements of flows have no such view.
BASES: Mapping[StatementKind, tuple[str, ...]] = {
    StatementKind.INCOME_STATEMENT: ("is.revenue", "is.insurance_revenue"),
    StatementKind.BALANCE_SHEET: ("bs.total_assets",),
    StatementKind.CASH_FLOW_STATEMENT: ("is.revenue", "is.insurance_revenue"),
}
# Days between the ends of one period and of that a year before it, in calendars of months and of weeks.
A_YEAR = range(350, 381)
SAME_LENGTH = 8  # days: a year of 53 weeks is a week longer than one of 52


def base_of(statement: StatementKind, printed: Collection[str]) -> str | None:
    """The concept whose figure is the hundred percent, None where none of them is printed."""
    return next((concept for concept in BASES[statement] if concept in printed), None)


def year_before(period: Period, periods: Sequence[Period]) -> int | None:
    """The number of the period of equal length that ended a year earlier, None where there is none.
    A transition period has none, nor has the year behind it."""
    for number, other in enumerate(periods):
        if other.kind is not period.kind or (period.end - other.end).days not in A_YEAR:
            continue
        if period.days == other.days or (
            period.days is not None
            and other.days is not None
            and abs(period.days - other.days) <= SAME_LENGTH
        ):
            return number
    return None


def growth(now: Decimal | None, before: Decimal | None) -> Decimal | None:
    """By which part an amount grew: 0.2 from 10 to 12 and also from -10 to -12, since a cost that
    rises has grown. None where one is not known, was nothing, or has changed its sign."""
    if now is None or before is None or before == 0 or now * before < 0:
        return None
    return now / before - 1


def share(value: Decimal | None, base: Decimal | None) -> Decimal | None:
    """The part a figure is of its base, negative for what is deducted. None where one is not known or the
    base is not above nothing."""
    if value is None or base is None or base <= 0:
        return None
    return value / base
