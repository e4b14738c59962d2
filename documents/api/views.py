"""Documents: listed, uploaded and handed out."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.http import FileResponse
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, status, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import APIException, NotFound, PermissionDenied
from rest_framework.parsers import FormParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from documents.api.serializers import (
    DocumentSerializer,
    SeveralSerializer,
    TakenInSerializer,
    UploadSerializer,
)
from documents.errors import StorageFull
from documents.intake import TakenIn, take_in_addresses, take_in_file, take_in_files
from documents.models import Document, DocumentStatus
from documents.storage import open_version
from engine.kinds import DocumentKind
from jobs.api.filters import AllowedFilters, number, one_of
from jobs.states import Trigger

# The browser's own viewer of PDFs is a plugin with a style inside the page it makes around it.
FILE_POLICY = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'"


class DocumentViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    """Filters: `company` (id), `fiscal_year`, `type`, `status`. POST uploads a PDF."""

    filter_backends = [AllowedFilters]
    allowed_filters = (
        number("company", "company_id", "Id of the company."),
        number("fiscal_year", "fiscal_year", "Fiscal year the document is about."),
        one_of("type", "document_type", tuple(DocumentKind), "What kind of document it is."),
        one_of("status", "status", DocumentStatus.values, "How far its processing is."),
    )

    queryset = Document.objects.select_related("current_version").order_by("pk")
    serializer_class = DocumentSerializer
    parser_classes = [MultiPartParser, FormParser]

    def create(self, request: Request) -> Response:
        _may_upload(request)
        upload = UploadSerializer(data=request.data)
        upload.is_valid(raise_exception=True)
        data = upload.validated_data
        with _room():
            uploaded = take_in_file(
                data["company"],
                data["file"],
                data["file"].name,
                title=data["title"],
                published_on=data["published_on"],
                by=request.user,
                trigger=Trigger.API,
            )
        body = DocumentSerializer(uploaded.document, context=self.get_serializer_context()).data
        return Response(body, status=status.HTTP_201_CREATED if uploaded.is_new else status.HTTP_200_OK)

    @extend_schema(request=SeveralSerializer, responses={202: TakenInSerializer})
    @action(detail=False, methods=["post"])
    def several(self, request: Request) -> Response:
        """Takes in many reports of a company, as files, as addresses, or both, and starts to process them."""
        _may_upload(request)
        several = SeveralSerializer(data=request.data)
        several.is_valid(raise_exception=True)
        data = several.validated_data
        who: dict[str, Any] = {"by": request.user, "trigger": Trigger.API}
        taken = TakenIn()
        with _room():
            taken += take_in_files(data["company"], [(file.name, file) for file in data["files"]], **who)
            taken += take_in_addresses(data["company"], data["addresses"].splitlines(), **who)
        return Response(TakenInSerializer(taken).data, status=status.HTTP_202_ACCEPTED)

    @action(detail=True)
    def file(self, request: Request, pk: str | None = None) -> FileResponse:
        """The stored PDF. Shown by the browser, never run: the type is fixed and not guessed."""
        document = get_object_or_404(self.queryset, pk=pk)
        if document.current_version is None:
            raise NotFound("This document has no file yet. Download it first.")
        response = FileResponse(
            open_version(document.current_version),
            filename=f"{document.current_version.sha256[:16]}.pdf",
            content_type=document.current_version.media_type,
        )
        response["X-Content-Type-Options"] = "nosniff"
        response["Content-Security-Policy"] = FILE_POLICY
        return response


def _may_upload(request: Request) -> None:
    if not request.user.has_perm("documents.add_document"):
        raise PermissionDenied("You may not upload documents.")


@contextmanager
def _room() -> Iterator[None]:
    try:
        yield
    except StorageFull as error:
        raise _NoRoom(error.message, code=error.code) from error


class _NoRoom(APIException):
    status_code = status.HTTP_507_INSUFFICIENT_STORAGE
