"""Prices as they were given, what was wrong with them, and each time a source was asked. Read only."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from unfold.decorators import display

from audit.actions import Action
from audit.changing import change_rows
from audit.model_admin import ModelAdmin
from market.models import PriceBar, PriceFinding, ProviderRun, RunOutcome


class _ReadOnly(ModelAdmin):
    """What happened is not edited."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(PriceBar)
class PriceBarAdmin(_ReadOnly):
    list_display = [
        *("instrument", "day", "close", "open", "high", "low", "volume", "provider", "revision"),
        *("is_current", "is_final", "fetched_at"),
    ]
    list_filter = ["is_current", "is_final", "provider", "instrument__listing__company"]
    search_fields = ["instrument__listing__ticker"]
    list_select_related = ["instrument__listing__exchange", "provider"]
    date_hierarchy = "day"
    show_full_result_count = False


@admin.register(PriceFinding)
class PriceFindingAdmin(_ReadOnly):
    list_display = ["instrument", "day", "kind", "detail", "provider", "found_at", "resolved_at"]
    list_filter = [
        ("resolved_at", admin.EmptyFieldListFilter),
        "kind",
        "provider",
        "instrument__listing__company",
    ]
    search_fields = ["instrument__listing__ticker", "detail"]
    list_select_related = ["instrument__listing__exchange", "provider"]
    date_hierarchy = "day"
    actions = ["resolve"]

    def has_resolve_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("market.change_pricefinding"))

    @admin.action(description="Nothing is left to do", permissions=["resolve"])
    def resolve(self, request: HttpRequest, findings: QuerySet[PriceFinding]) -> None:
        unsolved = findings.filter(resolved_at__isnull=True)
        count = change_rows(unsolved, {"resolved_at": timezone.now()}, by=request.user, action=Action.DECIDED)
        self.message_user(request, f"{count} findings are settled.")


@admin.register(ProviderRun)
class ProviderRunAdmin(_ReadOnly):
    list_display = [
        *("provider", "instrument", "started_at", "state", "new", "corrected", "unchanged", "refused"),
        *("gaps", "message"),
    ]
    list_filter = ["outcome", "provider", "code"]
    search_fields = ["instrument__listing__ticker"]
    list_select_related = ["instrument__listing__exchange", "provider"]
    date_hierarchy = "started_at"
    show_full_result_count = False

    @display(
        description="Outcome",
        ordering="outcome",
        label={
            RunOutcome.UPDATED: "success",
            RunOutcome.UNCHANGED: "info",
            RunOutcome.PARTIAL: "warning",
            RunOutcome.FAILED: "danger",
        },
    )
    def state(self, run: ProviderRun) -> tuple[str, str]:
        return run.outcome, run.get_outcome_display()
