"""Prices as they were given, and what companies did to their shares."""

from decimal import Decimal
from typing import Any

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q

from companies.models import Listing
from engine.prices import ActionKind

PRICE: dict[str, Any] = {"max_digits": 20, "decimal_places": 6}


class Instrument(models.Model):
    """A listing whose prices are collected.

    Prices are kept as they are quoted. London quotes most shares in pence: then `quote_factor` is 0.01,
    what one unit of the quoted price is worth in the listing's currency.
    """

    listing = models.OneToOneField(Listing, on_delete=models.CASCADE, related_name="instrument")
    quote_factor = models.DecimalField(
        max_digits=12,
        decimal_places=6,
        default=Decimal(1),
        validators=[MinValueValidator(Decimal("0.000001"))],
        help_text="What one unit of the quoted price is worth in the listing's currency: 0.01 for pence.",
    )
    symbols = models.JSONField(
        "names at the sources",
        default=dict,
        blank=True,
        help_text="By the code of a source, where it does not call the share by its ticker: "
        '{"stooq": "azn.uk"}.',
    )
    is_active = models.BooleanField(default=True, help_text="Prices of others are kept and not updated.")
    checked_at = models.DateTimeField(
        null=True, blank=True, help_text="When a source last answered for this share, with or without news."
    )
    updated_at = models.DateTimeField(null=True, blank=True, help_text="When prices last changed.")

    class Meta:
        verbose_name = "share"
        verbose_name_plural = "share prices"
        ordering = ["listing__company__name", "-listing__is_primary", "listing__ticker"]
        constraints = [
            models.CheckConstraint(condition=Q(quote_factor__gt=0), name="instrument_quote_factor_above_zero")
        ]

    def __str__(self) -> str:
        return str(self.listing)

    @property
    def currency(self) -> str:
        """The ISO 4217 code of the listing; "" where nobody has said it."""
        return self.listing.currency


class PriceBar(models.Model):
    """One day of a share as one source gave it, in the quoted unit.

    A bar that comes before the session has ended is not final and is written over until it is. A final
    one is never written over: what a source says differently later is a further revision, of which the
    last is current.
    """

    instrument = models.ForeignKey(Instrument, on_delete=models.CASCADE, related_name="bars")
    provider = models.ForeignKey("market.PriceProvider", on_delete=models.PROTECT, related_name="bars")
    day = models.DateField(help_text="The day of the session, in the zone of the exchange.")
    revision = models.PositiveIntegerField(default=1)
    is_current = models.BooleanField(default=True)
    is_final = models.BooleanField(default=True, help_text="The session had ended when this was fetched.")
    open = models.DecimalField(**PRICE, null=True, blank=True)
    high = models.DecimalField(**PRICE, null=True, blank=True)
    low = models.DecimalField(**PRICE, null=True, blank=True)
    close = models.DecimalField(**PRICE)
    volume = models.DecimalField(max_digits=24, decimal_places=4, null=True, blank=True)
    splits_until = models.DateField(
        help_text="Splits up to this day are in the prices; the day itself for prices as traded."
    )
    run = models.ForeignKey(
        "market.ProviderRun", null=True, blank=True, on_delete=models.SET_NULL, related_name="bars"
    )
    fetched_at = models.DateTimeField()

    class Meta:
        ordering = ["instrument", "-day", "provider", "-revision"]
        constraints = [
            models.UniqueConstraint(
                fields=["instrument", "provider", "day", "revision"], name="bar_once_per_revision"
            ),
            models.UniqueConstraint(
                fields=["instrument", "provider", "day"],
                condition=Q(is_current=True),
                name="bar_one_current_per_source",
            ),
            models.CheckConstraint(condition=Q(close__gt=0), name="bar_close_above_zero"),
            models.CheckConstraint(condition=(Q(low__isnull=True) | Q(low__gt=0)), name="bar_low_above_zero"),
            models.CheckConstraint(
                condition=(Q(low__isnull=True) | Q(low__lte=F("close")))
                & (Q(low__isnull=True) | Q(open__isnull=True) | Q(low__lte=F("open")))
                & (Q(high__isnull=True) | Q(high__gte=F("close")))
                & (Q(high__isnull=True) | Q(open__isnull=True) | Q(high__gte=F("open"))),
                name="bar_between_low_and_high",
            ),
            models.CheckConstraint(
                condition=(Q(volume__isnull=True) | Q(volume__gte=0)), name="bar_volume_not_negative"
            ),
            models.CheckConstraint(condition=Q(splits_until__gte=F("day")), name="bar_has_its_own_split"),
        ]
        indexes = [models.Index(fields=["instrument", "is_current", "day"], name="bar_current_by_day")]

    def __str__(self) -> str:
        return f"{self.instrument} {self.day}: {self.close}"


class CorporateAction(models.Model):
    """A split or a dividend, from the first day on which a buyer has no part in it."""

    KINDS = [(kind.value, kind.value.capitalize()) for kind in ActionKind]

    instrument = models.ForeignKey(Instrument, on_delete=models.CASCADE, related_name="actions")
    kind = models.CharField(max_length=10, choices=KINDS)
    ex_date = models.DateField()
    value = models.DecimalField(
        **PRICE,
        help_text="Split: new shares for one old (2 for two-for-one, 0.1 where ten become one)."
        " Dividend: the amount per share in the unit in which the price is quoted, before later splits.",
    )
    provider = models.ForeignKey(
        "market.PriceProvider", null=True, blank=True, on_delete=models.PROTECT, related_name="actions"
    )
    run = models.ForeignKey(
        "market.ProviderRun", null=True, blank=True, on_delete=models.SET_NULL, related_name="actions"
    )
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["instrument", "-ex_date", "kind"]
        constraints = [
            # Two sources that tell of the same split must not halve the price twice.
            models.UniqueConstraint(fields=["instrument", "kind", "ex_date"], name="action_once_per_day"),
            models.CheckConstraint(condition=Q(value__gt=0), name="action_value_above_zero"),
            models.CheckConstraint(
                condition=Q(kind__in=[kind.value for kind in ActionKind]), name="action_kind_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.instrument}: {self.kind} of {self.value.normalize():f} on {self.ex_date}"
