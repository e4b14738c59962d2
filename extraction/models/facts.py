"""Facts, one per publication of a figure, and the verdicts of the identities."""

from django.db import models
from django.db.models import Q

from companies.models import Company, choices
from documents.models import Document, PublicationDateSource
from engine.kinds import CellState, CheckOutcome, Framework, PeriodKind, RowKind, Scope, StatementKind
from extraction.models.corrections import Correction
from extraction.models.tables import MoneyField, Observation, StatementTable


def method(correction_id: int | None) -> str:
    """How a figure came about: reading or correction."""
    return "reading" if correction_id is None else "correction"


def decision(correction_id: int | None, *, is_entered: bool, is_changed: bool) -> str:
    """What a person decided about a figure, in a sentence; empty where nobody did."""
    if correction_id is None:
        return ""
    if is_entered:
        return "Corrected by a person; the number is not printed on the page."
    if is_changed:
        return "Corrected by a person."
    return "A person decided what this line is, or how it counts."


class Fact(models.Model):
    """A vintage: one figure as one publication gave it. Append-only.

    A newer reading of the same file supersedes the facts of the older one; another publication of
    the same figure stands beside it, which is how restatements become visible.
    """

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="facts")
    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="facts")
    observation = models.OneToOneField(Observation, on_delete=models.CASCADE, related_name="fact")
    statement = models.CharField(max_length=30, choices=choices(StatementKind))
    concept = models.CharField(max_length=60, blank=True)
    label = models.CharField(max_length=500, blank=True)
    section = models.CharField(max_length=500, blank=True)
    row_ordinal = models.PositiveSmallIntegerField()
    level = models.PositiveSmallIntegerField(default=0)
    row_kind = models.CharField(max_length=20, choices=choices(RowKind))
    period_kind = models.CharField(max_length=10, choices=choices(PeriodKind))
    period_start = models.DateField(null=True, blank=True)
    period_end = models.DateField()
    scope = models.CharField(max_length=20, choices=choices(Scope))
    framework = models.CharField(max_length=20, choices=choices(Framework), blank=True)
    currency = models.CharField(max_length=3, blank=True)
    state = models.CharField(max_length=10, choices=choices(CellState))
    value = MoneyField(
        null=True, blank=True, help_text="Base units, contribution sign; empty where not read."
    )
    decimals = models.SmallIntegerField(
        help_text="Digits after the decimal mark of base units; -6 for millions."
    )
    published_on = models.DateField(help_text="Or the earliest day possible, see its source.")
    published_on_source = models.CharField(max_length=20, choices=PublicationDateSource.choices)
    restated_marker = models.BooleanField(default=False)
    confidence = models.FloatField()
    correction = models.ForeignKey(
        Correction,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="facts",
        help_text="The correction that decides this figure; without one it is as it was read.",
    )
    entered = models.BooleanField(
        default=False, help_text="The number is not printed on the page; a person entered it."
    )
    superseded_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["company", "statement", "row_ordinal", "-period_end"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["value", "nil"], value__isnull=False)
                | Q(state__in=["text", "not_read"], value__isnull=True),
                name="fact_value_where_there_is_one",
            ),
            models.CheckConstraint(
                condition=Q(period_start__isnull=True) | Q(period_kind="duration"),
                name="fact_instant_has_no_start",
            ),
        ]
        indexes = [
            models.Index(fields=["company", "concept", "period_end", "published_on"], name="fact_by_concept"),
            models.Index(fields=["company", "statement", "scope", "superseded_at"], name="fact_for_compile"),
        ]

    def __str__(self) -> str:
        return f"{self.label} {self.period_end}"

    @property
    def method(self) -> str:
        """How the figure came about: reading or correction."""
        return method(self.correction_id)

    @property
    def decided(self) -> str:
        """What a person decided about the figure, in a sentence; empty where nobody did."""
        if self.correction_id is None:
            return ""
        is_changed = self.value != self.observation.value
        return decision(self.correction_id, is_entered=self.entered, is_changed=is_changed)


class ValidationResult(models.Model):
    """The verdict of one identity on one column of a statement. `column` None: across statements."""

    table = models.ForeignKey(StatementTable, on_delete=models.CASCADE, related_name="checks")
    identity = models.CharField(max_length=20)
    column_ordinal = models.PositiveSmallIntegerField()
    outcome = models.CharField(max_length=20, choices=choices(CheckOutcome))
    left = MoneyField(null=True, blank=True)
    right = MoneyField(null=True, blank=True)
    tolerance = MoneyField(null=True, blank=True)
    row_ordinals = models.JSONField(default=list)
    explanation = models.TextField(blank=True)

    class Meta:
        ordering = ["table", "identity", "column_ordinal"]
        constraints = [
            models.UniqueConstraint(
                fields=["table", "identity", "column_ordinal"], name="check_once_per_column"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.identity} {self.outcome}"
