"""What waits for a decision."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from unfold.decorators import display

from extraction.admin.history import ReadOnlyAdmin
from extraction.models import Correction, CorrectionState, ReviewItem, ReviewState
from extraction.review.decide import decide
from extraction.review.person import person_of


@admin.register(ReviewItem)
class ReviewItemAdmin(ReadOnlyAdmin):
    list_display = ["question", "company", "about", "reason", "condition", "created_at"]
    list_display_links = None
    list_filter = ["state", "kind", "company"]
    list_select_related = ["company", "document"]
    search_fields = ["reason", "document__title", "company__name"]
    actions = ["accept", "reject"]

    @admin.display(description="Question", ordering="kind")
    def question(self, item: ReviewItem) -> str:
        address = f"{reverse('review:queue')}?item={item.pk}"
        return format_html('<a class="underline" href="{}">{}</a>', address, item.get_kind_display())

    @admin.display(description="Document")
    def about(self, item: ReviewItem) -> str:
        if item.document is None:
            return "—"
        address = reverse("admin:documents_document_change", args=[item.document_id])
        return format_html('<a class="underline" href="{}">{}</a>', address, item.document)

    @display(
        description="State",
        ordering="state",
        label={ReviewState.OPEN: "warning", ReviewState.ACCEPTED: "success", ReviewState.REJECTED: "info"},
    )
    def condition(self, item: ReviewItem) -> tuple[str, str]:
        return item.state, item.get_state_display()

    @admin.action(description="Accept as it is", permissions=["decide"])
    def accept(self, request: HttpRequest, items: QuerySet[ReviewItem]) -> None:
        count = decide(items, ReviewState.ACCEPTED, by=person_of(request)).count
        self.message_user(request, f"{count} questions accepted.")

    @admin.action(description="Reject", permissions=["decide"])
    def reject(self, request: HttpRequest, items: QuerySet[ReviewItem]) -> None:
        count = decide(items, ReviewState.REJECTED, by=person_of(request)).count
        self.message_user(request, f"{count} questions rejected.")

    def has_decide_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("extraction.change_reviewitem")


@admin.register(Correction)
class CorrectionAdmin(ReadOnlyAdmin):
    """What people corrected; each opens on its own page, with its place and its history."""

    list_display = ["place", "company", "statement", "before", "after", "condition", "author", "created_at"]
    list_display_links = None
    list_filter = ["state", "action", "statement", "everywhere", "company"]
    list_select_related = ["company", "author"]
    search_fields = ["label", "reason", "company__name"]

    @admin.display(description="Line", ordering="label")
    def place(self, correction: Correction) -> str:
        address = reverse("review:correction", args=[correction.pk])
        name = correction.label or correction.get_statement_display()
        column = f", {correction.heading}" if correction.heading else ""
        return format_html('<a class="underline" href="{}">{}{}</a>', address, name, column)

    @admin.display(description="Was read as")
    def before(self, correction: Correction) -> str:
        return correction.said_before

    @admin.display(description="Corrected to")
    def after(self, correction: Correction) -> str:
        return correction.says

    @display(
        description="State",
        ordering="state",
        label={CorrectionState.ACTIVE: "success", CorrectionState.CONFLICT: "warning"},
    )
    def condition(self, correction: Correction) -> tuple[str, str]:
        return correction.state, correction.get_state_display()

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        return HttpResponseRedirect(reverse("review:correction", args=[int(object_id)]))
