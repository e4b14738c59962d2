"""The ledger of restatements: what was said first, what was said later, by how much and of what sort."""

import csv
from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Case, Count, ExpressionWrapper, F, FloatField, Q, QuerySet, Value, When
from django.db.models.functions import Abs, Cast
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.template.loader import render_to_string
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import AutocompleteSelectFilter, RangeDateFilter
from unfold.decorators import display

from engine.kinds import RestatementKind
from extraction.admin.history import ReadOnlyAdmin
from extraction.amounts import change_in_percent, pair_in_words
from extraction.exports.content import exact
from extraction.exports.safe_text import harmless
from extraction.models import Restatement

KIND_COLOURS = {
    RestatementKind.SUSPECTED_ERROR: "danger",
    RestatementKind.SILENT: "warning",
    RestatementKind.DECLARED: "info",
    RestatementKind.RECLASSIFICATION: "info",
    RestatementKind.CURRENCY_CHANGE: "",
    RestatementKind.FRAMEWORK_CHANGE: "info",
    RestatementKind.ROUNDING: "",
}
KIND_FILLS = {
    RestatementKind.SUSPECTED_ERROR: "bad",
    RestatementKind.SILENT: "warn",
    RestatementKind.DECLARED: "good",
    RestatementKind.RECLASSIFICATION: "soft",
    RestatementKind.FRAMEWORK_CHANGE: "found",
    RestatementKind.CURRENCY_CHANGE: "faint",
    RestatementKind.ROUNDING: "off",
}


class KindFilter(admin.SimpleListFilter):
    """The sort of change. What is only rounding is left out unless it is asked for."""

    title = "class"
    parameter_name = "class"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        kinds = [(kind.value, kind.value.replace("_", " ").capitalize()) for kind in RestatementKind]
        return [*kinds, ("every", "All, with rounding")]

    def choices(self, changelist: Any) -> Iterator[Any]:
        shown = super().choices(changelist)
        yield {**next(shown), "display": "All but rounding"}
        yield from shown

    def queryset(self, request: HttpRequest, queryset: QuerySet[Restatement]) -> QuerySet[Restatement]:
        asked = self.value()
        if asked == "every":
            return queryset
        if asked in list(RestatementKind):
            return queryset.filter(kind=asked)
        return queryset.exclude(kind=RestatementKind.ROUNDING)


class SizeFilter(admin.SimpleListFilter):
    """How large the change is, measured by the figure that was given first."""

    title = "size"
    parameter_name = "size"
    spans: dict[str, tuple[str, Q]] = {
        "20": ("20 % or more", Q(size__gte=0.2)),
        "5": ("5 to 20 %", Q(size__gte=0.05, size__lt=0.2)),
        "1": ("1 to 5 %", Q(size__gte=0.01, size__lt=0.05)),
        "0": ("Less than 1 %", Q(size__lt=0.01)),
        "nothing": ("From nothing", Q(size__isnull=True)),
    }

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(name, label) for name, (label, _) in self.spans.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Restatement]) -> QuerySet[Restatement]:
        span = self.spans.get(self.value() or "")
        return queryset if span is None else queryset.filter(span[1])


@admin.register(Restatement)
class RestatementAdmin(ReadOnlyAdmin):
    list_display = ["line", "company", "period", "first", "later", "change", "sort", "known"]
    list_filter = [
        KindFilter,
        SizeFilter,
        "statement",
        ("company", AutocompleteSelectFilter),
        ("new_fact__published_on", RangeDateFilter),
    ]
    list_filter_submit = True
    list_select_related = ["company", "old_fact__document", "new_fact__document"]
    list_per_page = 50
    show_full_result_count = False
    search_fields = ["label", "explanation", "company__name"]
    search_help_text = "Line, company, what is known"
    ordering = ["-new_fact__published_on", "-period_end", "pk"]
    list_before_template = "admin/extraction/restatements_by_class.html"
    fieldsets = [
        (None, {"fields": ["company", "statement", "line", "period", "first", "later", "change"]}),
        ("Of what sort", {"fields": ["sort", "explanation", "found_at"]}),
    ]
    readonly_fields = ["line", "period", "first", "later", "change", "sort"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Restatement]:
        old, new = (Cast(F(name), FloatField()) for name in ("old_value", "new_value"))
        size = ExpressionWrapper(Abs(new - old) / Abs(old), output_field=FloatField())
        return (
            super()
            .get_queryset(request)
            .filter(old_fact__superseded_at__isnull=True, new_fact__superseded_at__isnull=True)
            .annotate(size=Case(When(old_value=0, then=Value(None)), default=size, output_field=FloatField()))
        )

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.csv_view)
        return [path("export.csv", view, name="extraction_restatement_csv"), *super().get_urls()]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The list, under how many there are of each class."""
        counts = Restatement.objects.filter(
            old_fact__superseded_at__isnull=True, new_fact__superseded_at__isnull=True
        )
        by_kind = dict(counts.values_list("kind").annotate(Count("pk")).order_by())
        parts = [
            (fill, kind.value.replace("_", " ").capitalize(), by_kind.get(kind.value, 0))
            for kind, fill in KIND_FILLS.items()
        ]
        return super().changelist_view(request, {**(extra_context or {}), "by_class": parts})

    def csv_view(self, request: HttpRequest) -> StreamingHttpResponse:
        """The chosen restatements with exact figures, one on a line, in the order of the list."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        chosen = self.get_changelist_instance(request).queryset.select_related(*self.list_select_related)
        response = StreamingHttpResponse(_csv_lines(chosen), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = 'attachment; filename="restatements.csv"'
        return response

    @admin.display(description="Line", ordering="label")
    def line(self, restatement: Restatement) -> str:
        return restatement.label or "(no label)"

    @admin.display(description="Period to", ordering="period_end")
    def period(self, restatement: Restatement) -> str:
        return f"{restatement.period_end:%d %b %Y}"

    @admin.display(description="First given")
    def first(self, restatement: Restatement) -> SafeString:
        return _proof(restatement.old_fact, _amounts(restatement)[0])

    @admin.display(description="Later given", ordering="new_fact__published_on")
    def later(self, restatement: Restatement) -> SafeString:
        return _proof(restatement.new_fact, _amounts(restatement)[1])

    @admin.display(description="Change", ordering="size")
    def change(self, restatement: Restatement) -> str:
        share = change_in_percent(restatement.old_value, restatement.new_value)
        return format_html('<span class="tf-nowrap">{}</span>', share or "from nothing")

    @display(description="Class", ordering="kind", label=KIND_COLOURS)
    def sort(self, restatement: Restatement) -> tuple[str, str]:
        return restatement.kind, restatement.get_kind_display()

    @admin.display(description="What is known")
    def known(self, restatement: Restatement) -> SafeString:
        return format_html(
            '<span class="tf-known" title="{}">{}</span>', restatement.explanation, restatement.reason or "–"
        )


def _amounts(restatement: Restatement) -> tuple[str, str]:
    fact = restatement.new_fact
    return pair_in_words(restatement.old_value, restatement.new_value, fact.currency, fact.row_kind)


def _proof(fact: Any, amount: str) -> SafeString:
    return render_to_string("admin/extraction/proof_link.html", {"fact": fact, "amount": amount})


class _Line:
    """A file that hands back each line that is written to it."""

    def write(self, line: str) -> str:
        return line


CSV_COLUMNS = (
    *("company", "statement", "row", "label", "period_start", "period_end", "currency"),
    *("old_value", "new_value", "old_currency", "class", "explanation"),
    *("old_report", "old_published_on", "new_report", "new_published_on", "old_fact", "new_fact"),
)


def _csv_lines(restatements: QuerySet[Restatement]) -> Iterator[str]:
    """The mark tells spreadsheet programs that the letters are UTF-8."""
    writer = csv.writer(_Line(), lineterminator="\r\n")
    yield "\ufeff" + str(writer.writerow(CSV_COLUMNS))
    for one in restatements.iterator(chunk_size=1000):
        old, new = one.old_fact, one.new_fact
        yield str(
            writer.writerow(
                [
                    *(harmless(one.company.name), one.statement, harmless(one.row_key), harmless(one.label)),
                    *(one.period_start or "", one.period_end, new.currency),
                    *(exact(one.old_value), exact(one.new_value), old.currency),
                    *(one.kind, harmless(one.explanation)),
                    *(harmless(str(old.document)), old.published_on),
                    *(harmless(str(new.document)), new.published_on, old.pk, new.pk),
                ]
            )
        )
