"""Rows into the engine's series. No data is an empty series, never a made-up one."""

from collections.abc import Sequence
from datetime import date, datetime

from companies.models import Company
from engine.kinds import CompiledView, ReportingPeriod
from engine.series import Series, of_periods, of_prices
from extraction.models import CompiledCell
from market.instruments import collected
from market.models import Instrument
from market.series import adjusted_series
from market.sessions import UnknownCalendar, calendar_of


def price_series(instrument: Instrument, at: datetime, *, known_at: datetime | None = None) -> Series:
    """Closing prices in terms of the last day's shares, splits taken out and dividends left in, as they
    are quoted. Sessions without a price are gaps where the exchange's calendar is known."""
    bars = adjusted_series(instrument, known_at=known_at, with_dividends=False)
    if not bars:
        return Series((), ())
    return of_prices(bars, sessions_between(instrument, at, bars[0].day, bars[-1].day))


def sessions_between(instrument: Instrument, at: datetime, first: date, last: date) -> list[date]:
    """The exchange's days of trading, both ends included; empty where nobody knows its calendar."""
    try:
        return calendar_of(instrument.listing.exchange.mic, at).days(first, last)
    except UnknownCalendar:
        return []


def line_series(company: Company, concept: str) -> Series:
    """The figures of one concept over the compiled years, as the latest reports print them."""
    cells = CompiledCell.objects.filter(
        row__concept=concept,
        row__compiled__company=company,
        row__compiled__is_current=True,
        row__compiled__view=CompiledView.LATEST,
        row__compiled__period=ReportingPeriod.FULL_YEAR,
    ).order_by("row__compiled__statement", "row__ordinal", "ordinal")
    figures: dict[date, object] = {}
    row = None
    for cell in cells:
        # The same concept may stand in two rows, of one statement or of two; the first has it.
        row = row or cell.row_id
        if cell.row_id == row:
            figures[cell.period_end] = 0 if cell.nil else cell.value
    return of_periods(figures.items())  # type: ignore[arg-type]


def shares_named(today: date, tickers: Sequence[str] = ()) -> tuple[list[Instrument], list[str]]:
    """The shares with these tickers, on whatever exchange, in the order of the tickers, and those that
    none has; without tickers all shares whose prices are collected."""
    shares = list(collected(today))
    if not tickers:
        return shares, []
    named = {ticker.upper() for ticker in tickers}
    place = {ticker.upper(): number for number, ticker in reversed(list(enumerate(tickers)))}
    found = sorted(
        (share for share in shares if share.listing.ticker.upper() in named),
        key=lambda share: place[share.listing.ticker.upper()],
    )
    return found, sorted(named - {share.listing.ticker.upper() for share in found})


def share_named(ticker: str, exchange: str = "") -> list[Instrument]:
    """The shares with this ticker, on this exchange where one is named."""
    shares = Instrument.objects.filter(listing__ticker__iexact=ticker).select_related("listing__exchange")
    return list(shares.filter(listing__exchange__mic__iexact=exchange) if exchange else shares)
