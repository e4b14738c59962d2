"""Small things the pages of ratios say."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from django import template

from engine.kinds import PeriodKind
from engine.values import Period

register = template.Library()


@register.filter
def fiscal_year(end: date) -> int:
    """The year that a fiscal year is named after."""
    return Period(PeriodKind.INSTANT, None, end).fiscal_year


@register.filter
def nth(items: Sequence[object], place: int) -> object:
    """The item at a place that is a variable."""
    return items[place]


@register.filter
def grouped(number: str) -> str:
    """ "-1234.5" as "−1,234.5"."""
    return f"{Decimal(number):,f}".replace("-", "−")
