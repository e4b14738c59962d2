"""Exchange rates of the European Central Bank, kept to show figures in other currencies."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import islice

from django.db import transaction

from companies.models import ExchangeRate
from engine.currency import Rate, read_ecb_csv

ECB = "ECB"
_BATCH = 5000


@dataclass(frozen=True, slots=True)
class ImportedRates:
    """What a file brought. A rate the bank corrected since takes the place of the older one."""

    rates: int
    new: int
    currencies: int
    first: date | None
    last: date | None


def import_ecb_rates(text: str) -> ImportedRates:
    """Keep all rates of one of the bank's CSV files. Importing a file again changes nothing.

    Raises BadInput, and keeps nothing, where a line cannot be read.
    """
    return keep_ecb_rates(read_ecb_csv(text))


@transaction.atomic
def keep_ecb_rates(given: Iterable[Rate]) -> ImportedRates:
    """Keep rates as the bank publishes them; all of them or, where reading them fails, none."""
    before = ExchangeRate.objects.count()
    days: set[date] = set()
    currencies: set[str] = set()
    total = 0
    rates = iter(given)
    while batch := list(islice(rates, _BATCH)):
        _keep(batch)
        days |= {rate.day for rate in batch}
        currencies |= {rate.currency for rate in batch}
        total += len(batch)
    return ImportedRates(
        rates=total,
        new=ExchangeRate.objects.count() - before,
        currencies=len(currencies),
        first=min(days, default=None),
        last=max(days, default=None),
    )


def _keep(rates: Iterable[Rate]) -> None:
    ExchangeRate.objects.bulk_create(
        [ExchangeRate(currency=rate.currency, day=rate.day, rate=rate.rate, source=ECB) for rate in rates],
        update_conflicts=True,
        unique_fields=["currency", "day"],
        update_fields=["rate", "source"],
    )
