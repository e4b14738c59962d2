"""What people corrected, where it stands on its page, and what became of it since."""

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import Q

from companies.models import Company, choices
from documents.models import Document
from engine import corrections as engine
from engine.concepts.taxonomy import load_taxonomy
from engine.kinds import CorrectionAction, PeriodKind, Scope, StatementKind
from engine.values import Box, Period, Unit
from extraction.models.runs import ExtractionRun
from extraction.models.tables import MoneyField, Observation, StatementRow


class CorrectionState(models.TextChoices):
    """active ◄─► conflict (by each new reading); both ─► undone or replaced; undone ─► active."""

    ACTIVE = "active", "In force"
    CONFLICT = "conflict", "In conflict with a newer reading"
    UNDONE = "undone", "Undone"
    REPLACED = "replaced", "Replaced by a later correction"

    @classmethod
    def in_force(cls) -> tuple["CorrectionState", ...]:
        """Those that are laid over every reading."""
        return (cls.ACTIVE, cls.CONFLICT)


class Correction(models.Model):
    """A rule anchored at a place of a file, replayed on every reading of it.

    Nothing here is ever changed but its state: another intent is another correction, which replaces
    this one. The file is named by its hash, so that a correction outlives the document's row.
    """

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="corrections")
    document = models.ForeignKey(
        Document, null=True, blank=True, on_delete=models.SET_NULL, related_name="corrections"
    )
    sha256 = models.CharField("SHA-256 of the file", max_length=64, db_index=True)
    statement = models.CharField(max_length=30, choices=choices(StatementKind))
    scope = models.CharField(max_length=20, choices=choices(Scope))
    page = models.PositiveIntegerField(help_text="Counted from 1.")
    box = models.JSONField(help_text="Left, top, right, bottom in points from the page's top left corner.")
    label = models.CharField("line", max_length=500, blank=True)
    section = models.CharField(max_length=500, blank=True)
    of_figure = models.BooleanField(help_text="One figure; otherwise the line or the statement.")
    heading = models.CharField("column", max_length=300, blank=True)
    period_kind = models.CharField(max_length=10, choices=choices(PeriodKind), blank=True)
    period_start = models.DateField(null=True, blank=True)
    period_end = models.DateField(null=True, blank=True)
    text = models.CharField("printed", max_length=100, blank=True)

    action = models.CharField(max_length=15, choices=choices(CorrectionAction))
    number = MoneyField(null=True, blank=True, help_text="In the printed unit, with the printed sign.")
    factor = models.SmallIntegerField(null=True, blank=True)
    scale = models.BigIntegerField(null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    concept = models.CharField(max_length=60, blank=True, help_text="Empty: a line of the company's own.")
    everywhere = models.BooleanField(
        default=False, help_text="Also in the company's other reports, wherever the line has the same words."
    )
    was = models.JSONField(help_text="What had been read when it was made.")
    printed_at = models.JSONField(
        null=True,
        blank=True,
        help_text="Page, box and text where the number is printed; empty: entered by a person.",
    )

    reason = models.CharField(max_length=500, blank=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    state = models.CharField(max_length=10, choices=CorrectionState.choices, default=CorrectionState.ACTIVE)
    replaced_by = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="replaces"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["company", "state"], name="correction_by_state")]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=CorrectionState.values), name="correction_state_known"
            ),
            models.CheckConstraint(
                condition=Q(action=CorrectionAction.NUMBER.value, number__isnull=False)
                | Q(action=CorrectionAction.SIGN.value, factor__in=[-1, 1])
                | Q(action=CorrectionAction.UNIT.value, scale__isnull=False)
                | Q(action__in=[CorrectionAction.CONCEPT.value, CorrectionAction.LEAVE_OUT.value]),
                name="correction_says_what_it_sets",
            ),
            models.CheckConstraint(
                condition=Q(everywhere=False) | Q(action=CorrectionAction.CONCEPT.value),
                name="correction_only_concepts_everywhere",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.label or self.get_statement_display()}: {self.says}"

    @property
    def says(self) -> str:
        """The intent in words."""
        intent = self.intent
        match intent:
            case engine.SetNumber():
                return engine.number_words(intent.number)
            case engine.SetSign():
                return engine.sign_words(intent.factor)
            case engine.SetUnit():
                return engine.unit_words(intent.unit)
            case engine.SetConcept():
                return _concept_words(intent.concept)
        return "left out"

    @property
    def said_before(self) -> str:
        """What had been read, in words."""
        intent = self.intent
        match intent:
            case engine.SetNumber():
                return engine.number_words(intent.was)
            case engine.SetSign():
                return engine.sign_words(intent.was)
            case engine.SetUnit():
                return engine.unit_words(intent.was)
            case engine.SetConcept():
                return _concept_words(intent.was)
        return self.text or self.label

    @property
    def entered(self) -> bool:
        """The number is not printed on the page; a person entered it."""
        return self.action == CorrectionAction.NUMBER and self.printed_at is None

    @property
    def is_in_force(self) -> bool:
        return self.state in CorrectionState.in_force()

    @property
    def anchor(self) -> engine.Anchor:
        """The place as the engine looks it up."""
        period = None
        if self.period_end is not None:
            period = Period(PeriodKind(self.period_kind), self.period_start, self.period_end)
        return engine.Anchor(
            sha256=self.sha256,
            statement=StatementKind(self.statement),
            scope=Scope(self.scope),
            page=self.page,
            box=Box(*self.box),
            label=self.label,
            section=self.section,
            column=engine.ColumnAnchor(self.heading, period) if self.of_figure else None,
            text=self.text,
        )

    @property
    def intent(self) -> engine.Intent:
        """What it says, as the engine lays it over a reading."""
        match CorrectionAction(self.action):
            case CorrectionAction.NUMBER:
                before = self.was.get("number")
                number = Decimal(self.number) if self.number is not None else Decimal(0)
                return engine.SetNumber(number, None if before is None else Decimal(before))
            case CorrectionAction.SIGN:
                return engine.SetSign(self.factor or 1, self.was["factor"])
            case CorrectionAction.UNIT:
                before_unit = Unit(self.was.get("currency"), self.was.get("scale"))
                return engine.SetUnit(Unit(self.currency or None, self.scale), before_unit)
            case CorrectionAction.CONCEPT:
                return engine.SetConcept(self.concept or None, self.was.get("concept"), self.everywhere)
            case CorrectionAction.LEAVE_OUT:
                return engine.LeaveOut()

    def for_engine(self) -> engine.Correction:
        """The correction under its id."""
        return engine.Correction(str(self.pk), self.anchor, self.intent)


def _concept_words(code: str | None) -> str:
    """The name of a concept, or its code where the taxonomy has it no longer."""
    item = load_taxonomy().find(code) if code else None
    return item.label if item else code or engine.OWN


class CorrectionEventKind(models.TextChoices):
    MADE = "made", "Made"
    APPLIED = "applied", "Applied at its place"
    REFOUND = "refound", "Found again by its words and applied"
    AGREED = "agreed", "The reading says so itself"
    CONFLICT = "conflict", "A new reading says something else"
    LOST = "lost", "Its place was not found again"
    UNDONE = "undone", "Undone"
    RESTORED = "restored", "Put in force again"
    REPLACED = "replaced", "Replaced"


class CorrectionEvent(models.Model):
    """One entry in the history of a correction: what a person did, or what a reading made of it."""

    correction = models.ForeignKey(Correction, on_delete=models.CASCADE, related_name="events")
    kind = models.CharField(max_length=10, choices=CorrectionEventKind.choices)
    run = models.ForeignKey(
        ExtractionRun, null=True, blank=True, on_delete=models.SET_NULL, related_name="correction_events"
    )
    row = models.ForeignKey(StatementRow, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    observation = models.ForeignKey(
        Observation, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    stands = models.BooleanField(default=True, help_text="It decides what is concluded.")
    found = models.CharField(max_length=300, blank=True, help_text="What the reading itself says there.")
    says = models.TextField(blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=CorrectionEventKind.values), name="correction_event_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.correction}: {self.get_kind_display().lower()}"


class KeptReading(models.Model):
    """What a run read, before any correction, as the engine writes it (packed with zlib): corrections
    are laid over it without reading the file again."""

    run = models.OneToOneField(ExtractionRun, on_delete=models.CASCADE, related_name="kept_reading")
    content = models.BinaryField()
    options_digest = models.CharField(max_length=64, blank=True, help_text="Of the reading alone.")
    corrections = models.JSONField(default=list, help_text="Ids of the corrections laid over it.")

    def __str__(self) -> str:
        return f"Reading of {self.run}"
