"""The first page of the admin, and what keeps itself up to date on it."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from companies.models import Company
from documents.models import Document
from extraction.coverage.calendar import STATE_TEXTS
from monitoring import overview
from monitoring.alerts.unread import open_alerts
from monitoring.charts import stacked_bars
from monitoring.first_steps import first_steps
from monitoring.quality.page import newest_report


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Adds what the first page shows to the admin's own context: what this person may see, and nothing
    is asked about the rest."""
    may = request.user.has_perm
    context.update(title="Overview")
    if may("companies.view_company"):
        context.update(
            company_count=Company.objects.filter(is_active=True).count(),
            has_own=overview.own_companies().exists(),
        )
    if may("documents.view_document"):
        reports = Document.objects.annual().not_duplicates()
        context.update(report_count=reports.count(), newest_reports=overview.newest_reports())
    if may("extraction.view_reviewitem"):
        kinds, newest = overview.open_questions()
        context.update(
            question_kinds=kinds, questions=newest, question_count=sum(count for _, _, count in kinds)
        )
    if may("extraction.view_extractionrun"):
        calendar = overview.coverage()
        context.update(calendar=calendar, states=[(state.value, text) for state, text in STATE_TEXTS.items()])
    if may("extraction.view_restatement"):
        context.update(restatements=overview.newest_restatements())
    if may("monitoring.view_qualityreport"):
        context.update(quality=newest_report())
    if may("monitoring.view_alert"):
        context.update(alert_count=open_alerts(request))
    if may("jobs.view_taskrun"):
        context.update(_runs())
    return context


def _runs() -> dict[str, Any]:
    failures, days = overview.failures(), overview.days()
    return {
        "under_way": overview.under_way(),
        "failures": failures[: overview.SHOWN],
        "failure_count": sum(failure.count for failure in failures),
        "failure_days": overview.DAYS_OF_FAILURES,
        "chart": stacked_bars(
            [(f"{day.day.day} {day.day:%b}", day.counts) for day in days],
            [(fill, text) for fill, text, _ in overview.DRAWN],
        ),
        "ended": [
            (fill, text, sum(day.counts[place] for day in days))
            for place, (fill, text, _) in enumerate(overview.DRAWN)
        ],
    }


def live(request: HttpRequest) -> HttpResponse:
    """The runs under way, as the part of the first page that is asked for again and again."""
    if not request.user.has_perm("jobs.view_taskrun"):
        return HttpResponse(status=403)
    return render(request, "admin/monitoring/under_way.html", {"under_way": overview.under_way()})


def health(request: HttpRequest) -> HttpResponse:
    """How the parts of the system answer, as a part of the first page."""
    return render(request, "admin/monitoring/health.html", {"checkup": overview.health()})


def steps(request: HttpRequest) -> HttpResponse:
    """The way from a fresh installation to a company of one's own."""
    context = {**admin.site.each_context(request), "title": "First steps", "steps": first_steps()}
    return render(request, "admin/monitoring/first_steps.html", context)
