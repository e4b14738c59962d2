"""Reports of the system and notes on new reports over HTTP."""

from collections.abc import Mapping
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field, extend_schema_view
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from jobs.api.filters import AllowedFilters, MayView, Pages, number, one_of
from jobs.api.launching import LaunchView, Wanted, launches
from monitoring.models import DeltaNote, KeptPaper, ReportType, SystemReport
from monitoring.reports.pages import TYPES, file_of
from monitoring.reports.paper import from_json


class _PaperSerializer(serializers.ModelSerializer):
    title = serializers.CharField()
    pdf = serializers.SerializerMethodField(help_text="The address of the PDF.")
    html = serializers.SerializerMethodField(help_text="The address of the HTML file.")

    @extend_schema_field(serializers.URLField())
    def get_pdf(self, kept: KeptPaper) -> str:
        return self._file(kept, "pdf")

    @extend_schema_field(serializers.URLField())
    def get_html(self, kept: KeptPaper) -> str:
        return self._file(kept, "html")

    def _file(self, kept: KeptPaper, extension: str) -> str:
        name = "system-report-file" if isinstance(kept, SystemReport) else "delta-note-file"
        return reverse(name, args=[kept.pk, extension], request=self.context.get("request"))


class SystemReportSerializer(_PaperSerializer):
    """`figures` are the numbers by section, now and in the window before; null where there is none."""

    figures = serializers.SerializerMethodField()

    class Meta:
        model = SystemReport
        fields = [
            "id",
            "report_type",
            "since",
            "until",
            "version",
            "title",
            "made_at",
            "figures",
            "pdf",
            "html",
        ]

    @extend_schema_field(dict[str, dict[str, dict[str, str | None]]])
    def get_figures(self, report: SystemReport) -> dict[str, Any]:
        return from_json(report.content).figures()


class DeltaNoteSerializer(_PaperSerializer):
    """`content` is all that the note says, in sections of blocks."""

    class Meta:
        model = DeltaNote
        fields = [
            *("id", "company", "document", "before", "version", "title", "made_at", "content", "pdf", "html")
        ]


class _Files:
    """The files beside the rows."""

    @extend_schema(
        parameters=[OpenApiParameter("extension", str, OpenApiParameter.PATH, enum=list(TYPES))],
        responses={(200, kind): OpenApiTypes.BINARY for kind in ("application/pdf", "text/html")},
    )
    @action(detail=True, url_path=r"file\.(?P<extension>pdf|html)", url_name="file")
    def file(self, request: Request, pk: str, extension: str) -> Response:
        """The file, to be kept."""
        return file_of(self.get_object(), extension)  # type: ignore[attr-defined, return-value]


class SystemReportViewSet(_Files, viewsets.ReadOnlyModelViewSet):
    """Reports of the system, newest first."""

    queryset = SystemReport.objects.all()
    serializer_class = SystemReportSerializer
    permission_classes = [MayView]
    pagination_class = Pages
    filter_backends = [AllowedFilters]
    allowed_filters = (one_of("report_type", "report_type", ReportType.values, "How long its window is."),)


class DeltaNoteViewSet(_Files, viewsets.ReadOnlyModelViewSet):
    """Notes on new reports of companies, newest first."""

    queryset = DeltaNote.objects.select_related("company")
    serializer_class = DeltaNoteSerializer
    permission_classes = [MayView]
    pagination_class = Pages
    filter_backends = [AllowedFilters]
    allowed_filters = (
        number("company", "company_id", "Id of the company."),
        number("document", "document_id", "Id of the new report."),
    )


class SystemReportAskedSerializer(serializers.Serializer[Any]):
    report_type = serializers.ChoiceField(ReportType.values)
    day = serializers.DateField(
        required=False, help_text="A day of the window; without one the last window that is over."
    )


@extend_schema_view(post=launches(SystemReportAskedSerializer))
class SystemReportView(LaunchView):
    """POST has a report of the system written."""

    task = "generate_system_report"
    body = SystemReportAskedSerializer

    def wanted(self, data: Mapping[str, Any], **address: Any) -> Wanted:
        day = {"day": data["day"].isoformat()} if "day" in data else {}
        return Wanted(None, {"report_type": data["report_type"], **day})
