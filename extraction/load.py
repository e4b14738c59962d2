"""Rows into engine values."""

import hashlib
import zlib
from collections.abc import Iterable, Sequence
from datetime import date

from django.db.models import F, Q, QuerySet

from companies.models import Company
from documents.models import Document, DocumentVersion
from documents.querysets import DocumentQuerySet
from engine.compiling.values import KnownReport, Vintage
from engine.exchange import reading_from_json
from engine.kinds import (
    CellState,
    DocumentKind,
    MappingMethod,
    PeriodKind,
    ReportingPeriod,
    RowKind,
    Scope,
    StatementKind,
)
from engine.statement import Reading
from engine.values import Period
from extraction.models import (
    Correction,
    CorrectionState,
    ExtractionRun,
    Fact,
    KeptReading,
    StatementTable,
)


def documents_for(company: Company, period: ReportingPeriod) -> DocumentQuerySet:
    """The reports a compile draws from: for full years the annual ones alone."""
    documents = Document.objects.filter(company=company).not_duplicates()
    return documents.annual() if period is ReportingPeriod.FULL_YEAR else documents.periodic()


def vintages_of(
    company: Company,
    statement: StatementKind,
    scope: Scope,
    period: ReportingPeriod = ReportingPeriod.FULL_YEAR,
) -> tuple[Vintage, ...]:
    """Every figure that stands, of every report a compile draws from, in the order of its lines."""
    facts = (
        Fact.objects.filter(
            company=company,
            statement=statement,
            scope=scope,
            superseded_at__isnull=True,
            document__in=documents_for(company, period),
        )
        # An issuer with two frameworks publishes two sets of figures; the first is compiled.
        .exclude(framework__gt="", framework=company.other_framework)
        .annotate(mapping_method=F("observation__row__mapping_method"))
        .order_by("published_on", "document_id", "row_ordinal", "id")
        .iterator()
    )
    return tuple(vintage_of(fact, fact.mapping_method, str(fact.pk)) for fact in facts)


def vintage_of(fact: Fact, mapping_method: str | None, source: str) -> Vintage:
    """A fact under a key, as a compile takes it."""
    return Vintage(
        source=source,
        document=str(fact.document_id),
        statement=StatementKind(fact.statement),
        concept=fact.concept or None,
        label=fact.label,
        section=fact.section,
        row=fact.row_ordinal,
        level=fact.level,
        kind=RowKind(fact.row_kind),
        period=Period(PeriodKind(fact.period_kind), fact.period_start, fact.period_end),
        state=CellState(fact.state),
        value=fact.value,
        decimals=fact.decimals,
        currency=fact.currency or None,
        published_on=fact.published_on,
        restated_marker=fact.restated_marker,
        confidence=fact.confidence,
        confirmed=mapping_method == MappingMethod.CONFIRMED_RULE,
    )


def known_reports_of(
    company: Company,
    statement: StatementKind,
    scope: Scope,
    period: ReportingPeriod = ReportingPeriod.FULL_YEAR,
) -> tuple[KnownReport, ...]:
    """The reports that are known and whose period is known, read or not."""
    read = set(
        StatementTable.objects.filter(
            run__version__document__company=company,
            run__is_current=True,
            statement=statement,
            scope=scope,
        ).values_list("run__version__document_id", flat=True)
    )
    return tuple(_known_reports(company, documents_for(company, period), read))


def _known_reports(company: Company, documents: QuerySet[Document], read: set[int]) -> Iterable[KnownReport]:
    for document in documents.order_by("pk"):
        is_annual = document.kind is DocumentKind.ANNUAL_REPORT
        period_end = document.period_end or (_assumed_period_end(company, document) if is_annual else None)
        if period_end is not None:
            yield KnownReport(
                document=str(document.pk),
                period_end=period_end,
                published_on=document.published_on or period_end,
                statement_read=document.pk in read,
                is_annual=is_annual,
            )


def _assumed_period_end(company: Company, document: Document) -> date | None:
    """The company's usual year end, for a report of which only the fiscal year is known."""
    if document.fiscal_year is None:
        return None
    for day in range(company.fiscal_year_end_day, 27, -1):
        try:
            return date(document.fiscal_year, company.fiscal_year_end_month, day)
        except ValueError:  # 31 in a month of 30 days, 29 February
            continue
    return date(document.fiscal_year, company.fiscal_year_end_month, company.fiscal_year_end_day)


def corrections_for(version: DocumentVersion) -> list[Correction]:
    """The corrections in force that a reading of a file has to hear, in the order they were made: those
    of this very file, those of other files of the document, and those meant for all of the company."""
    document = version.document
    mine = Q(sha256=version.sha256) | Q(document=document) | Q(everywhere=True)
    return list(
        Correction.objects.filter(
            mine, company=document.company_id, state__in=CorrectionState.in_force()
        ).order_by("pk")
    )


def digest_with(options_digest: str, corrections: Sequence[int]) -> str:
    """What a reading was made with; one with other corrections (by id) laid over it is another one."""
    if not corrections:
        return options_digest
    text = ",".join([options_digest, *map(str, corrections)])
    return hashlib.sha256(text.encode()).hexdigest()


def kept_reading(run: ExtractionRun) -> tuple[KeptReading, Reading] | None:
    """What a run read, before any correction; None for one of a time in which it was not kept."""
    kept = KeptReading.objects.filter(run=run).first()
    return None if kept is None else (kept, reading_from_json(zlib.decompress(kept.content).decode()))
