"""What was read and compiled, and the doors that start the work."""

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema_view
from rest_framework import viewsets
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from companies.models import Company
from documents.models import Document
from engine.kinds import CompiledView, StatementKind
from extraction.api.serializers import (
    CompiledDetailSerializer,
    CompiledStatementSerializer,
    ExtractionRunSerializer,
    FactSerializer,
    RestatementSerializer,
)
from extraction.exports import export_of, to_csv, to_json, to_workbook
from extraction.models import CompiledStatement, ExtractionRun, Fact, Restatement
from extraction.presentation import table_of_stored
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


@extend_schema_view(post=launches)
class CompanyTaskView(LaunchView):
    """POST starts work on a company: extract, scrape, recompile or process-documents."""

    permission = "companies.change_company"

    def task_of(self, pk: int, verb: str) -> str:
        return COMPANY_TASKS[verb]

    def wanted(self, data: Mapping[str, Any], pk: int, verb: str) -> Wanted:
        company = get_object_or_404(Company, pk=pk)
        return Wanted(company, {"company_id": company.pk})


@extend_schema_view(post=launches)
class DocumentTaskView(LaunchView):
    """POST starts work on a document: process, download, classify or extract."""

    permission = "documents.change_document"

    def task_of(self, pk: int, verb: str) -> str:
        return DOCUMENT_TASKS[verb]

    def wanted(self, data: Mapping[str, Any], pk: int, verb: str) -> Wanted:
        document = get_object_or_404(Document, pk=pk)
        return Wanted(document, {"document_id": document.pk})


class ExtractionRunViewSet(viewsets.ReadOnlyModelViewSet):
    """Readings of files. Filter: `document` (id)."""

    queryset = ExtractionRun.objects.select_related("version").prefetch_related("tables").order_by("-pk")
    serializer_class = ExtractionRunSerializer

    def get_queryset(self) -> QuerySet[ExtractionRun]:
        return _filtered(super().get_queryset(), self.request, {"document": "version__document_id"})


class FactViewSet(viewsets.ReadOnlyModelViewSet):
    """Figures that stand. Filters: `company`, `document` (ids), `concept`."""

    queryset = Fact.objects.filter(superseded_at__isnull=True).select_related("observation").order_by("pk")
    serializer_class = FactSerializer

    def get_queryset(self) -> QuerySet[Fact]:
        facts = _filtered(
            super().get_queryset(), self.request, {"company": "company_id", "document": "document_id"}
        )
        concept = self.request.query_params.get("concept")
        return facts.filter(concept=concept) if concept else facts


class RestatementViewSet(viewsets.ReadOnlyModelViewSet):
    """Restated figures. Filter: `company` (id)."""

    queryset = Restatement.objects.filter(
        old_fact__superseded_at__isnull=True, new_fact__superseded_at__isnull=True
    ).order_by("pk")
    serializer_class = RestatementSerializer

    def get_queryset(self) -> QuerySet[Restatement]:
        return _filtered(super().get_queryset(), self.request, {"company": "company_id"})


class CompiledStatementViewSet(viewsets.ReadOnlyModelViewSet):
    """Current compiled statements. Filters: `company` (id), `statement`, `view`. The detail has the
    rows, as JSON or with `?export=csv`, `?export=json` (with the place of every figure) or
    `?export=xlsx`."""

    queryset = CompiledStatement.objects.filter(is_current=True).select_related("company").order_by("pk")

    def get_serializer_class(self):
        return CompiledDetailSerializer if self.action == "retrieve" else CompiledStatementSerializer

    def get_queryset(self) -> QuerySet[CompiledStatement]:
        compiled = _filtered(super().get_queryset(), self.request, {"company": "company_id"})
        for name, kinds in (("statement", StatementKind), ("view", CompiledView)):
            asked = self.request.query_params.get(name)
            if asked is not None:
                if asked not in list(kinds):
                    raise ValidationError({name: f"One of: {', '.join(kinds)}."})
                compiled = compiled.filter(**{name: asked})
        return compiled

    def retrieve(self, request: Request, *args: object, **kwargs: object) -> Response | HttpResponse:
        export = request.query_params.get("export")
        if export is None:
            return super().retrieve(request, *args, **kwargs)
        if export not in ("csv", "json", "xlsx"):
            raise ValidationError({"export": "One of: csv, json, xlsx."})
        table = table_of_stored(self.get_object())
        if export == "csv":
            return HttpResponse(to_csv(table), content_type="text/csv; charset=utf-8")
        if export == "json":
            return HttpResponse(to_json(export_of([table])), content_type="application/json")
        return HttpResponse(
            to_workbook(export_of([table])),
            content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        )


def _filtered(rows: QuerySet, request: Request, fields: dict[str, str]) -> QuerySet:
    """Filters by ids, each of an allow-listed name."""
    for name, field in fields.items():
        asked = request.query_params.get(name)
        if asked is not None:
            if not asked.isdecimal() or len(asked) > 18:
                raise ValidationError({name: "A whole number is needed."})
            rows = rows.filter(**{field: int(asked)})
    return rows
