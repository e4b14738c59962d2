"""One reading of one file."""

from django.db import models
from django.db.models import Q

from documents.models import DocumentVersion


class ExtractionStatus(models.TextChoices):
    """Partial: some statements were read and others were not."""

    SUCCEEDED = "succeeded", "All three statements"
    PARTIAL = "partial", "Some statements"
    EMPTY = "empty", "No statement found"
    FAILED = "failed", "Could not be read"


class ExtractionRun(models.Model):
    """What one version of the engine made of one file. A repeat with the same engine and options
    replaces nothing: it is the same run."""

    version = models.ForeignKey(DocumentVersion, on_delete=models.CASCADE, related_name="extraction_runs")
    task_run = models.ForeignKey(
        "jobs.TaskRun", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    engine_version = models.CharField(max_length=30)
    options_digest = models.CharField(max_length=64, blank=True)
    status = models.CharField(max_length=20, choices=ExtractionStatus.choices)
    error_code = models.CharField(max_length=50, blank=True)
    error_message = models.TextField(blank=True)
    warnings = models.JSONField(default=list, blank=True)
    abstentions = models.JSONField(
        default=list,
        blank=True,
        help_text="Statements that were not found, with the reason and the runners-up.",
    )
    second_reader = models.JSONField(
        default=dict,
        blank=True,
        help_text="What the second reader was asked and what became of its answers; empty where it is off.",
    )
    is_current = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "engine_version", "options_digest"], name="extraction_once_per_engine"
            ),
            models.UniqueConstraint(
                fields=["version"], condition=Q(is_current=True), name="extraction_one_current_per_version"
            ),
            models.CheckConstraint(
                condition=Q(status__in=ExtractionStatus.values), name="extraction_status_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version.document}, engine {self.engine_version}"
