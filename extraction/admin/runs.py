"""Readings of files."""

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html_join
from unfold.admin import TabularInline
from unfold.decorators import display

from extraction.admin.history import ReadOnlyAdmin
from extraction.models import ExtractionRun, ExtractionStatus, StatementTable
from extraction.second_reader.costs import second_reader_lines


class TableInline(TabularInline):
    model = StatementTable
    extra = 0
    can_delete = False
    fields = readonly_fields = [
        "statement",
        "scope",
        "title",
        "pages",
        "currency",
        "scale",
        "score",
        "read_by",
    ]

    def has_add_permission(self, request: HttpRequest, obj: ExtractionRun | None = None) -> bool:
        return False


@admin.register(ExtractionRun)
class ExtractionRunAdmin(ReadOnlyAdmin):
    list_display = [
        "document",
        "company",
        "state",
        "engine_version",
        "is_current",
        "created_at",
        "error_message",
    ]
    list_filter = ["status", "is_current", "engine_version", "version__document__company"]
    list_select_related = ["version__document__company"]
    search_fields = ["version__document__title", "version__sha256"]
    inlines = [TableInline]
    exclude = ["second_reader"]
    readonly_fields = ["second_reader_said"]

    @admin.display(description="Second reader")
    def second_reader_said(self, run: ExtractionRun) -> str:
        return format_html_join("", "<p>{}</p>", ((line,) for line in second_reader_lines(run.second_reader)))

    @admin.display(description="Document")
    def document(self, run: ExtractionRun) -> str:
        return str(run.version.document)

    @admin.display(description="Company")
    def company(self, run: ExtractionRun) -> str:
        return run.version.document.company.name

    @display(
        description="Outcome",
        ordering="status",
        label={
            ExtractionStatus.SUCCEEDED: "success",
            ExtractionStatus.PARTIAL: "warning",
            ExtractionStatus.EMPTY: "warning",
            ExtractionStatus.FAILED: "danger",
        },
    )
    def state(self, run: ExtractionRun) -> tuple[str, str]:
        return run.status, run.get_status_display()
