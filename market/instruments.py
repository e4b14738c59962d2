"""Which shares prices are collected for, and in which unit their exchanges quote."""

from datetime import date
from decimal import Decimal

from django.db.models import Q, QuerySet

from companies.models import Listing
from market.models import Instrument

# Where prices are in hundredths of the currency by custom. A share that is quoted otherwise says so itself.
QUOTED_IN_HUNDREDTHS = {
    ("XLON", "GBP"): "pence",
    ("XJSE", "ZAR"): "cents",
    ("XTAE", "ILS"): "agorot",
}


def ensure_instruments(today: date) -> int:
    """An instrument for every listing that is valid today, of a company that is active; how many are new."""
    valid = Listing.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gte=today), valid_from__lte=today, company__is_active=True
    )
    missing = valid.filter(instrument__isnull=True).select_related("exchange")
    made = [Instrument(listing=listing, quote_factor=quote_factor_of(listing)) for listing in missing]
    Instrument.objects.bulk_create(made, ignore_conflicts=True)
    return len(made)


def quote_factor_of(listing: Listing) -> Decimal:
    """What one unit of the quoted price is worth in the currency of the listing, by the custom of its
    exchange."""
    in_hundredths = (listing.exchange.mic, listing.currency) in QUOTED_IN_HUNDREDTHS
    return Decimal("0.01") if in_hundredths else Decimal(1)


def collected(today: date) -> QuerySet[Instrument]:
    """The shares whose prices are to be kept up to date, those that were longest not looked at first."""
    return (
        Instrument.objects.filter(
            Q(listing__valid_to__isnull=True) | Q(listing__valid_to__gte=today),
            is_active=True,
            listing__company__is_active=True,
        )
        .select_related("listing__company", "listing__exchange")
        .order_by("checked_at", "pk")
    )
