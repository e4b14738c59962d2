"""The prices of a share as a chart, with what happened to the company beside them."""

from dataclasses import asdict, dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django.contrib import admin
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from analysis.price_events import PriceEvent, events
from companies.models import ExchangeRate
from engine.currency import EURO
from engine.errors import Inconsistent
from engine.prices import AdjustedBar
from jobs.models import TaskRun
from market.conversion import Conversion, conversion
from market.models import Instrument
from market.series import actions_of, adjusted_series, bars_of
from market.staleness import age_of

NEWEST = 15  # rows of the table below the chart


class Adjustment(StrEnum):
    """What is taken out of the prices."""

    DIVIDENDS = "dividends"
    SPLITS = "splits"
    NONE = "none"


class Span(StrEnum):
    """How far back."""

    YEAR = "1y"
    FIVE = "5y"
    ALL = "all"


LABELS = {
    Adjustment.DIVIDENDS: "Adjusted",
    Adjustment.SPLITS: "For splits alone",
    Adjustment.NONE: "As traded",
    Span.YEAR: "1 year",
    Span.FIVE: "5 years",
    Span.ALL: "All",
}
_DAYS = {Span.YEAR: 366, Span.FIVE: 5 * 366}


@dataclass(frozen=True, slots=True)
class Choice:
    """What a visitor chose to see. Words that mean nothing fall back to the usual choice."""

    adjustment: Adjustment
    span: Span
    currency: str

    @classmethod
    def of(cls, request: HttpRequest) -> "Choice":
        asked = request.GET
        prices, span, currency = asked.get("prices", ""), asked.get("span", ""), asked.get("currency", "")
        return cls(
            Adjustment(prices) if prices in list(Adjustment) else Adjustment.DIVIDENDS,
            Span(span) if span in list(Span) else Span.FIVE,
            currency if len(currency) == 3 and currency.isascii() and currency.isalpha() else "",
        )


@dataclass(frozen=True, slots=True)
class Row:
    """One day as it is shown."""

    day: date
    close: Decimal
    traded: Decimal
    volume: Decimal | None


@permission_required("market.view_pricebar", raise_exception=True)
def price_chart(request: HttpRequest, instrument_id: int) -> HttpResponse:
    """The chart of a share: one line of closes, events on it, and the newest days as a table."""
    instrument = get_object_or_404(
        Instrument.objects.select_related("listing__company", "listing__exchange"), pk=instrument_id
    )
    choice = Choice.of(request)
    warnings: list[str] = []
    bars = _bars(instrument, choice, warnings)
    shown = conversion(
        instrument.currency, choice.currency, instrument.quote_factor, [bar.day for bar in bars]
    )
    if shown.missing:
        warnings.append(f"Some days are not shown in {shown.currency}. {shown.missing}")
    rows = [_row(bar, shown) for bar in bars if bar.day in shown.factors]
    happened = events(instrument, rows[0].day, rows[-1].day) if rows else []
    context = {
        **admin.site.each_context(request),
        "title": f"{instrument.listing.company}: {instrument}",
        "instrument": instrument,
        "company": instrument.listing.company,
        "choice": choice,
        "adjustments": [(one, LABELS[one]) for one in Adjustment],
        "spans": [(one, LABELS[one]) for one in Span],
        "currency": shown.currency,
        "currencies": _currencies(instrument.currency),
        "rows": rows[: -NEWEST - 1 : -1],
        "actions": list(reversed(actions_of(instrument))),
        "events": happened,
        "chart": _chart(rows, happened, shown.currency),
        "change": _change(rows),
        "age": age_of(instrument, bars[-1].day if bars else None, timezone.now()),
        "findings": instrument.findings.filter(resolved_at__isnull=True).count(),
        "running": TaskRun.objects.unfinished().about(instrument).first(),
        "warnings": warnings,
        "anything": bool(bars) or instrument.bars.exists(),
    }
    return render(request, "admin/analysis/price_chart.html", context)


def _bars(instrument: Instrument, choice: Choice, warnings: list[str]) -> list[AdjustedBar]:
    """The bars of the span, adjusted by what the whole series says."""
    try:
        if choice.adjustment is Adjustment.NONE:
            series = [
                AdjustedBar(
                    bar.day, bar.close, bar.open, bar.high, bar.low, bar.volume, Decimal(1), bar.close
                )
                for bar in bars_of(instrument)
            ]
        else:
            with_dividends = choice.adjustment is Adjustment.DIVIDENDS
            series = list(adjusted_series(instrument, with_dividends=with_dividends))
    except Inconsistent as error:
        warnings.append(error.message)
        series = list(adjusted_series(instrument, with_dividends=False))
    days = _DAYS.get(choice.span)
    if days is None or not series:
        return series
    start = series[-1].day - timedelta(days=days)
    return [bar for bar in series if bar.day >= start]


def _row(bar: AdjustedBar, shown: Conversion) -> Row:
    factor = shown.factors[bar.day]
    return Row(bar.day, bar.close * factor, bar.traded_close * factor, bar.volume)


def _chart(rows: list[Row], happened: list[PriceEvent], currency: str) -> dict[str, Any]:
    """What the script draws. An event lies on the first day of trading from its own on."""
    days = [row.day for row in rows]
    placed = []
    for event in happened:
        place = next((place for place, day in enumerate(days) if day >= event.day), None)
        if place is not None:
            placed.append({**asdict(event), "day": event.day.isoformat(), "place": place})
    return {
        "days": [day.isoformat() for day in days],
        "closes": [f"{row.close:.4f}" for row in rows],
        "events": placed,
        "currency": currency,
    }


def _change(rows: list[Row]) -> Decimal | None:
    """Percent from the first day shown to the last."""
    return None if len(rows) < 2 else round((rows[-1].close / rows[0].close - 1) * 100, 1)


def _currencies(own: str) -> list[str]:
    """Those that prices can be shown in: the share's own first, then all that there are rates of."""
    known = ExchangeRate.objects.order_by("currency").values_list("currency", flat=True).distinct()
    others = sorted({*known, EURO} - {own}) if own and known else []
    return [own, *others] if others else []
