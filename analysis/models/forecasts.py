"""Forecasts as they were made, what came, and how good they were by then."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q

from companies.models import Company
from engine.forecast.values import ForecastMethod
from jobs.models import TaskRun
from market.models import Instrument

FIGURE: dict[str, Any] = {"max_digits": 28, "decimal_places": 6}
# An ensemble counts as one method; what it is made of stands in its weights.
METHODS = [(method.value, method.value.replace("_", " ")) for method in ForecastMethod]


class ForecastSubject(models.Model):
    """What is forecast: the price of a share, or a line of a company's yearly statements."""

    instrument = models.ForeignKey(
        Instrument, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    company = models.ForeignKey(Company, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    concept = models.CharField(max_length=60, blank=True, help_text="The line, where it is not a price.")

    class Meta:
        abstract = True

    @property
    def subject(self) -> str:
        """In words."""
        return str(self.instrument) if self.instrument_id else f"{self.company}: {self.concept}"

    @property
    def subject_fields(self) -> dict[str, object]:
        """What selects other rows of the same subject."""
        return {
            "instrument_id": self.instrument_id,
            "company_id": self.company_id,
            "concept": self.concept,
        }


ONE_SUBJECT = Q(instrument__isnull=False, company__isnull=True, concept="") | (
    Q(instrument__isnull=True, company__isnull=False) & ~Q(concept="")
)


class ForecastRun(ForecastSubject):
    """One forecast. It is never changed; only what came is added to its points."""

    made_at = models.DateTimeField()
    data_until = models.DateField(null=True, blank=True, help_text="The day of the last figure it knew.")
    last_known = models.DecimalField(**FIGURE, null=True, blank=True, help_text="That figure.")
    usual_step = models.FloatField(
        null=True, blank=True, help_text="The mean absolute step of the history: the unit of MASE."
    )
    method = models.CharField(max_length=30, choices=METHODS)
    weights = models.JSONField(default=dict)
    skill = models.FloatField(
        "measured skill",
        null=True,
        blank=True,
        help_text="The share of the random walk's error that was saved in the past.",
    )
    skill_low = models.FloatField(null=True, blank=True)
    skill_high = models.FloatField(null=True, blank=True)
    claims_skill = models.BooleanField(default=False)
    history = models.PositiveIntegerField("points of history", default=0)
    origins = models.PositiveIntegerField("origins of the backtest", default=0)
    reason = models.CharField(max_length=300, blank=True)
    engine_version = models.CharField(max_length=30)
    input_hash = models.CharField(max_length=64)
    task_run = models.ForeignKey(TaskRun, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        verbose_name = "forecast"
        ordering = ["-made_at", "-pk"]
        indexes = [
            models.Index(fields=["instrument", "-made_at"], name="forecast_by_instrument"),
            models.Index(fields=["company", "concept", "-made_at"], name="forecast_by_line"),
            models.Index(fields=["input_hash"], name="forecast_by_input"),
        ]
        constraints = [
            models.CheckConstraint(condition=ONE_SUBJECT, name="forecast_one_subject"),
            models.CheckConstraint(
                condition=Q(claims_skill=False) | Q(skill__gt=0), name="forecast_claims_what_it_measured"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject}, {self.made_at:%Y-%m-%d}"

    @property
    def is_forecast(self) -> bool:
        return self.method != ForecastMethod.INSUFFICIENT_HISTORY


class ForecastPoint(models.Model):
    """What a forecast says of one day, and what came."""

    run = models.ForeignKey(ForecastRun, on_delete=models.CASCADE, related_name="points")
    horizon = models.PositiveSmallIntegerField()
    target_date = models.DateField()
    point = models.DecimalField(**FIGURE)
    lo80 = models.DecimalField(**FIGURE)
    hi80 = models.DecimalField(**FIGURE)
    lo95 = models.DecimalField(**FIGURE)
    hi95 = models.DecimalField(**FIGURE)
    actual = models.DecimalField(
        **FIGURE,
        null=True,
        blank=True,
        help_text="What came, in terms of the shares at the time of the forecast.",
    )

    class Meta:
        ordering = ["run", "horizon"]
        constraints = [
            models.UniqueConstraint(fields=["run", "horizon"], name="forecast_point_once"),
            models.CheckConstraint(
                condition=Q(lo95__lte=F("lo80"))
                & Q(lo80__lte=F("point"))
                & Q(point__lte=F("hi80"))
                & Q(hi80__lte=F("hi95")),
                name="forecast_point_inside_its_intervals",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.target_date}: {self.point}"

    def clean(self) -> None:
        if self.run.data_until and self.target_date <= self.run.data_until:
            raise ValidationError("A forecast is of a day behind the last one it knew.")


class ForecastEvaluation(ForecastSubject):
    """How good the forecasts of a subject by one method at one horizon were, over their target dates
    from `window_start` to `window_end`. None is a measure that is not defined for them."""

    method = models.CharField(max_length=30, choices=METHODS)
    horizon = models.PositiveSmallIntegerField()
    window_start = models.DateField()
    window_end = models.DateField()
    count = models.PositiveIntegerField("forecasts")
    refused = models.PositiveIntegerField(default=0, help_text="Made on or after the day they speak of.")
    mae = models.FloatField("MAE")
    rmse = models.FloatField("RMSE")
    smape = models.FloatField("sMAPE", null=True, blank=True)
    mase = models.FloatField("MASE", null=True, blank=True)
    bias = models.FloatField()
    pinball = models.FloatField("pinball loss")
    skill = models.FloatField("skill", null=True, blank=True)
    hit_rate = models.FloatField(null=True, blank=True)
    hit_low = models.FloatField(null=True, blank=True)
    hit_high = models.FloatField(null=True, blank=True)
    coverage80 = models.FloatField()
    coverage80_high = models.FloatField()
    coverage95 = models.FloatField()
    coverage95_high = models.FloatField()
    evaluated_at = models.DateTimeField()
    task_run = models.ForeignKey(TaskRun, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        verbose_name = "evaluation of forecasts"
        verbose_name_plural = "evaluations of forecasts"
        ordering = ["-window_end", "horizon", "method"]
        constraints = [
            models.CheckConstraint(condition=ONE_SUBJECT, name="evaluation_one_subject"),
            models.UniqueConstraint(
                fields=["instrument", "method", "horizon", "window_end"],
                condition=Q(instrument__isnull=False),
                name="evaluation_once_per_price",
            ),
            models.UniqueConstraint(
                fields=["company", "concept", "method", "horizon", "window_end"],
                condition=Q(company__isnull=False),
                name="evaluation_once_per_line",
            ),
            models.CheckConstraint(condition=Q(count__gt=0), name="evaluation_of_something"),
        ]

    def __str__(self) -> str:
        return f"{self.subject}, {self.method}, {self.horizon} ahead, until {self.window_end}"

    @property
    def is_overconfident(self) -> bool:
        """Whether fewer figures lay inside than promised, beyond chance."""
        return self.coverage80_high < 0.80 or self.coverage95_high < 0.95
