"""Issuers and their listings."""

import re
from datetime import date
from enum import Enum

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse

from companies.listings import format_listings
from engine.kinds import Framework, SectorTemplate

_HOST = re.compile(r"(?=.{4,253}\Z)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+")


def choices(kinds: type[Enum]) -> list[tuple[str, str]]:
    """Model choices of one of the engine's closed lists, so that no list is typed twice."""
    labels = {"ifrs": "IFRS", "us_gaap": "US GAAP", "reit": "REIT"}
    return [(kind.value, labels.get(kind.value, kind.value.replace("_", " ").capitalize())) for kind in kinds]


def validate_hosts(text: str) -> None:
    """Refuse what names no host."""
    for line in text.split():
        if _HOST.fullmatch(line) is None:
            raise ValidationError(
                f"“{line}” is no host. Write reports.example.com, without https:// or a path."
            )


class Company(models.Model):
    """An issuer of reports.

    `reporting_currency`, `framework` and the fiscal year end are what is known beforehand; what a
    report itself prints always wins over them.
    """

    name = models.CharField(max_length=200)
    slug = models.SlugField(max_length=80, unique=True)
    lei = models.CharField(
        "LEI",
        max_length=20,
        null=True,
        blank=True,
        unique=True,
        validators=[
            RegexValidator(r"^[A-Z0-9]{18}[0-9]{2}$", "An LEI has 18 letters or digits and two digits.")
        ],
        help_text="Legal Entity Identifier (ISO 17442), 20 characters.",
    )
    cik = models.CharField(
        "CIK",
        max_length=10,
        blank=True,
        validators=[RegexValidator(r"^[0-9]{1,10}$", "A CIK has up to ten digits.")],
        help_text="Number of the filer at the SEC, for issuers that file there.",
    )
    country = models.CharField(max_length=2, blank=True, help_text="ISO 3166 code of the seat, such as DE.")
    sector_template = models.CharField(
        max_length=20, choices=choices(SectorTemplate), default=SectorTemplate.COMMERCIAL.value
    )
    reporting_currency = models.CharField(max_length=3, blank=True, help_text="ISO 4217 code, such as EUR.")
    framework = models.CharField(max_length=20, choices=choices(Framework), blank=True)
    other_framework = models.CharField(
        max_length=20,
        choices=choices(Framework),
        blank=True,
        help_text="A second framework in which the issuer reports too. The two are never mixed.",
    )
    fiscal_year_end_month = models.PositiveSmallIntegerField(
        default=12, validators=[MinValueValidator(1), MaxValueValidator(12)]
    )
    fiscal_year_end_day = models.PositiveSmallIntegerField(
        default=31, validators=[MinValueValidator(1), MaxValueValidator(31)]
    )
    investor_relations_url = models.URLField(
        "investor relations address",
        max_length=2000,
        blank=True,
        help_text="The page from which reports are searched. Without one, upload reports by hand.",
    )
    document_hosts = models.TextField(
        blank=True,
        validators=[validate_hosts],
        help_text="Further hosts on which pages with reports lie, such as the platform of a service provider,"
        " one in each line. Files are taken from any host that a page links to.",
    )
    notes = models.TextField(blank=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["name"]
        verbose_name_plural = "companies"
        constraints = [
            models.CheckConstraint(
                condition=Q(fiscal_year_end_month__gte=1, fiscal_year_end_month__lte=12),
                name="company_fiscal_month_in_year",
            ),
            models.CheckConstraint(
                condition=Q(fiscal_year_end_day__gte=1, fiscal_year_end_day__lte=31),
                name="company_fiscal_day_in_month",
            ),
            models.CheckConstraint(
                condition=Q(sector_template__in=[kind.value for kind in SectorTemplate]),
                name="company_sector_template_known",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("admin:companies_company_change", args=[self.pk])

    @property
    def primary_listing(self) -> "Listing | None":
        """The listing marked primary; reads the prefetched rows where there are some."""
        return next((listing for listing in self.listings.all() if listing.is_primary), None)

    @property
    def listings_text(self) -> str:
        """All listings in the form "AZN (XLON, XNAS), AZNS (XSTO)"."""
        return format_listings([(listing.ticker, listing.exchange.mic) for listing in self.listings.all()])


class Exchange(models.Model):
    """A trading venue by its market identifier code (ISO 10383)."""

    mic = models.CharField("MIC", max_length=4, unique=True)
    name = models.CharField(max_length=120)
    country = models.CharField(max_length=2, blank=True)
    timezone = models.CharField(max_length=50, help_text="IANA name, such as Europe/Berlin.")

    class Meta:
        ordering = ["mic"]

    def __str__(self) -> str:
        return f"{self.mic} {self.name}"


class ExchangeRate(models.Model):
    """What one euro was worth in another currency on a day, as a source published it.

    Rates are only ever used to show figures in another currency; no converted figure is stored.
    """

    currency = models.CharField(max_length=3, help_text="ISO 4217 code; the rate is units of it per euro.")
    day = models.DateField()
    rate = models.DecimalField(max_digits=18, decimal_places=8)
    source = models.CharField(max_length=60, help_text="Who published it.")
    imported_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-day", "currency"]
        constraints = [
            models.UniqueConstraint(fields=["currency", "day"], name="rate_once_per_day"),
            models.CheckConstraint(condition=Q(rate__gt=0), name="rate_above_zero"),
        ]

    def __str__(self) -> str:
        return f"1 EUR = {self.rate.normalize():f} {self.currency} on {self.day}"


class Listing(models.Model):
    """A share of a company traded under a ticker on an exchange."""

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="listings")
    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="listings")
    ticker = models.CharField(max_length=20)
    currency = models.CharField(max_length=3, blank=True)
    is_primary = models.BooleanField(default=False)
    valid_from = models.DateField(
        default=date(1900, 1, 1), help_text="First day; left as it is when not known."
    )
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["-is_primary", "exchange__mic", "ticker"]
        constraints = [
            models.UniqueConstraint(
                fields=["exchange", "ticker", "valid_from"], name="listing_unique_on_exchange"
            ),
            models.UniqueConstraint(
                fields=["company"], condition=Q(is_primary=True), name="listing_one_primary_per_company"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ticker} ({self.exchange.mic})"
