"""What a person says a document is."""

from collections.abc import Iterable

from documents.models import DecidedBy, Document, PublicationDateSource

# Fields that a rule fills in otherwise.
_DECIDABLE = frozenset({"document_type", "fiscal_year", "period_end"})


def decide_as_person(document: Document, changed: Iterable[str]) -> None:
    """Mark what a person changed, so that no rule changes it again. The caller saves."""
    changed = set(changed)
    if changed & _DECIDABLE:
        document.type_decided_by = DecidedBy.PERSON
        document.type_confidence = 1.0
    if "published_on" in changed:
        document.published_on_source = (
            PublicationDateSource.PERSON if document.published_on else PublicationDateSource.UNKNOWN
        )
