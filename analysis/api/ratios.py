"""Ratios over HTTP: what came out with its operands, and the door that has them worked out."""

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema_view
from rest_framework import serializers, viewsets
from rest_framework.exceptions import ValidationError

from analysis.models import MetricValue
from analysis.ratios.calculate import STORED_VIEWS
from companies.models import Company
from engine.kinds import CompiledView, RatioStatus
from engine.ratios.registry import Ratio, load_registry
from jobs.api.filters import AllowedFilters, MayView, Pages, day, number, one_of, text
from jobs.api.launching import LaunchView, Wanted, launches


class MetricSerializer(serializers.ModelSerializer):
    """A ratio of one fiscal year. `value` is null unless `status` is value; `explanation` then says why.
    Each of `operands` has its concept, label, the last day of its period, its value in base units with
    contribution sign, and the ids of its facts. `unit` is share (0.25 is 25 %), times, days, money, per_share
    or score."""

    company = serializers.IntegerField(source="metric_set.company_id")
    view = serializers.CharField(source="metric_set.view")
    currency = serializers.SerializerMethodField(help_text="Of money and figures per share; otherwise empty.")
    label = serializers.SerializerMethodField()  # type: ignore[assignment]  # a declared field
    group = serializers.SerializerMethodField()
    unit = serializers.SerializerMethodField()
    formula = serializers.SerializerMethodField()

    class Meta:
        model = MetricValue
        fields = [
            "id", "company", "view", "code", "label", "group", "unit", "currency", "fiscal_year",
            "period_end", "status", "value", "explanation", "formula", "operands", "definition_hash",
            "calculated_at",
        ]  # fmt: skip

    def get_label(self, value: MetricValue) -> str:
        return _ratio(value).label

    def get_group(self, value: MetricValue) -> str:
        return _ratio(value).group

    def get_unit(self, value: MetricValue) -> str:
        return _ratio(value).unit

    def get_formula(self, value: MetricValue) -> str:
        return _ratio(value).formula

    def get_currency(self, value: MetricValue) -> str:
        return value.metric_set.currency if _ratio(value).unit in ("money", "per_share") else ""


def _ratio(value: MetricValue) -> Ratio:
    return load_registry().ratios[value.code]


class MetricViewSet(viewsets.ReadOnlyModelViewSet):
    """Ratios of fiscal years, newest year first, as the latest reports give them unless another view is
    named. A ratio that is no longer defined is not told."""

    queryset = MetricValue.objects.select_related("metric_set").order_by("-period_end", "pk")
    serializer_class = MetricSerializer
    permission_classes = [MayView]
    pagination_class = Pages
    filter_backends = [AllowedFilters]
    allowed_filters = (
        number("company", "metric_set__company_id", "Id of the company."),
        text("code", "code", "Such as return_on_equity."),
        number("year", "fiscal_year", "The fiscal year."),
        day("period_end", "period_end", "The last day of the fiscal year."),
        one_of("status", "status", list(RatioStatus), "Whether there is a value, or why there is none."),
        one_of("view", "metric_set__view", STORED_VIEWS, "Which publication of figures counts."),
    )

    def get_queryset(self) -> QuerySet[MetricValue]:
        defined = super().get_queryset().filter(code__in=load_registry().ratios)
        if self.action == "list" and "view" not in self.request.query_params:
            return defined.filter(metric_set__view=CompiledView.LATEST)
        return defined


class MetricsSerializer(serializers.Serializer):
    """Whose ratios to work out, and which of them to tell."""

    company = serializers.IntegerField(min_value=1, help_text="Id of the company.")
    metrics = serializers.ListField(
        child=serializers.CharField(max_length=60), required=False, max_length=200,
        help_text="Codes of ratios to tell of; all of the newest year where none are named.",
    )  # fmt: skip
    period = serializers.CharField(
        max_length=10, required=False, help_text="A fiscal year to tell of, 2023, or its last day."
    )
    view = serializers.ChoiceField(choices=[view.value for view in CompiledView], required=False)
    as_of = serializers.DateField(required=False, help_text="The day of the view as of a day.")

    def validate_metrics(self, codes: list[str]) -> list[str]:
        unknown = sorted(set(codes) - load_registry().ratios.keys())
        if unknown:
            raise ValidationError(f"There is no ratio {unknown[0]!r}.")
        return codes

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if (attrs.get("view") == CompiledView.AS_OF) != ("as_of" in attrs):
            raise ValidationError({"as_of": "The view as_of needs a day, and no other view has one."})
        return attrs


@extend_schema_view(post=launches(MetricsSerializer))
class CalculateMetricsView(LaunchView):
    """POST works out all ratios of a company's compiled years."""

    task = "calculate_financial_metrics"
    body = MetricsSerializer

    def wanted(self, data: Mapping[str, Any], **address: Any) -> Wanted:
        company = get_object_or_404(Company, pk=data["company"])
        arguments: dict[str, Any] = {name: data[name] for name in ("period", "view") if name in data}
        if data.get("metrics"):
            arguments["metrics"] = sorted(set(data["metrics"]))
        if "as_of" in data:
            arguments["as_of"] = data["as_of"].isoformat()
        return Wanted(company, {"company_id": company.pk, **arguments})
