"""What a content is, by its first bytes."""

from typing import IO, BinaryIO

from documents.errors import NotAPdf, NotWhole

# Readers of PDF tolerate up to a KiB of other bytes before the header (ISO 32000-1, annex H.3.4.1).
_HEADER_WITHIN = 1024
# Where readers look for the end of a PDF; some writers pad behind it.
_TRAILER_WITHIN = 4096


def check_is_pdf(content: BinaryIO | IO[bytes]) -> None:
    """Raise NotAPdf unless the content begins as a PDF does; say what it looks like instead."""
    content.seek(0)
    head = content.read(_HEADER_WITHIN)
    content.seek(0)
    if b"%PDF-" in head:
        return
    raise NotAPdf(f"The file is not a PDF: {_looks_like(head)}. Trying again will not help.")


def check_has_end(content: BinaryIO | IO[bytes]) -> None:
    """Raise NotWhole for a PDF without a trailer. Only for a content whose sender did not say how long
    it is: readers repair a whole file with a damaged end, and nobody can repair half a file."""
    size = content.seek(0, 2)
    content.seek(max(size - _TRAILER_WITHIN, 0))
    end = content.read(_TRAILER_WITHIN)
    content.seek(0)
    if b"%%EOF" in end or b"startxref" in end:
        return
    raise NotWhole(
        f"The file breaks off after {size:,} bytes: the site did not say how long it is, and the end of a"
        " PDF is missing. Trying again may help.",
        retryable=True,
    )


def _looks_like(head: bytes) -> str:
    start = head.lstrip()[:200].lower()
    if not head:
        return "it is empty"
    if start.startswith((b"<!doctype html", b"<html")) or b"<html" in start:
        return "it is a web page, perhaps a login or an error page under the report's address"
    if start.startswith(b"pk\x03\x04"):
        return "it is a ZIP archive, such as an ESEF package or an Office document"
    if start.startswith(b"<?xml"):
        return "it is an XML document"
    return "its first bytes are those of another kind of file"
