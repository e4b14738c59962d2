"""Shares and their prices over HTTP, and the door that has them updated."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import viewsets
from rest_framework.exceptions import ValidationError
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from engine.errors import Inconsistent
from engine.prices import AdjustedBar
from jobs.api.filters import AllowedFilters, MayView, Pages, asked_for, day, number, one_of, text
from jobs.api.launching import LaunchView, Wanted, launches
from market.api.serializers import InstrumentSerializer, PricesSerializer, UpdateMarketSerializer
from market.conversion import conversion
from market.models import Instrument, PriceBar
from market.series import adjusted_series, bars_of

NONE, SPLITS, ALL = "none", "splits", "all"


class InstrumentViewSet(viewsets.ReadOnlyModelViewSet):
    """Shares whose prices are collected, with their splits and dividends."""

    queryset = (
        Instrument.objects.select_related("listing__exchange").prefetch_related("actions").order_by("pk")
    )
    serializer_class = InstrumentSerializer
    permission_classes = [MayView]
    pagination_class = Pages
    filter_backends = [AllowedFilters]
    allowed_filters = (
        number("company", "listing__company_id", "Id of the company."),
        text("ticker", "listing__ticker__iexact", "Ticker of the listing."),
        text("exchange", "listing__exchange__mic", "Code of the exchange, such as XETR."),
    )


@dataclass(frozen=True, slots=True)
class _Price:
    """A day as it is handed out."""

    day: date
    open: Decimal | None
    high: Decimal | None
    low: Decimal | None
    close: Decimal
    volume: Decimal | None


@extend_schema_view(
    get=extend_schema(
        responses=PricesSerializer,
        parameters=[
            OpenApiParameter("instrument", int, required=True, description="Id of the share."),
            OpenApiParameter("from", date, description="First day."),
            OpenApiParameter("to", date, description="Last day."),
            OpenApiParameter("adjusted", str, enum=[NONE, SPLITS, ALL], description="all unless said."),
            OpenApiParameter("currency", str, description="Converts day by day; otherwise the listing's."),
        ],
    )
)
class PricesView(GenericAPIView):
    """The final prices of one share, a day each, in order. Adjusted for splits and dividends unless
    `adjusted` says `splits` or `none`."""

    queryset = PriceBar.objects.all()
    permission_classes = [MayView]
    filters = (
        number("instrument", "", "Id of the share."),
        day("from", "", "First day."),
        day("to", "", "Last day."),
        one_of("adjusted", "", [NONE, SPLITS, ALL], "What is taken out."),
        text("currency", "", "ISO 4217 code."),
    )

    def get(self, request: Request) -> Response:
        asked = asked_for(request, self.filters)
        if "instrument" not in asked:
            raise ValidationError({"instrument": "Which share? Its id stands in the list of instruments."})
        instrument = get_object_or_404(Instrument.objects.select_related("listing"), pk=asked["instrument"])
        adjusted = asked.get("adjusted", ALL)
        try:
            bars = _bars(instrument, adjusted, asked.get("from"), asked.get("to"))
        except Inconsistent as error:
            raise ValidationError({"adjusted": error.message}) from error
        wanted = str(asked.get("currency", "")).upper()
        shown = conversion(instrument.currency, wanted, instrument.quote_factor, [bar.day for bar in bars])
        body = {
            "instrument": instrument.pk,
            "currency": shown.currency,
            "adjusted": adjusted,
            "missing": shown.missing,
            "prices": [_price(bar, shown.factors[bar.day]) for bar in bars if bar.day in shown.factors],
        }
        return Response(PricesSerializer(body).data)


def _bars(instrument: Instrument, adjusted: str, first: Any, last: Any) -> list[AdjustedBar]:
    """Adjusted by all that is known up to the last day, so that a part is the same as in the whole."""
    if adjusted == NONE:
        bars = [
            AdjustedBar(one.day, one.close, one.open, one.high, one.low, one.volume, Decimal(1), one.close)
            for one in bars_of(instrument, last=last)
        ]
    else:
        bars = list(adjusted_series(instrument, last=last, with_dividends=adjusted == ALL))
    return [bar for bar in bars if first is None or bar.day >= first]


def _price(bar: AdjustedBar, factor: Decimal) -> _Price:
    def shown(value: Decimal | None) -> Decimal | None:
        return None if value is None else round(value * factor, 6)

    volume = None if bar.volume is None else round(bar.volume, 4)
    return _Price(
        bar.day, shown(bar.open), shown(bar.high), shown(bar.low), round(bar.close * factor, 6), volume
    )


@extend_schema_view(post=launches(UpdateMarketSerializer))
class UpdateMarketView(LaunchView):
    """POST asks the sources for prices: of the shares whose exchange trades now, or with `?force=1` of all
    that are meant."""

    task = "update_market_data"
    body = UpdateMarketSerializer

    def wanted(self, data: Mapping[str, Any], **address: Any) -> Wanted:
        arguments: dict[str, Any] = {}
        if data.get("tickers"):
            arguments["tickers"] = sorted(data["tickers"])
        if data.get("since"):
            arguments["since"] = data["since"].isoformat()
        return Wanted(None, arguments)
