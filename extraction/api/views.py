"""What was read and compiled, and the doors that start the work."""

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import viewsets
from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

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
from extraction.exports import to_csv, to_workbook
from extraction.models import CompiledStatement, ExtractionRun, Fact, Restatement
from extraction.presentation import DisplayUnit, table_of_stored
from jobs.api.serializers import LaunchedSerializer
from jobs.api.views import launch_response
from jobs.launch import launch
from jobs.states import Trigger

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


_starts = extend_schema(
    request=None,
    responses={202: LaunchedSerializer, 409: LaunchedSerializer},
    parameters=[OpenApiParameter("force", bool, description="Repeat what was done before.")],
)


class CompanyTaskView(APIView):
    """POST starts work on a company: extract, scrape, recompile or process-documents.

    202 with the id of the run; 404 for an unknown company; 409 with the id of the run that is
    under way. `?force=1` repeats what was done before.
    """

    @_starts
    def post(self, request: Request, pk: int, verb: str) -> Response:
        company = get_object_or_404(Company, pk=pk)
        _must_have(request, "companies.change_company")
        launched = launch(
            COMPANY_TASKS[verb],
            subject=company,
            by=request.user,
            trigger=Trigger.API,
            company_id=company.pk,
            **_force(request),
        )
        return launch_response(launched, request)


class DocumentTaskView(APIView):
    """POST starts work on a document: process, download, classify or extract."""

    @_starts
    def post(self, request: Request, pk: int, verb: str) -> Response:
        document = get_object_or_404(Document, pk=pk)
        _must_have(request, "documents.change_document")
        launched = launch(
            DOCUMENT_TASKS[verb],
            subject=document,
            by=request.user,
            trigger=Trigger.API,
            document_id=document.pk,
            **_force(request),
        )
        return launch_response(launched, request)


def _must_have(request: Request, permission: str) -> None:
    if not request.user.has_perm(permission):
        raise PermissionDenied("You may not start this work. Ask an administrator for the permission.")


def _force(request: Request) -> dict[str, bool]:
    return {"force": True} if request.query_params.get("force") in ("1", "true") else {}


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
    rows, as JSON or with `?export=csv` or `?export=xlsx`."""

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
        table = table_of_stored(self.get_object(), DisplayUnit.UNITS)
        if export == "csv":
            return HttpResponse(to_csv(table), content_type="text/csv; charset=utf-8")
        if export == "xlsx":
            return HttpResponse(
                to_workbook([table]),
                content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            )
        raise ValidationError({"export": "One of: csv, xlsx."})


def _filtered(rows: QuerySet, request: Request, fields: dict[str, str]) -> QuerySet:
    """Filters by ids, each of an allow-listed name."""
    for name, field in fields.items():
        asked = request.query_params.get(name)
        if asked is not None:
            if not asked.isdecimal() or len(asked) > 18:
                raise ValidationError({name: "A whole number is needed."})
            rows = rows.filter(**{field: int(asked)})
    return rows
