"""Companies in the admin: what is known of them, what can be started for them."""

from collections import deque
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Count, Model, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.html import format_html
from unfold.admin import TabularInline
from unfold.decorators import action
from unfold.widgets import UnfoldAdminFileFieldWidget

from audit.actions import Action
from audit.model_admin import ModelAdmin
from audit.record import record
from companies.models import Company, Exchange, ExchangeRate, Listing
from companies.rates import import_ecb_rates
from engine.currency import read_ecb_csv
from engine.errors import BadInput
from engine.kinds import DocumentKind, StatementKind
from jobs.field_help import with_help
from jobs.launch_mixin import LaunchMixin, Offer
from jobs.page_actions import PageActionsMixin


class ListingInline(TabularInline):
    model = Listing
    extra = 0
    autocomplete_fields = ["exchange"]
    fields = ["ticker", "exchange", "currency", "is_primary", "valid_from", "valid_to"]


HELP = {
    "name": "As it stands on the cover of its reports.",
    "slug": "The company's part in addresses and names of files. It is made from the name; once others"
    " link to it, leave it as it is.",
    "sector_template": "Which lines its statements may have: a bank has net interest income, an insurer has"
    " insurance revenue.",
    "framework": "Leave it empty where you do not know: reports say it themselves.",
    "fiscal_year_end_month": "1 to 12. By it the coverage knows which reports are due, and when.",
    "fiscal_year_end_day": "30 or 31; 28 for a year that ends in February.",
    "notes": "For your colleagues. Shown on the company's page, read by no program.",
    "is_active": "Switched off, no schedule visits its site; what is there stays.",
}


@admin.register(Company)
class CompanyAdmin(PageActionsMixin, LaunchMixin, ModelAdmin):
    list_display = [
        "name",
        "tickers",
        "framework",
        "reporting_currency",
        "annual_reports",
        "newest_year",
        "statements",
    ]
    list_filter = ["sector_template", "framework", "reporting_currency", "is_active"]
    search_fields = ["name", "slug", "lei", "listings__ticker"]
    prepopulated_fields = {"slug": ["name"]}
    inlines = [ListingInline]
    ordering = ["name"]
    list_per_page = 50
    show_full_result_count = False
    view_on_site = False
    launch_argument = "company_id"
    offers = [
        Offer("extract_all", "extract_company_financial_data", "Extract financial data"),
        Offer("scrape", "scrape_investor_relations", "Search the investor-relations site"),
        Offer("process_documents", "process_all_documents", "Process all known documents"),
        Offer(
            "process_interim",
            "process_all_documents",
            "Process reports of quarters and half-years too",
            {"interim": True},
        ),
        Offer("recompile", "recompile_company_statements", "Recompile the statements"),
        *(
            Offer(
                f"compile_{kind.value}",
                "normalize_and_compile_statements",
                f"Compile the {kind.value.replace('_', ' ')} alone",
                {"statement_type": kind.value},
            )
            for kind in StatementKind
        ),
    ]
    actions_detail = ["open_statements", "open_tone"]
    fieldsets = [
        (None, {"fields": ["name", "slug", "lei", "cik", "country", "is_active"]}),
        (
            "Reports",
            {
                "fields": [
                    "investor_relations_url",
                    "document_hosts",
                    "reporting_currency",
                    "framework",
                    "other_framework",
                    "sector_template",
                    ("fiscal_year_end_month", "fiscal_year_end_day"),
                ],
                "description": "What is known beforehand. What a report itself prints wins over it.",
            },
        ),
        ("Notes", {"fields": ["notes"], "classes": ["collapse"]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Company]:
        # As subqueries, which a database works out for the rows of the page alone.
        documents = Company._meta.get_field("documents").related_model._default_manager
        annual = documents.filter(
            company=OuterRef("pk"), document_type=DocumentKind.ANNUAL_REPORT, duplicate_of__isnull=True
        ).order_by()
        counted = annual.values("company").annotate(number=Count("pk")).values("number")
        newest = annual.filter(fiscal_year__isnull=False).order_by("-fiscal_year").values("fiscal_year")
        return (
            super()
            .get_queryset(request)
            .prefetch_related("listings__exchange")
            .annotate(annual_count=Coalesce(Subquery(counted), 0), newest=Subquery(newest[:1]))
        )

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        return with_help(field, HELP.get(db_field.name, ""))

    @admin.display(description="Listings")
    def tickers(self, company: Company) -> str:
        return company.listings_text

    @admin.display(description="Annual reports", ordering="annual_count")
    def annual_reports(self, company: Company) -> str:
        address = reverse("admin:documents_document_changelist")
        return format_html(
            '<a class="underline" href="{}?company__id__exact={}">{}</a>',
            address,
            company.pk,
            company.annual_count,  # type: ignore[attr-defined]  # annotated
        )

    @admin.display(description="Newest year", ordering="newest")
    def newest_year(self, company: Company) -> int | None:
        return company.newest  # type: ignore[attr-defined]  # annotated

    @admin.display(description="Statements")
    def statements(self, company: Company) -> str:
        return format_html(
            '<a class="underline" href="{}">Open the table</a>',
            reverse("extraction:statements", args=[company.slug]),
        )

    @action(description="Open the statements", url_path="statements")
    def open_statements(self, request: HttpRequest, object_id: int) -> HttpResponseRedirect:
        company = get_object_or_404(Company, pk=object_id)
        return redirect("extraction:statements", slug=company.slug)

    @action(description="Follow the tone", url_path="tone")
    def open_tone(self, request: HttpRequest, object_id: int) -> HttpResponseRedirect:
        return redirect("tone:company", slug=get_object_or_404(Company, pk=object_id).slug)


@admin.register(Exchange)
class ExchangeAdmin(ModelAdmin):
    list_display = ["mic", "name", "country", "timezone"]
    search_fields = ["mic", "name"]


class RatesForm(forms.ModelForm):
    """A file of rates in place of a single one."""

    file = forms.FileField(
        widget=UnfoldAdminFileFieldWidget,
        help_text="eurofxref-hist.csv (all days since 1999) or eurofxref.csv (one day), unpacked, as the"
        " European Central Bank offers them for download.",
    )

    class Meta:
        model = ExchangeRate
        fields: tuple[str, ...] = ()

    def clean_file(self) -> str:
        try:
            text = str(self.cleaned_data["file"].read().decode("utf-8-sig"))
            deque(read_ecb_csv(text), maxlen=0)
        except UnicodeDecodeError:
            raise forms.ValidationError("This is no text file. Unpack the bank's archive first.") from None
        except BadInput as error:
            raise forms.ValidationError(error.message) from None
        return text


@admin.register(ExchangeRate)
class ExchangeRateAdmin(ModelAdmin):
    """Rates come by file and are not edited."""

    form = RatesForm
    list_display = ["day", "currency", "rate", "source", "imported_at"]
    list_filter = ["currency", "source"]
    date_hierarchy = "day"
    fields = ["file"]

    def has_change_permission(self, request: HttpRequest, obj: ExchangeRate | None = None) -> bool:
        return False

    def get_fields(self, request: HttpRequest, obj: ExchangeRate | None = None) -> list[str]:
        return ["file"] if obj is None else ["currency", "day", "rate", "source", "imported_at"]

    def save_model(self, request: HttpRequest, obj: ExchangeRate, form: RatesForm, change: bool) -> None:
        imported = import_ecb_rates(form.cleaned_data["file"])
        record(
            Action.ADDED,
            by=request.user,
            detail=f"{imported.new} exchange rates from a file, {imported.first} to {imported.last}.",
            request=request,
        )
        messages.success(
            request,
            f"{imported.rates} rates of {imported.currencies} currencies from {imported.first} to"
            f" {imported.last}, {imported.new} of them new.",
        )

    def log_addition(self, request: HttpRequest, obj: Model, message: object) -> None:
        """There is no single row to point at."""

    def response_add(
        self, request: HttpRequest, obj: ExchangeRate, post_url_continue: str | None = None
    ) -> HttpResponseRedirect:
        return redirect("admin:companies_exchangerate_changelist")
