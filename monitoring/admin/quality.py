"""What was found wrong with the data, and the reports of it. Read only: a finding goes when it is mended."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html
from unfold.decorators import display

from audit.model_admin import ModelAdmin
from monitoring.models import FindingSeverity, QualityFinding, QualityReport
from monitoring.quality.links import address_of
from monitoring.quality.rule import rules


class _ReadOnly(ModelAdmin):
    """What happened is not edited."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class RuleFilter(admin.SimpleListFilter):
    """By the rule's words."""

    title = "rule"
    parameter_name = "rule"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(code, rule.title) for code, rule in rules().items()]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(rule=self.value()) if self.value() else queryset


@admin.register(QualityFinding)
class QualityFindingAdmin(_ReadOnly):
    list_display = [
        "subject",
        "what",
        "how_bad",
        "detail",
        "company",
        "first_seen",
        "last_seen",
        "resolved_at",
    ]
    list_filter = [
        ("resolved_at", admin.EmptyFieldListFilter),
        "severity",
        "data_type",
        RuleFilter,
        "company",
    ]
    search_fields = ["subject_label", "detail"]
    list_select_related = ["company"]
    list_display_links = None
    fields = [
        *("subject", "what", "how_bad", "detail", "company", "why", "remedy"),
        *("first_seen", "last_seen", "resolved_at", "times_returned"),
    ]

    @admin.display(description="About", ordering="subject_label")
    def subject(self, finding: QualityFinding) -> str:
        address = address_of(finding)
        if not address:
            return finding.subject_label
        return format_html('<a class="underline" href="{}">{}</a>', address, finding.subject_label)

    @admin.display(description="Rule", ordering="rule")
    def what(self, finding: QualityFinding) -> str:
        return rules()[finding.rule].title if finding.rule in rules() else finding.rule

    @display(
        description="Severity",
        ordering="severity",
        label={
            FindingSeverity.CRITICAL: "danger",
            FindingSeverity.HIGH: "danger",
            FindingSeverity.MEDIUM: "warning",
            FindingSeverity.LOW: "info",
        },
    )
    def how_bad(self, finding: QualityFinding) -> tuple[int, str]:
        return finding.severity, finding.get_severity_display()

    @admin.display(description="Why it matters")
    def why(self, finding: QualityFinding) -> str:
        return rules()[finding.rule].why if finding.rule in rules() else "The rule is gone."

    @admin.display(description="What to do")
    def remedy(self, finding: QualityFinding) -> str:
        return rules()[finding.rule].remedy if finding.rule in rules() else ""


@admin.register(QualityReport)
class QualityReportAdmin(_ReadOnly):
    list_display = ["made_at", "data_type", "company", "score", "found", "new", "resolved"]
    list_filter = ["data_type", "company"]
    list_select_related = ["company"]
    date_hierarchy = "made_at"
    show_full_result_count = False
    fields = ["made_at", "data_type", "company", "score", "found", "new", "resolved", "parts", "task_run"]
