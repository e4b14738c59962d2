"""Ratios and scores of companies, each with the figures it was worked out from."""

from django.db import models
from django.db.models import Q

from companies.models import Company, choices
from engine.kinds import CompiledView, RatioStatus, SectorTemplate
from jobs.models import TaskRun

PLACES = 10


class MetricSet(models.Model):
    """All ratios of a company in one view of its history. `input_hash` stands for everything they depend
    on: the same again is not worked out again."""

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="metric_sets")
    view = models.CharField(max_length=10, choices=choices(CompiledView))
    currency = models.CharField(max_length=3, blank=True)
    template = models.CharField("sector", max_length=20, choices=choices(SectorTemplate))
    warnings = models.JSONField(default=list, help_text="Why there is no share price for a year.")
    engine_version = models.CharField(max_length=30)
    input_hash = models.CharField(max_length=64)
    definitions_hash = models.CharField(max_length=64)
    calculated_at = models.DateTimeField(help_text="When anything last came out otherwise.")
    checked_at = models.DateTimeField(help_text="When it was last looked at whether anything had changed.")
    task_run = models.ForeignKey(TaskRun, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        verbose_name = "ratios of a company"
        verbose_name_plural = "ratios of companies"
        ordering = ["company", "view"]
        constraints = [
            models.UniqueConstraint(fields=["company", "view"], name="metric_set_once_per_view"),
            # A view as of a day is worked out when it is asked for: there are as many as days.
            models.CheckConstraint(
                condition=~Q(view=CompiledView.AS_OF.value), name="metric_set_keeps_no_view_of_a_day"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.company}, {self.get_view_display().lower()}"


class MetricValue(models.Model):
    """One ratio of one fiscal year: a value, or the reason why there is none."""

    metric_set = models.ForeignKey(MetricSet, on_delete=models.CASCADE, related_name="values")
    code = models.CharField("ratio", max_length=60)
    period_end = models.DateField("end of the year")
    fiscal_year = models.PositiveSmallIntegerField()
    status = models.CharField(max_length=20, choices=choices(RatioStatus))
    value = models.DecimalField(max_digits=38, decimal_places=PLACES, null=True, blank=True)
    explanation = models.TextField(blank=True, help_text="Why there is no value.")
    operands = models.JSONField(
        default=list,
        help_text="Concept, label, end of its period, value and the ids of its facts, or the day and share"
        " of a price.",
    )
    definition_hash = models.CharField(max_length=64)
    input_hash = models.CharField(max_length=64)
    calculated_at = models.DateTimeField(help_text="When it last came out otherwise.")

    class Meta:
        verbose_name = "ratio"
        ordering = ["metric_set", "-period_end", "pk"]
        indexes = [models.Index(fields=["code", "fiscal_year"], name="metric_value_of_peers")]
        constraints = [
            models.UniqueConstraint(fields=["metric_set", "code", "period_end"], name="metric_value_once"),
            models.CheckConstraint(
                condition=Q(status=RatioStatus.VALUE.value, value__isnull=False)
                | (~Q(status=RatioStatus.VALUE.value) & Q(value__isnull=True)),
                name="metric_value_or_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.fiscal_year}"
