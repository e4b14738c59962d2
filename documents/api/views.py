"""Documents: listed, uploaded and handed out."""

from django.http import FileResponse
from django.shortcuts import get_object_or_404
from rest_framework import mixins, status, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound, PermissionDenied, ValidationError
from rest_framework.parsers import FormParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from documents.api.serializers import DocumentSerializer, UploadSerializer
from documents.models import Document, DocumentStatus
from documents.storage import open_version
from documents.upload import accept_upload
from engine.kinds import DocumentKind


class DocumentViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    """Filters: `company` (id), `fiscal_year`, `type`, `status`. POST uploads a PDF."""

    queryset = Document.objects.select_related("current_version").order_by("pk")
    serializer_class = DocumentSerializer
    parser_classes = [MultiPartParser, FormParser]

    def get_queryset(self):
        documents = super().get_queryset()
        asked = self.request.query_params
        if "company" in asked:
            documents = documents.filter(company_id=_number(asked, "company"))
        if "fiscal_year" in asked:
            documents = documents.filter(fiscal_year=_number(asked, "fiscal_year"))
        if "type" in asked:
            documents = documents.filter(
                document_type=_one_of(asked, "type", [k.value for k in DocumentKind])
            )
        if "status" in asked:
            documents = documents.filter(status=_one_of(asked, "status", DocumentStatus.values))
        return documents

    def create(self, request: Request) -> Response:
        if not request.user.has_perm("documents.add_document"):
            raise PermissionDenied("You may not upload documents.")
        upload = UploadSerializer(data=request.data)
        upload.is_valid(raise_exception=True)
        data = upload.validated_data
        uploaded = accept_upload(
            data["company"],
            data["file"],
            data["file"].name,
            title=data["title"],
            published_on=data["published_on"],
            by=request.user,
        )
        body = DocumentSerializer(uploaded.document, context=self.get_serializer_context()).data
        return Response(body, status=status.HTTP_201_CREATED if uploaded.is_new else status.HTTP_200_OK)

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
        return response


def _number(asked, name: str) -> int:
    text = asked[name]
    if not text.isdecimal() or len(text) > 18:
        raise ValidationError({name: "A whole number is needed."})
    return int(text)


def _one_of(asked, name: str, allowed: list[str]) -> str:
    if asked[name] not in allowed:
        raise ValidationError({name: f"One of: {', '.join(allowed)}."})
    return asked[name]
