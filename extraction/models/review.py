"""What waits for a person's decision."""

from collections.abc import Mapping

from django.conf import settings
from django.db import models

from companies.models import Company
from documents.models import Document
from extraction.models.corrections import Correction


class ReviewKind(models.TextChoices):
    DOCUMENT_TYPE = "document_type", "What kind of document is this?"
    STATEMENT_MISSING = "statement_missing", "A statement was not found"
    UNIT_MISSING = "unit_missing", "Unit or currency is not printed or contradictory"
    IDENTITY_FAILS = "identity_fails", "Figures do not add up"
    UNREADABLE = "unreadable", "The file could not be read"
    UNPROVEN = "unproven", "Recognised figures that nothing confirms"
    DISPUTED = "disputed", "The second reader says otherwise"
    UNREAD = "unread", "Figures are printed and were not read"
    CORRECTION_CONFLICT = "correction_conflict", "A correction and a newer reading differ"
    PROPOSED = "proposed", "A figure was changed in a workbook"
    LOW_CONFIDENCE = "low_confidence", "Lines that are not sure"
    UNMAPPED = "unmapped", "What is this line?"


# What is asked first: what makes figures wrong before what makes them incomplete, and what a person
# has said before what the system wonders about.
RANKS: Mapping[ReviewKind, int] = {
    ReviewKind.CORRECTION_CONFLICT: 10,
    ReviewKind.IDENTITY_FAILS: 20,
    ReviewKind.UNIT_MISSING: 30,
    ReviewKind.PROPOSED: 40,
    ReviewKind.DOCUMENT_TYPE: 50,
    ReviewKind.UNREADABLE: 60,
    ReviewKind.STATEMENT_MISSING: 70,
    ReviewKind.UNREAD: 80,
    ReviewKind.DISPUTED: 90,
    ReviewKind.UNPROVEN: 100,
    ReviewKind.LOW_CONFIDENCE: 110,
    ReviewKind.UNMAPPED: 120,
}


class ReviewState(models.TextChoices):
    """open ─► accepted, corrected or rejected by a person, obsolete by the system; all ─► open again."""

    OPEN = "open", "Open"
    ACCEPTED = "accepted", "Accepted"
    CORRECTED = "corrected", "Corrected"
    REJECTED = "rejected", "Rejected"
    OBSOLETE = "obsolete", "No longer needed"


class ReviewItem(models.Model):
    """One question to a person. The fingerprint keeps the same question from being asked twice."""

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="review_items")
    document = models.ForeignKey(
        Document, null=True, blank=True, on_delete=models.CASCADE, related_name="review_items"
    )
    kind = models.CharField(max_length=30, choices=ReviewKind.choices)
    rank = models.PositiveSmallIntegerField(default=100, help_text="What is asked first has the lowest.")
    reason = models.TextField()
    details = models.JSONField(default=dict, blank=True)
    fingerprint = models.CharField(max_length=64, unique=True)
    state = models.CharField(max_length=10, choices=ReviewState.choices, default=ReviewState.OPEN)
    correction = models.ForeignKey(
        Correction,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="questions",
        help_text="The correction in question, or the one that answered it.",
    )
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["state", "-created_at"]
        indexes = [models.Index(fields=["state", "rank", "id"], name="review_queue")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=ReviewState.values), name="review_state_known"
            ),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()
