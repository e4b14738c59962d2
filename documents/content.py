"""What a content is, by its first bytes."""

from typing import IO, BinaryIO

from documents.errors import NotAPdf

# Readers of PDF tolerate up to a KiB of other bytes before the header (ISO 32000-1, annex H.3.4.1).
_HEADER_WITHIN = 1024


def check_is_pdf(content: BinaryIO | IO[bytes]) -> None:
    """Raise NotAPdf unless the content begins as a PDF does; say what it looks like instead."""
    content.seek(0)
    head = content.read(_HEADER_WITHIN)
    content.seek(0)
    if b"%PDF-" in head:
        return
    raise NotAPdf(f"The file is not a PDF: {_looks_like(head)}. Trying again will not help.")


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
