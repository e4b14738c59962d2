"""What waits for a person's decision."""

from django.conf import settings
from django.db import models

from companies.models import Company
from documents.models import Document


class ReviewKind(models.TextChoices):
    DOCUMENT_TYPE = "document_type", "What kind of document is this?"
    STATEMENT_MISSING = "statement_missing", "A statement was not found"
    UNIT_MISSING = "unit_missing", "Unit or currency is not printed or contradictory"
    IDENTITY_FAILS = "identity_fails", "Figures do not add up"
    UNREADABLE = "unreadable", "The file could not be read"
    UNPROVEN = "unproven", "Recognised figures that nothing confirms"
    DISPUTED = "disputed", "The second reader says otherwise"
    UNREAD = "unread", "Figures are printed and were not read"


class ReviewState(models.TextChoices):
    OPEN = "open", "Open"
    ACCEPTED = "accepted", "Accepted"
    REJECTED = "rejected", "Rejected"
    OBSOLETE = "obsolete", "No longer needed"


class ReviewItem(models.Model):
    """One question to a person. The fingerprint keeps the same question from being asked twice."""

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="review_items")
    document = models.ForeignKey(
        Document, null=True, blank=True, on_delete=models.CASCADE, related_name="review_items"
    )
    kind = models.CharField(max_length=30, choices=ReviewKind.choices)
    reason = models.TextField()
    details = models.JSONField(default=dict, blank=True)
    fingerprint = models.CharField(max_length=64, unique=True)
    state = models.CharField(max_length=10, choices=ReviewState.choices, default=ReviewState.OPEN)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["state", "-created_at"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=ReviewState.values), name="review_state_known"
            ),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()
