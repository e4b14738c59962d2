"""Documents in the admin: what was found, what came of it, and uploading by hand."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from unfold.admin import TabularInline
from unfold.contrib.filters.admin import AutocompleteSelectFilter
from unfold.decorators import action, display

from audit.actions import Action
from audit.changing import change_rows
from audit.model_admin import AuditMixin, ModelAdmin
from documents.decide import decide_as_person
from documents.errors import StorageFull
from documents.forms import SeveralForm, UploadForm
from documents.intake import TakenIn, take_in_addresses, take_in_file, take_in_files
from documents.models import CrawlRun, Document, DocumentStatus, DocumentVersion, ReplacedFile
from jobs.field_help import with_help
from jobs.large_lists import LargeListMixin
from jobs.launch_mixin import LaunchMixin, Offer
from jobs.page_actions import PageActionsMixin
from jobs.states import Trigger


class VersionInline(TabularInline):
    model = DocumentVersion
    fk_name = "document"
    extra = 0
    can_delete = False
    fields = readonly_fields = [
        "sha256",
        "size",
        "page_count",
        "text_share",
        "encrypted",
        "copying_forbidden",
        "source",
        "fetched_at",
    ]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


HELP = {
    "company": "Whose report it is.",
    "title": "As it is called on its cover or on the site. Left empty, the address stands for it.",
    "document_type": "Only reports of a year, a half-year or a quarter are read; the others are kept.",
    "fiscal_year": "The year in which the fiscal year ends, also for its half-years and quarters.",
    "period_end": "The last day the statements are about.",
    "published_on": "When the company published it. Which of two figures is the newer one depends on it;"
    " where it is empty, the earliest day possible is taken.",
    "language": "Two letters, such as en or de.",
    "currency": "Three letters, such as EUR. What is printed at a statement wins over it.",
    "framework": "What is printed in the report wins over it.",
    "url": "The PDF itself, not the page that links to it.",
}


@admin.register(Document)
class DocumentAdmin(PageActionsMixin, LaunchMixin, LargeListMixin, ModelAdmin):
    list_display = [
        "title_or_address",
        "company",
        "document_type",
        "fiscal_year",
        "state",
        "file",
        "failure_message",
    ]
    list_filter = ["status", "document_type", ("company", AutocompleteSelectFilter), "fiscal_year"]
    list_filter_submit = True
    # By key: the newest first, and in the order of an index.
    ordering = ["-pk"]
    searched = 50_000
    search_help_text = "Number, or a word of title, address or company in the newest 50,000 listed"
    search_fields = ["title", "url", "company__name"]
    list_select_related = ["company", "current_version"]
    autocomplete_fields = ["company"]
    view_on_site = False
    inlines = [VersionInline]
    launch_argument = "document_id"
    offers = [
        Offer("process", "extraction.process_document", "Process: download, classify, read"),
        Offer("download", "download_pdf", "Download"),
        Offer("classify", "classify_document", "Classify"),
        Offer("extract", "extract_financial_statements", "Read the statements"),
    ]
    actions = ["ignore"]
    actions_list = ["bring_several"]
    actions_detail = ["open_tone"]
    readonly_fields = [
        "status", "failure_code", "failure_message", "type_confidence", "type_decided_by",
        "url_normalised", "link_text", "link_context", "found_on", "current_version", "duplicate_of",
        "created_at", "updated_at", "file",
    ]  # fmt: skip
    fieldsets = [
        (None, {"fields": ["company", "title", ("status", "file"), "failure_message"]}),
        (
            "What it is",
            {
                "fields": [
                    "document_type",
                    ("type_decided_by", "type_confidence"),
                    "fiscal_year",
                    "period_end",
                    "published_on",
                    ("language", "currency"),
                    "framework",
                ],
                "description": "What you enter here is never overwritten by a rule.",
            },
        ),
        (
            "Where it was found",
            {
                "fields": ["url", "link_text", "link_context", "found_on", "duplicate_of"],
                "classes": ["collapse"],
            },
        ),
    ]

    def get_form(
        self, request: HttpRequest, obj: Document | None = None, change: bool = False, **kwargs: Any
    ):
        if obj is None:
            kwargs["form"] = UploadForm
        return super().get_form(request, obj, change=change, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: Document | None = None):
        if obj is None:
            return [(None, {"fields": ["company", "file", "title", "url", "published_on"]})]
        return super().get_fieldsets(request, obj)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        return with_help(field, HELP.get(db_field.name, ""))

    def get_readonly_fields(self, request: HttpRequest, obj: Document | None = None):
        return [] if obj is None else super().get_readonly_fields(request, obj)

    def get_inlines(self, request: HttpRequest, obj: Document | None):
        return [] if obj is None else super().get_inlines(request, obj)

    def save_form(self, request: HttpRequest, form: forms.ModelForm, change: bool) -> Document:
        """An upload goes through the same step as one by the API."""
        document = super().save_form(request, form, change)
        file = form.cleaned_data.get("file") if not change else None
        if file is None:
            return document
        uploaded = take_in_file(
            form.cleaned_data["company"],
            file,
            file.name,
            title=form.cleaned_data.get("title", ""),
            published_on=form.cleaned_data.get("published_on"),
            by=request.user,
            trigger=Trigger.ADMIN,
        )
        form.instance = uploaded.document
        return uploaded.document

    def log_addition(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        # The step that takes a file in keeps that in the trail, whoever brings it and by whatever way.
        return super(AuditMixin, self).log_addition(request, obj, message)

    def save_model(self, request: HttpRequest, obj: Document, form: forms.ModelForm, change: bool) -> None:
        decide_as_person(obj, form.changed_data)
        super().save_model(request, obj, form, change)

    @action(description="Add several", url_path="several", permissions=["add"])
    def bring_several(self, request: HttpRequest) -> HttpResponse:
        """Files and addresses of many reports at once."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = SeveralForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid():
            self._tell_taken(request, form.cleaned_data)
            return redirect("admin:documents_document_changelist")
        context = {**self.admin_site.each_context(request), "title": "Add several reports", "form": form}
        return render(request, "admin/documents/several.html", context)

    @action(description="Open the tone", url_path="tone")
    def open_tone(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return redirect("tone:document", document_id=get_object_or_404(Document, pk=object_id).pk)

    def _tell_taken(self, request: HttpRequest, brought: dict[str, Any]) -> None:
        taken = TakenIn()
        try:
            files = [(file.name, file) for file in brought["files"]]
            taken += take_in_files(brought["company"], files, by=request.user, trigger=Trigger.ADMIN)
            lines = brought["addresses"].splitlines()
            taken += take_in_addresses(brought["company"], lines, by=request.user, trigger=Trigger.ADMIN)
        except StorageFull as error:
            messages.error(request, error.message)
        new = len(taken.documents) - taken.known
        messages.success(request, f"{new} reports are processed now; {taken.known} were known already.")
        for one in taken.refused[:20]:
            messages.warning(request, f"{one.name}: {one.reason}")

    @admin.display(description="Document", ordering="title")
    def title_or_address(self, document: Document) -> str:
        return str(document)

    @display(
        description="State",
        ordering="status",
        label={
            DocumentStatus.DISCOVERED: "info",
            DocumentStatus.DOWNLOADED: "info",
            DocumentStatus.CLASSIFIED: "info",
            DocumentStatus.EXTRACTED: "success",
            DocumentStatus.FAILED: "danger",
            DocumentStatus.IGNORED: "warning",
        },
    )
    def state(self, document: Document) -> tuple[str, str]:
        return document.status, document.get_status_display()

    @admin.display(description="File")
    def file(self, document: Document) -> str:
        if document.current_version is None:
            return "—"
        pages = document.current_version.page_count
        return format_html(
            '<a class="underline" href="{}" target="_blank" rel="noopener">PDF</a>{}{}',
            reverse("document-file", args=[document.pk]),
            f", {pages} pages" if pages else "",
            ", its author forbids copying" if document.current_version.copying_forbidden else "",
        )

    @admin.action(description="Ignore from now on", permissions=["change"])
    def ignore(self, request: HttpRequest, documents: QuerySet[Document]) -> None:
        count = change_rows(documents, {"status": DocumentStatus.IGNORED}, by=request.user)
        self.message_user(request, f"{count} documents are ignored from now on.")


@admin.register(CrawlRun)
class CrawlRunAdmin(ModelAdmin):
    list_display = ["company", "started_at", "outcome", "pages_visited", "found", "created", "reason"]
    list_filter = ["outcome", "company"]
    list_select_related = ["company"]
    date_hierarchy = "started_at"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: CrawlRun | None = None) -> bool:
        return False


@admin.register(ReplacedFile)
class ReplacedFileAdmin(ModelAdmin):
    """Alerts: the site has put another file under a known address."""

    list_display = ["document", "company", "found_at", "before_file", "after_file", "seen_at", "seen_by"]
    list_filter = [("seen_at", admin.EmptyFieldListFilter), "document__company"]
    list_select_related = ["document__company", "before", "after", "seen_by"]
    date_hierarchy = "found_at"
    actions = ["mark_as_seen"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: ReplacedFile | None = None) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: ReplacedFile | None = None) -> list[str]:
        return [field.name for field in ReplacedFile._meta.fields]

    @admin.display(description="Company", ordering="document__company__name")
    def company(self, replaced: ReplacedFile) -> str:
        return str(replaced.document.company)

    @admin.display(description="Before")
    def before_file(self, replaced: ReplacedFile) -> str:
        return _in_words(replaced.before)

    @admin.display(description="Now")
    def after_file(self, replaced: ReplacedFile) -> str:
        return _in_words(replaced.after)

    @admin.action(description="Mark as seen", permissions=["change"])
    def mark_as_seen(self, request: HttpRequest, replaced: QuerySet[ReplacedFile]) -> None:
        seen = {"seen_at": timezone.now(), "seen_by": request.user}
        count = change_rows(
            replaced.filter(seen_at__isnull=True), seen, by=request.user, action=Action.DECIDED
        )
        self.message_user(request, f"{count} replaced files are marked as seen.")


def _in_words(version: DocumentVersion) -> str:
    pages = f"{version.page_count} pages, " if version.page_count else ""
    return f"{pages}{version.size:,} bytes, {version.sha256[:12]}"
