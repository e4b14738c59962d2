"""The calendar of coverage as pages: all companies, and one with what to do about each hole."""

from calendar import month_name
from typing import Any

from django.contrib import admin
from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from companies.models import Company
from documents.models import Document
from documents.querysets import INTERIM
from engine.kinds import DocumentKind
from extraction.coverage.calendar import REMEDY_TEXTS, STATE_TEXTS, Remedy, calendar_of

COMPANIES_PER_PAGE = 50
KINDS: dict[str, tuple[str, tuple[DocumentKind, ...]]] = {
    "annual": ("Annual reports", (DocumentKind.ANNUAL_REPORT,)),
    "interim": ("Quarters and half-years", INTERIM),
    "all": ("All reports", ()),
}
# Which action of whose list a remedy is.
COMPANY_REMEDIES = {Remedy.SEARCH: "scrape", Remedy.INTERIM: "process_interim"}
DOCUMENT_REMEDIES = {Remedy.PROCESS: "process", Remedy.EXTRACT: "extract"}

may_view = permission_required("extraction.view_extractionrun", raise_exception=True)


@may_view
def all_companies(request: HttpRequest) -> HttpResponse:
    """Every active company by fiscal year, fifty on a page."""
    asked = request.GET.get("q", "").strip()[:200]
    kind = request.GET.get("kind", "")
    kind = kind if kind in KINDS else "annual"
    page = Paginator(_named(asked), COMPANIES_PER_PAGE).get_page(request.GET.get("page"))
    calendar = calendar_of(page.object_list, kinds=KINDS[kind][1])
    context = {
        **admin.site.each_context(request),
        "title": "Coverage",
        "asked": asked,
        "kind": kind,
        "kinds": [(name, label) for name, (label, _) in KINDS.items()],
        "page": page,
        "calendar": calendar,
        "due": sum(count for _, _, count in calendar.annual),
        "states": [(state.value, text) for state, text in STATE_TEXTS.items()],
    }
    return render(request, "admin/extraction/coverage.html", context)


def _named(asked: str) -> QuerySet[Company]:
    companies = Company.objects.filter(is_active=True).order_by("name", "pk")
    return companies.filter(name__icontains=asked) if asked else companies


@may_view
def one_company(request: HttpRequest, slug: str) -> HttpResponse:
    """One company's reports of every kind, and what helps against each hole."""
    company = get_object_or_404(Company, slug=slug)
    calendar = calendar_of([company])
    context = {
        **admin.site.each_context(request),
        "title": f"Coverage of {company.name}",
        "company": company,
        "calendar": calendar,
        "row": calendar.rows[0],
        "year_end": f"{company.fiscal_year_end_day} {month_name[company.fiscal_year_end_month]}",
        "states": [(state.value, text) for state, text in STATE_TEXTS.items()],
        **helps(request),
    }
    return render(request, "admin/extraction/coverage_of.html", context)


def helps(request: HttpRequest) -> dict[str, Any]:
    """For templates: which remedy is which action, as far as this person may use it."""
    on_company, on_document = _actions(Company, request), _actions(Document, request)
    return {
        "remedies": {remedy.value: text for remedy, text in REMEDY_TEXTS.items()},
        "company_remedies": {r.value: name for r, name in COMPANY_REMEDIES.items() if name in on_company},
        "document_remedies": {r.value: name for r, name in DOCUMENT_REMEDIES.items() if name in on_document},
    }


def _actions(model: type[Model], request: HttpRequest) -> set[str]:
    """The names of what this person may do on the page of one object."""
    page: Any = admin.site._registry[model]  # with `PageActionsMixin`
    return {name for name, _ in page.page_actions(request)}
