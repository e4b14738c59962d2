"""Forms with which people bring reports."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget

from companies.models import Company
from documents.content import check_is_pdf
from documents.errors import NotAPdf
from documents.models import Document


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


class _SeveralFiles(UnfoldAdminFileFieldWidget):
    allow_multiple_selected = True


class _FilesField(forms.FileField):
    """Any number of files, none included."""

    widget = _SeveralFiles

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        return [super(_FilesField, self).clean(one, initial) for one in data or []]


class SeveralForm(forms.Form):
    """Many reports of one company: files, addresses, or both."""

    company = forms.ModelChoiceField(Company.objects.all(), widget=UnfoldAdminSelectWidget)
    files = _FilesField(label="PDFs", required=False)  # type: ignore[assignment]  # a declared field
    addresses = forms.CharField(
        required=False,
        widget=UnfoldAdminTextareaWidget,
        help_text="Addresses of PDFs, one in each line. Lines that begin with # are left out.",
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not cleaned.get("files") and not cleaned.get("addresses", "").strip():
            raise ValidationError("Choose PDFs or enter addresses.")
        return cleaned
