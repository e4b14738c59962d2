"""The page of a company with all there is about it: the form of the companies app, under the evidence."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse

from companies.admin import CompanyAdmin
from companies.models import Company
from extraction.coverage.calendar import STATE_TEXTS
from extraction.coverage.pages import helps
from extraction.object_pages.company import company_page

admin.site.unregister(Company)


@admin.register(Company)
class IssuerAdmin(CompanyAdmin):
    """Companies with their coverage, newest figures, reports, visits, runs and questions."""

    change_form_outer_before_template = "admin/extraction/issuer.html"

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        company = self.get_object(request, object_id)
        if company is not None and self.has_view_permission(request, company):
            extra_context = {
                **(extra_context or {}),
                "page": company_page(company),
                "page_actions": self.page_actions(request),
                "states": [(state.value, text) for state, text in STATE_TEXTS.items()],
                **helps(request),
            }
        return super().change_view(request, object_id, form_url, extra_context)
