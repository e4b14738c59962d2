"""Figures, each with the way to its page."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from extraction.admin.history import ReadOnlyAdmin
from extraction.models import Fact


@admin.register(Fact)
class FactAdmin(ReadOnlyAdmin):
    list_display = ["label", "company", "concept", "period_end", "value", "currency", "document", "proof"]
    list_filter = ["company", "statement", "scope", "row_kind"]
    list_select_related = ["company", "document", "observation"]
    search_fields = ["label", "concept"]
    date_hierarchy = "period_end"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Fact]:
        return super().get_queryset(request).filter(superseded_at__isnull=True)

    @admin.display(description="Proof")
    def proof(self, fact: Fact) -> str:
        return format_html(
            '<a class="underline" href="{}">page {}</a>',
            reverse("extraction:proof", args=[fact.pk]),
            fact.observation.page,
        )
