"""The page of a document with what was made of it: the form of the documents app, under the evidence."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path

from documents.admin import DocumentAdmin
from documents.models import Document
from engine.errors import Unreadable
from extraction.object_pages.contact_sheets import sheet_image
from extraction.object_pages.report import report_page

admin.site.unregister(Document)


@admin.register(Document)
class ReportAdmin(DocumentAdmin):
    """Documents with their pages, statements, files, readings, runs and questions."""

    change_form_outer_before_template = "admin/extraction/report.html"

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.sheet_view, cacheable=True)
        return [
            path("pages/<int:version_id>/<int:first>.jpg", view, name="documents_document_sheet"),
            *super().get_urls(),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        document = self.get_object(request, object_id)
        if document is not None and self.has_view_permission(request, document):
            page = {"page": report_page(document), "page_actions": self.page_actions(request)}
            extra_context = {**(extra_context or {}), **page}
        return super().change_view(request, object_id, form_url, extra_context)

    def sheet_view(self, request: HttpRequest, version_id: int, first: int) -> HttpResponse:
        """24 pages of a stored file as one small picture."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        try:
            image = sheet_image(version_id, first)
        except Unreadable as error:
            return HttpResponse(error.message, status=422, content_type="text/plain; charset=utf-8")
        if image is None:
            raise Http404("These pages are not there.")
        response = HttpResponse(image, content_type="image/jpeg")
        # The pages of a content-addressed file never change.
        response["Cache-Control"] = "private, max-age=604800, immutable"
        return response
