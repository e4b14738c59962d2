"""A document's address turned into a stored file."""

from contextlib import nullcontext
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from documents.content import check_is_pdf
from documents.errors import NoAddress, NotAPdf
from documents.fetching import fetcher_for
from documents.models import Document, DocumentStatus, DocumentVersion, VersionSource
from documents.storage import StoredFile, store_content, temporary_file
from documents.survey import Surveyed, survey_of
from engine.progress import Report, silent
from jobs.run import Storing
from net.errors import FetchFailed
from net.fetch import Fetcher
from net.values import Streamed


@dataclass(frozen=True, slots=True)
class Downloaded:
    """What a download gave. `version` is None where the site or the content stood in the way; then
    `reason_code` and `reason` say what. `duplicate_of_id` names the document of the same company
    that holds the same content."""

    version: DocumentVersion | None
    is_new_version: bool = False
    duplicate_of_id: int | None = None
    reason_code: str = ""
    reason: str = ""


def download(
    document: Document,
    *,
    force: bool = False,
    report: Report = silent,
    fetcher: Fetcher | None = None,
    storing: Storing = nullcontext,
) -> Downloaded:
    """Fetch the file behind a document's address and keep it under its hash.

    A file that is there is asked for conditionally: an unchanged one costs nothing, a changed one
    becomes a new version beside the old. A refusal that trying again cannot cure is a result, and
    the document says so; what may pass is raised as net.errors.FetchFailed with retryable set.
    """
    if not document.url:
        raise NoAddress(
            f"“{document}” has no address to download from. Upload its file instead.",
            code="no_document_url",
        )
    known = document.current_version
    report("downloading_file", 0, 1, document.url)
    with temporary_file() as file:
        try:
            streamed = (fetcher or fetcher_for(document.url)).stream(
                document.url,
                file,
                etag=known.entity_tag if known and not force else None,
                last_modified=known.last_modified if known and not force else None,
            )
            if streamed.not_modified:
                return Downloaded(known)
            check_is_pdf(file)
        except FetchFailed as failure:
            if failure.retryable:
                raise
            with storing():
                return _refused(document, failure.code, failure.message)
        except NotAPdf as failure:
            with storing():
                return _refused(document, failure.code, failure.message)
        report("downloading_file", 1, 1, f"{streamed.size:,} bytes")
        # The file first, then the row: a row never points to a file that is not there.
        stored = store_content(file)
        known = document.versions.filter(sha256=stored.sha256).first()
        if known is not None:
            with storing():
                _remember_validators(known, streamed)
                return _settle(document, known, is_new=False)
        file.seek(0)
        survey = survey_of(file.read())
        with storing():
            return _keep(document, stored, streamed, survey)


def _keep(document: Document, stored: StoredFile, streamed: Streamed, survey: Surveyed) -> Downloaded:
    version = DocumentVersion(
        document=document,
        sha256=stored.sha256,
        size=stored.size,
        storage_name=stored.storage_name,
        original_name=streamed.disposition_name,
        entity_tag=streamed.etag,
        last_modified=streamed.last_modified,
        source=VersionSource.CRAWL,
        **survey.version_fields(),
    )
    with transaction.atomic():
        twin = _twin(document, stored)
        version.save()
        if twin is not None:
            document.duplicate_of = twin
            document.save(update_fields=["duplicate_of"])
    return _settle(document, version, is_new=True)


def _twin(document: Document, stored: StoredFile) -> Document | None:
    """An older document of the same company with the same content, offered under another address."""
    version = (
        DocumentVersion.objects.filter(
            document__company=document.company_id,
            document__duplicate_of__isnull=True,
            sha256=stored.sha256,
        )
        .exclude(document=document)
        .select_related("document")
        .order_by("document_id")
        .first()
    )
    return version.document if version else None


def _remember_validators(version: DocumentVersion, streamed: Streamed) -> None:
    version.entity_tag, version.last_modified = streamed.etag, streamed.last_modified
    version.save(update_fields=["entity_tag", "last_modified"])


def _settle(document: Document, version: DocumentVersion, *, is_new: bool) -> Downloaded:
    changed = document.current_version_id != version.pk
    document.current_version = version
    if changed or document.status in (DocumentStatus.DISCOVERED, DocumentStatus.FAILED):
        document.status = DocumentStatus.DOWNLOADED
    document.failure_code = document.failure_message = ""
    document.updated_at = timezone.now()
    document.save(
        update_fields=["current_version", "status", "failure_code", "failure_message", "updated_at"]
    )
    return Downloaded(version, is_new_version=is_new, duplicate_of_id=document.duplicate_of_id)


def _refused(document: Document, code: str, message: str) -> Downloaded:
    document.status = DocumentStatus.FAILED
    document.failure_code, document.failure_message = code, message
    document.save(update_fields=["status", "failure_code", "failure_message", "updated_at"])
    return Downloaded(None, reason_code=code, reason=message)
