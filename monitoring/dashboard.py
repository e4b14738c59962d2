"""The first page of the admin: what runs, what failed, what waits for a decision, what is there."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Count, Q
from django.http import HttpRequest
from django.utils import timezone

from companies.models import Company
from documents.models import Document
from engine.kinds import CompiledView, StatementKind
from extraction.models import CompiledStatement, Restatement, ReviewItem, ReviewState
from jobs.models import TaskRun
from jobs.states import State

YEARS_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Coverage:
    """One company's years: which of them its income statement has figures for."""

    company: Company
    years: tuple[tuple[int, str], ...]  # year and "read", "report" or "missing"
    reports: int


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Adds what the first page shows to the admin's own context."""
    day_ago = timezone.now() - timedelta(days=1)
    failed = TaskRun.objects.filter(
        state__in=[State.FAILED, State.DEAD], finished_at__gte=day_ago, parent__isnull=True
    )
    context.update(
        title="Overview",
        running=TaskRun.objects.unfinished().filter(parent__isnull=True).order_by("-queued_at")[:8],
        failed=failed.order_by("-finished_at")[:6],
        failed_count=failed.count(),
        review_count=ReviewItem.objects.filter(state=ReviewState.OPEN).count(),
        reviews=ReviewItem.objects.filter(state=ReviewState.OPEN).select_related("company", "document")[:6],
        report_count=Document.objects.annual().not_duplicates().count(),
        company_count=Company.objects.filter(is_active=True).count(),
        restatements=Restatement.objects.filter(
            old_fact__superseded_at__isnull=True, new_fact__superseded_at__isnull=True
        )
        .select_related("company")
        .order_by("-found_at")[:6],
        coverage=coverage(),
        first_year=timezone.now().year - YEARS_SHOWN,
    )
    return context


def coverage() -> list[Coverage]:
    """Every active company, those with compiled years first."""
    newest = timezone.now().year
    years = range(newest - YEARS_SHOWN, newest + 1)
    compiled = {
        statement.company_id: {int(period["end"][:4]) for period in statement.periods}
        for statement in CompiledStatement.objects.filter(
            is_current=True, statement=StatementKind.INCOME_STATEMENT, view=CompiledView.LATEST
        )
    }
    reported: dict[int, set[int]] = {}
    for company_id, year in (
        Document.objects.annual().not_duplicates().values_list("company_id", "fiscal_year")
    ):
        if year is not None:
            reported.setdefault(company_id, set()).add(year)
    companies = Company.objects.filter(is_active=True).annotate(
        annual_count=Count("documents", filter=Q(documents__in=Document.objects.annual().not_duplicates()))
    )
    rows = [
        Coverage(
            company=company,
            years=tuple(
                (year, _mark(year, compiled.get(company.pk, set()), reported.get(company.pk, set())))
                for year in years
            ),
            reports=company.annual_count,
        )
        for company in companies
    ]
    return sorted(rows, key=lambda row: (-sum(mark == "read" for _, mark in row.years), row.company.name))


def _mark(year: int, compiled: set[int], reported: set[int]) -> str:
    if year in compiled:
        return "read"
    return "report" if year in reported else "missing"
