"""How the system was at each look, and when that changed."""

from typing import Any

from django.db import models
from django.db.models import Q

from jobs.models import TaskRun


class Health(models.TextChoices):
    """Degraded: it works, with less than it should. Unhealthy: something asked for is not done. Unknown:
    it could not be found out, and says nothing about the whole."""

    HEALTHY = "healthy", "Healthy"
    DEGRADED = "degraded", "Degraded"
    UNHEALTHY = "unhealthy", "Unhealthy"
    UNKNOWN = "unknown", "Not known"


class HealthCheck(models.Model):
    """One look at all parts of the system.

    `observed` is the worst answer of this look alone; `health` is the standing state, which a single good
    answer does not improve (`monitoring.watch`). `probes` holds for each part name, observed, health,
    good_looks, sentence and milliseconds.
    """

    checked_at = models.DateTimeField(db_index=True)
    observed = models.CharField(max_length=10, choices=Health.choices)
    health = models.CharField(max_length=10, choices=Health.choices)
    milliseconds = models.PositiveIntegerField(help_text="How long all answers took together.")
    probes = models.JSONField(default=list)
    task_run = models.ForeignKey(TaskRun, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["-checked_at", "-pk"]
        verbose_name = "health check"
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(condition=Q(health__in=Health.values), name="healthcheck_health_known"),
            models.CheckConstraint(
                condition=Q(observed__in=Health.values), name="healthcheck_observed_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.checked_at:%Y-%m-%d %H:%M} {self.get_health_display()}"

    def not_healthy(self) -> list[dict[str, Any]]:
        """What of this look is worth reading."""
        return [probe for probe in self.probes if probe["health"] != Health.HEALTHY]


class HealthTransition(models.Model):
    """A part of the system changed its standing state. `told_at` is when an alert was raised for it."""

    check_row = models.ForeignKey(HealthCheck, on_delete=models.CASCADE, related_name="transitions")
    probe = models.CharField(max_length=40)
    before = models.CharField(max_length=10, choices=Health.choices)
    after = models.CharField(max_length=10, choices=Health.choices)
    sentence = models.TextField()
    at = models.DateTimeField(db_index=True)
    told_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-at", "-pk"]
        verbose_name = "change of health"
        verbose_name_plural = "changes of health"
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(fields=["check_row", "probe"], name="healthtransition_once_per_check"),
            models.CheckConstraint(condition=~Q(before=models.F("after")), name="healthtransition_is_one"),
        ]

    def __str__(self) -> str:
        return f"{self.probe}: {self.before} to {self.after}"
