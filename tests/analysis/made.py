"""Shares with prices of known character."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal

import numpy as np

from market.models import Instrument, PriceBar, PriceProvider
from market.sessions import calendar_of
from tests.market.made import a_provider, an_instrument

NOON = datetime(2024, 6, 3, 12, tzinfo=UTC)


def sessions(count: int, until: date = date(2024, 5, 31)) -> list[date]:
    """The last days of trading in New York up to a day."""
    return calendar_of("XNYS", NOON).days(date(2015, 1, 1), until)[-count:]


def a_walk(count: int, seed: int = 1) -> list[Decimal]:
    steps = np.random.default_rng(seed).normal(size=count) * 0.01
    return [Decimal(f"{value:.4f}") for value in 100 * np.exp(np.cumsum(steps))]


def returning(count: int, seed: int = 1) -> list[Decimal]:
    """Noise around 50: far easier to forecast than by the last price."""
    return [Decimal(f"{v:.4f}") for v in 50 + np.random.default_rng(seed).normal(size=count)]


def priced(ticker: str, closes: Sequence[Decimal], until: date = date(2024, 5, 31)) -> Instrument:
    """A share of New York with these last prices."""
    share = an_instrument(ticker)
    source = PriceProvider.objects.filter(code="one").first() or a_provider()
    add_prices(share, source, zip(sessions(len(closes), until), closes, strict=True))
    return share


def add_prices(share: Instrument, source: PriceProvider, prices: object) -> None:
    PriceBar.objects.bulk_create(
        PriceBar(instrument=share, provider=source, day=day, close=close, splits_until=day, fetched_at=NOON)
        for day, close in prices
    )
