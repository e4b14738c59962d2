"""How long data are kept that may be deleted at all."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from monitoring.retention.kinds import kinds


class RetentionPolicy(models.Model):
    """For one kind of data: after how many days they are deleted, and what the last time gave.

    Which kinds there are, and which data never are deleted, stands in `monitoring/retention/kinds.yaml`.
    """

    data_type = models.CharField("data", max_length=40, primary_key=True, editable=False)
    days = models.PositiveIntegerField("days kept", help_text="Younger data are left alone.")
    is_enabled = models.BooleanField("deleted by the clock", default=True)
    last_run_at = models.DateTimeField("last deleted", null=True, blank=True, editable=False)
    last_deleted = models.JSONField("rows deleted then", default=dict, blank=True, editable=False)

    class Meta:
        verbose_name_plural = "retention policies"
        default_permissions = ("view", "change")
        ordering = ["data_type"]
        constraints = [models.CheckConstraint(condition=Q(days__gt=0), name="retention_days_above_zero")]

    def __str__(self) -> str:
        kind = kinds().get(self.data_type)
        return kind.title if kind else self.data_type

    def clean(self) -> None:
        """Refuse less than the kind needs."""
        kind = kinds().get(self.data_type)
        if kind is not None and self.days is not None and self.days < kind.least_days:
            raise ValidationError({"days": f"They are needed for {kind.least_days} days at least."})
