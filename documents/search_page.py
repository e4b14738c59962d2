"""The search page of the workbench: passages of all reports, and what is like them."""

from dataclasses import dataclass

from django import forms
from django.contrib import admin
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from companies.models import Company, choices
from documents.full_text import Filters
from documents.models import Document, DocumentText, Passage
from documents.search import Found, search
from documents.similar import similar_documents, similar_passages
from engine.kinds import DocumentKind
from engine.text.query import LONGEST_QUERY
from engine.text.ranking import Mark

SHOWN = 20
LONGEST_SHOWN = 400  # characters of a passage that is only like another

may_view = permission_required("documents.view_document", raise_exception=True)


class SearchForm(forms.Form):
    """What is looked for, and in which documents."""

    q = forms.CharField(
        label="Words",
        max_length=LONGEST_QUERY,
        required=False,
        help_text="“Words in quotation marks” stand so; a star stands for any ending; -word keeps out.",
    )
    company = forms.ModelChoiceField(
        Company.objects.order_by("name"), required=False, empty_label="All companies"
    )
    year = forms.TypedChoiceField(required=False, coerce=int, empty_value=None)
    kind = forms.ChoiceField(choices=[("", "All kinds"), *choices(DocumentKind)], required=False)

    def __init__(self, *arguments: object, **options: object) -> None:
        super().__init__(*arguments, **options)  # type: ignore[arg-type]
        years = Document.objects.filter(text__isnull=False, fiscal_year__isnull=False)
        known = years.order_by("-fiscal_year").values_list("fiscal_year", flat=True).distinct()
        self.fields["year"].choices = [("", "All years"), *((year, str(year)) for year in known)]  # type: ignore[attr-defined]

    def filters(self) -> Filters:
        data = self.cleaned_data
        return Filters(
            companies=(data["company"].pk,) if data["company"] else (),
            years=(data["year"],) if data["year"] else (),
            kinds=(data["kind"],) if data["kind"] else (),
        )


@dataclass(frozen=True, slots=True)
class Row:
    """A passage as the page shows it. `address` opens its page of the document, `like` what is like it."""

    passage: Passage
    marks: tuple[Mark, ...]
    address: str
    like: str
    likeness: int | None = None


@may_view
def search_page(request: HttpRequest) -> HttpResponse:
    """Hits for what was typed, or passages like one, or documents like one."""
    form = SearchForm(request.GET or None)
    context = {
        **admin.site.each_context(request),
        "title": "Search reports",
        "form": form,
        "indexed": DocumentText.objects.count(),
        "asked": "",
    }
    if form.is_valid():
        context |= _answer(request, form)
    return render(request, "admin/documents/search.html", context)


def _answer(request: HttpRequest, form: SearchForm) -> dict[str, object]:
    if (number := request.GET.get("like", "")).isdecimal() and len(number) < 19:
        passage = get_object_or_404(Passage.objects.select_related("document__company"), pk=number)
        similar = similar_passages(passage, form.filters())
        return {
            "like": _row(passage, _plain(passage)),
            "rows": [_row(one.passage, _plain(one.passage), round(100 * one.likeness)) for one in similar],
            "documents": similar_documents(passage.document, limit=5),
        }
    text = form.cleaned_data["q"].strip()
    if not text:
        return {}
    found: Found = search(text, form.filters(), limit=SHOWN)
    return {
        "asked": text,
        "found": found,
        "rows": [_row(hit.passage, hit.excerpt) for hit in found.hits],
    }


def _row(passage: Passage, marks: tuple[Mark, ...], likeness: int | None = None) -> Row:
    file = reverse("document-file", args=[passage.document_id])
    like = f"{reverse('search:page')}?like={passage.pk}"
    return Row(passage, marks, f"{file}#page={passage.page}", like, likeness)


def _plain(passage: Passage) -> tuple[Mark, ...]:
    text = passage.text[:LONGEST_SHOWN]
    return (Mark(text if text == passage.text else text.rpartition(" ")[0] + " …", False),)
