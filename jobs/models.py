"""What a background run is: one row from the wish to the result, and one row for each start."""

import uuid
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from jobs.querysets import TaskRunQuerySet
from jobs.states import FINISHED, UNFINISHED, CeleryWord, State, Trigger, celery_word


class TaskRun(models.Model):
    """One piece of background work, from the wish to the result.

    The row is the truth and is written with the change that needs it; the broker only carries its
    id. The life of `state` is drawn at `jobs.states.State`. A run is started by whoever changes the
    row from queued to running (`jobs.claim`): each start gets the next `fence`, and every later
    write of that start carries it, so that a start that was overtaken writes nothing.

    `attempt` counts starts of the present stage, `fence` counts all starts. `stage` and `memory` are
    what the run keeps for itself while its children work.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    task = models.CharField(max_length=120)
    queue = models.CharField(max_length=60)
    trigger = models.CharField(max_length=10, choices=Trigger.choices, default=Trigger.SYSTEM)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="task_runs"
    )
    watchers = models.ManyToManyField(
        settings.AUTH_USER_MODEL,
        blank=True,
        related_name="watched_runs",
        help_text="Who asked for the same work while it was under way: they may look, not cancel.",
    )
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="launched"
    )
    schedule = models.CharField(max_length=200, blank=True, help_text="Name of the schedule that started it.")
    schedule_slot = models.DateTimeField(null=True, blank=True)

    subject_type = models.ForeignKey(ContentType, null=True, blank=True, on_delete=models.SET_NULL)
    subject_id = models.CharField(max_length=64, blank=True)
    subject = GenericForeignKey("subject_type", "subject_id")
    subject_label = models.CharField(max_length=200, blank=True)
    arguments = models.JSONField(default=dict, blank=True)
    digest = models.CharField(max_length=64, help_text="Of task, subject and arguments.")
    forced = models.BooleanField(default=False, help_text="Started although the same work was under way.")

    share = models.CharField(max_length=80, blank=True, help_text="For whom it counts; shares take turns.")
    turn = models.PositiveBigIntegerField(default=0, help_text="Lower ones of a queue are sent first.")

    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    stage = models.CharField(max_length=60, blank=True)
    memory = models.JSONField(default=dict, blank=True)
    step = models.CharField(max_length=60, blank=True)
    progress = models.PositiveSmallIntegerField(default=0)
    current = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    message = models.TextField(blank=True)
    children_total = models.PositiveIntegerField(default=0)
    children_done = models.PositiveIntegerField(default=0)

    result = models.JSONField(default=dict, blank=True)
    warnings = models.JSONField(default=list, blank=True)
    error_code = models.CharField(max_length=60, blank=True)
    error_message = models.TextField(blank=True)
    traceback = models.TextField(blank=True)
    details_removed_at = models.DateTimeField(
        null=True, blank=True, help_text="When lists of the result and the memory went; the counts stay."
    )

    attempt = models.PositiveSmallIntegerField(default=0)
    max_attempts = models.PositiveSmallIntegerField(default=1)
    not_before = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True, help_text="When the broker was last told.")
    fence = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    lease_owner = models.CharField(max_length=200, blank=True)
    worker = models.CharField(max_length=200, blank=True)
    cancel_requested_at = models.DateTimeField(null=True, blank=True)
    cancel_requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    queued_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = TaskRunQuerySet.as_manager()

    class Meta:
        ordering = ["-queued_at", "-id"]
        verbose_name = "run"
        default_permissions = ("view",)
        permissions = [("cancel_taskrun", "Can cancel runs"), ("repeat_taskrun", "Can repeat runs")]
        constraints = [
            models.UniqueConstraint(
                fields=["digest"],
                condition=Q(state__in=sorted(UNFINISHED), forced=False),
                name="taskrun_one_unfinished_per_work",
            ),
            models.UniqueConstraint(
                fields=["digest"], condition=Q(state=State.RUNNING), name="taskrun_one_running_per_work"
            ),
            models.UniqueConstraint(
                fields=["schedule", "schedule_slot"],
                condition=Q(schedule_slot__isnull=False),
                name="taskrun_one_per_slot",
            ),
            models.CheckConstraint(condition=Q(state__in=State.values), name="taskrun_state_known"),
            models.CheckConstraint(condition=Q(trigger__in=Trigger.values), name="taskrun_trigger_known"),
            models.CheckConstraint(condition=Q(progress__lte=100), name="taskrun_progress_is_percent"),
            models.CheckConstraint(
                condition=Q(children_done__lte=F("children_total")), name="taskrun_children_done_of_total"
            ),
            models.CheckConstraint(
                condition=Q(state__in=sorted(UNFINISHED), finished_at__isnull=True)
                | Q(state__in=sorted(FINISHED), finished_at__isnull=False),
                name="taskrun_finished_has_time",
            ),
        ]
        indexes = [
            models.Index(fields=["-queued_at", "-id"], name="taskrun_newest"),
            models.Index(fields=["state", "queued_at"], name="taskrun_state"),
            models.Index(fields=["task", "-finished_at"], name="taskrun_task"),
            models.Index(
                fields=["-finished_at"],
                condition=Q(parent__isnull=True, finished_at__isnull=False),
                name="taskrun_ended",
            ),
            models.Index(fields=["subject_type", "subject_id", "-queued_at"], name="taskrun_subject"),
            models.Index(
                fields=["queue", "turn", "queued_at", "id"],
                condition=Q(state=State.QUEUED, sent_at__isnull=True),
                name="taskrun_unsent",
            ),
            models.Index(
                fields=["queue", "turn"],
                condition=Q(state=State.QUEUED, sent_at__isnull=False),
                name="taskrun_in_broker",
            ),
            models.Index(
                fields=["queue", "share", "turn"], condition=Q(state=State.QUEUED), name="taskrun_share"
            ),
            models.Index(fields=["lease_until"], condition=Q(state=State.RUNNING), name="taskrun_leases"),
            models.Index(
                fields=["finished_at"],
                condition=Q(finished_at__isnull=False, details_removed_at__isnull=True),
                name="taskrun_with_details",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.task} {self.subject_label}".strip()

    def get_absolute_url(self) -> str:
        from django.urls import reverse

        return reverse("admin:jobs_taskrun_change", args=[self.pk])

    @property
    def is_finished(self) -> bool:
        return self.state in FINISHED

    @property
    def percent(self) -> int:
        """How far the work is, 0 to 100; while children work, their share is part of it."""
        if self.state != State.WAITING or not self.children_total:
            return self.progress
        return self.progress + (share_of_children(self.progress) * self.children_done) // self.children_total

    @property
    def celery_state(self) -> CeleryWord:
        """PENDING, STARTED, PROGRESS, SUCCESS, FAILURE, RETRY or REVOKED."""
        return celery_word(
            self.state, attempt=self.attempt, step=self.step, has_children=self.children_total > 0
        )

    @property
    def run_time(self) -> timedelta | None:
        """From the first start to the end, or to now."""
        if self.started_at is None:
            return None
        return max((self.finished_at or timezone.now()) - self.started_at, timedelta(0))

    @property
    def wait_time(self) -> timedelta | None:
        """From the wish to the first start."""
        return None if self.started_at is None else max(self.started_at - self.queued_at, timedelta(0))

    def may_be_cancelled_by(self, user: Any) -> bool:
        """Whoever asked for it first, and those who may cancel runs of others."""
        if not user.is_authenticated:
            return False
        return self.requested_by_id == user.pk or bool(user.has_perm("jobs.cancel_taskrun"))

    def children(self) -> TaskRunQuerySet:
        """The runs this one waited for, in the order in which they were asked for."""
        return TaskRun.objects.filter(awaited_by__parent=self).order_by("awaited_by__id")

    def outcome(self) -> dict[str, Any]:
        """The fields of the result and the warnings, as the API shows them."""
        if self.details_removed_at is None:
            return {**self.result, "warnings": self.warnings}
        day = f"{self.details_removed_at:%Y-%m-%d}"
        gone = f"The details of this result were removed on {day}; its counts stay."
        return {**self.result, "warnings": [*self.warnings, gone]}


def share_of_children(progress: int) -> int:
    """How many percent the present children stand for: half of what is left.

    How many stages follow is not known, so that every stage takes its half and none goes back.
    """
    return (100 - progress) // 2


class TaskWait(models.Model):
    """A run waits for another one; both are named, because several may wait for the same work."""

    parent = models.ForeignKey(TaskRun, on_delete=models.CASCADE, related_name="waits")
    child = models.ForeignKey(TaskRun, on_delete=models.CASCADE, related_name="awaited_by")
    stage = models.CharField(max_length=60, blank=True, help_text="The stage that follows.")
    is_over = models.BooleanField(default=False)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["parent", "child", "stage"], name="taskwait_once_per_stage"),
        ]
        indexes = [models.Index(fields=["child"], condition=Q(is_over=False), name="taskwait_open")]

    def __str__(self) -> str:
        return f"{self.parent_id} waits for {self.child_id}"


class AttemptEnd(models.TextChoices):
    """How one start ended."""

    SUCCEEDED = "succeeded", "Succeeded"
    WAITING = "waiting", "Waits for children"
    RETRY = "retry", "To be repeated"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"
    LOST = "lost", "Worker lost"


class TaskAttempt(models.Model):
    """One start of a run. Rows are only added; the end is filled in once."""

    run = models.ForeignKey(TaskRun, on_delete=models.CASCADE, related_name="attempts")
    fence = models.PositiveIntegerField()
    stage = models.CharField(max_length=60, blank=True)
    attempt = models.PositiveSmallIntegerField()
    worker = models.CharField(max_length=200)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    end = models.CharField(max_length=10, choices=AttemptEnd.choices, blank=True)
    error_code = models.CharField(max_length=60, blank=True)
    error_message = models.TextField(blank=True)

    class Meta:
        ordering = ["run", "fence"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["run", "fence"], name="taskattempt_one_per_start"),
            models.CheckConstraint(
                condition=Q(end="", ended_at__isnull=True) | (~Q(end="") & Q(ended_at__isnull=False)),
                name="taskattempt_end_has_time",
            ),
        ]

    def __str__(self) -> str:
        return f"start {self.fence} of {self.run_id}"


class RateLimit(models.Model):
    """When the next start that a shared limit counts is due (`jobs.limiter`)."""

    name = models.CharField(max_length=150, unique=True)
    next_start = models.DateTimeField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.name
