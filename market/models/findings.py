"""What was wrong with prices, day by day: refused, missing or strange."""

from django.db import models
from django.db.models import Q


class FindingKind(models.TextChoices):
    """What `REFUSED` names is not stored as a price; the others are told beside what is stored."""

    NOT_POSITIVE = "not_positive", "Price is zero or negative"
    FUTURE_DAY = "future_day", "Day lies in the future"
    CONTRADICTORY = "contradictory", "Prices of the day contradict one another"
    UNREADABLE = "unreadable", "Line cannot be read"
    DUPLICATE = "duplicate", "Day given twice with different prices"
    NO_SESSION = "no_session", "Price of a day without a session"
    GAP = "gap", "Session without a price"
    JUMP = "jump", "Jump like a split that nobody tells of"
    RESCALED = "rescaled", "Past prices rescaled like after a split"
    IMPOSSIBLE_ACTION = "impossible_action", "Split or dividend that cannot be"
    ACTION_DIFFERS = "action_differs", "Split or dividend given differently"


REFUSED = frozenset(
    {
        FindingKind.NOT_POSITIVE,
        FindingKind.FUTURE_DAY,
        FindingKind.CONTRADICTORY,
        FindingKind.UNREADABLE,
        FindingKind.DUPLICATE,
        FindingKind.NO_SESSION,
        FindingKind.IMPOSSIBLE_ACTION,
    }
)


class PriceFinding(models.Model):
    """Something about the prices of one day from one source that a person should know. Told once for
    each day; resolved when the source gives a good price for the day, or by a person."""

    instrument = models.ForeignKey("market.Instrument", on_delete=models.CASCADE, related_name="findings")
    provider = models.ForeignKey("market.PriceProvider", on_delete=models.CASCADE, related_name="findings")
    kind = models.CharField(max_length=20, choices=FindingKind.choices)
    day = models.DateField(help_text="The day it is about; of a line that names none, the day it was read.")
    detail = models.TextField(help_text="What was given.")
    run = models.ForeignKey(
        "market.ProviderRun", null=True, blank=True, on_delete=models.SET_NULL, related_name="findings"
    )
    found_at = models.DateTimeField(auto_now_add=True)
    resolved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-found_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["instrument", "provider", "kind", "day"],
                condition=Q(resolved_at__isnull=True),
                name="finding_open_once_per_day",
            ),
            models.CheckConstraint(condition=Q(kind__in=FindingKind.values), name="finding_kind_known"),
        ]

    def __str__(self) -> str:
        return f"{self.instrument} {self.day}: {self.get_kind_display()}"
