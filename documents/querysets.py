"""The questions asked of documents, by name."""

from datetime import datetime
from typing import Self

from django.db import models

from engine.kinds import DocumentKind

INTERIM = (DocumentKind.HALF_YEAR_REPORT, DocumentKind.QUARTERLY_REPORT)
PERIODIC = (DocumentKind.ANNUAL_REPORT, *INTERIM)


class DocumentQuerySet(models.QuerySet):
    """Chainable questions about documents."""

    def not_duplicates(self) -> Self:
        return self.filter(duplicate_of__isnull=True)

    def annual(self) -> Self:
        """Annual reports, whoever decided that they are."""
        return self.filter(document_type=DocumentKind.ANNUAL_REPORT.value)

    def periodic(self) -> Self:
        """Reports of a year, a half-year or a quarter."""
        return self.filter(document_type__in=[kind.value for kind in PERIODIC])

    def possibly_periodic(self) -> Self:
        """Reports of any period and documents of which nobody knows yet what they are."""
        return self.filter(document_type__in=[*(k.value for k in PERIODIC), DocumentKind.UNKNOWN.value])

    def possibly_annual(self) -> Self:
        """Annual reports and those of which nobody knows yet what they are."""
        return self.filter(document_type__in=[DocumentKind.ANNUAL_REPORT.value, DocumentKind.UNKNOWN.value])

    def due_for_a_check(self, checked_before: datetime) -> Self:
        """Periodic reports with a file and an address that were not asked for since, longest first."""
        files = self.periodic().not_duplicates().filter(current_version__isnull=False).exclude(url="")
        due = files.filter(
            models.Q(checked_at__lt=checked_before) | models.Q(checked_at__isnull=True),
            company__is_active=True,
        )
        return due.exclude(status="ignored").order_by(models.F("checked_at").asc(nulls_first=True), "pk")

    def since_year(self, year: int) -> Self:
        """Fiscal years from `year` on; a document without a year is kept, since it may be one."""
        return self.filter(models.Q(fiscal_year__gte=year) | models.Q(fiscal_year__isnull=True))
