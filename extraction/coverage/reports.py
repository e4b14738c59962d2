"""How far a company's reports have come, by year and kind, and when the next one is due."""

from collections.abc import Iterable, Sequence
from datetime import date

from django.db.models import Exists, OuterRef
from django.utils import timezone

from companies.models import Company
from documents.models import Document, DocumentStatus, PublicationDateSource
from documents.querysets import DocumentQuerySet
from engine.coverage import LONGEST_DELAY, Coverage, KnownReport, ReportState, coverage
from engine.kinds import CheckOutcome, DocumentKind
from extraction.models import ExtractionRun, ExtractionStatus, ReviewItem, ReviewState, ValidationResult

YEARS = 10
# Days known of themselves; the end of a period only says when a report cannot have come yet.
_KNOWN_DAYS = (PublicationDateSource.PERSON, PublicationDateSource.SITE)


def coverage_of(company: Company, *, today: date | None = None, years: int = YEARS) -> Coverage:
    """The company's reports of the last years and the next ones to come.

    A report is verified where all three statements were read, no identity fails in them and no
    question about it is open.
    """
    return coverages_of([company], today=today, years=years)[company.pk]


def coverages_of(
    companies: Iterable[Company], *, today: date | None = None, years: int = YEARS
) -> dict[int, Coverage]:
    """The same for several companies by their ids, with one question to the database."""
    companies = list(companies)
    return coverages_from(companies, reports_of(companies), today=today, years=years)


def coverages_from(
    companies: Sequence[Company],
    documents: Iterable[Document],
    *,
    today: date | None = None,
    years: int = YEARS,
) -> dict[int, Coverage]:
    """The same from documents as `reports_of` gives them."""
    known: dict[int, list[KnownReport]] = {company.pk: [] for company in companies}
    for document in documents:
        if document.fiscal_year is not None:
            known[document.company_id].append(_known(document, document.fiscal_year))
    return {
        company.pk: coverage(
            known[company.pk],
            year_end=(company.fiscal_year_end_month, company.fiscal_year_end_day),
            today=today or timezone.localdate(),
            years=years,
        )
        for company in companies
    }


def due_for_a_visit(companies: Iterable[Company], *, today: date | None = None) -> list[Company]:
    """Those whose next report should appear about now."""
    day = today or timezone.localdate()
    companies = list(companies)
    found = coverages_of(companies, today=day)
    return [company for company in companies if found[company.pk].is_worth_a_visit(day)]


def reports_of(companies: Sequence[Company]) -> DocumentQuerySet:
    """The reports of a period with a fiscal year, and for each whether it was read (`is_read`), wholly
    (`is_complete`), whether an identity fails in it (`has_faults`) or a question is open
    (`has_questions`)."""
    current = ExtractionRun.objects.filter(version=OuterRef("current_version"), is_current=True)
    failing = ValidationResult.objects.filter(
        table__run__version=OuterRef("current_version"),
        table__run__is_current=True,
        outcome=CheckOutcome.FAILS,
    )
    questions = ReviewItem.objects.filter(document=OuterRef("pk"), state=ReviewState.OPEN)
    return (
        Document.objects.filter(company__in=companies, fiscal_year__isnull=False)
        .periodic()
        .not_duplicates()
        .exclude(status=DocumentStatus.IGNORED)
        .annotate(
            is_read=Exists(current.exclude(status__in=[ExtractionStatus.EMPTY, ExtractionStatus.FAILED])),
            is_complete=Exists(current.filter(status=ExtractionStatus.SUCCEEDED)),
            has_faults=Exists(failing),
            has_questions=Exists(questions),
        )
        .order_by("pk")
    )


def _known(document: Document, fiscal_year: int) -> KnownReport:
    return KnownReport(
        kind=DocumentKind(document.document_type),
        fiscal_year=fiscal_year,
        period_end=document.period_end,
        published_on=_published_on(document),
        state=_state(document),
        key=document.pk,
    )


def _state(document: Document) -> ReportState:
    is_complete: bool = document.is_complete  # type: ignore[attr-defined]  # annotated
    is_open: bool = document.has_faults or document.has_questions  # type: ignore[attr-defined]  # annotated
    if is_complete and not is_open:
        return ReportState.VERIFIED
    if document.is_read:  # type: ignore[attr-defined]  # annotated
        return ReportState.READ
    return ReportState.FOUND if document.current_version_id is None else ReportState.DOWNLOADED


def _published_on(document: Document) -> date | None:
    """The day, where it is known; otherwise the day on which the report was seen first, where that can
    have been about when it came out: reports of many years are often found on one day."""
    if document.published_on is not None and document.published_on_source in _KNOWN_DAYS:
        return document.published_on
    seen = document.created_at.date()
    if document.period_end is not None and 0 < (seen - document.period_end).days <= LONGEST_DELAY // 2:
        return seen
    return None
