"""Sources of prices in the admin: how to ask them, and how they are doing."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.decorators import display

from audit.model_admin import ModelAdmin
from market import breaker
from market.models import BreakerState, PriceProvider


@admin.register(PriceProvider)
class PriceProviderAdmin(ModelAdmin):
    list_display = [
        "name",
        "kind",
        "priority",
        "is_enabled",
        "basis",
        "standing",
        "last_success",
        "last_failure",
    ]
    list_filter = ["kind", "is_enabled"]
    search_fields = ["name", "code"]
    prepopulated_fields = {"code": ["name"]}
    list_select_related = ["state"]
    actions = ["ask_again"]
    fieldsets = [
        (None, {"fields": ["name", "code", "kind", ("priority", "is_enabled"), "basis"]}),
        (
            "How to ask",
            {
                "fields": ["address", "symbol_form", "key_variable", "columns"],
                "description": "For an address with placeholders, Stooq and Alpha Vantage. The key itself"
                " stands in the environment of the workers, never here.",
            },
        ),
        ("How it is doing", {"fields": ["standing_words", "last_success", "last_failure"]}),
    ]
    readonly_fields = ["standing_words", "last_success", "last_failure"]

    @display(
        description="State",
        label={
            BreakerState.CLOSED: "success",
            BreakerState.OPEN: "danger",
            BreakerState.HALF_OPEN: "warning",
            "none": "info",
        },
    )
    def standing(self, provider: PriceProvider) -> tuple[str, str]:
        state = getattr(provider, "state", None)
        if state is None:
            return "none", "Not asked yet"
        words = state.get_breaker_display()
        if state.breaker != BreakerState.CLOSED and state.retry_at is not None:
            words += f" until {state.retry_at:%Y-%m-%d %H:%M} UTC"
        return state.breaker, words

    @admin.display(description="State")
    def standing_words(self, provider: PriceProvider) -> str:
        return self.standing(provider)[1]

    @admin.display(description="Last answer")
    def last_success(self, provider: PriceProvider) -> Any:
        state = getattr(provider, "state", None)
        return "—" if state is None or state.last_success_at is None else state.last_success_at

    @admin.display(description="Last failure")
    def last_failure(self, provider: PriceProvider) -> str:
        state = getattr(provider, "state", None)
        if state is None or state.last_failure_at is None:
            return "—"
        return f"{state.last_failure_at:%Y-%m-%d %H:%M} UTC: {state.last_failure}"

    @admin.action(description="Ask again from now on", permissions=["change"])
    def ask_again(self, request: HttpRequest, providers: QuerySet[PriceProvider]) -> None:
        for provider in providers:
            breaker.close(provider, by=request.user)
        self.message_user(request, f"{len(providers)} sources are asked again from now on.")
