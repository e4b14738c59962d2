"""Who gives prices, how each of them is doing, and every time one was asked."""

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q


class ProviderKind(models.TextChoices):
    """In which form a source answers."""

    FILE = "file", "Files given by people"
    TEMPLATE = "template", "Address with placeholders"
    STOOQ = "stooq", "CSV in the form of Stooq"
    ALPHA_VANTAGE = "alpha_vantage", "JSON in the form of Alpha Vantage"
    YFINANCE = "yfinance", "Yahoo through the package yfinance"


class PriceBasis(models.TextChoices):
    """What a source calls a price."""

    AS_TRADED = "as_traded", "As traded on the day"
    SPLITS = "splits", "Divided by all splits since"


class PriceProvider(models.Model):
    """A source of prices, with what is needed to ask it. Keys are named, never kept: the value stands in
    an environment variable of the workers."""

    code = models.SlugField(max_length=40, unique=True, help_text="Short name, as in stooq.")
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=20, choices=ProviderKind.choices)
    priority = models.PositiveSmallIntegerField(
        default=50, help_text="Smaller is asked first, and its prices win over those of others."
    )
    is_enabled = models.BooleanField(default=True)
    basis = models.CharField(
        "prices are",
        max_length=20,
        choices=PriceBasis.choices,
        default=PriceBasis.AS_TRADED,
        help_text="Prices adjusted for dividends too cannot be used: they change with every dividend.",
    )
    address = models.CharField(
        max_length=1000,
        blank=True,
        help_text="With the placeholders {symbol}, {first}, {last} (days like 2026-01-31) and {key}.",
    )
    symbol_form = models.CharField(
        max_length=80,
        default="{ticker}",
        blank=True,
        help_text="How the source calls a share: {ticker}, {ticker_lower}, {mic}. An instrument can name it"
        " differently.",
    )
    columns = models.JSONField(
        default=dict,
        blank=True,
        help_text="For addresses with placeholders: under which name the source gives what, as in"
        ' {"format": "csv", "day": "Date", "close": "Close"}. For JSON, "rows" is the way to the list.',
    )
    key_variable = models.CharField(
        "environment variable of the key",
        max_length=60,
        blank=True,
        validators=[
            RegexValidator(r"\AMARKET_KEY_[A-Z0-9_]{1,40}\Z", "Name a variable such as MARKET_KEY_EXAMPLE.")
        ],
        help_text="Only variables whose name begins with MARKET_KEY_ are read.",
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["priority", "code"]
        verbose_name = "price source"
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=ProviderKind.values), name="provider_kind_known"),
            models.CheckConstraint(condition=Q(basis__in=PriceBasis.values), name="provider_basis_known"),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Refuse an address that cannot be asked with."""
        asks_by_address = self.kind in (
            ProviderKind.TEMPLATE,
            ProviderKind.STOOQ,
            ProviderKind.ALPHA_VANTAGE,
        )
        if asks_by_address and "{symbol}" not in self.address:
            raise ValidationError({"address": "The address needs the placeholder {symbol}."})
        if "{key}" in self.address and not self.key_variable:
            raise ValidationError({"key_variable": "The address has {key}: name the variable it stands in."})


class BreakerState(models.TextChoices):
    """Closed → open after several failures in a row → half open when the pause is over: one call tries.
    A success closes it, a failure opens it again for twice as long."""

    CLOSED = "closed", "In use"
    OPEN = "open", "Left alone"
    HALF_OPEN = "half_open", "Being tried"


class ProviderState(models.Model):
    """How a source is doing, shared by all workers through its row."""

    provider = models.OneToOneField(PriceProvider, on_delete=models.CASCADE, related_name="state")
    breaker = models.CharField(max_length=10, choices=BreakerState.choices, default=BreakerState.CLOSED)
    failures = models.PositiveIntegerField(default=0, help_text="In a row.")
    retry_at = models.DateTimeField(null=True, blank=True, help_text="Left alone until then.")
    last_success_at = models.DateTimeField(null=True, blank=True)
    last_failure_at = models.DateTimeField(null=True, blank=True)
    last_failure_code = models.CharField(max_length=60, blank=True)
    last_failure = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(breaker__in=BreakerState.values), name="breaker_state_known"),
            models.CheckConstraint(
                condition=Q(breaker=BreakerState.CLOSED) | Q(retry_at__isnull=False),
                name="breaker_open_has_an_end",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider}: {self.get_breaker_display()}"


class RunOutcome(models.TextChoices):
    """How asking a source for one share ended."""

    UPDATED = "updated", "New or corrected prices"
    UNCHANGED = "unchanged", "Nothing new"
    PARTIAL = "partial", "Some prices refused"
    FAILED = "failed", "No usable answer"


class ProviderRun(models.Model):
    """One time a source was asked for the prices of one share, or a file was taken in for it."""

    provider = models.ForeignKey(PriceProvider, on_delete=models.PROTECT, related_name="runs")
    instrument = models.ForeignKey(
        "market.Instrument", on_delete=models.CASCADE, related_name="provider_runs"
    )
    task_run = models.ForeignKey(
        "jobs.TaskRun", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    outcome = models.CharField(max_length=10, choices=RunOutcome.choices)
    code = models.CharField(max_length=60, blank=True, help_text="What went wrong, as a stable code.")
    message = models.TextField(blank=True)
    first_day = models.DateField(null=True, blank=True)
    last_day = models.DateField(null=True, blank=True)
    new = models.PositiveIntegerField(default=0)
    corrected = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    gaps = models.PositiveIntegerField(default=0)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-started_at", "-pk"]
        verbose_name = "price collection"
        indexes = [models.Index(fields=["instrument", "-started_at"], name="provider_run_by_instrument")]
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome__in=RunOutcome.values), name="provider_run_outcome_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider}, {self.instrument}: {self.get_outcome_display()}"
