"""Runs in the admin: what waits, works, failed; and the mixin with which other pages start work."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from unfold.admin import ModelAdmin, TabularInline
from unfold.decorators import display

from jobs.cancel import cancel
from jobs.durations import in_words
from jobs.errors import JobsError
from jobs.launch import launch, repeat
from jobs.models import AttemptEnd, TaskAttempt, TaskRun
from jobs.states import State, Trigger

STATE_COLOURS = {
    State.QUEUED: "info",
    State.RUNNING: "info",
    State.WAITING: "info",
    State.SUCCEEDED: "success",
    State.PARTIAL: "warning",
    State.SKIPPED: "warning",
    State.FAILED: "danger",
    State.CANCELLED: "warning",
    State.DEAD: "danger",
}


class LaunchMixin:
    """For the admin of other models: start a task for each selected object."""

    def launch_for_selected(
        self,
        request: HttpRequest,
        queryset: QuerySet[Any],
        task: str,
        *,
        argument: str = "",
        force: bool = False,
        **arguments: Any,
    ) -> None:
        """Launch for each object and say how many, with a link to the runs.

        `argument` names the task's parameter that takes the object's id.
        """
        new = under_way = 0
        try:
            for subject in queryset:
                own = {argument: subject.pk} if argument else {}
                launched = launch(
                    task,
                    subject=subject,
                    by=request.user,
                    trigger=Trigger.ADMIN,
                    force=force,
                    **own,
                    **arguments,
                )
                new, under_way = new + launched.is_new, under_way + (not launched.is_new)
        except JobsError as error:
            messages.error(request, error.message)
        if new or under_way:
            messages.success(request, _launched_message(task, new, under_way))


def _launched_message(task: str, new: int, under_way: int) -> str:
    link = f"{reverse('admin:jobs_taskrun_changelist')}?{urlencode({'task': task})}"
    started = f"{new} {'run is' if new == 1 else 'runs are'} queued."
    already = f" {under_way} {'was' if under_way == 1 else 'were'} under way already." if under_way else ""
    return format_html('{}{} <a href="{}" class="underline">Watch</a>', started, already, link)


class AttemptInline(TabularInline):
    model = TaskAttempt
    verbose_name_plural = "Starts"
    extra = 0
    can_delete = False
    fields = readonly_fields = [
        "fence",
        "stage",
        "attempt",
        "started_at",
        "ended_at",
        "how_it_ended",
        "worker",
        "error",
    ]

    @display(
        description="End",
        label={
            AttemptEnd.SUCCEEDED: "success",
            AttemptEnd.WAITING: "info",
            AttemptEnd.RETRY: "warning",
            AttemptEnd.FAILED: "danger",
            AttemptEnd.CANCELLED: "warning",
            AttemptEnd.LOST: "danger",
        },
    )
    def how_it_ended(self, attempt: TaskAttempt) -> tuple[str, str] | str:
        return (attempt.end, attempt.get_end_display()) if attempt.end else "—"

    @display(description="Error")
    def error(self, attempt: TaskAttempt) -> str:
        return f"{attempt.error_code}: {attempt.error_message}" if attempt.error_code else "—"

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("jobs.view_taskrun")


@admin.register(TaskRun)
class TaskRunAdmin(ModelAdmin):
    list_display = ["name", "state_badge", "bar", "about", "said", "duration", "trigger", "queued_at"]
    list_display_links = ["name"]
    list_filter = ["state", "task", "trigger", "queue", "queued_at"]
    list_select_related = ["subject_type", "requested_by"]
    search_fields = ["id", "task", "subject_label", "error_code", "error_message"]
    show_full_result_count = False
    list_per_page = 50
    inlines = [AttemptInline]
    actions = ["cancel_selected", "repeat_selected"]
    fieldsets = [
        (None, {"fields": ["task", "state_badge", "bar", "about", "said", "duration", "waited"]}),
        ("Result", {"fields": ["result_text", "warnings_text", "error_code", "error_message"]}),
        ("Parts", {"fields": ["part_of", "parts"]}),
        (
            "How it was started",
            {
                "fields": [
                    "id", "trigger", "requested_by", "schedule", "schedule_slot", "arguments", "forced",
                    "queue", "queued_at", "started_at", "finished_at", "not_before",
                    "cancel_requested_at", "cancel_requested_by",
                ],
                "classes": ["collapse"],
            },
        ),
        (
            "For administrators",
            {
                "fields": [
                    "traceback_text", "stage", "memory", "attempt", "max_attempts", "fence", "worker",
                    "lease_until", "sent_at", "digest",
                ],
                "classes": ["collapse"],
            },
        ),
    ]  # fmt: skip

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: TaskRun | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: TaskRun | None = None) -> bool:
        return False

    def has_cancel_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("jobs.cancel_taskrun")

    def has_repeat_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("jobs.repeat_taskrun")

    @admin.display(description="Task", ordering="task")
    def name(self, run: TaskRun) -> str:
        return run.task

    @display(description="State", ordering="state", label=STATE_COLOURS)
    def state_badge(self, run: TaskRun) -> tuple[str, str]:
        return run.state, run.get_state_display()

    @admin.display(description="Progress", ordering="progress")
    def bar(self, run: TaskRun) -> str:
        return format_html(
            '<progress value="{0}" max="100" title="{1}" style="width:6rem">{0} %</progress> {0} %',
            run.percent,
            run.step,
        )

    @admin.display(description="About")
    def about(self, run: TaskRun) -> str:
        address = subject_address(run)
        if address is None:
            return run.subject_label or "—"
        return format_html('<a href="{}" class="underline">{}</a>', address, run.subject_label)

    @admin.display(description="Says")
    def said(self, run: TaskRun) -> str:
        return run.error_message or run.message or run.step or "—"

    @admin.display(description="Took")
    def duration(self, run: TaskRun) -> str:
        return in_words(run.run_time)

    @admin.display(description="Waited")
    def waited(self, run: TaskRun) -> str:
        return in_words(run.wait_time)

    @admin.display(description="Result")
    def result_text(self, run: TaskRun) -> str:
        rows = [format_html("<dt>{}</dt><dd>{}</dd>", name, str(value)) for name, value in run.result.items()]
        return format_html("<dl>{}</dl>", _joined(rows)) if rows else "—"

    @admin.display(description="Warnings")
    def warnings_text(self, run: TaskRun) -> str:
        return _joined([format_html("<div>{}</div>", warning) for warning in run.warnings]) or "—"

    @admin.display(description="Traceback")
    def traceback_text(self, run: TaskRun) -> str:
        if not run.traceback:
            return "—"
        return format_html("<details><summary>Show</summary><pre>{}</pre></details>", run.traceback)

    @admin.display(description="Part of")
    def part_of(self, run: TaskRun) -> str:
        return _link(run.parent) if run.parent else "—"

    @admin.display(description="Parts")
    def parts(self, run: TaskRun) -> str:
        rows = [
            format_html("<li>{} {}</li>", _link(part), part.get_state_display())
            for part in run.children()[:200]
        ]
        return format_html("<ul>{}</ul>", _joined(rows)) if rows else "—"

    @admin.action(description="Cancel", permissions=["cancel"])
    def cancel_selected(self, request: HttpRequest, runs: QuerySet[TaskRun]) -> None:
        stopped = 0
        for run in runs.unfinished():
            try:
                stopped += cancel(run, request.user)
            except JobsError:
                continue
        messages.info(request, f"{stopped} runs were asked to stop.")

    @admin.action(description="Repeat", permissions=["repeat"])
    def repeat_selected(self, request: HttpRequest, runs: QuerySet[TaskRun]) -> None:
        new = 0
        for run in runs:
            try:
                new += repeat(run, by=request.user).is_new
            except JobsError as error:
                messages.warning(request, f"{run}: {error.message}")
        messages.success(request, f"{new} runs are queued.")


def subject_address(run: TaskRun) -> str | None:
    """The admin page of what the run is about, where it has one."""
    if run.subject_type_id is None:
        return None
    model = ContentType.objects.get_for_id(run.subject_type_id)
    try:
        return reverse(f"admin:{model.app_label}_{model.model}_change", args=[run.subject_id])
    except NoReverseMatch:
        return None


def _link(run: TaskRun) -> str:
    return format_html('<a href="{}" class="underline">{}</a>', run.get_absolute_url(), run)


def _joined(parts: list[str]) -> str:
    from django.utils.html import format_html_join

    return format_html_join("", "{}", ((part,) for part in parts))


__all__ = ["LaunchMixin", "Model", "TaskRunAdmin"]
