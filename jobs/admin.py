"""Runs in the admin: what waits, works, failed."""

import json
from datetime import timedelta
from functools import partial as bind
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST
from unfold.admin import TabularInline
from unfold.decorators import display

from audit.model_admin import ModelAdmin
from jobs import schedule_admin  # noqa: F401  the page of the schedules
from jobs.broker import known_queues
from jobs.cancel import cancel, cancel_all
from jobs.durations import in_words
from jobs.errors import JobsError
from jobs.large_lists import KnownValuesFilter, LargeListMixin
from jobs.launch import repeat
from jobs.launch_mixin import CONFIRMED, MANY, MOST, ask_about_many
from jobs.models import AttemptEnd, TaskAttempt, TaskRun
from jobs.standing import says, standing_of, subject_address, tone_of
from jobs.states import State

STATE_COLOURS = {
    State.QUEUED: "info",
    State.RUNNING: "primary",
    State.WAITING: "info",
    State.SUCCEEDED: "success",
    State.PARTIAL: "warning",
    State.SKIPPED: "",
    State.FAILED: "danger",
    State.CANCELLED: "",
    State.DEAD: "danger",
}
END_COLOURS = {
    AttemptEnd.SUCCEEDED: "success",
    AttemptEnd.WAITING: "info",
    AttemptEnd.RETRY: "warning",
    AttemptEnd.FAILED: "danger",
    AttemptEnd.CANCELLED: "",
    AttemptEnd.LOST: "danger",
}


class SinceFilter(admin.SimpleListFilter):
    """When the run was asked for."""

    title = "since"
    parameter_name = "since"
    spans = {
        "hour": ("Last hour", timedelta(hours=1)),
        "day": ("Last day", timedelta(days=1)),
        "week": ("Last week", timedelta(weeks=1)),
        "month": ("Last 30 days", timedelta(days=30)),
    }

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(name, label) for name, (label, _) in self.spans.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[TaskRun]) -> QuerySet[TaskRun]:
        span = self.spans.get(self.value() or "")
        return queryset if span is None else queryset.filter(queued_at__gte=timezone.now() - span[1])


class WholeFilter(admin.SimpleListFilter):
    """Runs somebody asked for, without the parts these were divided into."""

    title = "parts"
    parameter_name = "parts"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("no", "Without parts"), ("only", "Only parts")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[TaskRun]) -> QuerySet[TaskRun]:
        if self.value() not in ("no", "only"):
            return queryset
        return queryset.filter(parent__isnull=self.value() == "no")


class TaskFilter(KnownValuesFilter):
    """Which task, of those there are."""

    title, parameter_name = "task", "task"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(name, name) for name in sorted(settings.TASK_ROUTES)]


class QueueFilter(KnownValuesFilter):
    """Which queue, of those there are."""

    title, parameter_name = "queue", "queue"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(name, name) for name in known_queues()]


class AttemptInline(TabularInline):
    model = TaskAttempt
    verbose_name_plural = "Starts"
    extra = 0
    can_delete = False
    hide_title = True
    fields = readonly_fields = ["started_at", "took", "stage", "attempt", "how_it_ended", "worker", "error"]

    @admin.display(description="Took")
    def took(self, attempt: TaskAttempt) -> str:
        return in_words(None if attempt.ended_at is None else attempt.ended_at - attempt.started_at)

    @admin.display(description="End")
    def how_it_ended(self, attempt: TaskAttempt) -> str:
        if not attempt.end:
            return "—"
        return badge(END_COLOURS[AttemptEnd(attempt.end)], attempt.get_end_display())

    @admin.display(description="Error")
    def error(self, attempt: TaskAttempt) -> str:
        return f"{attempt.error_code}: {attempt.error_message}" if attempt.error_code else "—"

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("jobs.view_taskrun")


@admin.register(TaskRun)
class TaskRunAdmin(LargeListMixin, ModelAdmin):
    list_display = ["name", "state_badge", "bar", "what_for", "said", "took", "asked"]
    list_display_links = ["name"]
    list_filter = ["state", TaskFilter, "trigger", SinceFilter, WholeFilter, QueueFilter]
    list_select_related = ["subject_type"]
    age = "queued_at"
    search_fields = ["task", "subject_label", "error_code", "error_message"]
    search_help_text = "Id, or a word of task, company, document or error in the newest 20,000 listed"
    view_on_site = False
    inlines = [AttemptInline]
    actions = ["cancel_selected", "repeat_selected"]
    list_after_template = "admin/jobs/live_list.html"
    change_form_outer_before_template = "admin/jobs/summary.html"
    fieldsets = [
        (None, {"fields": ["task", "about", "part_of"]}),
        ("Result", {"fields": ["result_text", "warnings_text", "error_code", "error_message"]}),
        (
            "How it was started",
            {
                "fields": [
                    "id", "trigger", "requested_by", "schedule", "schedule_slot", "arguments_text", "forced",
                    "queue", "queued_at", "waited", "started_at", "duration", "finished_at", "not_before",
                    "cancel_requested_at", "cancel_requested_by",
                ],
                "classes": ["collapse"],
            },
        ),
        (
            "For administrators",
            {
                "fields": [
                    "traceback_text", "step", "stage", "memory_text", "attempt", "max_attempts", "fence",
                    "worker", "lease_until", "sent_at", "digest",
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

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("<uuid:run_id>/live/", wrap(self.live_view), name="jobs_taskrun_live"),
            path("<uuid:run_id>/cancel/", wrap(require_POST(self.cancel_view)), name="jobs_taskrun_cancel"),
            path("<uuid:run_id>/repeat/", wrap(require_POST(self.repeat_view)), name="jobs_taskrun_repeat"),
            *super().get_urls(),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """The page of a run; while the run goes on, its upper part keeps itself up to date."""
        run = self.get_object(request, object_id)
        context = {**(extra_context or {}), **({} if run is None else self._standing(request, run))}
        return super().change_view(request, object_id, form_url, context)

    def live_view(self, request: HttpRequest, run_id: Any) -> HttpResponse:
        """The part of the page that tells where the run stands."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        run = get_object_or_404(TaskRun, pk=run_id)
        context = {"standing": standing_of(run), "state_badge": self.state_badge_text(run)}
        return render(request, "admin/jobs/standing.html", context)

    def _standing(self, request: HttpRequest, run: TaskRun) -> dict[str, Any]:
        return {
            "standing": standing_of(run),
            "state_badge": self.state_badge_text(run),
            "may_cancel": not run.is_finished
            and run.cancel_requested_at is None
            and self.has_cancel_permission(request),
            "may_repeat": run.is_finished and self.has_repeat_permission(request),
        }

    def cancel_view(self, request: HttpRequest, run_id: Any) -> HttpResponse:
        if not self.has_cancel_permission(request):
            raise PermissionDenied
        run = get_object_or_404(TaskRun, pk=run_id)
        try:
            count = cancel(run, request.user)
            messages.success(request, f"{_runs(count)} asked to stop.")
        except JobsError as error:
            messages.warning(request, error.message)
        return HttpResponseRedirect(_way_back(request) or run.get_absolute_url())

    def repeat_view(self, request: HttpRequest, run_id: Any) -> HttpResponse:
        if not self.has_repeat_permission(request):
            raise PermissionDenied
        run = get_object_or_404(TaskRun, pk=run_id)
        try:
            launched = repeat(run, by=request.user)
        except JobsError as error:
            messages.warning(request, error.message)
            return HttpResponseRedirect(_way_back(request) or run.get_absolute_url())
        messages.success(request, "The run is queued." if launched.is_new else "It is under way already.")
        return HttpResponseRedirect(_way_back(request) or launched.run.get_absolute_url())

    @admin.action(description="Cancel", permissions=["cancel"])
    def cancel_selected(self, request: HttpRequest, runs: QuerySet[TaskRun]) -> HttpResponse | None:
        if question := self._asked(request, runs, "Cancel", "What has been stored stays."):
            return question
        stopped = cancel_all(TaskRun.objects.filter(pk__in=runs.order_by().values("pk")), request.user)
        messages.info(request, f"{_runs(stopped)} asked to stop.")
        return None

    @admin.action(description="Repeat", permissions=["repeat"])
    def repeat_selected(self, request: HttpRequest, runs: QuerySet[TaskRun]) -> HttpResponse | None:
        if question := self._asked(request, runs, "Repeat", "Those that have not ended are left alone."):
            return question
        launched = [_tried(bind(repeat, run, by=request.user)) for run in runs]
        new = sum(one is not None and one.is_new for one in launched)
        left = len(launched) - new
        messages.info(request, f"{_runs(new)} queued again." + (f" {left} left as they are." if left else ""))
        return None

    def _asked(
        self, request: HttpRequest, runs: QuerySet[TaskRun], verb: str, consequence: str
    ) -> HttpResponse | None:
        """The question before something is done with many runs; None where there is none to ask."""
        if CONFIRMED in request.POST:
            return None
        chosen = list(runs[: MOST + 1])
        if len(chosen) < MANY:
            return None
        count = f"{len(chosen):,} runs" if len(chosen) <= MOST else f"more than {MOST:,} runs"
        title = f"{verb} many runs?"
        lines = [f"{verb} {count}", consequence]
        return ask_about_many(self, request, title=title, lines=lines, button=lines[0], chosen=chosen)

    @admin.display(description="Task", ordering="task")
    def name(self, run: TaskRun) -> str:
        return run.task

    @display(description="State", ordering="state", label=STATE_COLOURS)
    def state_badge(self, run: TaskRun) -> tuple[str, str]:
        return run.state, run.get_state_display()

    def state_badge_text(self, run: TaskRun) -> SafeString:
        return badge(STATE_COLOURS[State(run.state)], run.get_state_display())

    @admin.display(description="Progress", ordering="progress")
    def bar(self, run: TaskRun) -> SafeString:
        return render_to_string("admin/jobs/bar.html", {"run": run, "tone": tone_of(run)})

    @admin.display(description="About")
    def about(self, run: TaskRun) -> str:
        address = subject_address(run)
        if address is None:
            return run.subject_label or "—"
        return format_html('<a href="{}" class="underline">{}</a>', address, run.subject_label)

    @admin.display(description="About", ordering="subject_label")
    def what_for(self, run: TaskRun) -> str:
        return format_html('<span class="tf-about">{}</span>', self.about(run))

    @admin.display(description="Took")
    def took(self, run: TaskRun) -> str:
        return format_html('<span class="tf-nowrap">{}</span>', self.duration(run))

    @admin.display(description="Asked for", ordering="queued_at")
    def asked(self, run: TaskRun) -> str:
        moment = timezone.localtime(run.queued_at)
        is_today = moment.date() == timezone.localdate()
        shown = f"{moment:%H:%M:%S}" if is_today else f"{moment:%d %b %Y}"
        return format_html(
            '<time class="tf-nowrap" title="{}">{}</time>', f"{moment:%Y-%m-%d %H:%M:%S}", shown
        )

    @admin.display(description="Says")
    def said(self, run: TaskRun) -> str:
        return says(run) or "—"

    @admin.display(description="Took")
    def duration(self, run: TaskRun) -> str:
        return in_words(run.run_time)

    @admin.display(description="Waited")
    def waited(self, run: TaskRun) -> str:
        return in_words(run.wait_time)

    @admin.display(description="Arguments")
    def arguments_text(self, run: TaskRun) -> str:
        return _table(run.arguments)

    @admin.display(description="Memory")
    def memory_text(self, run: TaskRun) -> str:
        return _table(run.memory)

    @admin.display(description="Result")
    def result_text(self, run: TaskRun) -> str:
        table = _table(run.result)
        if run.details_removed_at is None:
            return table
        day = f"{run.details_removed_at:%Y-%m-%d}"
        return format_html("{}<p>Its details were removed on {}; its counts stay.</p>", table, day)

    @admin.display(description="Warnings")
    def warnings_text(self, run: TaskRun) -> str:
        return format_html_join("", "<div>{}</div>", ((warning,) for warning in run.warnings)) or "—"

    @admin.display(description="Traceback")
    def traceback_text(self, run: TaskRun) -> str:
        if not run.traceback:
            return "—"
        return format_html(
            '<details><summary class="cursor-pointer">Show</summary>'
            '<pre class="tf-traceback text-xs">{}</pre></details>',
            run.traceback,
        )

    @admin.display(description="Part of")
    def part_of(self, run: TaskRun) -> str:
        if run.parent is None:
            return "—"
        return format_html('<a href="{}" class="underline">{}</a>', run.parent.get_absolute_url(), run.parent)


def badge(colour: str, text: str) -> SafeString:
    """A coloured label; no colour is grey."""
    return render_to_string("unfold/helpers/label.html", {"type": colour, "text": text})


def _table(values: dict[str, Any]) -> str:
    if not values:
        return "—"
    rows = [(name, value if isinstance(value, str) else _readable(value)) for name, value in values.items()]
    return render_to_string("admin/jobs/result.html", {"rows": rows})


def _readable(value: Any) -> str:
    flat = json.dumps(value, ensure_ascii=False)
    return flat if len(flat) <= 80 else json.dumps(value, ensure_ascii=False, indent=2)


def _runs(count: int) -> str:
    return f"{count} run is" if count == 1 else f"{count} runs are"


def _way_back(request: HttpRequest) -> str:
    """Where the form wants to go afterwards; empty where it does not say, or names another site."""
    wanted = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if safe else ""


def _tried(action: Any) -> Any:
    """The result, or None where the run has moved on meanwhile."""
    try:
        return action()
    except JobsError:
        return None
