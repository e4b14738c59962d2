"""How far a company's reports have come, by year and kind, and when the next one is due."""

from collections.abc import Iterable
from datetime import date

from django.db.models import Exists, OuterRef
from django.utils import timezone

from companies.models import Company
from documents.models import Document, DocumentStatus, PublicationDateSource
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
    return coverage(
        [_known(document) for document in _reports(company)],
        year_end=(company.fiscal_year_end_month, company.fiscal_year_end_day),
        today=today or timezone.localdate(),
        years=years,
    )


def due_for_a_visit(companies: Iterable[Company], *, today: date | None = None) -> list[Company]:
    """Those whose next report should appear about now."""
    day = today or timezone.localdate()
    return [company for company in companies if coverage_of(company, today=day).is_worth_a_visit(day)]


def _reports(company: Company) -> Iterable[Document]:
    current = ExtractionRun.objects.filter(version=OuterRef("current_version"), is_current=True)
    failing = ValidationResult.objects.filter(
        table__run__version=OuterRef("current_version"),
        table__run__is_current=True,
        outcome=CheckOutcome.FAILS,
    )
    questions = ReviewItem.objects.filter(document=OuterRef("pk"), state=ReviewState.OPEN)
    return (
        Document.objects.filter(company=company, fiscal_year__isnull=False)
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


def _known(document: Document) -> KnownReport:
    return KnownReport(
        kind=DocumentKind(document.document_type),
        fiscal_year=document.fiscal_year,
        period_end=document.period_end,
        published_on=_published_on(document),
        state=_state(document),
        key=document.pk,
    )


def _state(document: Document) -> ReportState:
    if document.is_complete and not document.has_faults and not document.has_questions:
        return ReportState.VERIFIED
    if document.is_read:
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
