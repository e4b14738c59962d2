"""`manage.py import_prices FILE "SAP (XETR)"`: keep the prices of a CSV or JSON file for a listing."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from companies.listings import parse_listings
from market.files import take_in_file
from market.instruments import ensure_instruments
from market.models import Instrument, PriceBasis
from market.providers.base import ProviderFailed


class Command(BaseCommand):
    help = (
        "Keep the daily prices of a file for a listing such as 'SAP (XETR)'. The first line of a CSV file"
        " names its columns: date and close, and open, high, low, volume, dividend, split where there are."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("listing", help="Ticker and exchange, as in 'SAP (XETR)'.")
        parser.add_argument(
            "--divided-by-splits",
            action="store_true",
            help="The prices are divided by the splits since, as many sites show them.",
        )

    def handle(
        self, *args: Any, file: Path, listing: str, divided_by_splits: bool = False, **options: Any
    ) -> None:
        instrument = _instrument(listing)
        basis = PriceBasis.SPLITS if divided_by_splits else PriceBasis.AS_TRADED
        try:
            stored = take_in_file(instrument, file.read_bytes(), at=timezone.now(), basis=basis)
        except OSError as error:
            raise CommandError(f"{file} cannot be read: {error}") from error
        except ProviderFailed as failure:
            raise CommandError(failure.message) from failure
        self.stdout.write(
            f"{instrument}: {stored.new} new prices, {stored.corrected} corrected, {stored.unchanged} known,"
            f" {stored.refused} refused, from {stored.first} to {stored.last}; {stored.gaps} days of trading"
            " without a price."
        )


def _instrument(text: str) -> Instrument:
    try:
        pairs = parse_listings(text)
    except ValueError as error:
        raise CommandError(str(error)) from error
    if len(pairs) != 1:
        raise CommandError("Name one listing, such as 'SAP (XETR)': a file holds the prices of one share.")
    ensure_instruments(timezone.now().date())
    (ticker, mic) = pairs[0]
    found = Instrument.objects.filter(listing__ticker=ticker, listing__exchange__mic=mic)
    instrument = found.select_related("listing__exchange").order_by("-listing__valid_from").first()
    if instrument is None:
        raise CommandError(
            f"No company is listed as {ticker} ({mic}). Enter the listing at its company first."
        )
    return instrument
