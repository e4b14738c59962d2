"""What was asked of language models, what it cost and what it may cost."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from unfold.decorators import display

from audit.model_admin import ModelAdmin
from extraction.admin.history import ReadOnlyAdmin
from extraction.models import CallState, LlmBudget, LlmCall
from extraction.second_reader.costs import cost_report


@admin.register(LlmCall)
class LlmCallAdmin(ReadOnlyAdmin):
    """Calls with the cost report above them. Answers are not shown: a document may have had a say in
    what they are."""

    list_display = [
        "started_at", "outcome", "prompt", "model", "document", "company",
        "input_tokens", "output_tokens", "dollars", "replays", "error_code",
    ]  # fmt: skip
    list_filter = ["state", "model", "prompt", "company"]
    list_select_related = ["document", "company"]
    search_fields = ["document__title", "company__name"]
    date_hierarchy = "started_at"
    exclude = ["answer", "key"]
    list_before_template = "admin/extraction/model_costs.html"

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, object] | None = None
    ) -> HttpResponse:
        context = {**(extra_context or {}), "costs": cost_report()}
        return super().changelist_view(request, context)

    @display(
        description="Outcome",
        ordering="state",
        label={
            CallState.RESERVED: "info",
            CallState.ANSWERED: "success",
            CallState.TRUNCATED: "warning",
            CallState.FAILED: "danger",
        },
    )
    def outcome(self, call: LlmCall) -> tuple[str, str]:
        return call.state, call.get_state_display()

    @admin.display(description="Cost, $", ordering="cost")
    def dollars(self, call: LlmCall) -> str:
        return f"{'at most ' if call.is_estimate and call.cost else ''}{call.cost:.4f}"


@admin.register(LlmBudget)
class LlmBudgetAdmin(ModelAdmin):
    """The one budget, which is changed and never added or deleted."""

    list_display = ["__str__", "per_document", "per_day", "per_month"]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, object] | None = None
    ) -> HttpResponse:
        LlmBudget.objects.get_or_create(pk=1)
        return super().changelist_view(request, extra_context)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: LlmBudget | None = None) -> bool:
        return False
