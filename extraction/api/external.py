"""Sources outside, tagged publications and how they compare with reports, over HTTP."""

from collections.abc import Mapping
from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema_view
from rest_framework import serializers, viewsets

from companies.models import Company
from engine.kinds import DocumentKind, StatementKind
from engine.xbrl.agreement import Agreement
from engine.xbrl.elements import meanings
from extraction.external.report_types import REPORT_TYPES
from extraction.models import CrossCheckCell, ExternalSource, SyncRun, TaggedReport, XbrlFact
from jobs.api.filters import AllowedFilters, MayView, Pages, day, number, one_of, text
from jobs.api.launching import LaunchView, Wanted, launches


class ExternalSourceSerializer(serializers.ModelSerializer):
    """A source and how it is doing. `cursor` is how far it has been followed."""

    class Meta:
        model = ExternalSource
        fields = [
            *("id", "code", "name", "kind", "base_url", "is_enabled", "cursor", "last_success_at"),
            *("last_failure_at", "last_failure_code", "last_failure", "retry_at"),
        ]


class SyncRunSerializer(serializers.ModelSerializer):
    """One visit. Each problem is its subject, code and sentence."""

    source = serializers.CharField(source="source.code")  # type: ignore[assignment]  # a field of the answer

    class Meta:
        model = SyncRun
        fields = [
            *("id", "source", "outcome", "asked", "new", "changed", "unchanged", "cursor", "problems"),
            *("started_at", "ended_at"),
        ]


class TaggedReportSerializer(serializers.ModelSerializer):
    """A publication of tagged figures. `left_out` counts what was not taken, by code."""

    source = serializers.CharField(source="source.code")  # type: ignore[assignment]  # a field of the answer

    class Meta:
        model = TaggedReport
        fields = [
            *("id", "company", "source", "accession", "form", "kind", "period_end", "filed_on", "framework"),
            *("address", "left_out", "created_at"),
        ]


class XbrlFactSerializer(serializers.ModelSerializer):
    """A tagged figure with the sign of its taxonomy, and the concepts that its element stands for."""

    company = serializers.IntegerField(source="report.company_id")
    accession = serializers.CharField(source="report.accession")
    concepts = serializers.SerializerMethodField()

    class Meta:
        model = XbrlFact
        fields = [
            *("id", "company", "report", "accession", "element", "concepts", "period_kind", "period_start"),
            *("period_end", "unit", "value", "decimals"),
        ]

    def get_concepts(self, fact: XbrlFact) -> list[str]:
        return [one.concept for one in meanings(fact.element)]


class CrossCheckCellSerializer(serializers.ModelSerializer):
    """One concept in one period, printed and tagged. Values are contributions in base units."""

    company = serializers.IntegerField(source="check_of.company_id")
    document = serializers.IntegerField(source="check_of.document_id")
    report = serializers.IntegerField(source="check_of.report_id")
    source = serializers.CharField(  # type: ignore[assignment]  # a field of the answer
        source="check_of.report.source.code"
    )

    class Meta:
        model = CrossCheckCell
        fields = [
            *("id", "company", "document", "report", "source", "statement", "concept", "period_kind"),
            *("period_start", "period_end", "outcome", "likeness", "printed_value", "tagged_value"),
            *("difference", "allowed", "explanation"),
        ]


class SyncExternalSerializer(serializers.Serializer):
    """Which sources, all of it optional: without a word, all that are in use."""

    data_sources = serializers.ListField(
        child=serializers.SlugField(max_length=40), required=False, max_length=50,
        help_text="Codes of sources, such as ecb and sec.",
    )  # fmt: skip
    company_id = serializers.IntegerField(required=False, min_value=1, help_text="Ask for this one alone.")
    full = serializers.BooleanField(required=False, help_text="Ask for everything again.")


class ProcessReportsSerializer(serializers.Serializer):
    """Which reports of which company."""

    company = serializers.CharField(max_length=80, help_text="Id or short name (slug).")
    report_type = serializers.ChoiceField(choices=list(REPORT_TYPES), required=False, default="annual")


class _ListView(viewsets.ReadOnlyModelViewSet):
    permission_classes = [MayView]
    pagination_class = Pages
    filter_backends = [AllowedFilters]


class ExternalSourceViewSet(_ListView):
    """Sources outside, how far each has been followed and how it is doing."""

    queryset = ExternalSource.objects.order_by("code")
    serializer_class = ExternalSourceSerializer
    allowed_filters = (text("code", "code", "Short name."),)


class SyncRunViewSet(_ListView):
    """Every time a source was asked, the newest first."""

    queryset = SyncRun.objects.select_related("source").order_by("-started_at", "-pk")
    serializer_class = SyncRunSerializer
    allowed_filters = (text("source", "source__code", "Code of the source."),)


class TaggedReportViewSet(_ListView):
    """Publications of tagged figures."""

    queryset = TaggedReport.objects.select_related("source").order_by("pk")
    serializer_class = TaggedReportSerializer
    allowed_filters = (
        number("company", "company_id", "Id of the company."),
        text("source", "source__code", "Code of the source."),
        text("form", "form", "Form of the filing, such as 20-F."),
        one_of("kind", "kind", list(DocumentKind), "What kind of report."),
        day("period_end", "period_end", "The day it reports on."),
    )


class XbrlFactViewSet(_ListView):
    """Tagged figures that stand. They are never mixed with what was read from reports."""

    queryset = XbrlFact.objects.filter(superseded_at__isnull=True).select_related("report").order_by("pk")
    serializer_class = XbrlFactSerializer
    allowed_filters = (
        number("company", "report__company_id", "Id of the company."),
        number("report", "report_id", "Id of the publication."),
        text("element", "element", "Element, such as ifrs-full:Revenue."),
        day("period_end", "period_end", "Last day of the period."),
    )


class CrossCheckCellViewSet(_ListView):
    """Printed and tagged figures compared, cell by cell."""

    queryset = CrossCheckCell.objects.select_related("check_of__report__source").order_by("pk")
    serializer_class = CrossCheckCellSerializer
    allowed_filters = (
        number("company", "check_of__company_id", "Id of the company."),
        number("document", "check_of__document_id", "Id of the printed report."),
        number("report", "check_of__report_id", "Id of the tagged publication."),
        one_of("outcome", "outcome", list(Agreement), "How they compare."),
        one_of("statement", "statement", list(StatementKind), "Which statement."),
        text("concept", "concept", "Code of the concept."),
        day("period_end", "period_end", "Last day of the period."),
    )


@extend_schema_view(post=launches(SyncExternalSerializer))
class SyncExternalView(LaunchView):
    """POST asks sources outside for what is new."""

    task = "sync_external_data"
    body = SyncExternalSerializer

    def wanted(self, data: Mapping[str, Any], **address: Any) -> Wanted:
        company = None
        if "company_id" in data:
            company = get_object_or_404(Company, pk=data["company_id"])
        return Wanted(company, dict(data))


@extend_schema_view(post=launches(ProcessReportsSerializer))
class ProcessReportsView(LaunchView):
    """POST has the reports of a type read, the tagged ones asked for, and both compared."""

    task = "process_financial_reports"
    body = ProcessReportsSerializer

    def wanted(self, data: Mapping[str, Any], **address: Any) -> Wanted:
        named = data["company"]
        by = {"pk": int(named)} if named.isdecimal() and len(named) <= 18 else {"slug": named}
        company = get_object_or_404(Company, **by)
        return Wanted(company, {"company_id": company.pk, "report_type": data["report_type"]})
