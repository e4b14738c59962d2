"""How much was done and how long it took, window by window."""

from typing import Any

from django.db import models
from django.db.models import Q


class Metric(models.TextChoices):
    """What is measured, with its unit at the end of the name where it has one."""

    RUNS_ENDED = "runs_ended", "Runs ended"
    RUN_SECONDS = "run_seconds", "Time at work"
    WAIT_SECONDS = "wait_seconds", "Time of waiting"
    RETRIES = "retries", "Repetitions"
    QUEUE_MESSAGES = "queue_messages", "Messages in the broker"
    RUNS_WAITING = "runs_waiting", "Runs waiting"
    FREE_MEMORY_BYTES = "free_memory_bytes", "Free memory"
    WORKER_MEMORY_BYTES = "worker_memory_bytes", "Memory of a worker process"
    DATABASE_BYTES = "database_bytes", "Size of the database"
    MODEL_CALLS = "model_calls", "Calls of language models"
    MODEL_COST_DOLLARS = "model_cost_dollars", "Cost of language models"


class PerformanceSample(models.Model):
    """One figure of one window that ended at `at`; of what is no sum, as it was then.

    `labels` tells figures of a metric apart (task, queue, state, quantile, model); `series` is the same as
    text. Nothing is stored for what did not occur.
    """

    metric = models.CharField(max_length=30, choices=Metric.choices)
    labels = models.JSONField(default=dict)
    series = models.CharField(max_length=300, blank=True)
    value = models.DecimalField(max_digits=24, decimal_places=6)
    since = models.DateTimeField()
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at", "metric", "series"]
        verbose_name = "measurement"
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(fields=["metric", "series", "at"], name="sample_once_per_window"),
            models.CheckConstraint(condition=Q(metric__in=Metric.values), name="sample_metric_known"),
            models.CheckConstraint(condition=Q(since__lt=models.F("at")), name="sample_window_has_length"),
        ]
        indexes = [models.Index(fields=["at"], name="sample_at")]

    def __str__(self) -> str:
        return f"{self.metric}{{{self.series}}} {self.value.normalize():f}"


def series_of(labels: dict[str, Any]) -> str:
    """Labels as text, in the order of their names."""
    return ",".join(f"{name}={labels[name]}" for name in sorted(labels))
