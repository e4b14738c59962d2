"""What looks wrong in figures and prices, what is usual there, and what ratios and shares say of risk."""

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from companies.models import Company, choices
from engine.kinds import MarketPattern, Severity
from jobs.models import TaskRun
from market.models import Instrument


class AnomalyKind(models.TextChoices):
    """What is out of the ordinary. Those of prices are named like the engine's patterns."""

    OUTLIER = "outlier", "Figure out of line"
    UNLIKE_PEERS = "unlike_peers", "Year unlike other companies"
    FIRST_DIGITS = "first_digits", "First digits of a report"
    MISSING_LINE = "missing_line", "Line that was not read"
    CHANGE_POINT = MarketPattern.CHANGE_POINT.value, "Change of behaviour"
    VOLATILITY_REGIME = MarketPattern.VOLATILITY_REGIME.value, "Unrest or calm"
    VOLUME_SPIKE = MarketPattern.VOLUME_SPIKE.value, "Volume"
    CORRELATION_BREAK = MarketPattern.CORRELATION_BREAK.value, "Broken correlation"
    DISCORD = MarketPattern.DISCORD.value, "Days like no others"


IN_STATEMENTS = (
    AnomalyKind.OUTLIER,
    AnomalyKind.UNLIKE_PEERS,
    AnomalyKind.FIRST_DIGITS,
    AnomalyKind.MISSING_LINE,
)
IN_PRICES = tuple(AnomalyKind(pattern.value) for pattern in MarketPattern)


class AnomalyState(models.TextChoices):
    """open → confirmed, rejected or explained by a person, who may open it again. A search for anomalies
    changes what is open and leaves alone what was decided."""

    OPEN = "open", "Open"
    CONFIRMED = "confirmed", "Confirmed"
    REJECTED = "rejected", "Rejected"
    EXPLAINED = "explained", "Explained"


DECIDED = (AnomalyState.CONFIRMED, AnomalyState.REJECTED, AnomalyState.EXPLAINED)


class Anomaly(models.Model):
    """One thing that looks wrong: a figure of a year, a report, or a stretch of prices.

    The same one is found again by later searches and stays one row. `gone_at` is set while a search that
    looked for it does not find it any more, because figures were put right.
    """

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="anomalies")
    instrument = models.ForeignKey(
        Instrument, null=True, blank=True, on_delete=models.CASCADE, related_name="anomalies"
    )
    kind = models.CharField(max_length=20, choices=AnomalyKind.choices)
    metric = models.CharField(max_length=120, blank=True, help_text="Code of the ratio or line, or a peer.")
    label = models.CharField(max_length=200)
    window_start = models.DateField()
    window_end = models.DateField()
    observed = models.FloatField(null=True, blank=True)
    low = models.FloatField("lowest usual", null=True, blank=True)
    high = models.FloatField("highest usual", null=True, blank=True)
    statistic = models.FloatField()
    threshold = models.FloatField()
    probability = models.FloatField(
        null=True, blank=True, help_text="Of so large a deviation by chance, before the run's correction."
    )
    severity = models.CharField(max_length=10, choices=choices(Severity))
    severity_rank = models.PositiveSmallIntegerField(default=0)
    explanation = models.TextField()
    evidence = models.JSONField(
        default=dict, help_text="Ids of facts and documents, the detectors that agree, what happened then."
    )
    state = models.CharField(max_length=10, choices=AnomalyState.choices, default=AnomalyState.OPEN)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    note = models.CharField(max_length=500, blank=True)
    first_found_at = models.DateTimeField()
    last_found_at = models.DateTimeField()
    gone_at = models.DateTimeField("not found since", null=True, blank=True)
    engine_version = models.CharField(max_length=30)
    task_run = models.ForeignKey(TaskRun, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        verbose_name = "anomaly"
        verbose_name_plural = "anomalies"
        ordering = ["-severity_rank", "-window_end", "pk"]
        indexes = [
            models.Index(fields=["company", "state", "-window_end"], name="anomaly_by_company"),
            models.Index(fields=["-severity_rank", "-window_end", "id"], name="anomaly_by_severity"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["company", "kind", "metric", "window_start", "window_end"],
                condition=Q(instrument__isnull=True),
                name="anomaly_once_in_statements",
            ),
            models.UniqueConstraint(
                fields=["instrument", "kind", "metric", "window_start", "window_end"],
                condition=Q(instrument__isnull=False),
                name="anomaly_once_in_prices",
            ),
            models.CheckConstraint(
                condition=Q(window_start__lte=F("window_end")), name="anomaly_starts_before_it_ends"
            ),
            models.CheckConstraint(condition=Q(kind__in=AnomalyKind.values), name="anomaly_kind_known"),
            models.CheckConstraint(
                condition=Q(state=AnomalyState.OPEN.value, decided_at__isnull=True)
                | Q(state__in=[state.value for state in DECIDED], decided_at__isnull=False),
                name="anomaly_decided_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.company}: {self.label}, {self.window_end}"

    def get_absolute_url(self) -> str:
        return reverse("anomalies:one", args=[self.pk])

    @property
    def fact_ids(self) -> list[int]:
        """The facts behind it."""
        return [int(pk) for pk in self.evidence.get("facts", [])]


class AnomalyBaseline(models.Model):
    """What is usual for a metric of a company or for a share. Never changed: what is usual later is the
    next version. Confirmed and explained points are left out, and no search tests a point against it:
    each is held against the others of its own series."""

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="anomaly_baselines")
    instrument = models.ForeignKey(
        Instrument, null=True, blank=True, on_delete=models.CASCADE, related_name="anomaly_baselines"
    )
    metric = models.CharField(max_length=120)
    version = models.PositiveIntegerField()
    points = models.PositiveIntegerField()
    left_out = models.PositiveIntegerField(default=0, help_text="Confirmed or explained points.")
    median = models.FloatField()
    mad = models.FloatField("median absolute deviation")
    quantiles = models.JSONField(help_text="By per cent.")
    seasonal = models.JSONField(default=dict, help_text="Of prices: the usual by day of the week.")
    data_until = models.DateField()
    digest = models.CharField(max_length=64)
    valid_from = models.DateTimeField()
    task_run = models.ForeignKey(TaskRun, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        verbose_name = "baseline"
        ordering = ["company", "metric", "-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["company", "metric", "version"],
                condition=Q(instrument__isnull=True),
                name="baseline_once_of_a_metric",
            ),
            models.UniqueConstraint(
                fields=["instrument", "metric", "version"],
                condition=Q(instrument__isnull=False),
                name="baseline_once_of_a_share",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.instrument or self.company}: {self.metric}, version {self.version}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk:
            raise ValidationError("A baseline is never changed. Add its next version.")
        super().save(*args, **kwargs)


class RiskAssessment(models.Model):
    """What one ratio of one year says by itself: beyond the value at which it is worth a look, or not."""

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="risk_assessments")
    ratio = models.CharField(max_length=60)
    label = models.CharField(max_length=200)
    period_end = models.DateField()
    value = models.DecimalField(max_digits=20, decimal_places=6)
    limit = models.DecimalField(max_digits=20, decimal_places=6)
    is_beyond = models.BooleanField("worth a look")
    explanation = models.TextField()
    source = models.CharField(max_length=200)
    evidence = models.JSONField(default=dict)
    assessed_at = models.DateTimeField()
    task_run = models.ForeignKey(TaskRun, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        verbose_name = "risk assessment"
        ordering = ["company", "-period_end", "ratio"]
        constraints = [
            models.UniqueConstraint(fields=["company", "ratio", "period_end"], name="assessed_once_a_year"),
        ]

    def __str__(self) -> str:
        return f"{self.company}: {self.label} {self.period_end}"


class SystemicRiskReport(models.Model):
    """How much the shares of several companies move as one. Never changed."""

    companies = models.ManyToManyField(Company, related_name="systemic_risk_reports")
    window_start = models.DateField()
    window_end = models.DateField()
    days = models.PositiveIntegerField("common days")
    absorption_ratio = models.FloatField()
    absorption_low = models.FloatField()
    absorption_high = models.FloatField()
    mean_tail_dependence = models.FloatField(null=True, blank=True)
    measures = models.JSONField(default=dict, help_text="Shrinkage and each pair of companies.")
    ranking = models.JSONField(default=list, help_text="Companies by their weight in the common movement.")
    left_out = models.JSONField(default=list, help_text="Companies without enough prices, with the reason.")
    verdict = models.TextField()
    engine_version = models.CharField(max_length=30)
    made_at = models.DateTimeField()
    task_run = models.ForeignKey(TaskRun, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        verbose_name = "report of systemic risk"
        verbose_name_plural = "reports of systemic risk"
        ordering = ["-made_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.window_start} to {self.window_end}"
