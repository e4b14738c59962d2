"""Which documents of a company are worth the work."""

from django.db.models import Max

from companies.models import Company
from documents.errors import NoAddress
from documents.inline import PLAIN
from documents.models import Document, DocumentStatus


def worth_processing(
    company: Company, years: int | None = None, *, only_failed: bool = False, interim: bool = False
) -> list[Document]:
    """Annual reports and documents of unknown kind, every one of them, oldest year first; with
    `interim` reports of quarters and half-years too.

    `years` leaves out reports older than so many years before the newest one known, whenever that
    was: a company that stopped reporting keeps its last ten years. Oldest first, so that a table
    grows in the order in which history was written.
    """
    documents = Document.objects.filter(company=company).not_duplicates()
    documents = documents.possibly_periodic() if interim else documents.possibly_annual()
    documents = documents.exclude(status=DocumentStatus.IGNORED)
    # Texts that came without a file are there to be searched; no statement is printed in them.
    documents = documents.exclude(current_version__media_type=PLAIN)
    if only_failed:
        documents = documents.filter(status=DocumentStatus.FAILED)
    newest = documents.aggregate(newest=Max("fiscal_year"))["newest"]
    if years is not None and newest is not None:
        documents = documents.since_year(newest - years + 1)
    return list(documents.order_by("fiscal_year", "pk"))


def must_have_sources(company: Company) -> None:
    """Raise NoAddress for a company that gives nothing to begin with: no site and no documents."""
    if not company.investor_relations_url and not worth_processing(company):
        raise NoAddress(
            f"{company} has neither an investor-relations address nor documents. Enter the address on"
            " the company's page, or upload its reports. Trying again does not help before that."
        )
