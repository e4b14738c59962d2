"""What was printed, and where: tables, columns, rows and observations."""

from typing import Any

from django.db import models
from django.db.models import Q

from companies.models import choices
from engine.kinds import CellState, MappingMethod, PeriodKind, RowKind, Scope, StatementKind
from extraction.models.runs import ExtractionRun


class MoneyField(models.DecimalField):
    """An exact figure in base units: up to 22 digits before and six after the decimal mark."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["max_digits"] = 28
        kwargs["decimal_places"] = 6
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple:
        name, path, args, kwargs = super().deconstruct()
        del kwargs["max_digits"], kwargs["decimal_places"]
        return name, path, args, kwargs


class StatementTable(models.Model):
    """A statement as it stands on its pages."""

    run = models.ForeignKey(ExtractionRun, on_delete=models.CASCADE, related_name="tables")
    statement = models.CharField(max_length=30, choices=choices(StatementKind))
    scope = models.CharField(max_length=20, choices=choices(Scope))
    title = models.CharField(max_length=300, blank=True)
    pages = models.JSONField(help_text="Page numbers, counted from 1.")
    currency = models.CharField(max_length=3, blank=True)
    scale = models.BigIntegerField(
        null=True, blank=True, help_text="1, 1000, 1000000; empty where not printed."
    )
    unit_evidence = models.JSONField(
        null=True, blank=True, help_text="Page, box and words that state the unit."
    )
    score = models.FloatField()
    read_by = models.CharField(max_length=20)

    class Meta:
        ordering = ["run", "statement"]
        constraints = [
            models.UniqueConstraint(fields=["run", "statement", "scope"], name="table_once_per_statement"),
        ]

    def __str__(self) -> str:
        return f"{self.get_statement_display()} of {self.run}"


class StatementColumn(models.Model):
    """A column of figures with the period it reports."""

    table = models.ForeignKey(StatementTable, on_delete=models.CASCADE, related_name="columns")
    ordinal = models.PositiveSmallIntegerField()
    heading = models.CharField(max_length=300, blank=True)
    period_kind = models.CharField(max_length=10, choices=choices(PeriodKind), blank=True)
    period_start = models.DateField(null=True, blank=True)
    period_end = models.DateField(null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    scale = models.BigIntegerField(null=True, blank=True)
    scope = models.CharField(max_length=20, choices=choices(Scope))
    restated = models.BooleanField(
        default=False, help_text="The heading says that the figures were restated."
    )
    box = models.JSONField()

    class Meta:
        ordering = ["table", "ordinal"]
        constraints = [
            models.UniqueConstraint(fields=["table", "ordinal"], name="column_place_taken_once"),
        ]

    def __str__(self) -> str:
        return self.heading or f"Column {self.ordinal + 1}"


class StatementRow(models.Model):
    """A printed line with what was concluded of it."""

    table = models.ForeignKey(StatementTable, on_delete=models.CASCADE, related_name="rows")
    ordinal = models.PositiveSmallIntegerField()
    label = models.CharField(max_length=500, blank=True)
    section = models.CharField(max_length=500, blank=True)
    level = models.PositiveSmallIntegerField(default=0)
    kind = models.CharField(max_length=20, choices=choices(RowKind))
    note = models.CharField(max_length=50, blank=True)
    page = models.PositiveIntegerField()
    box = models.JSONField()
    concept = models.CharField(max_length=60, blank=True, db_index=True)
    mapping_method = models.CharField(max_length=30, choices=choices(MappingMethod))
    mapping_confidence = models.FloatField()
    mapping_reason = models.CharField(max_length=300, blank=True)
    sign_factor = models.SmallIntegerField()
    sign_rule = models.CharField(max_length=30, blank=True)
    confidence = models.FloatField()

    class Meta:
        ordering = ["table", "ordinal"]
        constraints = [
            models.UniqueConstraint(fields=["table", "ordinal"], name="row_place_taken_once"),
            models.CheckConstraint(
                condition=Q(sign_factor__in=[-1, 1]), name="row_sign_is_plus_or_minus_one"
            ),
            models.CheckConstraint(
                condition=Q(confidence__gte=0.0, confidence__lte=1.0), name="row_confidence_is_share"
            ),
        ]

    def __str__(self) -> str:
        return self.label or f"Line {self.ordinal + 1}"


class Observation(models.Model):
    """One printed cell. `number` is as printed; `value` is in base units with contribution sign.

    A blank cell has no observation. Nil has the value zero. Words and unreadable cells have
    neither number nor value.
    """

    row = models.ForeignKey(StatementRow, on_delete=models.CASCADE, related_name="observations")
    column = models.ForeignKey(StatementColumn, on_delete=models.CASCADE, related_name="observations")
    state = models.CharField(max_length=10, choices=choices(CellState))
    text = models.CharField(max_length=100)
    number = MoneyField(null=True, blank=True)
    decimals = models.SmallIntegerField(default=0, help_text="Digits shown after the decimal mark.")
    value = MoneyField(null=True, blank=True)
    page = models.PositiveIntegerField()
    box = models.JSONField()

    class Meta:
        ordering = ["row", "column"]
        constraints = [
            models.UniqueConstraint(fields=["row", "column"], name="observation_once_per_cell"),
            models.CheckConstraint(
                condition=Q(state__in=["value", "nil"], number__isnull=False)
                | Q(state__in=["text", "not_read"], number__isnull=True, value__isnull=True),
                name="observation_number_where_there_is_one",
            ),
        ]

    def __str__(self) -> str:
        return self.text
