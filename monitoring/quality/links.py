"""Where a finding leads: the page of what it is about, by its kind and id alone."""

from django.contrib.contenttypes.models import ContentType
from django.urls import reverse

from monitoring.models import QualityFinding

# By the table of the subject. Others have no page of their own.
_CHANGE_PAGES = {
    ("companies", "company"): "admin:companies_company_change",
    ("companies", "exchangerate"): "admin:companies_exchangerate_change",
    ("documents", "document"): "admin:documents_document_change",
    ("extraction", "fact"): "extraction:proof",
    ("market", "instrument"): "prices:chart",
}


def address_of(finding: QualityFinding) -> str:
    """The address of the subject's page; empty where it has none. No question to the database, beyond
    the table of kinds that Django keeps."""
    kind = ContentType.objects.get_for_id(finding.subject_type_id)
    if (kind.app_label, kind.model) == ("extraction", "reviewitem"):
        return f"{reverse('review:queue')}?item={finding.subject_id}"
    name = _CHANGE_PAGES.get((kind.app_label, kind.model))
    return reverse(name, args=[finding.subject_id]) if name else ""
