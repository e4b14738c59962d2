"""Printed reports compared with what the same company has tagged, and what was found for one figure."""

from collections.abc import Sequence
from datetime import timedelta

from companies.models import Company
from documents.models import Document
from engine.kinds import CellState, PeriodKind, Scope, StatementKind
from engine.values import Period
from engine.xbrl.agreement import DAYS_APART, PrintedFigure, compare
from engine.xbrl.values import TaggedFact
from extraction.models import CrossCheck, Fact, TaggedReport, XbrlFact
from extraction.store.tagged import store_cross_check
from jobs.models import TaskRun


def pairs_of(company: Company, kinds: Sequence[str] = ()) -> list[tuple[Document, TaggedReport]]:
    """The read reports of a company with the tagged publications of the same kind that report on the same
    day, give or take the days by which years of 52 weeks are named differently. Oldest first.

    A report may have several: the filing at the SEC and the one in Europe, or a filing and its amendment.
    """
    documents = Document.objects.filter(company=company, period_end__isnull=False).not_duplicates()
    documents = documents.filter(facts__superseded_at__isnull=True, facts__isnull=False).distinct()
    reports = TaggedReport.objects.filter(company=company).select_related("source")
    if kinds:
        documents, reports = documents.filter(document_type__in=kinds), reports.filter(kind__in=kinds)
    known = list(reports.order_by("period_end", "pk"))
    near = timedelta(days=DAYS_APART)
    return [
        (document, report)
        for document in documents.select_related("company").order_by("period_end", "pk")
        for report in known
        if document.period_end is not None
        and report.kind == document.document_type
        and abs(report.period_end - document.period_end) <= near
    ]


def cross_check(document: Document, report: TaggedReport, task_run: TaskRun | None = None) -> CrossCheck:
    """Compare the figures of a report with those of a tagged publication, and keep cell by cell how they
    compare. Figures of the parent company alone take no part: what is tagged without dimensions is the
    group's."""
    facts = Fact.objects.filter(
        document=document, superseded_at__isnull=True, scope=Scope.CONSOLIDATED
    ).order_by("pk")
    rows = list(report.facts.filter(superseded_at__isnull=True).order_by("pk"))
    cells = compare([_printed(fact) for fact in facts], [_tagged(row) for row in rows])
    return store_cross_check(document, report, cells, [row.pk for row in rows], task_run)


def cross_check_company(company: Company, task_run: TaskRun | None = None) -> list[CrossCheck]:
    """Compare every read report of a company with what is tagged of the same period."""
    return [cross_check(document, report, task_run) for document, report in pairs_of(company)]


def _printed(fact: Fact) -> PrintedFigure:
    has_number = fact.state in (CellState.VALUE, CellState.NIL)
    return PrintedFigure(
        key=fact.pk,
        concept=fact.concept,
        statement=StatementKind(fact.statement),
        period=Period(PeriodKind(fact.period_kind), fact.period_start, fact.period_end),
        value=fact.value if has_number else None,
        decimals=fact.decimals,
        currency=fact.currency,
    )


def _tagged(row: XbrlFact) -> TaggedFact:
    period = Period(PeriodKind(row.period_kind), row.period_start, row.period_end)
    return TaggedFact(row.element, period, row.unit, row.value, row.decimals)
