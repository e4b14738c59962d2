"""The notes on new reports, for the pages of companies and documents, which know nothing of them."""

from django import template
from django.db.models import QuerySet

from companies.models import Company
from documents.models import Document
from monitoring.models import DeltaNote

register = template.Library()
SHOWN = 5


@register.simple_tag
def notes_on_company(company: Company) -> QuerySet[DeltaNote]:
    """The newest of its notes."""
    return company.delta_notes.order_by("-made_at", "-pk")[:SHOWN]


@register.simple_tag
def note_on_document(document: Document) -> DeltaNote | None:
    """The newest note on it, None where there is none."""
    return document.delta_notes.order_by("-version").first()
