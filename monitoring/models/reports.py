"""Reports of the system, notes about new reports of companies, and who is sent them."""

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from companies.models import Company
from documents.models import Document
from jobs.models import TaskRun


class ReportType(models.TextChoices):
    """How long a window a report of the system speaks of."""

    DAILY = "daily", "Daily"
    WEEKLY = "weekly", "Weekly"
    MONTHLY = "monthly", "Monthly"


class KeptPaper(models.Model):
    """What a report says (`content`, see `monitoring.reports.paper`), and its files. A report that is made
    again and says something else is a further version; none is ever changed."""

    content = models.JSONField()
    content_hash = models.CharField(max_length=64)
    html_file = models.CharField(max_length=200)
    pdf_file = models.CharField(max_length=200)
    version = models.PositiveIntegerField(default=1)
    made_at = models.DateTimeField()
    task_run = models.ForeignKey(TaskRun, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        abstract = True

    @property
    def title(self) -> str:
        return str(self.content["title"])


class SystemReport(KeptPaper):
    """What the system did in a window of time, from `since` on and before `until`."""

    report_type = models.CharField("sort", max_length=10, choices=ReportType.choices)
    since = models.DateTimeField()
    until = models.DateTimeField()

    class Meta:
        verbose_name = "report of the system"
        verbose_name_plural = "reports of the system"
        default_permissions = ("view",)
        ordering = ["-until", "report_type", "-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["report_type", "since", "until", "version"], name="system_report_once"
            ),
            models.CheckConstraint(condition=Q(since__lt=F("until")), name="system_report_has_a_window"),
            models.CheckConstraint(
                condition=Q(report_type__in=ReportType.values), name="system_report_type_known"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("reports:system", args=[self.pk])


class DeltaNote(KeptPaper):
    """What a new report of a company changes against what was known before. `before` is the report it is
    compared with, empty where there is none."""

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="delta_notes")
    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="delta_notes")
    before = models.ForeignKey(Document, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        verbose_name = "note on a new report"
        verbose_name_plural = "notes on new reports"
        default_permissions = ("view",)
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["document", "version"], name="delta_note_once"),
            models.CheckConstraint(
                condition=Q(before__isnull=True) | ~Q(before=F("document")),
                name="delta_note_compares_two",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("reports:note", args=[self.pk])


class Subscribed(models.TextChoices):
    """What people can be sent."""

    DAILY = ReportType.DAILY.value, "Daily report of the system"
    WEEKLY = ReportType.WEEKLY.value, "Weekly report of the system"
    MONTHLY = ReportType.MONTHLY.value, "Monthly report of the system"
    DELTA_NOTE = "delta_note", "Notes on new reports of companies"


class ReportSubscription(models.Model):
    """Who is sent what by mail, as a PDF with a link."""

    name = models.CharField(max_length=80, unique=True)
    kind = models.CharField("what", max_length=10, choices=Subscribed.choices)
    recipients = models.TextField(help_text="One address in each line.")
    companies = models.ManyToManyField(
        Company,
        blank=True,
        related_name="report_subscriptions",
        help_text="For notes: only on these companies. None means all.",
    )
    is_enabled = models.BooleanField(default=True)

    class Meta:
        ordering = ["name"]
        verbose_name = "subscription"
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=Subscribed.values), name="subscription_kind_known"),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Refuse what is no address, and none at all."""
        addresses = self.recipients.split()
        if not addresses:
            raise ValidationError({"recipients": "Name at least one address."})
        for address in addresses:
            try:
                validate_email(address)
            except ValidationError:
                raise ValidationError({"recipients": f"{address} is no address."}) from None


class MailState(models.TextChoices):
    """pending → sent, or failed after the last try."""

    PENDING = "pending", "Under way"
    SENT = "sent", "Sent"
    FAILED = "failed", "Failed"


class ReportMail(models.Model):
    """One report or note on its way to one subscription; there is one for each, however often it is made."""

    subscription = models.ForeignKey(ReportSubscription, on_delete=models.CASCADE, related_name="mails")
    report = models.ForeignKey(
        SystemReport, null=True, blank=True, on_delete=models.CASCADE, related_name="mails"
    )
    note = models.ForeignKey(DeltaNote, null=True, blank=True, on_delete=models.CASCADE, related_name="mails")
    state = models.CharField(max_length=10, choices=MailState.choices, default=MailState.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    response = models.TextField(blank=True, help_text="What was said to the last try.")
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name = "mailed report"
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(
                condition=Q(report__isnull=True, note__isnull=False)
                | Q(report__isnull=False, note__isnull=True),
                name="report_mail_carries_one",
            ),
            models.UniqueConstraint(
                fields=["subscription", "report"],
                condition=Q(report__isnull=False),
                name="report_mailed_once",
            ),
            models.UniqueConstraint(
                fields=["subscription", "note"], condition=Q(note__isnull=False), name="note_mailed_once"
            ),
            models.CheckConstraint(
                condition=Q(state=MailState.SENT.value, sent_at__isnull=False)
                | (~Q(state=MailState.SENT.value) & Q(sent_at__isnull=True)),
                name="report_mail_sent_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.paper} to {self.subscription}"

    @property
    def paper(self) -> "SystemReport | DeltaNote | None":
        """The report or note."""
        return self.report or self.note
