"""Reports and notes as pages of the admin, and their files."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.decorators import permission_required
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from monitoring.models import DeltaNote, SystemReport
from monitoring.reports.drawing import drawn
from monitoring.reports.paper import from_json
from monitoring.reports.sending import file_name

TYPES = {"pdf": "application/pdf", "html": "text/html; charset=utf-8"}


@permission_required("monitoring.view_systemreport", raise_exception=True)
def system(request: HttpRequest, report_id: int) -> HttpResponse:
    """One report of the system."""
    kept = get_object_or_404(SystemReport, pk=report_id)
    place = {"report_type": kept.report_type, "since": kept.since, "until": kept.until}
    ways = [("All reports", reverse("admin:monitoring_systemreport_changelist"))]
    newer = SystemReport.objects.filter(**place, version__gt=kept.version).first()
    return _page(request, kept, "reports:system_file", ways, newer)


@permission_required("monitoring.view_deltanote", raise_exception=True)
def note(request: HttpRequest, note_id: int) -> HttpResponse:
    """One note on a new report."""
    kept = get_object_or_404(DeltaNote.objects.select_related("company", "document"), pk=note_id)
    ways = [
        (kept.company.name, reverse("admin:companies_company_change", args=[kept.company_id])),
        ("The report", kept.document.get_absolute_url()),
        ("Statements", reverse("extraction:statements", args=[kept.company.slug])),
    ]
    newer = DeltaNote.objects.filter(document=kept.document_id, version__gt=kept.version).first()
    return _page(request, kept, "reports:note_file", ways, newer)


@permission_required("monitoring.view_systemreport", raise_exception=True)
def system_file(request: HttpRequest, report_id: int, extension: str) -> FileResponse:
    """The file of a report, to be kept."""
    return file_of(get_object_or_404(SystemReport, pk=report_id), extension)


@permission_required("monitoring.view_deltanote", raise_exception=True)
def note_file(request: HttpRequest, note_id: int, extension: str) -> FileResponse:
    """The file of a note, to be kept."""
    return file_of(get_object_or_404(DeltaNote.objects.select_related("company"), pk=note_id), extension)


def file_of(kept: SystemReport | DeltaNote, extension: str) -> FileResponse:
    """A file as a download: it brings a style of its own, which no page of this site may. Raises Http404
    where it is not stored any more."""
    name = kept.pdf_file if extension == "pdf" else kept.html_file
    try:
        content = default_storage.open(name, "rb")
    except FileNotFoundError:
        raise Http404("The file is not there any more. The page still says all of it.") from None
    response = FileResponse(
        content, as_attachment=True, filename=file_name(kept, extension), content_type=TYPES[extension]
    )
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _page(
    request: HttpRequest, kept: SystemReport | DeltaNote, files: str, ways: list[tuple[str, str]], newer: Any
) -> HttpResponse:
    paper = from_json(kept.content)
    context = {
        **admin.site.each_context(request),
        "title": paper.title,
        "kept": kept,
        "paper": paper,
        "sections": drawn(paper),
        "pdf_address": reverse(files, args=[kept.pk, "pdf"]),
        "html_address": reverse(files, args=[kept.pk, "html"]),
        "ways": ways,
        "newer": newer,
    }
    return render(request, "admin/monitoring/report.html", context)
