"""Reading stored files again, a batch at a time, to see whether they still are what was stored."""

import hashlib
from datetime import datetime

from django.db.models import F, QuerySet

from documents.models import DocumentVersion
from documents.storage import open_version
from engine.progress import Report, silent
from monitoring.models import FileCheck, FileState

_CHUNK = 1024 * 1024
_KEPT_AT_ONCE = 50


def read_files_again(
    versions: QuerySet[DocumentVersion],
    *,
    at: datetime,
    most_files: int,
    most_bytes: int,
    report: Report = silent,
) -> int:
    """Hash the files that have waited longest, up to a number of files and bytes, and keep what came of
    each. At least one file is read, however large. Return how many were."""
    waiting = versions.order_by(F("file_check__checked_at").asc(nulls_first=True), "pk")[:most_files]
    read: list[FileCheck] = []
    size = 0
    for version in waiting:
        if read and size + version.size > most_bytes:
            break
        state, found = _state_of(version)
        read.append(FileCheck(version=version, state=state, found=found[:300], checked_at=at))
        size += version.size
        if len(read) % _KEPT_AT_ONCE == 0:
            _keep(read[-_KEPT_AT_ONCE:])
        report("reading_files", len(read), most_files)
    _keep(read[len(read) - len(read) % _KEPT_AT_ONCE :])
    return len(read)


def _keep(checks: list[FileCheck]) -> None:
    FileCheck.objects.bulk_create(
        checks,
        update_conflicts=True,
        unique_fields=["version"],
        update_fields=["state", "found", "checked_at"],
    )


def _state_of(version: DocumentVersion) -> tuple[FileState, str]:
    digest, size = hashlib.sha256(), 0
    try:
        with open_version(version) as file:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
                size += len(chunk)
    except FileNotFoundError:
        return FileState.GONE, ""
    except OSError as error:
        return FileState.UNREADABLE, str(error)
    if digest.hexdigest() == version.sha256:
        return FileState.SAME, ""
    return (
        FileState.CHANGED,
        f"It has {size} bytes instead of {version.size}, and the hash {digest.hexdigest()}.",
    )
