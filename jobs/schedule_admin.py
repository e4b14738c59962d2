"""Schedules in the admin: which task starts by itself, when, with which arguments.

A schedule sends `jobs.start_scheduled`, which launches the run like everybody else; the form shows the
task that is meant. What is saved or changed in bulk reaches the scheduler within half a minute.
"""

import json
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django_celery_beat.models import CrontabSchedule, IntervalSchedule, PeriodicTask, PeriodicTasks
from unfold.decorators import display
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget

from audit.changing import change_rows
from audit.model_admin import ModelAdmin
from jobs.errors import JobsError
from jobs.registry import definitions
from jobs.schedules import fault_of, launch_now, message_of, task_of
from jobs.tracking import START_SCHEDULED

CELERYS_OWN = "celery."
HELP = {
    "name": "",
    "description": "",
    "enabled": "",
    "interval": "Either an interval or a crontab.",
    "crontab": "Minute, hour, day of month, month, day of week; in UTC.",
    "expire_seconds": "A start that finds no worker for so long is dropped: an outage leaves no pile.",
}


class ScheduleForm(forms.ModelForm):
    """A schedule as a person thinks of it; the message it sends is made from it."""

    starts = forms.ChoiceField(label="Task", widget=UnfoldAdminSelectWidget)
    arguments = forms.JSONField(
        required=False,
        initial=dict,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text='The task\'s arguments, such as {"company_id": 1}.',
    )

    class Meta:
        model = PeriodicTask
        fields = ["name", "description", "enabled", "interval", "crontab", "start_time", "one_off",
                  "expire_seconds"]  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Whoever only looks has a form without these.
        if "starts" in self.fields:
            self.fields["starts"].choices = [  # type: ignore[attr-defined]
                (name, f"{name}: {definition.summary}") for name, definition in definitions().items()
            ]
        for name, text in HELP.items():
            if name in self.fields:
                self.fields[name].help_text = text
        if "description" in self.fields:
            self.fields["description"].widget.attrs["rows"] = 2
        if "expire_seconds" in self.fields:
            self.fields["expire_seconds"].required = True
        if self.instance.pk:
            self.initial["starts"], self.initial["arguments"] = task_of(self.instance)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if bool(cleaned.get("interval")) == bool(cleaned.get("crontab")):
            raise forms.ValidationError("Choose either an interval or a crontab.")
        arguments = cleaned.get("arguments") or {}
        if not isinstance(arguments, dict):
            raise forms.ValidationError({"arguments": 'Write an object, such as {"company_id": 1}.'})
        if "starts" in cleaned:
            message = message_of(cleaned.get("name", ""), cleaned["starts"], arguments)
            if fault := fault_of(START_SCHEDULED, message):
                raise forms.ValidationError({"arguments": fault})
            self.instance.task, self.instance.kwargs = START_SCHEDULED, message
        return cleaned


admin.site.unregister([PeriodicTask, IntervalSchedule, CrontabSchedule])


@admin.register(PeriodicTask)
class PeriodicTaskAdmin(ModelAdmin):
    form = ScheduleForm
    list_display = ["name", "is_on", "starts", "when", "last_run_at", "description"]
    list_filter = ["enabled"]
    list_select_related = ["interval", "crontab"]
    search_fields = ["name", "kwargs", "description"]
    ordering = ["name"]
    readonly_fields = ["last_run_at", "total_run_count"]
    actions = ["switch_on", "switch_off", "start_now"]
    fieldsets = [
        (None, {"fields": ["name", "description", "enabled", "starts", "arguments"]}),
        ("When", {"fields": ["interval", "crontab", "start_time", "one_off", "expire_seconds"]}),
        ("So far", {"fields": ["last_run_at", "total_run_count"]}),
    ]

    def has_change_permission(self, request: HttpRequest, obj: PeriodicTask | None = None) -> bool:
        """Celery's own schedules are looked at only; its form knows no task of theirs."""
        is_celerys = obj is not None and obj.task.startswith(CELERYS_OWN)
        return not is_celerys and super().has_change_permission(request, obj)

    def has_start_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("django_celery_beat.change_periodictask")

    def get_fieldsets(self, request: HttpRequest, obj: PeriodicTask | None = None) -> Any:
        if obj is not None and obj.task.startswith(CELERYS_OWN):
            return [(None, {"fields": ["name", "task", "enabled", "interval", "crontab", "last_run_at"]})]
        return super().get_fieldsets(request, obj)

    @display(description="On", boolean=True, ordering="enabled")
    def is_on(self, entry: PeriodicTask) -> bool:
        return bool(entry.enabled)

    @admin.display(description="Task")
    def starts(self, entry: PeriodicTask) -> str:
        task, arguments = task_of(entry)
        fault = fault_of(entry.task, entry.kwargs) if entry.enabled else ""
        if fault:
            return format_html('{}<br><span class="tf-fault">{}</span>', task, fault)
        return f"{task} {json.dumps(arguments)}" if arguments else task

    @admin.display(description="Arguments")
    def arguments(self, entry: PeriodicTask) -> str:
        return json.dumps(task_of(entry)[1])

    @admin.display(description="When")
    def when(self, entry: PeriodicTask) -> str:
        if entry.crontab is not None:
            return str(entry.crontab.human_readable)
        return str(entry.interval or "—")

    @admin.action(description="Switch on", permissions=["change"])
    def switch_on(self, request: HttpRequest, entries: QuerySet[PeriodicTask]) -> None:
        self._switch(request, entries, enabled=True)

    @admin.action(description="Switch off", permissions=["change"])
    def switch_off(self, request: HttpRequest, entries: QuerySet[PeriodicTask]) -> None:
        self._switch(request, entries, enabled=False)

    def _switch(self, request: HttpRequest, entries: QuerySet[PeriodicTask], *, enabled: bool) -> None:
        # The scheduler forgets when it last ran, so that what was missed meanwhile is not made up for.
        changes = {"enabled": enabled, "last_run_at": None, "date_changed": timezone.now()}
        count = change_rows(entries.exclude(enabled=enabled), changes, by=request.user)
        # An update of many rows tells nobody by itself.
        PeriodicTasks.update_changed()
        schedules = "1 schedule is" if count == 1 else f"{count} schedules are"
        messages.success(request, f"{schedules} switched {'on' if enabled else 'off'}.")

    @admin.action(description="Start now", permissions=["start"])
    def start_now(self, request: HttpRequest, entries: QuerySet[PeriodicTask]) -> None:
        for entry in entries:
            try:
                launched = launch_now(entry, by=request.user)
            except JobsError as error:
                messages.error(request, f"{entry.name}: {error.message}")
                continue
            said = "is queued" if launched.is_new else "was under way already"
            link = format_html('<a href="{}" class="underline">Watch</a>', launched.run.get_absolute_url())
            messages.success(request, format_html("{} {}. {}", entry.name, said, link))


@admin.register(IntervalSchedule)
class IntervalScheduleAdmin(ModelAdmin):
    list_display = ["__str__"]


@admin.register(CrontabSchedule)
class CrontabScheduleAdmin(ModelAdmin):
    list_display = ["human_readable", "minute", "hour", "day_of_month", "month_of_year", "day_of_week"]
    fields = ["minute", "hour", "day_of_month", "month_of_year", "day_of_week"]

    def save_model(self, request: HttpRequest, obj: CrontabSchedule, form: Any, change: bool) -> None:
        """Times are UTC: those of a zone misfire when its clocks change."""
        obj.timezone = "UTC"
        super().save_model(request, obj, form, change)
