"""Forecasts and how good they were, as lists that only the system writes."""

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from unfold.decorators import display

from analysis.models import ForecastEvaluation, ForecastPoint, ForecastRun
from extraction.admin.history import ReadOnlyAdmin
from jobs.launch_mixin import LaunchMixin


def chart_address(row: ForecastRun | ForecastEvaluation) -> str:
    """The page of what is forecast."""
    if row.instrument_id:
        return reverse("forecasts:price", args=[row.instrument_id])
    return reverse("forecasts:line", args=[row.company_id, row.concept])


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{value:.0%}"


class ForecastPointInline(admin.TabularInline):
    model = ForecastPoint
    extra = 0
    can_delete = False
    fields = readonly_fields = ("horizon", "target_date", "lo95", "lo80", "point", "hi80", "hi95", "actual")

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


@admin.register(ForecastRun)
class ForecastRunAdmin(LaunchMixin, ReadOnlyAdmin):
    list_display = ["what", "made_at", "data_until", "method", "claim", "history", "chart"]
    list_filter = ["method", "claims_skill", "made_at"]
    search_fields = [
        "instrument__listing__ticker", "instrument__listing__company__name", "company__name", "concept",
    ]  # fmt: skip
    list_select_related = ["instrument__listing__exchange", "company"]
    inlines = [ForecastPointInline]
    fieldsets = [
        (
            "What was forecast",
            {"fields": ["instrument", "company", "concept", "made_at", "data_until", "last_known"]},
        ),
        (
            "How",
            {
                "fields": [
                    "method", "weights", "claims_skill", "skill", "skill_low", "skill_high", "history",
                    "origins", "reason", "engine_version", "input_hash", "task_run",
                ],
            },
        ),
    ]  # fmt: skip

    @admin.display(description="Of", ordering="instrument__listing__ticker")
    def what(self, run: ForecastRun) -> str:
        return run.subject

    @display(description="Against the last value", label={"beats it": "success", "no forecast": "warning"})
    def claim(self, run: ForecastRun) -> str:
        if not run.is_forecast:
            return "no forecast"
        return "beats it" if run.claims_skill else "nothing beats it"

    @admin.display(description="Chart")
    def chart(self, run: ForecastRun) -> str:
        return format_html('<a class="underline" href="{}">Open</a>', chart_address(run))


@admin.register(ForecastEvaluation)
class ForecastEvaluationAdmin(ReadOnlyAdmin):
    list_display = [
        "what", "method", "horizon", "window_end", "count", "mase", "smape", "beats", "inside80",
        "inside95", "held",
    ]  # fmt: skip
    list_filter = ["method", "horizon", "window_end"]
    search_fields = ForecastRunAdmin.search_fields
    list_select_related = ["instrument__listing__exchange", "company"]

    @admin.display(description="Of", ordering="instrument__listing__ticker")
    def what(self, row: ForecastEvaluation) -> str:
        return format_html('<a class="underline" href="{}">{}</a>', chart_address(row), row.subject)

    @admin.display(description="Error saved against the last value", ordering="skill")
    def beats(self, row: ForecastEvaluation) -> str:
        return _percent(row.skill)

    @admin.display(description="Inside 80 %", ordering="coverage80")
    def inside80(self, row: ForecastEvaluation) -> str:
        return _percent(row.coverage80)

    @admin.display(description="Inside 95 %", ordering="coverage95")
    def inside95(self, row: ForecastEvaluation) -> str:
        return _percent(row.coverage95)

    @display(description="Intervals", label={"too narrow": "danger", "hold": "success"})
    def held(self, row: ForecastEvaluation) -> str:
        return "too narrow" if row.is_overconfident else "hold"
