"""Anomalies over HTTP: what was found, what people decided, and the doors that have it searched for."""

from collections.abc import Mapping
from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from analysis.anomalies.decide import LONGEST_NOTE, WrongDecision, decide
from analysis.anomalies.patterns import LONGEST_WINDOW, SHORTEST_WINDOW
from analysis.models import (
    Anomaly,
    AnomalyBaseline,
    AnomalyKind,
    AnomalyState,
    RiskAssessment,
    SystemicRiskReport,
)
from companies.models import Company
from engine.kinds import Severity
from jobs.api.filters import AllowedFilters, MayView, Pages, day, number, one_of, text
from jobs.api.launching import LaunchView, Wanted, launches

MOST_COMPANIES = 200


class AnomalySerializer(serializers.ModelSerializer):
    """An anomaly. `evidence` has ids of facts and documents, and what happened at the time; `gone_at` is
    set while searches do not find it any more."""

    class Meta:
        model = Anomaly
        fields = [
            "id", "company", "instrument", "kind", "metric", "label", "window_start", "window_end",
            "observed", "low", "high", "statistic", "threshold", "probability", "severity", "explanation",
            "evidence", "state", "decided_by", "decided_at", "note", "first_found_at", "last_found_at",
            "gone_at", "engine_version",
        ]  # fmt: skip


class AnomalyBaselineSerializer(serializers.ModelSerializer):
    class Meta:
        model = AnomalyBaseline
        fields = [
            "id", "company", "instrument", "metric", "version", "points", "left_out", "median", "mad",
            "quantiles", "seasonal", "data_until", "valid_from",
        ]  # fmt: skip


class RiskAssessmentSerializer(serializers.ModelSerializer):
    class Meta:
        model = RiskAssessment
        fields = [
            "id", "company", "ratio", "label", "period_end", "value", "limit", "is_beyond", "explanation",
            "source", "evidence", "assessed_at",
        ]  # fmt: skip


class SystemicRiskSerializer(serializers.ModelSerializer):
    class Meta:
        model = SystemicRiskReport
        fields = [
            "id", "companies", "window_start", "window_end", "days", "absorption_ratio", "absorption_low",
            "absorption_high", "mean_tail_dependence", "measures", "ranking", "left_out", "verdict",
            "made_at", "engine_version",
        ]  # fmt: skip


class DecisionSerializer(serializers.Serializer):
    """What a person says of an anomaly; an explanation needs words, and open opens it again."""

    state = serializers.ChoiceField(AnomalyState.choices)
    note = serializers.CharField(required=False, allow_blank=True, max_length=LONGEST_NOTE)


class AnomalyViewSet(viewsets.ReadOnlyModelViewSet):
    """Anomalies, the most severe first."""

    queryset = Anomaly.objects.order_by("-severity_rank", "-window_end", "pk")
    serializer_class = AnomalySerializer
    permission_classes = [MayView]
    pagination_class = Pages
    filter_backends = [AllowedFilters]
    allowed_filters = (
        number("company", "company_id", "Id of the company."),
        number("instrument", "instrument_id", "Id of the share, of anomalies of its prices."),
        one_of("kind", "kind", AnomalyKind.values, "What is out of the ordinary."),
        one_of("severity", "severity", list(Severity), "How bad it is."),
        one_of("state", "state", AnomalyState.values, "Whether a person decided."),
        text("metric", "metric", "Code of the ratio or line."),
        day("until", "window_end__lte", "Ending on this day or before."),
        day("from", "window_end__gte", "Ending on this day or after."),
    )

    @extend_schema(request=DecisionSerializer, responses=AnomalySerializer, filters=False)
    @action(detail=True, methods=["post"], filter_backends=[], pagination_class=None, url_path="decide")
    def decide(self, request: Request, pk: str) -> Response:
        """Confirm, reject or explain an anomaly, or open it again. One that somebody else decided in the
        meantime stays as it is: the answer says how it stands."""
        if not request.user.has_perm("analysis.change_anomaly"):
            raise PermissionDenied("You may not decide this. Ask an administrator for the permission.")
        sent = DecisionSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        anomaly = get_object_or_404(Anomaly, pk=pk)
        wanted = AnomalyState(sent.validated_data["state"])
        try:
            decide([anomaly.pk], wanted, by=request.user, note=sent.validated_data.get("note", ""))
        except WrongDecision as error:
            raise ValidationError({"code": error.code, "message": error.message}) from error
        anomaly.refresh_from_db()
        return Response(AnomalySerializer(anomaly).data)


class AnomalyBaselineViewSet(viewsets.ReadOnlyModelViewSet):
    """What is usual, newest version first."""

    queryset = AnomalyBaseline.objects.order_by("-valid_from", "-pk")
    serializer_class = AnomalyBaselineSerializer
    permission_classes = [MayView]
    pagination_class = Pages
    filter_backends = [AllowedFilters]
    allowed_filters = (
        number("company", "company_id", "Id of the company."),
        number("instrument", "instrument_id", "Id of the share."),
        text("metric", "metric", "Code of the ratio or line."),
    )


class RiskAssessmentViewSet(viewsets.ReadOnlyModelViewSet):
    """What single ratios say of risk, newest year first."""

    queryset = RiskAssessment.objects.order_by("-period_end", "pk")
    serializer_class = RiskAssessmentSerializer
    permission_classes = [MayView]
    pagination_class = Pages
    filter_backends = [AllowedFilters]
    allowed_filters = (
        number("company", "company_id", "Id of the company."),
        text("ratio", "ratio", "Code of the ratio."),
    )


class SystemicRiskViewSet(viewsets.ReadOnlyModelViewSet):
    """How much companies' shares move as one, newest report first."""

    queryset = SystemicRiskReport.objects.prefetch_related("companies").order_by("-made_at", "-pk")
    serializer_class = SystemicRiskSerializer
    permission_classes = [MayView]
    pagination_class = Pages
    filter_backends = [AllowedFilters]
    allowed_filters = (number("company", "companies", "Id of a company in it."),)


class _CompanySerializer(serializers.Serializer):
    company_id = serializers.IntegerField(
        min_value=1, required=False, help_text="All active companies where none is named."
    )


class DetectSerializer(_CompanySerializer):
    """Whose statements to search, and for which metrics alone."""

    metrics = serializers.ListField(
        child=serializers.CharField(max_length=120), required=False, max_length=200,
        help_text="Codes of ratios, or growth: or quarterly_growth: and a line. All where none is named.",
    )  # fmt: skip

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs.get("metrics") and "company_id" not in attrs:
            raise ValidationError({"company_id": "Metrics are of one company: which?"})
        return attrs


class DetectPatternsSerializer(_CompanySerializer):
    """Whose shares to search, over how many of the last days of trading."""

    data_window = serializers.IntegerField(
        min_value=SHORTEST_WINDOW, max_value=LONGEST_WINDOW, required=False, help_text="252 is a year."
    )


class BaselinesSerializer(_CompanySerializer):
    """Whose usual to write down."""


class SystemicSerializer(serializers.Serializer):
    """Which companies to compare, all active ones where none are named."""

    company_ids = serializers.ListField(
        child=serializers.IntegerField(min_value=1), required=False, max_length=MOST_COMPANIES
    )
    data_window = serializers.IntegerField(
        min_value=SHORTEST_WINDOW, max_value=LONGEST_WINDOW, required=False
    )


class _OfCompany(LaunchView):
    """POST for one company or for all."""

    def wanted(self, data: Mapping[str, Any], **address: Any) -> Wanted:
        given = {name: value for name, value in data.items() if name != "company_id" and value}
        if "company_id" not in data:
            return Wanted(None, given)
        company = get_object_or_404(Company, pk=data["company_id"])
        return Wanted(company, {"company_id": company.pk, **given})


@extend_schema_view(post=launches(DetectSerializer))
class DetectView(_OfCompany):
    """POST searches statements for figures that do not fit."""

    task = "detect_metric_anomalies"
    body = DetectSerializer


@extend_schema_view(post=launches(DetectPatternsSerializer))
class DetectPatternsView(_OfCompany):
    """POST searches the prices and volumes of shares."""

    task = "pattern_anomaly_detection"
    body = DetectPatternsSerializer


@extend_schema_view(post=launches(BaselinesSerializer))
class BaselinesView(_OfCompany):
    """POST writes down what is usual."""

    task = "update_anomaly_baselines"
    body = BaselinesSerializer


@extend_schema_view(post=launches(SystemicSerializer))
class SystemicRiskView(LaunchView):
    """POST measures how much companies' shares move as one."""

    task = "systemic_risk_analysis"
    body = SystemicSerializer

    def wanted(self, data: Mapping[str, Any], **address: Any) -> Wanted:
        ids = {"company_ids": sorted(set(data["company_ids"]))} if data.get("company_ids") else {}
        window = {"data_window": data["data_window"]} if "data_window" in data else {}
        return Wanted(None, {**ids, **window})
