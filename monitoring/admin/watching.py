"""Looks at health, changes of health and measurements as lists. Read only: they are what was seen."""

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from unfold.decorators import display

from extraction.admin.history import ReadOnlyAdmin
from monitoring.models import Health, HealthCheck, HealthTransition, PerformanceSample

_COLOURS = {
    Health.HEALTHY.value: "success",
    Health.DEGRADED.value: "warning",
    Health.UNHEALTHY.value: "danger",
    Health.UNKNOWN.value: "info",
}


@admin.register(HealthCheck)
class HealthCheckAdmin(ReadOnlyAdmin):
    list_display = ["checked_at", "stands", "seen", "not_well", "milliseconds"]
    list_filter = ["health", "observed"]
    date_hierarchy = "checked_at"
    show_full_result_count = False
    fields = ["checked_at", "stands", "seen", "milliseconds", "answers", "task_run"]
    readonly_fields = ["stands", "seen", "answers"]

    @display(description="State", ordering="health", label=_COLOURS)
    def stands(self, check: HealthCheck) -> tuple[str, str]:
        return check.health, check.get_health_display()

    @display(description="This look alone", ordering="observed", label=_COLOURS)
    def seen(self, check: HealthCheck) -> tuple[str, str]:
        return check.observed, check.get_observed_display()

    @admin.display(description="Not well")
    def not_well(self, check: HealthCheck) -> str:
        return ", ".join(probe["name"].replace("_", " ") for probe in check.not_healthy()) or "—"

    @admin.display(description="Answers")
    def answers(self, check: HealthCheck) -> SafeString:
        rows = ((_name(probe), Health(probe["health"]).label, probe["sentence"]) for probe in check.probes)
        return format_html("<ul>{}</ul>", format_html_join("", "<li>{}: {}. {}</li>", rows))


@admin.register(HealthTransition)
class HealthTransitionAdmin(ReadOnlyAdmin):
    list_display = ["at", "part", "was", "became", "sentence", "told_at"]
    list_filter = ["probe", "after"]
    search_fields = ["sentence"]
    date_hierarchy = "at"

    @admin.display(description="Part", ordering="probe")
    def part(self, change: HealthTransition) -> str:
        return change.probe.replace("_", " ").capitalize()

    @display(description="Before", ordering="before", label=_COLOURS)
    def was(self, change: HealthTransition) -> tuple[str, str]:
        return change.before, change.get_before_display()

    @display(description="After", ordering="after", label=_COLOURS)
    def became(self, change: HealthTransition) -> tuple[str, str]:
        return change.after, change.get_after_display()


@admin.register(PerformanceSample)
class PerformanceSampleAdmin(ReadOnlyAdmin):
    list_display = ["at", "metric", "of", "figure", "since"]
    list_filter = ["metric"]
    search_fields = ["series"]
    search_help_text = "A part of what it is of, such as task=download_pdf"
    date_hierarchy = "at"
    show_full_result_count = False

    def get_ordering(self, request: HttpRequest) -> list[str]:
        return ["-at", "metric", "series"]

    @admin.display(description="Of", ordering="series")
    def of(self, sample: PerformanceSample) -> str:
        return sample.series or "the system"

    @admin.display(description="Value", ordering="value")
    def figure(self, sample: PerformanceSample) -> str:
        return f"{sample.value.normalize():f}"


def _name(probe: dict[str, str]) -> str:
    return probe["name"].replace("_", " ").capitalize()
