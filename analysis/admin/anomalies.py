"""Anomalies as a list to decide, and what is written down around them."""

from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from unfold.decorators import display

from analysis.anomalies.decide import decide
from analysis.models import (
    Anomaly,
    AnomalyBaseline,
    AnomalyState,
    RiskAssessment,
    SystemicRiskReport,
)
from engine.kinds import Severity
from extraction.admin.history import ReadOnlyAdmin

_SEVERITY = {
    Severity.CRITICAL.value: "danger",
    Severity.HIGH.value: "danger",
    Severity.MEDIUM.value: "warning",
    Severity.LOW.value: "info",
}
_STATE = {
    AnomalyState.OPEN.value: "warning",
    AnomalyState.CONFIRMED.value: "danger",
    AnomalyState.REJECTED.value: "info",
    AnomalyState.EXPLAINED.value: "success",
}


class FoundFilter(admin.SimpleListFilter):
    """What the newest search did not find any more is out of the way, and can be looked at."""

    title = "found"
    parameter_name = "found"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        return [("gone", "Not any more"), ("all", "All")]

    def choices(self, changelist: ChangeList):
        yield {
            "selected": self.value() is None,
            "query_string": changelist.get_query_string(remove=[self.parameter_name]),
            "display": "By the newest search",
        }
        yield from list(super().choices(changelist))[1:]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Anomaly]) -> QuerySet[Anomaly]:
        if self.value() == "all":
            return queryset
        return queryset.filter(gone_at__isnull=self.value() != "gone")


@admin.register(Anomaly)
class AnomalyAdmin(ReadOnlyAdmin):
    """The most severe first. An explanation is given on the page of each, where there is room for words."""

    # The name leads to the page of its own; a link around that link would be empty.
    list_display_links = None
    list_display = ["what", "company", "window", "how_bad", "how_it_stands", "why"]
    list_filter = [FoundFilter, "state", "severity", "kind", "company"]
    list_select_related = ["company"]
    search_fields = ["company__name", "label", "metric", "explanation"]
    actions = ["confirm", "reject", "open_again"]

    @admin.display(description="Anomaly", ordering="label")
    def what(self, anomaly: Anomaly) -> str:
        return format_html('<a class="underline" href="{}">{}</a>', anomaly.get_absolute_url(), anomaly.label)

    @admin.display(description="When", ordering="window_end")
    def window(self, anomaly: Anomaly) -> str:
        if anomaly.window_start == anomaly.window_end:
            return f"{anomaly.window_end}"
        return f"{anomaly.window_start} to {anomaly.window_end}"

    @display(description="Severity", ordering="severity_rank", label=_SEVERITY)
    def how_bad(self, anomaly: Anomaly) -> tuple[str, str]:
        return anomaly.severity, anomaly.get_severity_display()

    @display(description="State", ordering="state", label=_STATE)
    def how_it_stands(self, anomaly: Anomaly) -> tuple[str, str]:
        return anomaly.state, anomaly.get_state_display()

    @admin.display(description="Why")
    def why(self, anomaly: Anomaly) -> str:
        said = anomaly.explanation
        return said if len(said) <= 160 else f"{said[:160]}…"

    @admin.action(description="Confirm: it is wrong or remarkable", permissions=["decide"])
    def confirm(self, request: HttpRequest, anomalies: QuerySet[Anomaly]) -> None:
        self._decide(request, anomalies, AnomalyState.CONFIRMED)

    @admin.action(description="Reject: it is as it should be", permissions=["decide"])
    def reject(self, request: HttpRequest, anomalies: QuerySet[Anomaly]) -> None:
        self._decide(request, anomalies, AnomalyState.REJECTED)

    @admin.action(description="Open again", permissions=["decide"])
    def open_again(self, request: HttpRequest, anomalies: QuerySet[Anomaly]) -> None:
        self._decide(request, anomalies, AnomalyState.OPEN)

    def has_decide_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("analysis.change_anomaly")

    def _decide(self, request: HttpRequest, anomalies: QuerySet[Anomaly], state: AnomalyState) -> None:
        ids = list(anomalies.values_list("pk", flat=True))
        count = decide(ids, state, by=request.user)
        left = len(ids) - count
        said = f"{count} {'anomaly' if count == 1 else 'anomalies'} decided."
        if left:
            said += f" {left} stood so already, or somebody had decided before."
        self.message_user(request, said, messages.SUCCESS if count else messages.WARNING)


@admin.register(AnomalyBaseline)
class AnomalyBaselineAdmin(ReadOnlyAdmin):
    list_display = ["metric", "company", "instrument", "version", "points", "median", "mad", "valid_from"]
    list_filter = ["company"]
    list_select_related = ["company", "instrument__listing__exchange"]
    search_fields = ["metric", "company__name"]


@admin.register(RiskAssessment)
class RiskAssessmentAdmin(ReadOnlyAdmin):
    list_display = ["label", "company", "period_end", "value", "limit", "look", "explanation"]
    list_filter = ["is_beyond", "ratio", "company"]
    list_select_related = ["company"]
    search_fields = ["label", "company__name"]

    @display(description="Worth a look", label={"yes": "warning", "no": "success"})
    def look(self, row: RiskAssessment) -> str:
        return "yes" if row.is_beyond else "no"


@admin.register(SystemicRiskReport)
class SystemicRiskReportAdmin(ReadOnlyAdmin):
    list_display = ["__str__", "made_at", "days", "absorbed", "between", "verdict"]

    @admin.display(description="Absorption ratio", ordering="absorption_ratio")
    def absorbed(self, row: SystemicRiskReport) -> str:
        return f"{row.absorption_ratio:.0%}"

    @admin.display(description="95 % interval")
    def between(self, row: SystemicRiskReport) -> str:
        return f"{row.absorption_low:.0%} to {row.absorption_high:.0%}"
