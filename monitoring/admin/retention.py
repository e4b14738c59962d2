"""How long data are kept: days to change, and deleting by hand."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from audit.model_admin import ModelAdmin
from jobs.launch_mixin import LaunchMixin, Offer
from monitoring.models import RetentionPolicy
from monitoring.retention.kinds import kinds, protected

_OFFERS = (
    Offer("count_old", "cleanup_old_data", "Count what would be deleted", {"dry_run": True}),
    Offer("delete_old", "cleanup_old_data", "Delete what is older now"),
)


@admin.register(RetentionPolicy)
class RetentionPolicyAdmin(LaunchMixin, ModelAdmin):
    list_display = ["name", "what", "days", "least", "is_enabled", "last_run_at", "deleted"]
    list_display_links = ["name"]
    readonly_fields = ["what", "why", "least", "last_run_at", "deleted", "never"]
    fields = ["what", "days", "least", "is_enabled", "why", "last_run_at", "deleted", "never"]
    launch_argument = "data_type"
    offers = _OFFERS

    def all_offers(self) -> tuple[Offer, ...]:
        """No further task: what else takes a kind of data means other kinds."""
        return _OFFERS

    def get_queryset(self, request: HttpRequest) -> QuerySet[RetentionPolicy]:
        return super().get_queryset(request).filter(data_type__in=kinds())

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Kinds come with the program."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description="Data", ordering="data_type")
    def name(self, policy: RetentionPolicy) -> str:
        return str(policy)

    @admin.display(description="What goes")
    def what(self, policy: RetentionPolicy) -> str:
        return kinds()[policy.data_type].what

    @admin.display(description="What that means")
    def why(self, policy: RetentionPolicy) -> str:
        return kinds()[policy.data_type].why

    @admin.display(description="Least days")
    def least(self, policy: RetentionPolicy) -> int:
        return kinds()[policy.data_type].least_days

    @admin.display(description="Rows deleted then")
    def deleted(self, policy: RetentionPolicy) -> str:
        if policy.last_run_at is None:
            return "—"
        return f"{sum(policy.last_deleted.values()):,}"

    @admin.display(description="Never deleted")
    def never(self, policy: RetentionPolicy) -> str:
        return "; ".join(f"{name}: {reason}" for name, reason in protected().items())
