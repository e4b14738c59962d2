"""Prices out of files that people bring: CSV or JSON, one share a file."""

from datetime import datetime
from typing import Any

from django.db import transaction

from audit.actions import Action
from audit.record import record
from market.collect import clock_of, take_in
from market.models import Instrument, PriceBasis, PriceProvider, ProviderKind
from market.providers.base import Answer, ProviderFailed
from market.providers.tables import read_csv, read_json
from market.store import Stored

LARGEST = 20 * 1024 * 1024  # bytes; a century of days is a tenth of it
TOO_LARGE = f"The file has more than {LARGEST:,} bytes. Bring fewer years at once."
# One source for each meaning of a price, so that the two are never taken for corrections of each other.
_SOURCES = {
    PriceBasis.AS_TRADED: ("files", "Files"),
    PriceBasis.SPLITS: ("files-divided", "Files divided by splits"),
}
_FIRST = 10  # before all sources that are asked: what a person brings is meant


def read_file(data: bytes, instrument: Instrument, at: datetime) -> Answer:
    """The prices of a file, as they are given.

    Raises ProviderFailed with a sentence that says what is wrong with the file.
    """
    if len(data) > LARGEST:
        raise ProviderFailed("too_large", TOO_LARGE)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ProviderFailed(
            "wrong_body",
            "This is no text in UTF-8. Export the prices as CSV or JSON; a workbook cannot be read.",
        ) from None
    start = text.lstrip()[:1]
    if start == "<":
        raise ProviderFailed("wrong_body", "This is a page for browsers, not a file of prices.")
    read = read_json if start in ("{", "[") else read_csv
    return read(text, clock_of(instrument, at).zone)


def take_in_file(
    instrument: Instrument,
    data: bytes,
    *,
    at: datetime,
    basis: PriceBasis = PriceBasis.AS_TRADED,
    by: Any = None,
) -> Stored:
    """Keep the prices of a file. Taking it in again changes nothing.

    Raises ProviderFailed where the file as a whole cannot be read; single lines that cannot are findings.
    """
    answer = read_file(data, instrument, at)
    with transaction.atomic():
        stored = take_in(instrument, file_source(basis), answer, clock_of(instrument, at))
        if by is not None:
            told = f"Prices from a file: {stored.new} new, {stored.corrected} corrected."
            record(Action.ADDED, instrument, by=by, detail=told)
    return stored


def file_source(basis: PriceBasis) -> PriceProvider:
    """The source that files stand under."""
    code, name = _SOURCES[basis]
    source, _ = PriceProvider.objects.get_or_create(
        code=code,
        defaults={"name": name, "kind": ProviderKind.FILE, "priority": _FIRST, "basis": basis},
    )
    return source
