"""A PDF that a person hands in, as a document of a company."""

from dataclasses import dataclass
from datetime import date
from typing import BinaryIO

from django.db import transaction

from audit.actions import Action
from audit.record import record
from audit.values import fields_of
from companies.models import Company
from documents.content import check_is_pdf
from documents.models import Document, DocumentStatus, DocumentVersion, PublicationDateSource, VersionSource
from documents.storage import StoredFile, store_content
from documents.survey import survey_of
from jobs.launch import User
from net.filenames import cleaned_name


@dataclass(frozen=True, slots=True)
class Uploaded:
    """The document with the file. `is_new` is false where the company had the same file already."""

    document: Document
    version: DocumentVersion
    is_new: bool


def accept_upload(
    company: Company,
    content: BinaryIO,
    name: str,
    *,
    title: str = "",
    published_on: date | None = None,
    by: User = None,
    source: VersionSource = VersionSource.UPLOAD,
) -> Uploaded:
    """Keep an uploaded PDF. The same content twice gives the same document.

    Raises NotAPdf for anything that is no PDF and StorageFull; nothing is kept then.
    """
    check_is_pdf(content)
    stored = store_content(content)
    if (known := _known(company, stored)) is not None:
        return Uploaded(known.document, known, is_new=False)
    content.seek(0)
    survey = survey_of(content.read())
    with transaction.atomic():
        # The company's row is the lock: the same file may be handed in twice at the same moment.
        Company.objects.select_for_update().get(pk=company.pk)
        if (known := _known(company, stored)) is not None:
            return Uploaded(known.document, known, is_new=False)
        document = Document.objects.create(
            company=company,
            title=title or cleaned_name(name),
            link_text=cleaned_name(name),
            status=DocumentStatus.DOWNLOADED,
            published_on=published_on,
            published_on_source=(
                PublicationDateSource.PERSON if published_on else PublicationDateSource.UNKNOWN
            ),
            uploaded_by_id=by.pk if by else None,
        )
        version = DocumentVersion.objects.create(
            document=document,
            sha256=stored.sha256,
            size=stored.size,
            storage_name=stored.storage_name,
            original_name=cleaned_name(name),
            source=source,
            **survey.version_fields(),
        )
        document.current_version = version
        document.save(update_fields=["current_version"])
        if by is not None:
            record(Action.ADDED, document, by=by, after=fields_of(version))
    return Uploaded(document, version, is_new=True)


def _known(company: Company, stored: StoredFile) -> DocumentVersion | None:
    """The version of the company that holds this content already."""
    return (
        DocumentVersion.objects.filter(document__company=company, sha256=stored.sha256)
        .select_related("document")
        .first()
    )
