"""Compiled statements, with the way to the table."""

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html

from extraction.admin.history import ReadOnlyAdmin
from extraction.models import CompiledStatement


@admin.register(CompiledStatement)
class CompiledStatementAdmin(ReadOnlyAdmin):
    list_display = [
        "company",
        "statement",
        "view",
        "version",
        "currency",
        "is_current",
        "compiled_at",
        "table",
    ]
    list_filter = ["is_current", "statement", "view", "company"]
    list_select_related = ["company"]

    @admin.display(description="Table")
    def table(self, compiled: CompiledStatement) -> str:
        return format_html(
            '<a class="underline" href="{}?statement={}&view={}">Open</a>',
            reverse("extraction:statements", args=[compiled.company.slug]),
            compiled.statement,
            compiled.view,
        )
