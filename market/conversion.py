"""Prices in another currency, day by day at the closing rate of the European Central Bank."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from companies.models import ExchangeRate
from engine.currency import LONGEST_CLOSURE, MissingRate, Rate, RateTable


@dataclass(frozen=True, slots=True)
class Conversion:
    """What one quoted unit was worth in `currency`, by day. Days without a rate are missing, and
    `missing` says why in a sentence; it is "" where no day is missing."""

    currency: str
    factors: dict[date, Decimal]
    missing: str = ""


def conversion(given: str, wanted: str, quote_factor: Decimal, days: Sequence[date]) -> Conversion:
    """How prices in a quoted unit become prices in a wanted currency; "" keeps the currency of the
    listing, and only takes pence to pounds. One query where two currencies are involved, otherwise none.
    """
    if not wanted or wanted == given or not days:
        return Conversion(wanted or given, dict.fromkeys(days, quote_factor))
    if not given:
        return Conversion(wanted, {}, "The listing does not say in which currency the share trades.")
    rows = ExchangeRate.objects.filter(
        currency__in=[given, wanted],
        day__gte=min(days) - timedelta(days=LONGEST_CLOSURE + 1),
        day__lte=max(days),
    )
    table = RateTable((Rate(row.currency, row.day, row.rate) for row in rows), "")
    factors: dict[date, Decimal] = {}
    missing = ""
    for day in days:
        rate = table.closing(given, wanted, day)
        if isinstance(rate, MissingRate):
            missing = missing or rate.reason
        else:
            factors[day] = rate.value * quote_factor
    return Conversion(wanted, factors, missing)
