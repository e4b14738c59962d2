"""Sources outside, every time one was asked, and what tagged publications say.

What is tagged never enters the facts that are read from reports: it stands beside them and is compared.
"""

from django.db import models
from django.db.models import Q

from companies.models import Company, choices
from documents.models import Document
from engine.kinds import DocumentKind, Framework, PeriodKind, StatementKind
from engine.xbrl.agreement import Agreement, Likeness
from extraction.models.facts import Fact
from extraction.models.tables import MoneyField


class SourceKind(models.TextChoices):
    """In which form a source answers."""

    ECB_RATES = "ecb_rates", "Exchange rates of the European Central Bank"
    SEC = "sec", "Company facts and submissions of the SEC"
    FILINGS_INDEX = "filings_index", "Index of tagged reports (filings.xbrl.org)"
    DROP_FOLDER = "drop_folder", "Files in the drop folder"


class ExternalSource(models.Model):
    """A source of facts from outside and how far it has been followed."""

    code = models.SlugField(max_length=40, unique=True, help_text="Short name, as tasks are given it.")
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=20, choices=SourceKind.choices)
    base_url = models.URLField(
        "address",
        max_length=500,
        blank=True,
        help_text="Without a slash at its end. Empty for the drop folder, which is set on the machine.",
    )
    is_enabled = models.BooleanField(default=True)
    cursor = models.JSONField(default=dict, blank=True, help_text="How far it has been followed.")
    last_success_at = models.DateTimeField(null=True, blank=True)
    last_failure_at = models.DateTimeField(null=True, blank=True)
    last_failure_code = models.CharField(max_length=60, blank=True)
    last_failure = models.TextField(blank=True)
    retry_at = models.DateTimeField(null=True, blank=True, help_text="Left alone until then.")

    class Meta:
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=SourceKind.values), name="source_kind_known"),
            models.CheckConstraint(
                condition=Q(kind=SourceKind.DROP_FOLDER) | ~Q(base_url=""), name="source_has_address"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class KnownAnswer(models.Model):
    """What a source can be asked about an answer that was taken in: whether it is still the same."""

    source = models.ForeignKey(ExternalSource, on_delete=models.CASCADE, related_name="known_answers")
    address_hash = models.CharField(max_length=64)
    entity_tag = models.CharField(max_length=300, blank=True)
    last_modified = models.CharField(max_length=100, blank=True)
    taken_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "address_hash"], name="known_answer_once"),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.address_hash[:12]}"


class SyncOutcome(models.TextChoices):
    """How asking a source ended."""

    UPDATED = "updated", "Something new"
    UNCHANGED = "unchanged", "Nothing new"
    PARTIAL = "partial", "Not complete"
    FAILED = "failed", "Nothing usable"
    NOTHING_TO_ASK = "nothing_to_ask", "Nothing to ask for"


class SyncRun(models.Model):
    """One time a source was asked."""

    source = models.ForeignKey(ExternalSource, on_delete=models.CASCADE, related_name="runs")
    task_run = models.ForeignKey(
        "jobs.TaskRun", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    outcome = models.CharField(max_length=20, choices=SyncOutcome.choices)
    asked = models.PositiveIntegerField(default=0, help_text="Answers and files looked at.")
    new = models.PositiveIntegerField(default=0, help_text="Rates or tagged figures.")
    changed = models.PositiveIntegerField(default=0, help_text="Figures the source gives differently now.")
    unchanged = models.PositiveIntegerField(default=0)
    cursor = models.JSONField(default=dict, blank=True)
    problems = models.JSONField(default=list, help_text="Subject, code and sentence of what went wrong.")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-started_at", "-pk"]
        verbose_name = "visit to a source"
        verbose_name_plural = "visits to sources"
        indexes = [models.Index(fields=["source", "-started_at"], name="sync_run_by_source")]
        constraints = [
            models.CheckConstraint(condition=Q(outcome__in=SyncOutcome.values), name="sync_outcome_known"),
        ]

    def __str__(self) -> str:
        return f"{self.source}: {self.get_outcome_display()}"


class TaggedReport(models.Model):
    """A publication of tagged figures: a vintage of its own, never mixed with a printed report's."""

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="tagged_reports")
    source = models.ForeignKey(ExternalSource, on_delete=models.PROTECT, related_name="reports")
    accession = models.CharField(max_length=80, help_text="The source's own name of the filing.")
    form = models.CharField(max_length=20, blank=True)
    kind = models.CharField(max_length=30, choices=choices(DocumentKind))
    period_end = models.DateField()
    filed_on = models.DateField(null=True, blank=True)
    framework = models.CharField(max_length=20, choices=choices(Framework))
    address = models.CharField(max_length=1000, blank=True)
    left_out = models.JSONField(
        default=list, help_text="Code, count and first example of figures of the file that were not taken."
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["company", "-period_end", "-filed_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["source", "company", "accession"], name="tagged_report_once_per_filing"
            ),
        ]
        indexes = [models.Index(fields=["company", "kind", "-period_end"], name="tagged_report_by_kind")]

    def __str__(self) -> str:
        return f"{self.company}, {self.form or 'tagged report'} to {self.period_end}"


class XbrlFact(models.Model):
    """One tagged figure with the sign of its taxonomy, without dimensions. A figure that the source gives
    differently later supersedes this one."""

    report = models.ForeignKey(TaggedReport, on_delete=models.CASCADE, related_name="facts")
    element = models.CharField(max_length=200, help_text="With the taxonomy's prefix, as ifrs-full:Revenue.")
    period_kind = models.CharField(max_length=10, choices=choices(PeriodKind))
    period_start = models.DateField(null=True, blank=True)
    period_end = models.DateField()
    unit = models.CharField(max_length=30)
    value = MoneyField(null=True, blank=True, help_text="Base units; empty where it is said to be nil.")
    decimals = models.SmallIntegerField(null=True, blank=True, help_text="Empty: exact, or not said.")
    created_at = models.DateTimeField(auto_now_add=True)
    superseded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["report", "pk"]
        verbose_name = "tagged figure"
        constraints = [
            # Two, because no database of ours takes two empty starts for the same by itself.
            models.UniqueConstraint(
                fields=["report", "element", "period_start", "period_end", "unit"],
                condition=Q(superseded_at__isnull=True),
                name="tagged_flow_once",
            ),
            models.UniqueConstraint(
                fields=["report", "element", "period_end", "unit"],
                condition=Q(superseded_at__isnull=True, period_start__isnull=True),
                name="tagged_balance_once",
            ),
        ]
        indexes = [models.Index(fields=["element", "period_end"], name="tagged_figure_by_element")]

    def __str__(self) -> str:
        return f"{self.element} {self.period_end}"


class CrossCheck(models.Model):
    """A printed report compared with a tagged publication of the same period, cell by cell."""

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="cross_checks")
    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="cross_checks")
    report = models.ForeignKey(TaggedReport, on_delete=models.CASCADE, related_name="cross_checks")
    task_run = models.ForeignKey(
        "jobs.TaskRun", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    agrees = models.PositiveIntegerField(default=0)
    differs = models.PositiveIntegerField(default=0)
    only_printed = models.PositiveIntegerField(default=0)
    only_tagged = models.PositiveIntegerField(default=0)
    not_comparable = models.PositiveIntegerField(default=0)
    checked_at = models.DateTimeField()

    class Meta:
        ordering = ["-checked_at", "-pk"]
        verbose_name = "comparison with tagged figures"
        verbose_name_plural = "comparisons with tagged figures"
        constraints = [
            models.UniqueConstraint(fields=["document", "report"], name="cross_check_once_per_pair"),
        ]

    def __str__(self) -> str:
        return f"{self.document} and {self.report}"

    @property
    def compared(self) -> int:
        """Cells that both sides say with a number."""
        return self.agrees + self.differs


class CrossCheckCell(models.Model):
    """One concept in one period on both sides. Values are contributions in base units."""

    check_of = models.ForeignKey(CrossCheck, on_delete=models.CASCADE, related_name="cells")
    statement = models.CharField(max_length=30, choices=choices(StatementKind))
    concept = models.CharField(max_length=60)
    period_kind = models.CharField(max_length=10, choices=choices(PeriodKind))
    period_start = models.DateField(null=True, blank=True)
    period_end = models.DateField()
    outcome = models.CharField(max_length=20, choices=choices(Agreement))
    likeness = models.CharField(max_length=20, choices=choices(Likeness), blank=True)
    printed_value = MoneyField(null=True, blank=True)
    tagged_value = MoneyField(null=True, blank=True)
    difference = MoneyField(null=True, blank=True, help_text="Printed less tagged.")
    allowed = MoneyField(null=True, blank=True, help_text="What rounding explains.")
    explanation = models.TextField(blank=True)
    facts = models.ManyToManyField(Fact, related_name="cross_checks", blank=True)
    tagged = models.ManyToManyField(XbrlFact, related_name="cross_checks", blank=True)

    class Meta:
        ordering = ["check_of", "pk"]
        verbose_name = "compared figure"
        constraints = [
            models.UniqueConstraint(
                fields=["check_of", "concept", "period_start", "period_end"], name="compared_flow_once"
            ),
            models.UniqueConstraint(
                fields=["check_of", "concept", "period_kind", "period_end"],
                condition=Q(period_start__isnull=True),
                name="compared_balance_once",
            ),
            models.CheckConstraint(
                condition=Q(outcome__in=[one.value for one in Agreement]), name="agreement_known"
            ),
            models.CheckConstraint(
                condition=~Q(outcome__in=["agrees", "differs"]) | Q(difference__isnull=False),
                name="compared_has_difference",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.concept} {self.period_end}: {self.get_outcome_display()}"
