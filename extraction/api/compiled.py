"""Compiled statements: which there are, their tables, their files, and what each version changed."""

import json
from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.text import slugify
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, PolymorphicProxySerializer, extend_schema
from rest_framework import mixins, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from companies.models import Company
from engine.kinds import ChangeCause, ChangeKind, CompiledView, ReportingPeriod, StatementKind
from extraction.api.serializers import (
    ChangeSerializer,
    CompiledStatementSerializer,
    CompiledTableSerializer,
    table_fields,
)
from extraction.exports import export_of, to_csv, to_json, to_workbook
from extraction.models import CompiledChange, CompiledStatement
from extraction.table.find import Table, Wanted, table_for, table_of
from extraction.table.presentation import TableView
from jobs.api.filters import (
    AllowedFilters,
    Filter,
    MayView,
    Pages,
    asked_for,
    day,
    number,
    one_of,
)

WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class _FileRenderer(BaseRenderer):
    """Hands out a file the view has made."""

    charset = None
    render_style = "binary"

    def render(
        self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None
    ) -> bytes:
        return data if isinstance(data, bytes) else json.dumps(data, default=str).encode()


class CsvRenderer(_FileRenderer):
    media_type = "text/csv"
    format = "csv"


class ProvenanceRenderer(_FileRenderer):
    media_type = "application/vnd.tenfold.compiled-statements+json"
    format = "provenance"


class WorkbookRenderer(_FileRenderer):
    media_type = WORKBOOK
    format = "xlsx"


def _code(asked: str) -> str:
    if len(asked) != 3 or not asked.isascii() or not asked.isupper():
        raise ValueError("An ISO 4217 code such as USD is needed.")
    return asked


_CURRENCY = Filter(
    "currency",
    "",
    _code,
    "Show figures in this currency (ISO 4217): flows at average, balances at closing rates.",
)
_FORMAT = OpenApiParameter(
    "format",
    str,
    enum=["json", "csv", "xlsx", "provenance"],
    description="JSON, or a file: CSV, an Excel workbook, or JSON with the place of every figure.",
)
_FILES = {
    (200, "text/csv"): OpenApiTypes.STR,
    (200, ProvenanceRenderer.media_type): OpenApiTypes.OBJECT,
    (200, WORKBOOK): OpenApiTypes.BINARY,
}


_CHANGE_FILTERS = (
    one_of("kind", "kind", list(ChangeKind), "Added, changed or removed."),
    one_of("cause", "cause", list(ChangeCause), "Why."),
)


class CompiledStatementViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    """Current compiled statements, and whole tables.

    With `company` and one of `type`, `as_of`, `currency`, a `period` other than the full year or a
    `format` other than JSON the answer holds whole tables; those that are not kept, such as a view as of
    a day, are compiled for it.
    """

    queryset = CompiledStatement.objects.filter(is_current=True).select_related("company").order_by("pk")
    serializer_class = CompiledStatementSerializer
    permission_classes = [MayView]
    pagination_class = Pages
    filter_backends = [AllowedFilters]
    renderer_classes = [
        *viewsets.GenericViewSet.renderer_classes,
        CsvRenderer,
        ProvenanceRenderer,
        WorkbookRenderer,
    ]
    allowed_filters: tuple[Filter, ...] = (
        number("company", "company_id", "Id of the company."),
        one_of("type", "statement", list(StatementKind), "Which statement."),
        one_of("view", "view", list(CompiledView), "Which publication of a figure wins."),
        one_of("period", "period", list(ReportingPeriod), "How long the periods are."),
        day("as_of", "", "As known on this day; the view is then as_of."),
        _CURRENCY,
    )

    def get_queryset(self) -> QuerySet[CompiledStatement]:
        if self.action == "list":
            return super().get_queryset()
        return CompiledStatement.objects.select_related("company")

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        if getattr(response, "exception", False) and isinstance(response.accepted_renderer, _FileRenderer):
            response.accepted_renderer = JSONRenderer()
            response.accepted_media_type = response.accepted_renderer.media_type
        return response

    @extend_schema(
        parameters=[_FORMAT],
        responses={
            (200, "application/json"): PolymorphicProxySerializer(
                component_name="CompiledStatementOrTable",
                serializers=[CompiledStatementSerializer, CompiledTableSerializer],
                resource_type_field_name=None,
                many=True,
            ),
            **_FILES,
        },
    )
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        asked = asked_for(request, self.allowed_filters)
        is_file = _is_file(request)
        special = [name for name in ("as_of", "currency") if name in asked]
        if asked.get("view") == CompiledView.AS_OF and "as_of" not in asked:
            raise ValidationError({"as_of": "The view as of a day needs that day."})
        if (special or is_file) and "company" not in asked:
            raise ValidationError({"company": "Needed with as_of, currency and for a file."})
        if is_file and request.accepted_renderer.format == "csv" and "type" not in asked:
            raise ValidationError({"type": "A CSV file holds one statement. Say which."})
        shorter = asked.get("period", ReportingPeriod.FULL_YEAR) != ReportingPeriod.FULL_YEAR
        if "company" not in asked or not (special or is_file or shorter or "type" in asked):
            return super().list(request, *args, **kwargs)
        return self._tables(request, _tables(asked), is_file)

    def _tables(self, request: Request, tables: Sequence[Table], is_file: bool) -> Response:
        if is_file:
            if not tables:
                raise NotFound("Nothing has been compiled of this.")
            return _file(request, [table.view for table in tables])
        page = self.paginate_queryset(list(tables))
        fields = [table_fields(table) for table in page or ()]
        return self.get_paginated_response(fields)

    @extend_schema(
        parameters=[
            _FORMAT,
            OpenApiParameter("currency", str, description=_CURRENCY.says),
        ],
        responses={(200, "application/json"): CompiledTableSerializer, **_FILES},
        filters=False,
    )
    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One version with its rows, current or not."""
        asked = asked_for(request, [_CURRENCY])
        table = table_of(self._object(), Wanted(currency=asked.get("currency", "")))
        if _is_file(request):
            return _file(request, [table.view])
        return Response(table_fields(table))

    @extend_schema(
        parameters=[
            OpenApiParameter(one.name, str, enum=list(one.choices), description=one.says)
            for one in _CHANGE_FILTERS
        ],
        responses=ChangeSerializer(many=True),
        filters=False,
    )
    @action(detail=True, renderer_classes=viewsets.GenericViewSet.renderer_classes)
    def changes(self, request: Request, pk: str) -> Response:
        """What this version changed against the one before it, row by row and cell by cell, and why."""
        asked = asked_for(request, _CHANGE_FILTERS)
        found = CompiledChange.objects.filter(compiled=self._object(), **asked).order_by("ordinal")
        page = self.paginate_queryset(found)
        return self.get_paginated_response(ChangeSerializer(page, many=True).data)

    def _object(self) -> CompiledStatement:
        found = get_object_or_404(self.get_queryset(), pk=_id(self.kwargs["pk"]))
        self.check_object_permissions(self.request, found)
        return found


def _id(given: str) -> int:
    if not given.isdecimal() or len(given) > 18:
        raise NotFound
    return int(given)


def _tables(asked: dict[str, Any]) -> list[Table]:
    """The tables a request asks for, in the order of the statements."""
    company = Company.objects.filter(pk=asked["company"]).first()
    if company is None:
        return []
    view = CompiledView.AS_OF if "as_of" in asked else CompiledView(asked.get("view", CompiledView.LATEST))
    wanted = Wanted(
        view=view,
        as_of=asked.get("as_of"),
        period=ReportingPeriod(asked.get("period", ReportingPeriod.FULL_YEAR)),
        currency=asked.get("currency", ""),
    )
    kinds = [StatementKind(asked["type"])] if "type" in asked else list(StatementKind)
    return [table for kind in kinds if (table := table_for(company, kind, wanted)) is not None]


def _is_file(request: Request) -> bool:
    return isinstance(request.accepted_renderer, _FileRenderer)


def _file(request: Request, tables: Sequence[TableView]) -> Response:
    """The tables as the file that was asked for."""
    renderer = request.accepted_renderer
    if isinstance(renderer, CsvRenderer):
        made = to_csv(tables[0]).encode()
    elif isinstance(renderer, ProvenanceRenderer):
        made = to_json(export_of(tables)).encode()
    else:
        made = to_workbook(export_of(tables))
    what = tables[0].statement.value if len(tables) == 1 else "statements"
    name = slugify(f"{tables[0].company.slug} {what} {tables[0].view.value}")
    extension = "json" if renderer.format == ProvenanceRenderer.format else renderer.format
    headers = {"Content-Disposition": f'attachment; filename="{name}.{extension}"'}
    return Response(made, content_type=renderer.media_type, headers=headers)
