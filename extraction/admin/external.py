"""Sources outside, what they gave, and how it compares with printed reports."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import AutocompleteSelectFilter
from unfold.decorators import display

from audit.model_admin import ModelAdmin
from engine.xbrl.agreement import Agreement
from extraction.admin.history import ReadOnlyAdmin
from extraction.models import CrossCheck, CrossCheckCell, ExternalSource, SyncOutcome, SyncRun, TaggedReport
from jobs.launch import launch
from jobs.permissions import may_start
from jobs.states import Trigger

OUTCOME_COLOURS = {
    Agreement.AGREES: "success",
    Agreement.DIFFERS: "danger",
    Agreement.ONLY_PRINTED: "",
    Agreement.ONLY_TAGGED: "warning",
    Agreement.NOT_COMPARABLE: "info",
}
SYNC_COLOURS = {
    SyncOutcome.UPDATED: "success",
    SyncOutcome.UNCHANGED: "info",
    SyncOutcome.PARTIAL: "warning",
    SyncOutcome.FAILED: "danger",
    SyncOutcome.NOTHING_TO_ASK: "",
}


@admin.register(ExternalSource)
class ExternalSourceAdmin(ModelAdmin):
    list_display = ["name", "code", "kind", "is_enabled", "last_success_at", "last_trouble"]
    list_filter = ["kind", "is_enabled"]
    search_fields = ["name", "code"]
    actions = ["ask_now", "ask_everything"]
    fieldsets = [
        (None, {"fields": ["name", "code", "kind", "base_url", "is_enabled"]}),
        (
            "How it is doing",
            {"fields": ["cursor", "last_success_at", "last_trouble", "retry_at"]},
        ),
    ]
    readonly_fields = ["cursor", "last_success_at", "last_trouble", "retry_at"]

    @admin.display(description="Last trouble")
    def last_trouble(self, source: ExternalSource) -> str:
        if source.last_failure_at is None:
            return "none"
        return f"{source.last_failure_at:%d %b %Y}: {source.last_failure}"

    def has_start_permission(self, request: HttpRequest) -> bool:
        return may_start(request.user, "sync_external_data")

    @admin.action(description="Ask for what is new", permissions=["start"])
    def ask_now(self, request: HttpRequest, sources: QuerySet[ExternalSource]) -> None:
        self._ask(request, sources, full=False)

    @admin.action(description="Ask for everything again", permissions=["start"])
    def ask_everything(self, request: HttpRequest, sources: QuerySet[ExternalSource]) -> None:
        self._ask(request, sources, full=True)

    def _ask(self, request: HttpRequest, sources: QuerySet[ExternalSource], *, full: bool) -> None:
        codes = sorted(sources.values_list("code", flat=True))
        launched = launch(
            "sync_external_data", by=request.user, trigger=Trigger.ADMIN, data_sources=codes, full=full
        )
        self.message_user(request, f"Run {launched.run.pk}: {', '.join(codes)} will be asked.")


@admin.register(SyncRun)
class SyncRunAdmin(ReadOnlyAdmin):
    list_display = ["started_at", "source", "result", "asked", "new", "changed", "unchanged", "problem"]
    list_filter = ["outcome", "source"]
    list_select_related = ["source"]
    list_per_page = 50
    show_full_result_count = False
    fields = [
        *("source", "result", "asked", "new", "changed", "unchanged", "problem", "problems", "cursor"),
        *("started_at", "ended_at", "task_run"),
    ]
    readonly_fields = ["result", "problem"]

    @display(description="Result", ordering="outcome", label=SYNC_COLOURS)
    def result(self, run: SyncRun) -> tuple[str, str]:
        return run.outcome, run.get_outcome_display()

    @admin.display(description="First problem")
    def problem(self, run: SyncRun) -> str:
        return f"{run.problems[0][0]}: {run.problems[0][2]}" if run.problems else "none"


@admin.register(TaggedReport)
class TaggedReportAdmin(ReadOnlyAdmin):
    list_display = ["company", "form", "kind", "period_end", "filed_on", "source", "framework"]
    list_filter = ["source", "kind", "form", ("company", AutocompleteSelectFilter)]
    list_filter_submit = True
    list_select_related = ["company", "source"]
    search_fields = ["accession", "company__name"]
    list_per_page = 50
    show_full_result_count = False
    ordering = ["-period_end", "-filed_on", "pk"]
    fields = [
        *("company", "source", "accession", "form", "kind", "period_end", "filed_on", "framework", "address"),
        *("figures", "left_out_words", "created_at"),
    ]
    readonly_fields = ["figures", "left_out_words"]

    @admin.display(description="Figures")
    def figures(self, report: TaggedReport) -> int:
        return report.facts.filter(superseded_at__isnull=True).count()

    @admin.display(description="Left out")
    def left_out_words(self, report: TaggedReport) -> str:
        said = [
            f"{count} {code.replace('_', ' ')}, such as {example}" for code, count, example in report.left_out
        ]
        return "; ".join(said) or "nothing"


@admin.register(CrossCheck)
class CrossCheckAdmin(ReadOnlyAdmin):
    """A printed report beside a tagged one; its page lists what does not agree first."""

    list_display = [
        *("document", "company", "tagged_report", "agrees", "differing", "only_printed", "only_tagged"),
        *("not_comparable", "checked_at"),
    ]
    list_filter = [("company", AutocompleteSelectFilter), "report__source"]
    list_filter_submit = True
    list_select_related = ["document", "company", "report__source", "report__company"]
    list_per_page = 50
    show_full_result_count = False
    ordering = ["-differs", "-checked_at", "pk"]
    fields = [
        *("company", "document", "report", "agrees", "differs", "only_printed", "only_tagged"),
        *("not_comparable", "checked_at"),
    ]
    change_form_outer_after_template = "admin/extraction/cross_check_cells.html"

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The comparison with its figures below."""
        context = {**(extra_context or {}), "cells": _unlike_first(object_id)}
        return super().change_view(request, object_id, form_url, context)

    @admin.display(description="Tagged", ordering="report__filed_on")
    def tagged_report(self, check: CrossCheck) -> SafeString:
        address = reverse("admin:extraction_taggedreport_change", args=[check.report_id])
        name = f"{check.report.source.name}, {check.report.form}"
        return format_html('<a class="underline" href="{}">{}</a>', address, name)

    @display(description="Differ", ordering="differs", label={"some": "danger", "none": "success"})
    def differing(self, check: CrossCheck) -> tuple[str, str]:
        return ("some" if check.differs else "none"), str(check.differs)


def _unlike_first(check_id: str) -> list[CrossCheckCell]:
    """The cells with what a person has to look at before what agrees."""
    if not check_id.isdecimal():
        return []
    order = [Agreement.DIFFERS, Agreement.ONLY_TAGGED, Agreement.NOT_COMPARABLE, Agreement.ONLY_PRINTED,
             Agreement.AGREES]  # fmt: skip
    cells = CrossCheckCell.objects.filter(check_of=int(check_id)).prefetch_related("facts").order_by("pk")
    return sorted(cells, key=lambda cell: order.index(Agreement(cell.outcome)))
