"""What was asked of a language model, what it cost, and how much it may cost."""

from decimal import Decimal
from typing import Any

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q

from companies.models import Company
from documents.models import Document


class CallState(models.TextChoices):
    """How a call ended. A truncated answer was paid for and is not asked for again."""

    RESERVED = "reserved", "Under way"
    ANSWERED = "answered", "Answered"
    TRUNCATED = "truncated", "Answer cut off"
    FAILED = "failed", "Failed"


class LlmCall(models.Model):
    """One question to a model. While it is under way it holds what it may cost at most, so that calls
    made at the same time share a budget; afterwards what it did cost.

    The question is not kept, only its hash: a later question with the same `key` is answered from here.
    The answer is kept to be read again by a later engine and shown nowhere.
    """

    key = models.CharField(max_length=64, db_index=True)
    company = models.ForeignKey(
        Company, null=True, blank=True, on_delete=models.SET_NULL, related_name="llm_calls"
    )
    document = models.ForeignKey(
        Document, null=True, blank=True, on_delete=models.SET_NULL, related_name="llm_calls"
    )
    task_run = models.ForeignKey(
        "jobs.TaskRun", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    prompt = models.CharField(max_length=40, help_text="Name and version of the prompt.")
    model = models.CharField(max_length=100)
    endpoint = models.CharField(max_length=200, help_text="The host that was asked.")
    state = models.CharField(max_length=10, choices=CallState.choices, default=CallState.RESERVED)
    with_schema = models.BooleanField(default=True, help_text="The server takes a JSON schema.")
    answer = models.TextField(blank=True)
    input_tokens = models.PositiveIntegerField(default=0)
    output_tokens = models.PositiveIntegerField(default=0)
    cost = models.DecimalField(
        max_digits=12, decimal_places=6, help_text="In US dollars; the most it can be while it is not known."
    )
    is_estimate = models.BooleanField(default=True, help_text="The cost is the most it can be.")
    replays = models.PositiveIntegerField(default=0, help_text="How often it answered again for nothing.")
    error_code = models.CharField(max_length=50, blank=True)
    retry_at = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-started_at", "-pk"]
        verbose_name = "model call"
        indexes = [models.Index(fields=["endpoint", "-finished_at"], name="llm_call_by_endpoint")]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=CallState.values), name="llm_call_state_known"),
            models.CheckConstraint(condition=Q(cost__gte=0), name="llm_call_cost_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.prompt} to {self.model}"


def _dollars(default: str, help_text: str) -> models.DecimalField:
    return models.DecimalField(
        max_digits=10,
        decimal_places=2,
        default=Decimal(default),
        validators=[MinValueValidator(Decimal(0))],
        help_text=help_text,
    )


class LlmBudget(models.Model):
    """What models may cost, in US dollars. There is one row; 0 allows nothing."""

    per_document = _dollars("0.50", "All calls about one document together.")
    per_day = _dollars("5.00", "All calls since midnight.")
    per_month = _dollars("50.00", "All calls since the first of the month.")

    class Meta:
        verbose_name = "model budget"
        verbose_name_plural = "model budget"

    def __str__(self) -> str:
        return "Budget of language models"

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.pk = 1
        super().save(*args, **kwargs)

    @classmethod
    def locked(cls) -> "LlmBudget":
        """The one row, held until the transaction ends: who spends waits for who is spending."""
        cls.objects.get_or_create(pk=1)
        return cls.objects.select_for_update().get(pk=1)
