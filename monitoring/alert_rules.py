"""What alerts are about, and the rules that come with the program, as data: what becomes an alert, how grave
it is, and from when on."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import models


class AlertType(models.TextChoices):
    """What an alert is about."""

    NEW_DOCUMENT = "new_document", "New report"
    DOCUMENT_CHANGED = "document_changed", "Replaced file"
    RESTATEMENT = "restatement", "Restatement"
    EXTRACTION_REVIEW = "extraction_review", "Questions to decide"
    ANOMALY_DETECTED = "anomaly_detected", "Anomaly"
    SENTIMENT_CHANGE = "sentiment_change", "Shift of tone"
    PRICE_MOVEMENT = "price_movement", "Price movement"
    VOLUME_SPIKE = "volume_spike", "Traded volume"
    FORECAST_UPDATE = "forecast_update", "Forecasts"
    DATA_QUALITY = "data_quality", "Quality of data"
    SYSTEM = "system", "System"


class AlertSeverity(models.IntegerChoices):
    """How much it matters, so that a channel can ask for a least severity."""

    INFO = 1, "Note"
    WARNING = 2, "Warning"
    CRITICAL = 3, "Critical"

    @property
    def code(self) -> str:
        """The word the API uses."""
        return self.name.lower()

    @classmethod
    def of(cls, code: str) -> "AlertSeverity":
        """The severity of that word. Raises KeyError for any other word."""
        return cls[code.upper()]


HOUR = 60
DAY = 24 * HOUR


@dataclass(frozen=True, slots=True)
class DefaultRule:
    """A rule as it is created. `condition` holds all thresholds it knows, with their defaults."""

    code: str
    name: str
    type: AlertType
    severity: AlertSeverity
    cooldown_minutes: int
    description: str
    condition: Mapping[str, float] = field(default_factory=dict)


# A rule about rows tells of each row once, so that its cooldown only counts where one alert gathers several.
RULES: tuple[DefaultRule, ...] = (
    DefaultRule(
        "new-report", "New reports of a company", AlertType.NEW_DOCUMENT, AlertSeverity.INFO, 6 * HOUR,
        "Reports that were found or brought in, gathered by company.",
    ),
    DefaultRule(
        "replaced-file", "A known file was replaced", AlertType.DOCUMENT_CHANGED, AlertSeverity.WARNING, DAY,
        "Under a known address stands another file: figures read from the old one may no longer hold.",
    ),
    DefaultRule(
        "restatement", "Figures were restated", AlertType.RESTATEMENT, AlertSeverity.WARNING, DAY,
        "A report gives figures of earlier years differently, rounding left out; gathered by report.",
    ),
    DefaultRule(
        "open-questions", "Questions wait for a person", AlertType.EXTRACTION_REVIEW, AlertSeverity.INFO, DAY,
        "Reading left something open that only a person can decide; gathered by company.",
    ),
    DefaultRule(
        "anomaly", "Something looks wrong in figures or prices", AlertType.ANOMALY_DETECTED,
        AlertSeverity.WARNING, DAY,
        "A new anomaly of at least this severity: 1 low, 2 medium, 3 high, 4 critical.",
        {"least_severity": 3},
    ),
    DefaultRule(
        "volume-spike", "Unusual traded volume", AlertType.VOLUME_SPIKE, AlertSeverity.INFO, DAY,
        "A new anomaly of traded volume.",
    ),
    DefaultRule(
        "sentiment-shift", "The tone of a company has shifted", AlertType.SENTIMENT_CHANGE,
        AlertSeverity.WARNING, DAY,
        "A document's tone stands apart from what the company's documents usually have.",
    ),
    DefaultRule(
        "price-move", "A price has moved", AlertType.PRICE_MOVEMENT, AlertSeverity.WARNING, DAY,
        "A close differs from the one before by at least so many percent, splits taken out. Large companies"
        " move by ten percent on a few days of a decade.",
        {"percent": 10},
    ),
    DefaultRule(
        "forecast-coverage", "Forecasts promise too much", AlertType.FORECAST_UPDATE,
        AlertSeverity.WARNING, 7 * DAY,
        "Fewer figures than promised lay inside the intervals, beyond chance.",
    ),
    DefaultRule(
        "price-finding", "Prices that cannot be believed", AlertType.DATA_QUALITY, AlertSeverity.INFO, DAY,
        "What a source gave was refused or is strange; gathered by share.",
    ),
    DefaultRule(
        "quality-finding", "Something is wrong with the data", AlertType.DATA_QUALITY, AlertSeverity.WARNING,
        DAY,
        "The look at the quality of data found something new, or something that was gone, of at least this"
        " severity: 1 low, 2 medium, 3 high, 4 critical; gathered by rule and company.",
        {"least_severity": 3},
    ),
    DefaultRule(
        "failure-rate", "Many runs fail", AlertType.SYSTEM, AlertSeverity.CRITICAL, HOUR,
        "More than so many percent of the runs that ended within the hour failed. Where fewer than"
        " least_runs ended, one failure says little.",
        {"percent": 5, "least_runs": 20},
    ),
    DefaultRule(
        "health", "The health of the system has changed", AlertType.SYSTEM, AlertSeverity.CRITICAL, HOUR,
        "A part of the system does not answer as it should.",
    ),
    DefaultRule(
        "channel-failed", "People could not be told", AlertType.SYSTEM, AlertSeverity.WARNING, DAY,
        "A message to a channel failed for good.",
    ),
)  # fmt: skip

BY_CODE = {rule.code: rule for rule in RULES}


def fault_of_condition(code: str, condition: Any) -> str:
    """What is wrong with the thresholds of a rule; empty where nothing is."""
    known = BY_CODE[code].condition if code in BY_CODE else {}
    if not isinstance(condition, dict):
        return 'Write thresholds by name, as in {"percent": 5}.'
    for name, value in condition.items():
        if name not in known:
            return f"The rule has no threshold {name!r}. It has {', '.join(known) or 'none'}."
        if isinstance(value, bool) or not isinstance(value, (int, float)) or value < 0:
            return f"The threshold {name} has to be a number from 0 on."
    return ""
