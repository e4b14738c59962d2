"""Forecasts over HTTP: what was said, how good it was, and the doors that have them made."""

from collections.abc import Mapping
from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema_view
from rest_framework import serializers, viewsets
from rest_framework.exceptions import ValidationError

from analysis.forecasting import MOST_HORIZONS
from analysis.inputs import share_named
from analysis.models import ForecastEvaluation, ForecastPoint, ForecastRun
from companies.models import Company
from engine.forecast.values import LONGEST_HORIZON
from jobs.api.filters import AllowedFilters, MayView, Pages, number, text
from jobs.api.launching import LaunchView, Wanted, launches
from market.models import Instrument

MOST_TICKERS = 2000


class ForecastPointSerializer(serializers.ModelSerializer):
    """One day ahead; `actual` is null until it has come and been compared."""

    class Meta:
        model = ForecastPoint
        fields = ["horizon", "target_date", "point", "lo80", "hi80", "lo95", "hi95", "actual"]


class ForecastSerializer(serializers.ModelSerializer):
    """A forecast. Without points where `method` is insufficient_history: `reason` says what is missing."""

    points = ForecastPointSerializer(many=True)

    class Meta:
        model = ForecastRun
        fields = [
            "id", "instrument", "company", "concept", "made_at", "data_until", "last_known", "method",
            "weights", "claims_skill", "skill", "skill_low", "skill_high", "history", "origins", "reason",
            "engine_version", "points",
        ]  # fmt: skip


class ForecastEvaluationSerializer(serializers.ModelSerializer):
    """How good forecasts were; null is a measure that is not defined for them."""

    class Meta:
        model = ForecastEvaluation
        fields = [
            "id", "instrument", "company", "concept", "method", "horizon", "window_start", "window_end",
            "count", "refused", "mae", "rmse", "smape", "mase", "bias", "pinball", "skill", "hit_rate",
            "hit_low", "hit_high", "coverage80", "coverage95", "evaluated_at",
        ]  # fmt: skip


_OF = (
    number("instrument", "instrument_id", "Id of the share."),
    number("company", "company_id", "Id of the company, of forecasts of its lines."),
    text("concept", "concept", "Concept of the line."),
    text("method", "method", "Such as random_walk or ensemble."),
)


class ForecastViewSet(viewsets.ReadOnlyModelViewSet):
    """Forecasts, newest first."""

    queryset = ForecastRun.objects.prefetch_related("points").order_by("-made_at", "-pk")
    serializer_class = ForecastSerializer
    permission_classes = [MayView]
    pagination_class = Pages
    filter_backends = [AllowedFilters]
    allowed_filters = _OF


class ForecastEvaluationViewSet(viewsets.ReadOnlyModelViewSet):
    """How good the forecasts of each subject were, by method and horizon, newest window first."""

    queryset = ForecastEvaluation.objects.order_by("-window_end", "-pk")
    serializer_class = ForecastEvaluationSerializer
    permission_classes = [MayView]
    pagination_class = Pages
    filter_backends = [AllowedFilters]
    allowed_filters = (*_OF, number("horizon", "horizon", "Steps ahead."))


class _HorizonsSerializer(serializers.Serializer):
    horizons = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=LONGEST_HORIZON),
        max_length=MOST_HORIZONS,
        required=False,
        help_text="Trading days ahead, or years for lines of statements.",
    )


class _SubjectSerializer(serializers.Serializer):
    instrument = serializers.IntegerField(min_value=1, required=False, help_text="Id of a share.")
    ticker = serializers.CharField(max_length=20, required=False, help_text="Or its ticker.")
    exchange = serializers.CharField(max_length=10, required=False, help_text="Where several have it: XETR.")

    named: tuple[str, ...] = ("instrument", "ticker")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if sum(name in attrs for name in self.named) != 1:
            raise ValidationError(f"Name one of {', '.join(self.named)}.")
        return attrs


class GenerateSerializer(_SubjectSerializer, _HorizonsSerializer):
    """Whose price to forecast."""


class GenerateLinesSerializer(_HorizonsSerializer):
    """Which lines of a company's yearly statements to forecast."""

    company = serializers.IntegerField(min_value=1, help_text="Id of the company.")
    concepts = serializers.ListField(
        child=serializers.CharField(max_length=60), max_length=50, required=False,
        help_text="The main lines where none are named.",
    )  # fmt: skip


class ForecastBatchSerializer(_HorizonsSerializer):
    """Which shares, all that are collected where none are named."""

    tickers = serializers.ListField(
        child=serializers.CharField(max_length=20), required=False, max_length=MOST_TICKERS
    )


class EvaluateSerializer(_SubjectSerializer):
    """Whose forecasts, of how many days up to now."""

    named = ("instrument", "ticker", "company")
    company = serializers.IntegerField(min_value=1, required=False, help_text="Or the id of a company.")
    concept = serializers.CharField(max_length=60, required=False, help_text="The line of the company.")
    days_back = serializers.IntegerField(min_value=1, max_value=3660, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "company" in attrs and "concept" not in attrs:
            raise ValidationError({"concept": "Which line of the company?"})
        return super().validate(attrs)


@extend_schema_view(post=launches(GenerateSerializer))
class GenerateForecastView(LaunchView):
    """POST forecasts the price of a share."""

    task = "generate_stock_forecast"
    body = GenerateSerializer

    def wanted(self, data: Mapping[str, Any], **address: Any) -> Wanted:
        share = _share(data)
        return Wanted(share, {"instrument_id": share.pk, **_horizons(data)})


@extend_schema_view(post=launches(GenerateLinesSerializer))
class GenerateLinesView(LaunchView):
    """POST forecasts lines of a company's yearly statements."""

    task = "generate_statement_forecast"
    body = GenerateLinesSerializer

    def wanted(self, data: Mapping[str, Any], **address: Any) -> Wanted:
        company = get_object_or_404(Company, pk=data["company"])
        concepts = {"concepts": data["concepts"]} if data.get("concepts") else {}
        return Wanted(company, {"company_id": company.pk, **concepts, **_horizons(data)})


@extend_schema_view(post=launches(ForecastBatchSerializer))
class BatchForecastView(LaunchView):
    """POST forecasts the prices of many shares."""

    task = "batch_forecast_generation"
    body = ForecastBatchSerializer

    def wanted(self, data: Mapping[str, Any], **address: Any) -> Wanted:
        tickers = {"tickers": sorted(data["tickers"])} if data.get("tickers") else {}
        return Wanted(None, {**tickers, **_horizons(data)})


@extend_schema_view(post=launches(EvaluateSerializer))
class EvaluateForecastView(LaunchView):
    """POST compares forecasts with what came."""

    task = "evaluate_forecast_accuracy"
    body = EvaluateSerializer

    def wanted(self, data: Mapping[str, Any], **address: Any) -> Wanted:
        days = {"days_back": data["days_back"]} if "days_back" in data else {}
        if "company" in data:
            company = get_object_or_404(Company, pk=data["company"])
            return Wanted(company, {"company_id": company.pk, "concept": data["concept"], **days})
        share = _share(data)
        return Wanted(share, {"instrument_id": share.pk, **days})


class UpdateModelsSerializer(_SubjectSerializer):
    """Whose models, all that there are where no share is named."""

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        return super().validate(attrs) if attrs else attrs


@extend_schema_view(post=launches(UpdateModelsSerializer))
class UpdateModelsView(LaunchView):
    """POST trains the models of shares again on what came since, and watches their errors."""

    task = "update_forecast_models"
    body = UpdateModelsSerializer

    def wanted(self, data: Mapping[str, Any], **address: Any) -> Wanted:
        if not data:
            return Wanted(None, {})
        share = _share(data)
        return Wanted(share, {"instrument_id": share.pk})


def _horizons(data: Mapping[str, Any]) -> dict[str, Any]:
    return {"horizons": sorted(set(data["horizons"]))} if data.get("horizons") else {}


def _share(data: Mapping[str, Any]) -> Instrument:
    if "instrument" in data:
        return get_object_or_404(Instrument, pk=data["instrument"])
    found = share_named(data["ticker"], data.get("exchange", ""))
    if len(found) > 1:
        where = ", ".join(sorted(share.listing.exchange.mic for share in found))
        raise ValidationError({"exchange": f"Several exchanges have this ticker: {where}. Name one."})
    return get_object_or_404(Instrument, pk=found[0].pk if found else 0)
