"""Trained models over HTTP, and the doors that have them trained."""

from collections.abc import Mapping
from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema_view
from rest_framework import serializers, viewsets

from analysis.models import ModelFamily, Stage, TrainedModel
from analysis.training.forecasting import MODELS
from jobs.api.filters import AllowedFilters, MayView, Pages, number, one_of, text
from jobs.api.launching import LaunchView, Wanted, launches
from market.models import Instrument

MOST_TRIALS = 200


class TrainedModelSerializer(serializers.ModelSerializer):
    class Meta:
        model = TrainedModel
        fields = [
            *("id", "family", "name", "instrument", "version", "stage", "decision", "algorithm"),
            *("parameters", "seed", "data_hash", "trained_on", "measured_on", "metrics", "baseline"),
            *("baseline_metrics", "against_baseline", "against_champion", "artefact_sha256", "parent"),
            *("engine_version", "trained_at", "promoted_at"),
        ]


class TrainedModelViewSet(viewsets.ReadOnlyModelViewSet):
    """Trained models with their measures on data they have not seen, newest first."""

    queryset = TrainedModel.objects.order_by("-pk")
    serializer_class = TrainedModelSerializer
    permission_classes = [MayView]
    pagination_class = Pages
    filter_backends = [AllowedFilters]
    allowed_filters = (
        one_of("family", "family", ModelFamily.values, "What the model does."),
        one_of("stage", "stage", Stage.values, "Whether it is in use."),
        text("name", "name", "Which model of its family."),
        number("instrument", "instrument_id", "Id of the share."),
    )


class RetrainSentimentSerializer(serializers.Serializer):
    """Without a word, what people have labelled is learnt from alone."""

    table = serializers.CharField(
        required=False, max_length=200, help_text="Name of a CSV file in the training folder."
    )


class RetrainForecastingSerializer(serializers.Serializer):
    instrument = serializers.IntegerField(help_text="Id of the share.")
    models = serializers.ListField(
        child=serializers.CharField(max_length=40),
        required=False,
        max_length=20,
        help_text=f"Of {', '.join(MODELS)}; ensemble where none is named.",
    )


class OptimizeSerializer(serializers.Serializer):
    model_type = serializers.ChoiceField([ModelFamily.SENTIMENT.value, ModelFamily.FORECASTING.value])
    model_name = serializers.ChoiceField(list(MODELS), required=False)
    instrument = serializers.IntegerField(required=False, help_text="Id of the share, for forecasting.")
    budget = serializers.IntegerField(required=False, min_value=2, max_value=MOST_TRIALS)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["model_type"] == ModelFamily.FORECASTING and "instrument" not in attrs:
            raise serializers.ValidationError({"instrument": "Which share? Its settings are its own."})
        return attrs


@extend_schema_view(post=launches(RetrainSentimentSerializer))
class RetrainSentimentView(LaunchView):
    """POST trains the classifier of sentences."""

    task = "retrain_sentiment_model"
    body = RetrainSentimentSerializer

    def wanted(self, data: Mapping[str, Any], **address: Any) -> Wanted:
        return Wanted(None, dict(data))


@extend_schema_view(post=launches(RetrainForecastingSerializer))
class RetrainForecastingView(LaunchView):
    """POST chooses settings for the forecasts of a share's price."""

    task = "retrain_forecasting_models"
    body = RetrainForecastingSerializer

    def wanted(self, data: Mapping[str, Any], **address: Any) -> Wanted:
        share = get_object_or_404(Instrument, pk=data["instrument"])
        named = {"models": list(data["models"])} if data.get("models") else {}
        return Wanted(share, {"instrument_id": share.pk, **named})


@extend_schema_view(post=launches(None))
class RetrainAnomalyView(LaunchView):
    """POST tunes how strict the search for anomalies is to what people decided about its findings."""

    task = "retrain_anomaly_models"

    def wanted(self, data: Mapping[str, Any], **address: Any) -> Wanted:
        return Wanted(None, {})


@extend_schema_view(post=launches(OptimizeSerializer))
class OptimizeView(LaunchView):
    """POST searches settings for a model; its next training uses them."""

    task = "optimize_model_hyperparameters"
    body = OptimizeSerializer

    def wanted(self, data: Mapping[str, Any], **address: Any) -> Wanted:
        given = {name: data[name] for name in ("model_type", "model_name", "budget") if name in data}
        if "instrument" not in data:
            return Wanted(None, given)
        share = get_object_or_404(Instrument, pk=data["instrument"])
        return Wanted(share, {**given, "instrument_id": share.pk})
