"""What waits for a decision."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from unfold.decorators import display

from extraction.admin.history import ReadOnlyAdmin
from extraction.models import ReviewItem, ReviewState
from extraction.review import decide


@admin.register(ReviewItem)
class ReviewItemAdmin(ReadOnlyAdmin):
    list_display = ["question", "company", "about", "reason", "condition", "created_at"]
    list_filter = ["state", "kind", "company"]
    list_select_related = ["company", "document"]
    search_fields = ["reason", "document__title", "company__name"]
    actions = ["accept", "reject"]

    @admin.display(description="Question", ordering="kind")
    def question(self, item: ReviewItem) -> str:
        return item.get_kind_display()

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
        count = decide(items, ReviewState.ACCEPTED, by=request.user)
        self.message_user(request, f"{count} questions accepted.")

    @admin.action(description="Reject", permissions=["decide"])
    def reject(self, request: HttpRequest, items: QuerySet[ReviewItem]) -> None:
        count = decide(items, ReviewState.REJECTED, by=request.user)
        self.message_user(request, f"{count} questions rejected.")

    def has_decide_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("extraction.change_reviewitem")
