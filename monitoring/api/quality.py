"""The quality of data over HTTP, and the doors that have it looked at and old data deleted."""

from collections.abc import Mapping
from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema_field, extend_schema_view
from rest_framework import serializers, viewsets
from rest_framework.permissions import IsAdminUser, IsAuthenticated

from companies.models import Company
from engine.errors import BadInput
from engine.kinds import Severity
from jobs.api.filters import AllowedFilters, Filter, MayView, Pages, number, one_of, text
from jobs.api.launching import LaunchView, Wanted, launches
from monitoring.models import DataType, FindingSeverity, QualityFinding, QualityReport
from monitoring.models.quality import ALL
from monitoring.quality.check import known_types
from monitoring.retention.clean import check_asked


class QualityReportSerializer(serializers.ModelSerializer):
    """`parts` says what the score is made of."""

    class Meta:
        model = QualityReport
        fields = ["id", "data_type", "company", "score", "found", "new", "resolved", "parts", "made_at"]


class QualityFindingSerializer(serializers.ModelSerializer):
    severity = serializers.SerializerMethodField()
    subject = serializers.CharField(source="subject_label")
    subject_type = serializers.CharField(source="subject_type.model")

    class Meta:
        model = QualityFinding
        fields = [
            *("id", "rule", "data_type", "severity", "company", "subject", "subject_type", "subject_id"),
            *("place", "detail", "first_seen", "last_seen", "resolved_at", "times_returned"),
        ]

    @extend_schema_field(serializers.ChoiceField([severity.value for severity in Severity]))
    def get_severity(self, finding: QualityFinding) -> str:
        return FindingSeverity(finding.severity).name.lower()


class QualityReportViewSet(viewsets.ReadOnlyModelViewSet):
    """Looks at the data, newest first; with the filters, the trend of one kind."""

    queryset = QualityReport.objects.order_by("-made_at", "-pk")
    serializer_class = QualityReportSerializer
    permission_classes = [MayView]
    pagination_class = Pages
    filter_backends = [AllowedFilters]
    allowed_filters = (
        one_of("data_type", "data_type", known_types(), "What was looked at."),
        number("company", "company_id", "Id of the company, for looks at one alone."),
    )


def _severity(name: str, field: str, says: str) -> Filter:
    names = {severity.name.lower(): severity.value for severity in FindingSeverity}
    words = one_of(name, field, list(names), says)
    return Filter(name, field, lambda asked: names[str(words.read(asked))], says, words.choices)


def _state(asked: str) -> bool:
    if asked not in ("open", "resolved"):
        raise ValueError("One of: open, resolved.")
    return asked == "open"


class QualityFindingViewSet(viewsets.ReadOnlyModelViewSet):
    """What is wrong with the data, worst first."""

    queryset = QualityFinding.objects.select_related("subject_type").order_by("severity", "-last_seen", "pk")
    serializer_class = QualityFindingSerializer
    permission_classes = [MayView]
    pagination_class = Pages
    filter_backends = [AllowedFilters]
    allowed_filters = (
        one_of("data_type", "data_type", DataType.values, "Kind of data."),
        text("rule", "rule", "Code of the rule, such as report_missing."),
        number("company", "company_id", "Id of the company."),
        _severity("severity", "severity", "How much it matters."),
        Filter("state", "resolved_at__isnull", _state, "Still there, or not.", ("open", "resolved")),
    )


class QualityCheckSerializer(serializers.Serializer[Any]):
    """Without a word, all data of all companies."""

    data_type = serializers.ChoiceField(known_types(), required=False, default=ALL)
    company = serializers.IntegerField(required=False, help_text="Id of the company.")


@extend_schema_view(post=launches(QualityCheckSerializer))
class QualityCheckView(LaunchView):
    """POST has data held against the rules of quality."""

    task = "data_quality_check"
    body = QualityCheckSerializer

    def wanted(self, data: Mapping[str, Any], **address: Any) -> Wanted:
        arguments: dict[str, Any] = {"data_type": data["data_type"]}
        if "company" not in data:
            return Wanted(None, arguments)
        company = get_object_or_404(Company, pk=data["company"])
        return Wanted(company, {**arguments, "company_id": company.pk})


class CleanupSerializer(serializers.Serializer[Any]):
    """Which data, and for once after how many days instead of those of the policy."""

    data_type = serializers.CharField(max_length=40, help_text="One kind of data with a policy, or all.")
    retention_days = serializers.IntegerField(required=False, min_value=1, max_value=36500)
    dry_run = serializers.BooleanField(required=False, default=False, help_text="Only count.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse by name what is protected, what is not known and what is needed for longer."""
        try:
            check_asked(attrs["data_type"], attrs.get("retention_days"))
        except BadInput as error:
            field = "retention_days" if error.code == "too_few_days" else "data_type"
            raise serializers.ValidationError({field: error.message}, code=error.code) from error
        return attrs


@extend_schema_view(post=launches(CleanupSerializer))
class CleanupView(LaunchView):
    """POST has old data deleted, or counted with `dry_run`. For staff alone."""

    task = "cleanup_old_data"
    body = CleanupSerializer
    permission_classes = [IsAuthenticated, IsAdminUser]

    def wanted(self, data: Mapping[str, Any], **address: Any) -> Wanted:
        return Wanted(None, dict(data))
