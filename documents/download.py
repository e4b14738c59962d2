"""A document's address turned into a stored file."""

from contextlib import nullcontext
from dataclasses import dataclass, replace

from django.db import transaction
from django.utils import timezone

from companies.fetching import fetcher_for
from companies.models import Company
from documents.content import check_has_end, check_is_pdf
from documents.errors import NoAddress, NotAPdf
from documents.models import Document, DocumentStatus, DocumentVersion, ReplacedFile, VersionSource
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
    that holds the same content, `replaced` says that the site has put another file under the address
    than it had there before, `surveyed` what a new file was found to be."""

    version: DocumentVersion | None
    is_new_version: bool = False
    replaced: bool = False
    duplicate_of_id: int | None = None
    reason_code: str = ""
    reason: str = ""
    surveyed: Surveyed | None = None


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
    the document says so; what may pass is raised as net.errors.FetchFailed, NotWhole or StorageFull
    with retryable set.
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
                with storing():
                    _checked(document)
                return Downloaded(known)
            check_is_pdf(file)
            if not streamed.end_known:
                check_has_end(file)
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
        again = document.versions.filter(sha256=stored.sha256).first()
        if again is not None:
            with storing():
                _remember_validators(again, streamed)
                return _settle(document, again, is_new=False)
        file.seek(0)
        survey = survey_of(file.read())
        with storing():
            return replace(_keep(document, stored, streamed, survey), surveyed=survey)


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
        version.save()
        return _settle(document, version, is_new=True)


def _twin(document: Document, version: DocumentVersion) -> Document | None:
    """The document of the same company that stands for this content, offered under another address."""
    return (
        Document.objects.filter(
            company=document.company_id, duplicate_of__isnull=True, current_version__sha256=version.sha256
        )
        .exclude(pk=document.pk)
        .order_by("pk")
        .first()
    )


def _remember_validators(version: DocumentVersion, streamed: Streamed) -> None:
    version.entity_tag, version.last_modified = streamed.etag, streamed.last_modified
    version.save(update_fields=["entity_tag", "last_modified"])


@transaction.atomic
def _settle(document: Document, version: DocumentVersion, *, is_new: bool) -> Downloaded:
    """Make a version the current one, with all that follows for the document and its duplicates."""
    # The company's row is the lock: of two documents with the same content that are fetched at the
    # same time, one has to find the other.
    Company.objects.select_for_update().get(pk=document.company_id)
    changed = document.current_version_id != version.pk
    before = document.current_version if changed else None
    document.current_version = version
    if changed:
        document.duplicate_of = _twin(document, version)
    if changed or document.status in (DocumentStatus.DISCOVERED, DocumentStatus.FAILED):
        document.status = DocumentStatus.DOWNLOADED
    document.failure_code = document.failure_message = ""
    document.checked_at = document.updated_at = timezone.now()
    document.save(
        update_fields=[
            *("current_version", "duplicate_of", "status", "failure_code", "failure_message"),
            *("checked_at", "updated_at"),
        ]
    )
    if before is not None:
        ReplacedFile.objects.create(document=document, before=before, after=version)
        _match_followers(document)
    return Downloaded(
        version,
        is_new_version=is_new,
        replaced=before is not None,
        duplicate_of_id=document.duplicate_of_id,
    )


def _match_followers(document: Document) -> None:
    """Documents that repeated this one's old file repeat another one now, or stand for themselves: the
    oldest of them for the rest."""
    followers = Document.objects.filter(duplicate_of=document).select_related("current_version")
    for follower in followers.order_by("pk"):
        twin = _twin(follower, follower.current_version) if follower.current_version else None
        Document.objects.filter(pk=follower.pk).update(duplicate_of=twin)


def _checked(document: Document) -> None:
    document.checked_at = timezone.now()
    document.save(update_fields=["checked_at"])


def _refused(document: Document, code: str, message: str) -> Downloaded:
    document.status = DocumentStatus.FAILED
    document.failure_code, document.failure_message = code, message
    document.save(update_fields=["status", "failure_code", "failure_message", "updated_at"])
    return Downloaded(None, reason_code=code, reason=message)
