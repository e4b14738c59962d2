"""What a body is by its first bytes. What the sender calls it is only a hint."""

import re

SNIFFED_BYTES = 1024

_HTML = re.compile(rb"<(?:!doctype\s+html|html|head|body|title|script|meta)\b", re.IGNORECASE)
_XHTML = b"http://www.w3.org/1999/xhtml"


def media_type_of(head: bytes) -> str:
    """The media type of a body that begins with `head`, "" where the bytes do not tell.

    A PDF may have up to a kilobyte of other bytes before its mark, as readers accept.
    """
    start = head[:SNIFFED_BYTES]
    if b"%PDF-" in start and not _HTML.match(start.lstrip()):
        return "application/pdf"
    if start.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return "application/zip"
    if start.startswith(b"\x1f\x8b"):
        return "application/gzip"
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text.startswith(b"<?xml"):
        return "application/xhtml+xml" if _XHTML in start else "application/xml"
    if _HTML.search(text):
        return "text/html"
    if text[:1] in (b"{", b"["):
        return "application/json"
    return ""
