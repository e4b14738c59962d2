"""Documents with text of known passages, without a file being read."""

import itertools
from collections.abc import Sequence

from companies.models import Company
from documents.models import Document, DocumentText, DocumentVersion
from documents.text import store_text
from engine.kinds import DocumentKind
from engine.text.reading import text_to_reading

_NUMBERS = itertools.count(1)


def company(name: str) -> Company:
    return Company.objects.get_or_create(name=name, slug=name.lower().replace(" ", "-"))[0]


def document_with_text(
    name: str,
    pages: Sequence[str],
    *,
    year: int = 2020,
    kind: DocumentKind = DocumentKind.ANNUAL_REPORT,
) -> DocumentText:
    """A document of a company whose pages have these texts."""
    number = next(_NUMBERS)
    document = Document.objects.create(
        company=company(name), title=f"{name} {year}", fiscal_year=year, document_type=kind.value
    )
    version = DocumentVersion.objects.create(
        document=document,
        sha256=f"{number:064x}",
        size=1,
        storage_name="none",
        source="upload",
        page_count=len(pages),
    )
    document.current_version = version
    document.save()
    return store_text(version, text_to_reading(tuple(pages)))
