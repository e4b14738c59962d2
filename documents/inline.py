"""Texts that come in a request and not as a file: kept as documents of their company."""

import base64
import binascii
import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Q

from companies.models import Company
from documents.errors import DocumentError
from documents.models import (
    DecidedBy,
    Document,
    DocumentStatus,
    DocumentVersion,
    PublicationDateSource,
    VersionSource,
)
from documents.storage import store_content
from documents.upload import accept_upload
from engine.kinds import DocumentKind

LARGEST_CONTENT = 10 * 1024 * 1024  # characters
PLAIN = "text/plain"
CONTENT_TYPES = (PLAIN, "text/html", "application/pdf")


class BadDocumentData(DocumentError):
    """What was sent does not say which document it is, or of which company. The message says what."""

    code = "bad_document_data"


@dataclass(frozen=True, slots=True)
class DocumentData:
    """What a request says of one document: an id of one that is there, or a content with its company.

    `content_type` is text/plain, text/html or application/pdf, whose content is base64.
    """

    document_id: int | None = None
    content: str = ""
    content_type: str = PLAIN
    company: str = ""
    document_type: str = ""
    filing_date: date | None = None
    period: str = ""
    source: str = ""
    title: str = ""

    @classmethod
    def parse(cls, raw: object) -> "DocumentData":
        """The same from JSON: {"document_id": 1} or {"content": "…", "metadata": {"company": "…", …}}.

        Raises BadDocumentData with a sentence that names what cannot be used.
        """
        if not isinstance(raw, Mapping):
            raise BadDocumentData("A document is an object with document_id, or with content and metadata.")
        metadata = raw.get("metadata") or {}
        if not isinstance(metadata, Mapping):
            raise BadDocumentData("metadata has to be an object.")
        number = raw.get("document_id") or raw.get("upload_id")
        content = raw.get("content") or ""
        if number is None and not (isinstance(content, str) and content.strip()):
            raise BadDocumentData("Either document_id or content is needed.")
        if number is not None and (not isinstance(number, int) or isinstance(number, bool) or number < 1):
            raise BadDocumentData("document_id has to be a whole number.")
        if len(content) > LARGEST_CONTENT:
            raise BadDocumentData(
                f"The content has more than {LARGEST_CONTENT:,} characters.", code="too_large"
            )
        return cls(
            document_id=number,
            content="" if number is not None else content,
            content_type=_one_of(raw, "content_type", CONTENT_TYPES) or PLAIN,
            company=_text(metadata, "company"),
            document_type=_one_of(metadata, "document_type", [kind.value for kind in DocumentKind]),
            filing_date=_day(metadata, "filing_date"),
            period=_text(metadata, "period"),
            source=_text(metadata, "source"),
            title=_text(metadata, "title"),
        )


def document_of(data: DocumentData) -> Document:
    """The document that is meant; a content becomes one, the same content always the same one.

    Raises BadDocumentData, NotAPdf and StorageFull; nothing is kept then.
    """
    if data.document_id is not None:
        document = (
            Document.objects.select_related("company", "current_version").filter(pk=data.document_id).first()
        )
        if document is None:
            raise BadDocumentData(f"There is no document {data.document_id}.", code="document_not_found")
        return document
    company = company_of(data.company)
    if data.content_type == "application/pdf":
        return _from_pdf(company, data)
    return _from_text(company, data)


def company_of(written: str) -> Company:
    """The company of an id, a short name, a ticker or a name.

    Raises BadDocumentData where there is none, or more than one.
    """
    if not written:
        raise BadDocumentData("metadata.company is needed: an id, short name, ticker or name.")
    if written.isdecimal() and len(written) < 19:
        found = list(Company.objects.filter(pk=int(written)))
    else:
        meant = Q(slug__iexact=written) | Q(name__iexact=written) | Q(listings__ticker__iexact=written)
        found = list(Company.objects.filter(meant).distinct()[:2])
    if len(found) == 1:
        return found[0]
    problem = "Several companies are" if found else "No company is"
    raise BadDocumentData(f"{problem} known as “{written[:100]}”.", code="company_not_found")


def _from_pdf(company: Company, data: DocumentData) -> Document:
    try:
        content = base64.b64decode(data.content, validate=True)
    except (binascii.Error, ValueError):
        raise BadDocumentData("The content of a PDF has to be base64.") from None
    name = f"{data.title or 'report'}.pdf"
    document = accept_upload(
        company, io.BytesIO(content), name, title=data.title, published_on=data.filing_date
    ).document
    return _described(document, data)


def _from_text(company: Company, data: DocumentData) -> Document:
    # Handed out as plain text whatever it is, so that no browser runs what a stranger sent.
    stored = store_content(io.BytesIO(data.content.encode("utf-8", "replace")), extension="txt")
    with transaction.atomic():
        # The company's row is the lock: the same text may be sent twice at the same moment.
        Company.objects.select_for_update().get(pk=company.pk)
        known = (
            DocumentVersion.objects.filter(document__company=company, sha256=stored.sha256)
            .select_related("document__company", "document__current_version")
            .first()
        )
        if known is not None:
            return known.document
        document = Document.objects.create(
            company=company,
            title=data.title[:300] or _first_words(data.content),
            link_context=data.source,
            status=DocumentStatus.CLASSIFIED,
        )
        document.current_version = DocumentVersion.objects.create(
            document=document,
            sha256=stored.sha256,
            size=stored.size,
            media_type=PLAIN,
            storage_name=stored.storage_name,
            source=VersionSource.UPLOAD,
        )
        document.save(update_fields=["current_version"])
    return _described(document, data)


def _described(document: Document, data: DocumentData) -> Document:
    """What was said of it is what a person said."""
    if data.document_type:
        document.document_type = data.document_type
        document.type_decided_by, document.type_confidence = DecidedBy.PERSON, 1.0
    if data.filing_date is not None:
        document.published_on, document.published_on_source = data.filing_date, PublicationDateSource.PERSON
    year, end = _period(data.period)
    document.fiscal_year = year or document.fiscal_year
    document.period_end = end or document.period_end
    document.save()
    return document


def _period(written: str) -> tuple[int | None, date | None]:
    """A fiscal year (2023) or the last day of a period (2023-12-31)."""
    if not written:
        return None, None
    if written.isdecimal() and len(written) == 4:
        return int(written), None
    try:
        end = date.fromisoformat(written)
    except ValueError:
        raise BadDocumentData("metadata.period has to be a year or the last day of a period.") from None
    return end.year, end


def _first_words(content: str) -> str:
    return " ".join(content.split()[:12])[:300]


def _text(raw: Mapping[str, Any], name: str) -> str:
    value = raw.get(name)
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise BadDocumentData(f"{name} has to be a text.")
    return str(value).strip()[:2000]


def _one_of(raw: Mapping[str, Any], name: str, allowed: tuple[str, ...] | list[str]) -> str:
    value = _text(raw, name)
    if value and value not in allowed:
        raise BadDocumentData(f"{name} has to be one of: {', '.join(allowed)}.")
    return value


def _day(raw: Mapping[str, Any], name: str) -> date | None:
    value = _text(raw, name)
    try:
        return date.fromisoformat(value) if value else None
    except ValueError:
        raise BadDocumentData(f"{name} has to be a day such as 2024-03-31.") from None
