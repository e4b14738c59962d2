"""Shares in the admin: how up to date their prices are, updating them, bringing files."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from unfold.admin import TabularInline
from unfold.decorators import action, display

from audit.model_admin import ModelAdmin
from jobs.launch_mixin import LaunchMixin, Offer
from jobs.page_actions import PageActionsMixin
from market.files import take_in_file
from market.forms import PricesForm
from market.instruments import ensure_instruments
from market.models import CorporateAction, Instrument, PriceBar, PriceBasis
from market.providers.base import ProviderFailed
from market.staleness import Freshness, age_of
from market.store import Stored


class CorporateActionInline(TabularInline):
    model = CorporateAction
    extra = 0
    fields = ["kind", "ex_date", "value", "provider", "recorded_at"]
    readonly_fields = ["provider", "recorded_at"]


@admin.register(Instrument)
class InstrumentAdmin(PageActionsMixin, LaunchMixin, ModelAdmin):
    list_display = [
        "share",
        "company",
        "last_close",
        "newest_day",
        "state",
        "open_findings",
        "chart",
        "is_active",
    ]
    list_filter = ["is_active", "listing__exchange", "listing__company"]
    search_fields = ["listing__ticker", "listing__company__name"]
    list_select_related = ["listing__company", "listing__exchange"]
    ordering = ["listing__company__name", "-listing__is_primary", "listing__ticker"]
    launch_argument = "instrument_id"
    offers = [
        Offer("update", "update_market_data", "Update the prices now", {"force": True}),
        Offer(
            "history",
            "update_market_data",
            "Fetch the prices of all years",
            {"force": True, "since": "1990-01-01"},
        ),
    ]
    actions_list = ["bring_file"]
    actions_detail = ["open_chart"]
    readonly_fields = ["listing", "checked_at", "updated_at"]
    inlines = [CorporateActionInline]
    fieldsets = [
        (None, {"fields": ["listing", "quote_factor", "symbols", "is_active"]}),
        ("Prices", {"fields": [("checked_at", "updated_at")]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Instrument]:
        final = PriceBar.objects.filter(instrument=OuterRef("pk"), is_current=True, is_final=True)
        newest = final.order_by("-day", "provider__priority")
        return (
            super()
            .get_queryset(request)
            .annotate(
                newest=Subquery(newest.values("day")[:1]),
                newest_close=Subquery(newest.values("close")[:1]),
                unsolved=Count("findings", filter=Q(findings__resolved_at__isnull=True)),
            )
        )

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Shares follow from the listings of companies."""
        return False

    def has_bring_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("market.add_pricebar"))

    @admin.display(description="Share", ordering="listing__ticker")
    def share(self, instrument: Instrument) -> str:
        return str(instrument)

    @admin.display(description="Company", ordering="listing__company__name")
    def company(self, instrument: Instrument) -> str:
        return str(instrument.listing.company)

    @admin.display(description="Last close", ordering="newest_close")
    def last_close(self, instrument: Any) -> str:
        if instrument.newest_close is None:
            return "—"
        value = instrument.newest_close * instrument.quote_factor
        return f"{value.normalize():f} {instrument.currency}".strip()

    @admin.display(description="Of", ordering="newest")
    def newest_day(self, instrument: Any) -> str:
        return "—" if instrument.newest is None else f"{instrument.newest:%Y-%m-%d}"

    @display(
        description="Prices",
        label={
            Freshness.CURRENT.value: "success",
            Freshness.STALE.value: "warning",
            Freshness.NEVER.value: "info",
            Freshness.UNKNOWN.value: "info",
        },
    )
    def state(self, instrument: Any) -> tuple[str, str]:
        age = age_of(instrument, instrument.newest, timezone.now())
        return age.freshness.value, age.words

    @admin.display(description="Findings", ordering="unsolved")
    def open_findings(self, instrument: Any) -> str:
        return format_html(
            '<a class="underline" href="{}?instrument__id__exact={}&amp;resolved_at__isempty=1">{}</a>',
            reverse("admin:market_pricefinding_changelist"),
            instrument.pk,
            instrument.unsolved,
        )

    @admin.display(description="Chart")
    def chart(self, instrument: Instrument) -> str:
        return format_html(
            '<a class="underline" href="{}">Open the chart</a>', reverse("prices:chart", args=[instrument.pk])
        )

    @action(description="Open the price chart", url_path="chart")
    def open_chart(self, request: HttpRequest, object_id: int) -> HttpResponseRedirect:
        return redirect("prices:chart", instrument_id=object_id)

    @action(description="Take in a file", url_path="file", permissions=["bring"])
    def bring_file(self, request: HttpRequest) -> HttpResponse:
        """The prices of one share from a file."""
        if not self.has_bring_permission(request):
            raise PermissionDenied
        ensure_instruments(timezone.now().date())
        form = PricesForm(request.POST or None, request.FILES or None, initial=request.GET.dict())
        if request.method == "POST" and form.is_valid() and self._taken(request, form):
            return redirect("prices:chart", instrument_id=form.cleaned_data["instrument"].pk)
        context = {**self.admin_site.each_context(request), "title": "Take in a file of prices", "form": form}
        return render(request, "admin/market/file.html", context)

    def _taken(self, request: HttpRequest, form: PricesForm) -> bool:
        given = form.cleaned_data
        try:
            stored = take_in_file(
                given["instrument"],
                given["file"],
                at=timezone.now(),
                basis=PriceBasis(given["basis"]),
                by=request.user,
            )
        except ProviderFailed as failure:
            form.add_error("file", failure.message)
            return False
        _tell(request, given["instrument"], stored)
        return True


def _tell(request: HttpRequest, instrument: Instrument, stored: Stored) -> None:
    messages.success(
        request,
        f"{stored.new} prices are new, {stored.corrected} corrected, {stored.unchanged} were known.",
    )
    if stored.refused or stored.gaps:
        messages.warning(
            request,
            format_html(
                "{} prices were refused, and {} days of trading have no price."
                ' <a class="underline" href="{}?instrument__id__exact={}">Which and why</a>',
                stored.refused,
                stored.gaps,
                reverse("admin:market_pricefinding_changelist"),
                instrument.pk,
            ),
        )
