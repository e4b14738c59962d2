"""Alerts in the admin: the inbox, the rules that fill it, and the channels that carry it outside."""

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminURLInputWidget

from audit.model_admin import ModelAdmin
from extraction.admin.history import ReadOnlyAdmin
from monitoring.alerts.deciding import acknowledge, resolve, snooze
from monitoring.alerts.routing import send_again, send_test
from monitoring.models import (
    Alert,
    AlertDelivery,
    AlertRule,
    AlertSeverity,
    AlertState,
    AlertType,
    DeliveryState,
    NotificationChannel,
)

_SEVERITY_COLOURS = {
    AlertSeverity.INFO.value: "info",
    AlertSeverity.WARNING.value: "warning",
    AlertSeverity.CRITICAL.value: "danger",
}
_STATE_COLOURS = {
    AlertState.OPEN.value: "danger",
    AlertState.ACKNOWLEDGED.value: "info",
    AlertState.SNOOZED.value: "warning",
    AlertState.RESOLVED.value: "success",
}
_DELIVERY_COLOURS = {
    DeliveryState.SENT.value: "success",
    DeliveryState.FAILED.value: "danger",
    DeliveryState.RETRYING.value: "warning",
}


@admin.register(Alert)
class AlertAdmin(ReadOnlyAdmin):
    """The inbox. What is open stands in it until somebody acknowledges, snoozes or resolves it."""

    list_display = ["title", "how_grave", "stands", "type", "subject_label", "count", "first_at", "last_at"]
    list_filter = ["state", "severity", "type", "rule"]
    search_fields = ["title", "text", "subject_label"]
    date_hierarchy = "last_at"
    actions = ["acknowledge", "snooze_a_day", "snooze_a_week", "resolve"]
    fields = [
        *("title", "how_grave", "stands", "text", "more", "count", "first_at", "last_at", "told_at"),
        *("rule", "subject_label", "snoozed_until", "decided_by", "decided_at", "note", "payload"),
    ]
    readonly_fields = ["how_grave", "stands", "more"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Alert]:
        return super().get_queryset(request).select_related("rule", "decided_by")

    def has_decide_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("monitoring.change_alert")

    @display(description="Severity", ordering="severity", label=_SEVERITY_COLOURS)
    def how_grave(self, alert: Alert) -> tuple[int, str]:
        return alert.severity, alert.get_severity_display()

    @display(description="State", ordering="state", label=_STATE_COLOURS)
    def stands(self, alert: Alert) -> tuple[str, str]:
        return alert.state, alert.get_state_display()

    @admin.display(description="More")
    def more(self, alert: Alert) -> str:
        if not alert.address:
            return "—"
        return format_html('<a class="underline" href="{}">Open its page</a>', alert.address)

    @admin.action(description="Acknowledge: I look after it", permissions=["decide"])
    def acknowledge(self, request: HttpRequest, alerts: QuerySet[Alert]) -> None:
        self._tell(request, acknowledge(alerts, by=request.user, at=timezone.now()), "acknowledged")

    @admin.action(description="Snooze for a day", permissions=["decide"])
    def snooze_a_day(self, request: HttpRequest, alerts: QuerySet[Alert]) -> None:
        self._snooze(request, alerts, timedelta(days=1))

    @admin.action(description="Snooze for a week", permissions=["decide"])
    def snooze_a_week(self, request: HttpRequest, alerts: QuerySet[Alert]) -> None:
        self._snooze(request, alerts, timedelta(days=7))

    @admin.action(description="Resolve: it is over", permissions=["decide"])
    def resolve(self, request: HttpRequest, alerts: QuerySet[Alert]) -> None:
        self._tell(request, resolve(alerts, by=request.user, at=timezone.now()), "resolved")

    def _snooze(self, request: HttpRequest, alerts: QuerySet[Alert], time: timedelta) -> None:
        now = timezone.now()
        self._tell(request, snooze(alerts, until=now + time, by=request.user, at=now), "snoozed")

    def _tell(self, request: HttpRequest, count: int, what: str) -> None:
        self.message_user(request, f"{count:,} {'alert is' if count == 1 else 'alerts are'} {what}.")


@admin.register(AlertRule)
class AlertRuleAdmin(ModelAdmin):
    """Rules come with the program and are switched off rather than deleted."""

    list_display = ["name", "type", "how_grave", "is_enabled", "cooldown_minutes", "condition"]
    list_filter = ["is_enabled", "type"]
    fields = [
        *("name", "description", "is_enabled", "severity", "condition", "cooldown_minutes", "owner"),
        *("code", "type"),
    ]
    readonly_fields = ["code", "type"]

    @display(description="Severity", ordering="severity", label=_SEVERITY_COLOURS)
    def how_grave(self, rule: AlertRule) -> tuple[int, str]:
        return rule.severity, rule.get_severity_display()

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ChannelForm(forms.ModelForm):
    url = forms.URLField(
        label="Address",
        required=False,
        max_length=1000,
        assume_scheme="https",
        widget=UnfoldAdminURLInputWidget,
        help_text="For a webhook: where alerts are posted to.",
    )
    types = forms.MultipleChoiceField(
        choices=AlertType.choices,
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        label="Only these types",
        help_text="None for alerts of every type.",
    )


@admin.register(NotificationChannel)
class NotificationChannelAdmin(ModelAdmin):
    """Ways to tell people outside."""

    form = ChannelForm
    list_display = ["name", "kind", "is_enabled", "least_severity", "most_per_hour"]
    fields = [
        *("name", "kind", "is_enabled", "recipients", "url", "secret_variable", "least_severity", "types"),
        "most_per_hour",
    ]
    actions_detail = ["send_test"]

    @action(description="Send a test", url_path="send-test", permissions=["change"])
    def send_test(self, request: HttpRequest, object_id: str) -> HttpResponse:
        channel = get_object_or_404(NotificationChannel, pk=object_id)
        send_test(channel, timezone.now(), by=request.user)
        address = reverse("admin:monitoring_alertdelivery_changelist") + f"?channel__id__exact={channel.pk}"
        messages.success(
            request,
            format_html(
                'A test is on its way. <a class="underline" href="{}">What became of it</a>', address
            ),
        )
        return redirect("admin:monitoring_notificationchannel_change", channel.pk)


@admin.register(AlertDelivery)
class AlertDeliveryAdmin(ReadOnlyAdmin):
    """Each message that left or should have left."""

    list_display = ["about", "channel", "stands", "attempts", "status", "response", "created_at", "sent_at"]
    list_filter = ["state", "channel"]
    list_select_related = ["alert", "channel"]
    date_hierarchy = "created_at"
    actions = ["again"]

    @admin.display(description="Message")
    def about(self, delivery: AlertDelivery) -> str:
        return str(delivery.alert or "Test, or several together")

    @display(description="State", ordering="state", label=_DELIVERY_COLOURS)
    def stands(self, delivery: AlertDelivery) -> tuple[str, str]:
        return delivery.state, delivery.get_state_display()

    def has_again_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("monitoring.change_alert")

    @admin.action(description="Send what failed again", permissions=["again"])
    def again(self, request: HttpRequest, deliveries: QuerySet[AlertDelivery]) -> None:
        count = send_again(deliveries, by=request.user)
        self.message_user(request, f"{count:,} {'message is' if count == 1 else 'messages are'} on the way.")
