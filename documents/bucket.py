"""Files in a bucket of a service that speaks the S3 protocol, for machines that share no folder.

Chosen by the settings; the rest of the program sees Django's storage interface and no difference. An
object appears once all of it has arrived, and not before, as the folder's storage promises too. What is
opened is brought here whole first, so that a reader never meets the network.
"""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import SpooledTemporaryFile
from typing import IO, Any, cast

from boto3.exceptions import Boto3Error
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.core.files import File
from storages.backends.s3 import S3Storage

IN_MEMORY = 8 * 1024 * 1024  # bytes; what is larger waits in a temporary file
_GONE = frozenset({"404", "NoSuchKey", "NotFound"})
_REFUSED = frozenset(
    {"401", "403", "AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch", "NoSuchBucket"}
)
_NO_ROOM = frozenset({"507", "QuotaExceeded", "XMinioStorageFull", "EntityTooLarge"})


class BucketUnavailable(OSError):
    """The service did not do what it was asked. Codes: storage_unavailable (try again),
    storage_refused (the keys or the bucket are wrong), storage_full."""

    def __init__(self, code: str, message: str, *, retryable: bool) -> None:
        super().__init__(message)
        # Storages name a full disk by this number.
        self.errno = errno.ENOSPC if code == "storage_full" else None
        self.code = code
        self.message = message
        self.retryable = retryable
        self.retry_after = 60.0 if retryable else None


class BucketStorage(S3Storage):
    """django-storages' S3 storage with whole files, and errors of this program's kind.

    Raises FileNotFoundError for what is not there, and BucketUnavailable for everything else.
    """

    def __init__(self, **options: Any) -> None:
        """`endpoint_url` is empty for Amazon's own service; others are asked by path, since most of them
        know no name for each bucket."""
        own = bool(options.get("endpoint_url"))
        super().__init__(
            **{name: value for name, value in options.items() if value},
            client_config=Config(
                connect_timeout=5,
                read_timeout=60,
                retries={"mode": "standard", "total_max_attempts": 3},
                signature_version="s3v4",
                s3={"addressing_style": "path" if own else "auto"},
                # Younger checksums, which many services do not know; names are made from hashes anyway.
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
            ),
            # Workers run in several processes already.
            transfer_config=TransferConfig(use_threads=False),
        )

    def _open(self, name: str, mode: str = "rb") -> File:
        if mode != "rb":
            raise ValueError("Files in the bucket are read whole; save() writes them.")
        found = cast(IO[bytes], SpooledTemporaryFile(max_size=IN_MEMORY, prefix="tenfold-"))  # noqa: SIM115
        try:
            with _told(name):
                self.bucket.Object(self._normalize_name(name)).download_fileobj(found)
        except BaseException:
            found.close()
            raise
        found.seek(0)
        return File(found, name=name)

    def _save(self, name: str, content: Any) -> str:
        with _told(name):
            return str(super()._save(name, content))

    def exists(self, name: str) -> bool:
        with _told(name):
            return bool(super().exists(name))

    def delete(self, name: str) -> None:
        with _told(name):
            super().delete(name)

    def size(self, name: str) -> int:
        with _told(name):
            return int(super().size(name))

    def listdir(self, name: str) -> tuple[list[str], list[str]]:
        with _told(name):
            return cast(tuple[list[str], list[str]], super().listdir(name))

    def url(self, *arguments: Any, **named: Any) -> str:
        # Files are handed out by pages that ask for permission, never by an address alone.
        raise NotImplementedError("Files have no address of their own.")


@contextmanager
def _told(name: str) -> Iterator[None]:
    """The service's errors in this program's words; keys and addresses are not among them."""
    try:
        yield
    except (ClientError, BotoCoreError, Boto3Error) as error:
        # What goes wrong while a file is sent is wrapped once more.
        raise _in_our_words(error.__context__ if isinstance(error, Boto3Error) else error, name) from None


def _in_our_words(error: BaseException | None, name: str) -> OSError:
    code = type(error).__name__
    if isinstance(error, ClientError):
        code = str(error.response.get("Error", {}).get("Code", ""))
    if code in _GONE:
        return FileNotFoundError(f"There is no file {name} in the bucket.")
    if code in _NO_ROOM:
        return BucketUnavailable(
            "storage_full",
            f"The bucket takes no more files ({code}). Make room there; trying again helps after that.",
            retryable=True,
        )
    if code in _REFUSED:
        return BucketUnavailable(
            "storage_refused",
            f"The file service refuses ({code}). Check TENFOLD_S3_BUCKET and the keys; trying again without"
            " that does not help.",
            retryable=False,
        )
    return BucketUnavailable(
        "storage_unavailable",
        f"The file service does not answer as it should ({code}). Trying again later may help.",
        retryable=True,
    )
