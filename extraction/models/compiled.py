"""Many years in one table, and what was restated between them."""

from datetime import date

from django.db import models
from django.db.models import Q
from django.urls import reverse

from companies.models import Company, choices
from documents.models import Document
from engine.kinds import (
    ChangeCause,
    ChangeKind,
    CompiledView,
    GapReason,
    PeriodKind,
    ReportingPeriod,
    RestatementKind,
    RowKind,
    Scope,
    StatementKind,
)
from engine.values import Period
from extraction.models.facts import Fact
from extraction.models.tables import MoneyField


class CompiledStatement(models.Model):
    """One statement over many years, as one view of history gives it. Versioned: a compile whose
    content is equal to the current version writes nothing."""

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="compiled_statements")
    task_run = models.ForeignKey(
        "jobs.TaskRun", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    statement = models.CharField(max_length=30, choices=choices(StatementKind))
    view = models.CharField(max_length=10, choices=choices(CompiledView))
    period = models.CharField(
        max_length=15, choices=choices(ReportingPeriod), default=ReportingPeriod.FULL_YEAR.value
    )
    scope = models.CharField(max_length=20, choices=choices(Scope))
    currency = models.CharField(max_length=3, blank=True)
    version = models.PositiveIntegerField()
    content_hash = models.CharField(max_length=64)
    engine_version = models.CharField(max_length=30)
    periods = models.JSONField(
        help_text="Kind, start, end and name of each column, newest first; years have no name of their own."
    )
    checks = models.JSONField(default=list, help_text="Identities on the compiled figures.")
    warnings = models.JSONField(default=list)
    bridges = models.JSONField(
        default=list, help_text="Periods that a report restated under IFRS 18, before and after, by line."
    )
    sources = models.JSONField(
        default=list, help_text="The documents compiled, each with its reading and that one's engine."
    )
    is_current = models.BooleanField(default=True)
    compiled_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["company", "statement", "view", "period", "-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["company", "statement", "view", "period", "scope", "version"],
                name="compiled_version_once",
            ),
            models.UniqueConstraint(
                fields=["company", "statement", "view", "period", "scope"],
                condition=Q(is_current=True),
                name="compiled_one_current",
            ),
            # A view as of a day is compiled when it is looked at: there are as many as days.
            models.CheckConstraint(
                condition=~Q(view=CompiledView.AS_OF.value), name="compiled_keeps_no_view_of_a_day"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.company}: {self.get_statement_display()}, {self.get_view_display().lower()}"

    def get_absolute_url(self) -> str:
        return reverse("extraction:statements", args=[self.company.slug])

    @property
    def columns(self) -> list[Period]:
        """The periods of the columns, newest first."""
        return [
            Period(
                PeriodKind(entry["kind"]),
                date.fromisoformat(entry["start"]) if entry["start"] else None,
                date.fromisoformat(entry["end"]),
            )
            for entry in self.periods
        ]


class CompiledRow(models.Model):
    """One line over all years. `key` is the concept or `company:<slug>` for an issuer's own line."""

    compiled = models.ForeignKey(CompiledStatement, on_delete=models.CASCADE, related_name="rows")
    ordinal = models.PositiveSmallIntegerField()
    key = models.CharField(max_length=200)
    concept = models.CharField(max_length=60, blank=True)
    label = models.CharField(max_length=500, blank=True)
    labels = models.JSONField(default=list, help_text="Every wording that was merged, newest first.")
    level = models.PositiveSmallIntegerField(default=0)
    kind = models.CharField(max_length=20, choices=choices(RowKind))

    class Meta:
        ordering = ["compiled", "ordinal"]
        constraints = [
            models.UniqueConstraint(fields=["compiled", "ordinal"], name="compiled_row_place_taken_once"),
            models.UniqueConstraint(fields=["compiled", "key"], name="compiled_row_key_once"),
        ]

    def __str__(self) -> str:
        return self.label


class CompiledCell(models.Model):
    """A value with its fact, a derived value with its formula, or a gap with its reason."""

    row = models.ForeignKey(CompiledRow, on_delete=models.CASCADE, related_name="cells")
    ordinal = models.PositiveSmallIntegerField(help_text="The place of its period in the statement.")
    period_end = models.DateField()
    value = MoneyField(null=True, blank=True)
    nil = models.BooleanField(default=False)
    gap_reason = models.CharField(max_length=20, choices=choices(GapReason), blank=True)
    fact = models.ForeignKey(
        Fact, null=True, blank=True, on_delete=models.SET_NULL, related_name="compiled_cells"
    )
    formula = models.CharField(max_length=300, blank=True)
    derived_from = models.JSONField(default=list, help_text="Ids of the facts a derived value was made of.")
    restated = models.BooleanField(default=False)
    confidence = models.FloatField(null=True, blank=True)

    class Meta:
        ordering = ["row", "ordinal"]
        constraints = [
            models.UniqueConstraint(fields=["row", "ordinal"], name="compiled_cell_once_per_period"),
            models.CheckConstraint(
                condition=Q(value__isnull=True, gap_reason__gt="") | Q(value__isnull=False, gap_reason=""),
                name="compiled_cell_value_or_reason",
            ),
        ]

    def __str__(self) -> str:
        return str(self.value) if self.value is not None else self.gap_reason


class CompiledChange(models.Model):
    """One way in which a compile differs from the version before: a row (no period) or a cell."""

    compiled = models.ForeignKey(CompiledStatement, on_delete=models.CASCADE, related_name="changes")
    ordinal = models.PositiveIntegerField()
    kind = models.CharField(max_length=10, choices=choices(ChangeKind))
    cause = models.CharField(max_length=20, choices=choices(ChangeCause))
    row_key = models.CharField(max_length=200)
    label = models.CharField(max_length=500, blank=True)
    period_start = models.DateField(null=True, blank=True)
    period_end = models.DateField(null=True, blank=True)
    old_value = MoneyField(null=True, blank=True)
    new_value = MoneyField(null=True, blank=True)
    document = models.ForeignKey(
        Document,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="The report that caused it, where one did.",
    )

    class Meta:
        ordering = ["compiled", "ordinal"]
        constraints = [
            models.UniqueConstraint(fields=["compiled", "ordinal"], name="compiled_change_place_taken_once"),
            models.CheckConstraint(
                condition=Q(kind__in=[kind.value for kind in ChangeKind]), name="compiled_change_kind_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.label} {self.get_kind_display().lower()}"


class Restatement(models.Model):
    """Two publications that give one figure differently."""

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="restatements")
    statement = models.CharField(max_length=30, choices=choices(StatementKind))
    row_key = models.CharField(max_length=200)
    label = models.CharField(max_length=500)
    period_start = models.DateField(null=True, blank=True)
    period_end = models.DateField()
    old_fact = models.ForeignKey(Fact, on_delete=models.CASCADE, related_name="+")
    new_fact = models.ForeignKey(Fact, on_delete=models.CASCADE, related_name="+")
    old_value = MoneyField()
    new_value = MoneyField()
    kind = models.CharField(max_length=20, choices=choices(RestatementKind))
    explanation = models.TextField(blank=True)
    found_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["company", "-period_end", "statement", "label"]
        constraints = [
            models.UniqueConstraint(fields=["old_fact", "new_fact"], name="restatement_once_per_pair"),
        ]

    def __str__(self) -> str:
        return f"{self.label} {self.period_end}"

    @property
    def reason(self) -> str:
        """What is known of the change, without the figures and days that stand in front of it."""
        said = self.explanation.partition(": ")[2] or self.explanation
        return said[:1].upper() + said[1:]
