"""How good the data are: reports with their score, what was found, and files that were read again."""

from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import F, Q

from companies.models import Company
from documents.models import DocumentVersion
from engine.kinds import Severity


class DataType(models.TextChoices):
    """What a check looks at."""

    DOCUMENTS = "documents", "Documents"
    STATEMENTS = "statements", "Statements"
    FACTS = "facts", "Facts"
    PRICES = "prices", "Prices"
    RATES = "rates", "Exchange rates"


ALL = "all"


class FindingSeverity(models.IntegerChoices):
    """The severities of the engine in the order in which they are listed, worst first."""

    CRITICAL = 1, "Critical"
    HIGH = 2, "High"
    MEDIUM = 3, "Medium"
    LOW = 4, "Low"

    @classmethod
    def of(cls, severity: Severity) -> "FindingSeverity":
        return cls[severity.name]


class QualityReport(models.Model):
    """One look at the data of all companies or of one. Reports are only added, so that they tell a trend."""

    data_type = models.CharField(max_length=15, choices=[*DataType.choices, (ALL, "All data")])
    company = models.ForeignKey(
        Company, null=True, blank=True, on_delete=models.CASCADE, related_name="quality_reports"
    )
    task_run = models.ForeignKey(
        "jobs.TaskRun", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    score = models.DecimalField(
        max_digits=4,
        decimal_places=1,
        null=True,
        blank=True,
        help_text="0 to 100, rounded down, so that 100 means that nothing was found; empty where nothing"
        " was there to look at.",
    )
    parts = models.JSONField(
        default=list,
        help_text="What the score is made of: of each rule how much it looked at, how much of that is"
        " at fault, its weight and share, and what it could not judge.",
    )
    found = models.PositiveIntegerField(help_text="What the rules found, listed or not.")
    new = models.PositiveIntegerField(help_text="Findings that were not there before.")
    resolved = models.PositiveIntegerField(help_text="Findings that are gone.")
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["-made_at", "-pk"]
        indexes = [models.Index(fields=["data_type", "company", "-made_at"], name="quality_trend")]
        constraints = [
            models.CheckConstraint(
                condition=Q(score__isnull=True) | Q(score__gte=0, score__lte=100),
                name="quality_score_to_100",
            ),
            models.CheckConstraint(
                condition=Q(data_type__in=[*DataType.values, ALL]), name="quality_report_type_known"
            ),
        ]

    def __str__(self) -> str:
        whose = self.company.name if self.company else "all companies"
        return f"{self.get_data_type_display()} of {whose}, {self.made_at:%Y-%m-%d %H:%M}"


class QualityFinding(models.Model):
    """What a rule found about one thing: open from when it is first seen until a check sees it no more.

    The fingerprint is made of rule, subject and place, so that seeing it again adds no row. One that comes
    back is opened again and keeps when it was seen first.
    """

    rule = models.CharField(max_length=40)
    data_type = models.CharField(max_length=15, choices=DataType.choices)
    severity = models.PositiveSmallIntegerField(choices=FindingSeverity.choices)
    company = models.ForeignKey(
        Company, null=True, blank=True, on_delete=models.CASCADE, related_name="quality_findings"
    )
    subject_type = models.ForeignKey(ContentType, on_delete=models.CASCADE, related_name="+")
    subject_id = models.CharField(max_length=64)
    subject_label = models.CharField(max_length=300)
    place = models.CharField(max_length=200, blank=True, help_text="Which part of the subject, if one.")
    detail = models.TextField()
    fingerprint = models.CharField(max_length=64, unique=True)
    first_seen = models.DateTimeField()
    last_seen = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True, blank=True)
    times_returned = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["severity", "-last_seen", "pk"]
        indexes = [
            models.Index(fields=["rule", "company", "resolved_at"], name="quality_finding_of_rule"),
            models.Index(fields=["resolved_at", "severity", "-last_seen"], name="quality_finding_open"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(severity__in=FindingSeverity.values), name="quality_finding_severity_known"
            ),
            models.CheckConstraint(
                condition=Q(data_type__in=DataType.values), name="quality_finding_type_known"
            ),
            models.CheckConstraint(
                condition=Q(last_seen__gte=F("first_seen")), name="quality_finding_seen_in_order"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule}: {self.subject_label}"


class FileState(models.TextChoices):
    """What reading a stored file again gave."""

    SAME = "same", "As it was stored"
    CHANGED = "changed", "Another content than was stored"
    GONE = "gone", "Not there any more"
    UNREADABLE = "unreadable", "Cannot be read"


class FileCheck(models.Model):
    """When a stored file was last read again, and whether it still has the content it is named for."""

    version = models.OneToOneField(DocumentVersion, on_delete=models.CASCADE, related_name="file_check")
    state = models.CharField(max_length=10, choices=FileState.choices)
    found = models.CharField(max_length=300, blank=True, help_text="What was there instead.")
    checked_at = models.DateTimeField(db_index=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(condition=Q(state__in=FileState.values), name="file_check_state_known"),
        ]

    def __str__(self) -> str:
        return f"{self.version}: {self.get_state_display()}"
