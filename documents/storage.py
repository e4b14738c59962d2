"""Files under names made from their content, through Django's storage interface."""

import errno
import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, BinaryIO

from django.core.files import File
from django.core.files.storage import default_storage

from documents.errors import StorageFull
from documents.models import DocumentVersion

_CHUNK = 1024 * 1024
_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


@dataclass(frozen=True, slots=True)
class StoredFile:
    """Where a content lies: its hash, its size in bytes and its name in the storage."""

    sha256: str
    size: int
    storage_name: str


@contextmanager
def room_needed() -> Iterator[None]:
    """Names a full disk, so that the work is put off until there is room.

    Raises StorageFull where the block finds none.
    """
    try:
        yield
    except OSError as error:
        if error.errno not in _NO_ROOM:
            raise
        raise StorageFull(
            "There is no room left for the file, so nothing of it was kept. Make room where reports are"
            " stored; trying again helps after that.",
            retryable=True,
            retry_after=600.0,
        ) from error


@contextmanager
def temporary_file() -> Iterator[BinaryIO]:
    """A file for a content that is not known yet; gone when the block ends, however it ends.

    Raises StorageFull where the disk is full.
    """
    with room_needed(), tempfile.TemporaryFile(prefix="tenfold-") as file:
        yield file


def store_content(content: BinaryIO | IO[bytes], *, extension: str = "pdf") -> StoredFile:
    """Keep a content under the name of its hash. Storing the same content again changes nothing.

    Raises StorageFull where the disk is full; nothing is kept then.
    """
    content.seek(0)
    digest, size = hashlib.sha256(), 0
    while chunk := content.read(_CHUNK):
        digest.update(chunk)
        size += len(chunk)
    sha256 = digest.hexdigest()
    # Two levels of folders keep each folder small, whatever the number of files.
    name = f"documents/{sha256[:2]}/{sha256[2:4]}/{sha256}.{extension}"
    if not default_storage.exists(name):
        content.seek(0)
        with room_needed():
            saved = default_storage.save(name, File(content))
        if saved != name:
            # Another process stored the same content between the two calls: its file is as good.
            default_storage.delete(saved)
    return StoredFile(sha256, size, name)


def open_version(version: DocumentVersion) -> File:
    """The stored file, open for reading in binary."""
    return default_storage.open(version.storage_name, "rb")
