"""The questions asked about runs."""

from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from jobs.states import FINISHED, NEEDS_ATTENTION, UNFINISHED, State

if TYPE_CHECKING:
    from jobs.models import TaskRun as TaskRun


class TaskRunQuerySet(models.QuerySet["TaskRun"]):
    """Runs."""

    def unfinished(self) -> "TaskRunQuerySet":
        return self.filter(state__in=UNFINISHED)

    def finished(self) -> "TaskRunQuerySet":
        return self.filter(state__in=FINISHED)

    def needing_attention(self) -> "TaskRunQuerySet":
        return self.filter(state__in=NEEDS_ATTENTION)

    def about(self, subject: models.Model) -> "TaskRunQuerySet":
        """Runs whose subject is this object."""
        content_type = ContentType.objects.get_for_model(subject, for_concrete_model=True)
        return self.filter(subject_type=content_type, subject_id=str(subject.pk))

    def visible_to(self, user: Any) -> "TaskRunQuerySet":
        """What a person may see: staff everything, others what they asked for, first or later."""
        if user.is_active and user.is_staff:
            return self.all()
        if not user.is_authenticated:
            return self.none()
        watched = self.model.watchers.through.objects.filter(user_id=user.pk).values("taskrun_id")
        return self.filter(Q(requested_by_id=user.pk) | Q(pk__in=watched))

    def queued(self) -> "TaskRunQuerySet":
        return self.filter(state=State.QUEUED)

    def running(self) -> "TaskRunQuerySet":
        return self.filter(state=State.RUNNING)

    def in_broker(self) -> "TaskRunQuerySet":
        """Queued, and the broker was told."""
        return self.filter(state=State.QUEUED, sent_at__isnull=False)

    def unsent(self) -> "TaskRunQuerySet":
        """Due, and the broker was not told."""
        return self.due().filter(sent_at__isnull=True)

    def due(self) -> "TaskRunQuerySet":
        """Queued, and not put off to later."""
        return self.filter(
            Q(not_before__isnull=True) | Q(not_before__lte=Now()),
            state=State.QUEUED,
            cancel_requested_at__isnull=True,
        )

    def lease_expired(self) -> "TaskRunQuerySet":
        """Running, but nobody says so any more. A lease that was never set counts as expired."""
        return self.filter(Q(lease_until__isnull=True) | Q(lease_until__lt=Now()), state=State.RUNNING)

    def has_attempts_left(self) -> "TaskRunQuerySet":
        return self.filter(attempt__lt=F("max_attempts"))

    def held(self, fence: int) -> "TaskRunQuerySet":
        """Still running under this start; a start that was overtaken matches nothing."""
        return self.filter(state=State.RUNNING, fence=fence)

    def waiting_by_queue(self, queues: Iterable[str]) -> dict[str, int]:
        """How many runs of each queue wait to be started, whether the broker knows of them or not."""
        rows = self.filter(state=State.QUEUED).values_list("queue").annotate(models.Count("pk")).order_by()
        counted = dict(rows)
        return {queue: counted.get(queue, 0) for queue in queues}

    def sent_longer_ago_than(self, age: timedelta) -> "TaskRunQuerySet":
        return self.filter(sent_at__lt=Now() - age)

    def in_fair_order(self) -> "TaskRunQuerySet":
        """In the order in which they are sent."""
        return self.order_by("turn", "queued_at", "id")
