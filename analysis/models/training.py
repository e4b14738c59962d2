"""Trained models: what they learnt from, how good they were, and which of them is in use."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from jobs.models import TaskRun
from market.models import Instrument


class ModelFamily(models.TextChoices):
    """What a model does."""

    SENTIMENT = "sentiment", "Tone of sentences"
    FORECASTING = "forecasting", "Forecasts of prices"
    ANOMALY = "anomaly", "Anomalies"


class Stage(models.TextChoices):
    """Challenger → champion where it won, by the rule or by a person's word → archived when another took
    its place; a rollback makes an archived one champion again. A challenger that did not win stays what
    it is, with the reason."""

    CHALLENGER = "challenger", "Not promoted"
    CHAMPION = "champion", "In use"
    ARCHIVED = "archived", "Was in use"


class TrainedModel(models.Model):
    """One result of training. Never changed but for its stage.

    `name` is which model of its family, `instrument` the share it is for, where it is for one. All
    measures are of data that training never saw: `metrics` of this model, `baseline_metrics` of doing it
    without a model, on the same data.
    """

    family = models.CharField(max_length=20, choices=ModelFamily.choices)
    name = models.CharField(max_length=60)
    instrument = models.ForeignKey(
        Instrument, null=True, blank=True, on_delete=models.CASCADE, related_name="trained_models"
    )
    version = models.PositiveIntegerField()
    algorithm = models.CharField(max_length=120)
    parameters = models.JSONField(default=dict)
    seed = models.PositiveIntegerField()
    data_hash = models.CharField(max_length=64, help_text="Of all that it was trained and measured on.")
    trained_on = models.PositiveIntegerField(help_text="Number of examples or points.")
    measured_on = models.PositiveIntegerField(help_text="Number of examples or points held back.")
    metrics = models.JSONField(default=dict)
    baseline = models.CharField(max_length=120, help_text="What it has to beat.")
    baseline_metrics = models.JSONField(default=dict)
    against_baseline = models.JSONField(default=dict)
    against_champion = models.JSONField(default=dict, blank=True)
    decision = models.TextField(help_text="Why it was promoted, or why not.")
    stage = models.CharField(max_length=12, choices=Stage.choices, default=Stage.CHALLENGER)
    artefact = models.CharField(max_length=200, help_text="Name of its file in the storage.")
    artefact_sha256 = models.CharField(max_length=64)
    parent = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="challengers",
        help_text="The champion when it was trained.",
    )
    task_run = models.ForeignKey(TaskRun, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    engine_version = models.CharField(max_length=30)
    trained_at = models.DateTimeField(auto_now_add=True)
    promoted_at = models.DateTimeField(null=True, blank=True)
    promoted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="Nobody where the evidence decided.",
    )

    class Meta:
        verbose_name = "trained model"
        ordering = ["-trained_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["family", "name", "instrument", "version"],
                condition=Q(instrument__isnull=False),
                name="model_once_per_version_of_a_share",
            ),
            models.UniqueConstraint(
                fields=["family", "name", "version"],
                condition=Q(instrument__isnull=True),
                name="model_once_per_version",
            ),
            models.UniqueConstraint(
                fields=["family", "name", "instrument"],
                condition=Q(stage="champion", instrument__isnull=False),
                name="model_one_champion_of_a_share",
            ),
            models.UniqueConstraint(
                fields=["family", "name"],
                condition=Q(stage="champion", instrument__isnull=True),
                name="model_one_champion",
            ),
            models.CheckConstraint(condition=Q(stage__in=Stage.values), name="model_stage_known"),
            models.CheckConstraint(condition=Q(family__in=ModelFamily.values), name="model_family_known"),
            models.CheckConstraint(
                condition=Q(stage="challenger") | Q(promoted_at__isnull=False), name="model_champion_since"
            ),
        ]

    def __str__(self) -> str:
        of = f" of {self.instrument}" if self.instrument_id else ""
        return f"{self.name}{of}, version {self.version}"


class HyperparameterTrial(models.Model):
    """One setting that was tried, at one rung of the search: how well it did on the part of the data that
    choosing may see."""

    family = models.CharField(max_length=20, choices=ModelFamily.choices)
    name = models.CharField(max_length=60)
    instrument = models.ForeignKey(
        Instrument, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    search = models.UUIDField(help_text="The search it belongs to.")
    number = models.PositiveIntegerField(help_text="Of the setting within the search.")
    rung = models.PositiveSmallIntegerField(help_text="From 1; fewer settings and more data at each.")
    parameters = models.JSONField(default=dict)
    score = models.FloatField(null=True, blank=True, help_text="Higher is better; empty where it failed.")
    message = models.CharField(max_length=300, blank=True)
    is_chosen = models.BooleanField(default=False)
    seed = models.PositiveIntegerField()
    data_hash = models.CharField(max_length=64)
    tried_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "trial of settings"
        verbose_name_plural = "trials of settings"
        ordering = ["-tried_at", "-rung", "-score"]
        constraints = [
            models.UniqueConstraint(fields=["search", "number", "rung"], name="trial_once_per_rung"),
            models.UniqueConstraint(
                fields=["search"], condition=Q(is_chosen=True), name="trial_one_chosen_per_search"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}, setting {self.number}, rung {self.rung}"
