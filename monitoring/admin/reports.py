"""Reports and notes in lists, who is sent them, and what was sent."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.html import format_html

from audit.model_admin import ModelAdmin
from monitoring.models import DeltaNote, ReportMail, ReportSubscription, SystemReport


class _Kept(ModelAdmin):
    """What was said is not edited, and its row leads to its page."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(SystemReport)
class SystemReportAdmin(_Kept):
    list_display = ["window", "report_type", "version", "made_at", "files"]
    list_filter = ["report_type"]
    list_display_links = None

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        return redirect("reports:system", report_id=object_id)

    def get_queryset(self, request: HttpRequest) -> QuerySet[SystemReport]:
        return super().get_queryset(request).order_by("-until", "report_type", "-version")

    @admin.display(description="Report", ordering="since")
    def window(self, report: SystemReport) -> str:
        return _link(report.get_absolute_url(), report.title)

    @admin.display(description="Files")
    def files(self, report: SystemReport) -> str:
        return _files(report.get_absolute_url())


@admin.register(DeltaNote)
class DeltaNoteAdmin(_Kept):
    list_display = ["note", "company", "document", "version", "made_at", "files"]
    list_filter = ["company"]
    list_select_related = ["company", "document"]
    search_fields = ["company__name"]
    list_display_links = None

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        return redirect("reports:note", note_id=object_id)

    @admin.display(description="Note")
    def note(self, note: DeltaNote) -> str:
        return _link(note.get_absolute_url(), note.title)

    @admin.display(description="Files")
    def files(self, note: DeltaNote) -> str:
        return _files(note.get_absolute_url())


@admin.register(ReportSubscription)
class ReportSubscriptionAdmin(ModelAdmin):
    list_display = ["name", "kind", "addresses", "is_enabled"]
    list_filter = ["kind", "is_enabled"]
    filter_horizontal = ["companies"]

    @admin.display(description="Recipients")
    def addresses(self, subscription: ReportSubscription) -> str:
        first, *others = subscription.recipients.split() or ["–"]
        return f"{first} and {len(others)} more" if others else first


@admin.register(ReportMail)
class ReportMailAdmin(_Kept):
    list_display = ["what", "subscription", "state", "attempts", "created_at", "sent_at", "response"]
    list_filter = ["state", "subscription"]
    list_select_related = ["subscription", "report", "note"]

    @admin.display(description="Report")
    def what(self, mail: ReportMail) -> str:
        return "–" if mail.paper is None else _link(mail.paper.get_absolute_url(), mail.paper.title)


def _link(address: str, text: str) -> str:
    return format_html('<a href="{}" class="underline">{}</a>', address, text)


def _files(page: str) -> str:
    return format_html(
        '<a href="{0}file.pdf" class="underline">PDF</a> · <a href="{0}file.html" class="underline">HTML</a>',
        page,
    )
