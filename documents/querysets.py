"""The questions asked of documents, by name."""

from typing import Self

from django.db import models

from engine.kinds import DocumentKind


class DocumentQuerySet(models.QuerySet):
    """Chainable questions about documents."""

    def not_duplicates(self) -> Self:
        return self.filter(duplicate_of__isnull=True)

    def annual(self) -> Self:
        """Annual reports, whoever decided that they are."""
        return self.filter(document_type=DocumentKind.ANNUAL_REPORT.value)

    def possibly_annual(self) -> Self:
        """Annual reports and those of which nobody knows yet what they are."""
        return self.filter(document_type__in=[DocumentKind.ANNUAL_REPORT.value, DocumentKind.UNKNOWN.value])

    def since_year(self, year: int) -> Self:
        """Fiscal years from `year` on; a document without a year is kept, since it may be one."""
        return self.filter(models.Q(fiscal_year__gte=year) | models.Q(fiscal_year__isnull=True))
