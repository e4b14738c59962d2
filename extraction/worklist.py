"""Which documents of a company are worth the work."""

from django.utils import timezone

from companies.models import Company
from documents.errors import NoAddress
from documents.models import Document, DocumentStatus


def first_fiscal_year(years: int) -> int:
    """The oldest fiscal year of interest: a report covers the year before it too, so the window of
    `years` years that ends today needs no older report."""
    return timezone.now().year - years


def worth_processing(
    company: Company, first_year: int | None = None, *, only_failed: bool = False
) -> list[Document]:
    """Annual reports and documents of unknown kind, every one of them, oldest year first.

    Oldest first, so that a table grows in the order in which history was written.
    """
    documents = (
        Document.objects.filter(company=company)
        .not_duplicates()
        .possibly_annual()
        .exclude(status=DocumentStatus.IGNORED)
    )
    if only_failed:
        documents = documents.filter(status=DocumentStatus.FAILED)
    if first_year is not None:
        documents = documents.since_year(first_year)
    return list(documents.order_by("fiscal_year", "pk"))


def must_have_sources(company: Company) -> None:
    """Raise NoAddress for a company that gives nothing to begin with: no site and no documents."""
    if not company.investor_relations_url and not worth_processing(company):
        raise NoAddress(
            f"{company} has neither an investor-relations address nor documents. Enter the address on"
            " the company's page, or upload its reports. Trying again does not help before that."
        )
