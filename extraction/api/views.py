"""The doors that start the work, and what each reading of a file gave."""

from collections.abc import Mapping
from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema_view
from rest_framework import serializers, viewsets
from rest_framework.exceptions import ValidationError

from companies.models import Company
from documents.models import Document
from engine.kinds import ReportingPeriod
from extraction.api.serializers import ExtractionRunSerializer
from extraction.models import ExtractionRun, ExtractionStatus
from jobs.api.filters import AllowedFilters, MayView, Pages, number, one_of
from jobs.api.launching import LaunchView, Wanted, launches

COMPANY_TASKS = {
    "extract": "extract_company_financial_data",
    "scrape": "scrape_investor_relations",
    "recompile": "recompile_company_statements",
    "process-documents": "process_all_documents",
}
DOCUMENT_TASKS = {
    "process": "extraction.process_document",
    "download": "download_pdf",
    "classify": "classify_document",
    "extract": "extract_financial_statements",
}


class CompanyWorkSerializer(serializers.Serializer):
    """What may be said of the work, all of it optional."""

    interim = serializers.BooleanField(
        required=False, help_text="extract, process-documents: read reports of quarters and half-years too."
    )
    period = serializers.ChoiceField(
        [period.value for period in ReportingPeriod],
        required=False,
        help_text="recompile: compile and keep statements in such periods too.",
    )


class DocumentWorkSerializer(serializers.Serializer):
    """What may be said of the work, all of it optional."""

    interim = serializers.BooleanField(
        required=False, help_text="process: read it too where it is of a quarter or half-year."
    )


# Which verbs know which of the options.
COMPANY_OPTIONS = {"interim": ("extract", "process-documents"), "period": ("recompile",)}
DOCUMENT_OPTIONS = {"interim": ("process",)}


@extend_schema_view(post=launches(CompanyWorkSerializer))
class CompanyTaskView(LaunchView):
    """POST starts work on a company: extract, scrape, recompile or process-documents."""

    body = CompanyWorkSerializer

    def task_of(self, pk: int, verb: str) -> str:
        return COMPANY_TASKS[verb]

    def wanted(self, data: Mapping[str, Any], pk: int, verb: str) -> Wanted:
        company = get_object_or_404(Company, pk=pk)
        return Wanted(company, {"company_id": company.pk, **_options(data, verb, COMPANY_OPTIONS)})


@extend_schema_view(post=launches(DocumentWorkSerializer))
class DocumentTaskView(LaunchView):
    """POST starts work on a document: process, download, classify or extract."""

    body = DocumentWorkSerializer

    def task_of(self, pk: int, verb: str) -> str:
        return DOCUMENT_TASKS[verb]

    def wanted(self, data: Mapping[str, Any], pk: int, verb: str) -> Wanted:
        document = get_object_or_404(Document, pk=pk)
        return Wanted(document, {"document_id": document.pk, **_options(data, verb, DOCUMENT_OPTIONS)})


def _options(data: Mapping[str, Any], verb: str, known: Mapping[str, tuple[str, ...]]) -> dict[str, Any]:
    """The options a verb knows; one that it does not know is refused by name."""
    for name in data:
        if verb not in known[name]:
            raise ValidationError({name: f"Only {' and '.join(known[name])} can take it."})
    return dict(data)


class ExtractionRunViewSet(viewsets.ReadOnlyModelViewSet):
    """Readings of files, with the statements found in each."""

    queryset = ExtractionRun.objects.select_related("version").prefetch_related("tables").order_by("-pk")
    serializer_class = ExtractionRunSerializer
    permission_classes = [MayView]
    pagination_class = Pages
    filter_backends = [AllowedFilters]
    allowed_filters = (
        number("document", "version__document_id", "Id of the document."),
        number("company", "version__document__company_id", "Id of the company."),
        one_of("status", "status", ExtractionStatus.values, "How the reading ended."),
    )
