"""Shares, sources and prices made by hand."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from companies.models import Company, Exchange, Listing
from market.models import Instrument, PriceBar, PriceProvider, ProviderKind

ZONES = {
    "XNYS": "America/New_York",
    "XETR": "Europe/Berlin",
    "XLON": "Europe/London",
    "XTKS": "Asia/Tokyo",
}
NOON = datetime(2024, 7, 1, 12, tzinfo=UTC)


def an_instrument(ticker: str = "NWD", mic: str = "XNYS", currency: str = "USD", **fields: Any) -> Instrument:
    """A share of a company of its own."""
    exchange, _ = Exchange.objects.get_or_create(
        mic=mic, defaults={"name": mic, "timezone": ZONES.get(mic, "UTC")}
    )
    company, _ = Company.objects.get_or_create(
        slug=f"company-{ticker.lower()}", defaults={"name": f"Company {ticker}"}
    )
    listing = Listing.objects.create(company=company, exchange=exchange, ticker=ticker, currency=currency)
    return Instrument.objects.create(listing=listing, **fields)


def a_provider(code: str = "one", kind: ProviderKind = ProviderKind.FILE, **fields: Any) -> PriceProvider:
    return PriceProvider.objects.create(code=code, name=code.capitalize(), kind=kind, **fields)


def a_bar(instrument: Instrument, provider: PriceProvider, day: date, close: str, **fields: Any) -> PriceBar:
    given: Mapping[str, Any] = {"splits_until": day, "fetched_at": NOON, **fields}
    return PriceBar.objects.create(
        instrument=instrument, provider=provider, day=day, close=Decimal(close), **given
    )
