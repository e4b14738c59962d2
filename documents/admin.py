"""Documents in the admin: what was found, what came of it, and uploading by hand."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from unfold.admin import ModelAdmin, TabularInline
from unfold.decorators import display
from unfold.widgets import UnfoldAdminFileFieldWidget

from documents.content import check_is_pdf
from documents.decide import decide_as_person
from documents.errors import NotAPdf
from documents.models import CrawlRun, Document, DocumentStatus, DocumentVersion
from documents.upload import accept_upload
from jobs.launch_mixin import LaunchMixin


class UploadForm(forms.ModelForm):
    """A new document is an uploaded PDF or an address to download from."""

    file = forms.FileField(
        label="PDF",
        required=False,
        widget=UnfoldAdminFileFieldWidget,
        help_text="Or leave it empty and enter the address of the PDF below.",
    )

    class Meta:
        model = Document
        fields = ["company", "title", "url", "published_on"]

    def clean_file(self) -> UploadedFile | None:
        file = self.cleaned_data["file"]
        if file is not None:
            try:
                check_is_pdf(file)
            except NotAPdf as error:
                raise ValidationError(error.message, code=error.code) from error
        return file

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not cleaned.get("file") and not cleaned.get("url"):
            raise ValidationError("Choose a PDF or enter the address of one.")
        return cleaned


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


@admin.register(Document)
class DocumentAdmin(LaunchMixin, ModelAdmin):
    list_display = [
        "title_or_address",
        "company",
        "document_type",
        "fiscal_year",
        "state",
        "file",
        "failure_message",
    ]
    list_filter = ["status", "document_type", "company", "fiscal_year"]
    search_fields = ["title", "url", "link_text", "company__name"]
    list_select_related = ["company", "current_version"]
    autocomplete_fields = ["company"]
    view_on_site = False
    inlines = [VersionInline]
    actions = ["process", "download", "classify", "extract", "ignore"]
    readonly_fields = [
        "status", "failure_code", "failure_message", "type_confidence", "type_decided_by", "evidence",
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
                    "evidence",
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
        uploaded = accept_upload(
            form.cleaned_data["company"],
            file,
            file.name,
            title=form.cleaned_data.get("title", ""),
            published_on=form.cleaned_data.get("published_on"),
            by=request.user,
        )
        form.instance = uploaded.document
        return uploaded.document

    def save_model(self, request: HttpRequest, obj: Document, form: forms.ModelForm, change: bool) -> None:
        decide_as_person(obj, form.changed_data)
        super().save_model(request, obj, form, change)

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

    @admin.display(description="Evidence")
    def evidence(self, document: Document) -> str:
        return "; ".join(document.type_evidence) or "—"

    @admin.action(description="Process: download, classify, read", permissions=["change"])
    def process(self, request: HttpRequest, documents: QuerySet[Document]) -> HttpResponse | None:
        return self.launch_for_selected(
            request, documents, "extraction.process_document", argument="document_id"
        )

    @admin.action(description="Download", permissions=["change"])
    def download(self, request: HttpRequest, documents: QuerySet[Document]) -> HttpResponse | None:
        return self.launch_for_selected(request, documents, "download_pdf", argument="document_id")

    @admin.action(description="Classify", permissions=["change"])
    def classify(self, request: HttpRequest, documents: QuerySet[Document]) -> HttpResponse | None:
        return self.launch_for_selected(request, documents, "classify_document", argument="document_id")

    @admin.action(description="Read the statements", permissions=["change"])
    def extract(self, request: HttpRequest, documents: QuerySet[Document]) -> HttpResponse | None:
        return self.launch_for_selected(
            request, documents, "extract_financial_statements", argument="document_id"
        )

    @admin.action(description="Ignore from now on", permissions=["change"])
    def ignore(self, request: HttpRequest, documents: QuerySet[Document]) -> None:
        count = documents.update(status=DocumentStatus.IGNORED)
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
