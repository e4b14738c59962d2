"""Compiled statements, with the way to the table and what each version changed."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html

from extraction.admin.history import ReadOnlyAdmin
from extraction.models import CompiledStatement

CHANGES_SHOWN = 500


@admin.register(CompiledStatement)
class CompiledStatementAdmin(ReadOnlyAdmin):
    list_display = [
        "company",
        "statement",
        "view",
        "period",
        "version",
        "currency",
        "is_current",
        "compiled_at",
        "table",
    ]
    list_filter = ["is_current", "statement", "view", "period", "company"]
    list_select_related = ["company"]
    change_form_outer_before_template = "admin/extraction/changes.html"
    fieldsets = [
        (
            "How it was compiled",
            {
                "fields": [
                    "company", "statement", "view", "period", "scope", "currency", "version", "is_current",
                    "compiled_at", "engine_version", "content_hash", "task_run",
                ],
            },
        ),
    ]  # fmt: skip

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """One version, with every row and figure it changed against the one before."""
        compiled = self.get_object(request, object_id)
        context = {**(extra_context or {}), **({} if compiled is None else _changes(compiled))}
        return super().change_view(request, object_id, form_url, context)

    @admin.display(description="Table")
    def table(self, compiled: CompiledStatement) -> str:
        return format_html(
            '<a class="underline" href="{}?statement={}&view={}&period={}">Open</a>',
            reverse("extraction:statements", args=[compiled.company.slug]),
            compiled.statement,
            compiled.view,
            compiled.period,
        )


def _changes(compiled: CompiledStatement) -> dict[str, Any]:
    versions = CompiledStatement.objects.filter(
        company=compiled.company,
        statement=compiled.statement,
        view=compiled.view,
        period=compiled.period,
        scope=compiled.scope,
    )
    shown = list(compiled.changes.select_related("document")[:CHANGES_SHOWN])
    return {
        "compiled": compiled,
        "changes": shown,
        "more": max(compiled.changes.count() - len(shown), 0),
        "before": versions.filter(version__lt=compiled.version).order_by("-version").first(),
        "after": versions.filter(version__gt=compiled.version).order_by("version").first(),
    }
