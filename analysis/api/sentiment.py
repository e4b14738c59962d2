"""The tone of documents over HTTP: what is known of it, and the doors that start the work."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Prefetch
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema_field, extend_schema_view
from rest_framework import serializers, viewsets

from analysis.errors import WrongSpan
from analysis.models import (
    OVERALL,
    SentimentAnalysis,
    SentimentComparison,
    SentimentSentence,
    SentimentShift,
    SentimentTrend,
)
from analysis.sentiment.compare import CUSTOM, MOST_COMPANIES, TIMEFRAMES
from analysis.sentiment.spans import begins
from analysis.tasks.sentiment import MOST_DOCUMENTS
from companies.models import Company
from documents.models import Document
from engine.kinds import DocumentKind, Polarity, Topic
from jobs.api.filters import AllowedFilters, MayView, Pages, day, number, one_of
from jobs.api.launching import LaunchView, Wanted, launches

SENTENCES_SHOWN = 200


@extend_schema_field(dict[str, dict[str, str | float | int] | None])
class TopicsField(serializers.Field):
    """The eight topics by name: score and number of sentences, or null where nothing speaks of one."""

    def to_representation(self, rows: Any) -> dict[str, Any]:
        by_topic = {one.topic: one for one in rows.all()}
        return {
            topic.value: None
            if topic.value not in by_topic
            else {
                "score": by_topic[topic.value].score,
                "polarity": by_topic[topic.value].polarity,
                "confidence": by_topic[topic.value].confidence,
                "sentences": by_topic[topic.value].n,
            }
            for topic in Topic
        }


class SentenceSerializer(serializers.ModelSerializer):
    class Meta:
        model = SentimentSentence
        fields = ["page", "heading", "text", "score", "label", "terms", "topics", "axes", "reviewer_label"]


class SentimentSerializer(serializers.ModelSerializer):
    """The tone of a document. `score` is null where no sentence says anything good or bad."""

    company = serializers.IntegerField(source="document.company_id")
    topics = TopicsField(source="topic_scores", read_only=True)

    class Meta:
        model = SentimentAnalysis
        fields = [
            "id", "document", "company", "model", "model_version", "score", "polarity", "confidence",
            "n_sentences", "n_evidence", "topics", "axes", "left_out", "is_current", "made_at",
        ]  # fmt: skip


class SentimentDetailSerializer(SentimentSerializer):
    sentences = serializers.SerializerMethodField(
        help_text=f"The strongest {SENTENCES_SHOWN}, each with its page."
    )

    class Meta(SentimentSerializer.Meta):
        fields = [*SentimentSerializer.Meta.fields, "sentences"]

    def get_sentences(self, analysis: SentimentAnalysis) -> list[dict[str, Any]]:
        rows = sorted(analysis.evidence, key=lambda one: (-abs(one.score), one.number))  # type: ignore[attr-defined]
        return list(SentenceSerializer(rows[:SENTENCES_SHOWN], many=True).data)


class SentimentViewSet(viewsets.ReadOnlyModelViewSet):
    """The current tone of documents, each with its topics; one of them also with its sentences."""

    queryset = (
        SentimentAnalysis.objects.filter(is_current=True)
        .select_related("document")
        .prefetch_related("topic_scores")
        .order_by("-pk")
    )
    serializer_class = SentimentSerializer
    permission_classes = [MayView]
    pagination_class = Pages
    filter_backends = [AllowedFilters]
    allowed_filters = (
        number("document", "document_id", "Id of the document."),
        number("company", "document__company_id", "Id of the company."),
        one_of("polarity", "polarity", [one.value for one in Polarity], "What the tone is called."),
    )

    def get_queryset(self):
        found = super().get_queryset()
        if self.action != "retrieve":
            return found
        evidence = SentimentSentence.objects.exclude(terms=[])
        return found.prefetch_related(Prefetch("sentences", evidence, to_attr="evidence"))

    def get_serializer_class(self):
        return SentimentDetailSerializer if self.action == "retrieve" else SentimentSerializer


class TrendSerializer(serializers.ModelSerializer):
    class Meta:
        model = SentimentTrend
        fields = [
            "company", "document", "topic", "document_type", "period_end", "score", "n", "delta", "smoothed",
            "method_version",
        ]  # fmt: skip


class SentimentTrendViewSet(viewsets.ReadOnlyModelViewSet):
    """The points of companies' trends; an empty topic is the overall tone."""

    queryset = SentimentTrend.objects.order_by("company", "topic", "document_type", "period_end", "pk")
    serializer_class = TrendSerializer
    permission_classes = [MayView]
    pagination_class = Pages
    filter_backends = [AllowedFilters]
    allowed_filters = (
        number("company", "company_id", "Id of the company."),
        one_of("topic", "topic", [OVERALL, *(one.value for one in Topic)], "The topic; empty for overall."),
        one_of("type", "document_type", [one.value for one in DocumentKind], "The kind of document."),
        day("from", "period_end__gte", "The first day."),
        day("to", "period_end__lte", "The last day."),
    )


class ShiftSerializer(serializers.ModelSerializer):
    class Meta:
        model = SentimentShift
        fields = [
            "id", "company", "document", "topic", "day", "score", "usual", "deviations", "found_at",
            "alerted_at",
        ]  # fmt: skip


class SentimentShiftViewSet(viewsets.ReadOnlyModelViewSet):
    """Documents whose tone stands apart from what the company's documents usually have."""

    queryset = SentimentShift.objects.order_by("-pk")
    serializer_class = ShiftSerializer
    permission_classes = [MayView]
    pagination_class = Pages
    filter_backends = [AllowedFilters]
    allowed_filters = (number("company", "company_id", "Id of the company."),)


class ComparisonSerializer(serializers.ModelSerializer):
    class Meta:
        model = SentimentComparison
        fields = ["id", "companies", "timeframe", "start", "end", "result", "made_at"]


class SentimentComparisonViewSet(viewsets.ReadOnlyModelViewSet):
    """Companies beside one another: ranking, differences with intervals, and who has too few documents."""

    queryset = SentimentComparison.objects.prefetch_related("companies").order_by("-pk")
    serializer_class = ComparisonSerializer
    permission_classes = [MayView]
    pagination_class = Pages
    filter_backends = [AllowedFilters]
    allowed_filters = (number("company", "companies", "Id of one of the companies."),)


class AnalyzeSerializer(serializers.Serializer):
    document_id = serializers.IntegerField(min_value=1)


@extend_schema_view(post=launches(AnalyzeSerializer))
class AnalyzeView(LaunchView):
    """POST judges the tone of a document."""

    task = "analyze_document_sentiment"
    body = AnalyzeSerializer

    def wanted(self, data: Mapping[str, Any], **address: Any) -> Wanted:
        document = get_object_or_404(Document, pk=data["document_id"])
        return Wanted(document, {"document_id": document.pk})


class BatchSerializer(serializers.Serializer):
    document_ids = serializers.ListField(
        child=serializers.IntegerField(min_value=1), min_length=1, max_length=MOST_DOCUMENTS
    )


@extend_schema_view(post=launches(BatchSerializer))
class BatchAnalyzeView(LaunchView):
    """POST judges the tone of many documents; those that are not there are reported in the result."""

    task = "batch_sentiment_analysis"
    body = BatchSerializer

    def wanted(self, data: Mapping[str, Any], **address: Any) -> Wanted:
        return Wanted(None, {"document_ids": data["document_ids"]})


class TrendsSerializer(serializers.Serializer):
    company_id = serializers.IntegerField(min_value=1)
    window = serializers.CharField(default="24M", max_length=10, help_text="Such as 24M, 10Y or ALL.")

    def validate_window(self, window: str) -> str:
        return _span(window)


@extend_schema_view(post=launches(TrendsSerializer))
class TrendsView(LaunchView):
    """POST follows the tone of a company's documents over time."""

    task = "update_sentiment_trends"
    body = TrendsSerializer

    def wanted(self, data: Mapping[str, Any], **address: Any) -> Wanted:
        company = get_object_or_404(Company, pk=data["company_id"])
        return Wanted(company, {"company_id": company.pk, "window": data["window"]})


class CompareSerializer(serializers.Serializer):
    company_ids = serializers.ListField(
        child=serializers.IntegerField(min_value=1), min_length=2, max_length=MOST_COMPANIES
    )
    timeframe = serializers.ChoiceField(TIMEFRAMES, default="1Y")
    start = serializers.DateField(required=False)
    end = serializers.DateField(required=False)

    def validate_company_ids(self, ids: list[int]) -> list[int]:
        known = set(Company.objects.filter(pk__in=ids).values_list("pk", flat=True))
        missing = sorted(set(ids) - known)
        if missing:
            raise serializers.ValidationError(f"There is no company {', '.join(map(str, missing))}.")
        if len(known) < 2:
            raise serializers.ValidationError("A comparison needs two different companies.")
        return sorted(known)

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        given = {"start", "end"} & data.keys()
        if data["timeframe"] != CUSTOM and given:
            raise serializers.ValidationError(dict.fromkeys(given, "Only the timeframe custom takes it."))
        if data["timeframe"] == CUSTOM and len(given) < 2:
            raise serializers.ValidationError({"timeframe": "custom needs start and end."})
        if given and data["end"] < data["start"]:
            raise serializers.ValidationError({"end": "It lies before the start."})
        return data


@extend_schema_view(post=launches(CompareSerializer))
class CompareView(LaunchView):
    """POST compares the tone of companies' documents."""

    task = "compare_company_sentiment"
    body = CompareSerializer

    def wanted(self, data: Mapping[str, Any], **address: Any) -> Wanted:
        days = {name: data[name].isoformat() for name in ("start", "end") if name in data}
        return Wanted(None, {"company_ids": data["company_ids"], "timeframe": data["timeframe"], **days})


def _span(window: str) -> str:
    try:
        begins(window, timezone.localdate())
    except WrongSpan as error:
        raise serializers.ValidationError(error.message) from None
    return window
