"""What tagged reports say about themselves: packages of files, and pages of tagged figures.

Neither is a PDF: a package is known by the names inside it, a page by its text. Nothing is unpacked.
"""

import io
import re
import zipfile
from dataclasses import replace

from lxml import etree

from engine.classify.evidence import DocumentClues, package_end

MOST_NAMES = 200  # inside a package
LARGEST_PAGE = 20 * 1024 * 1024  # bytes of a tagged page that are looked at
PAGE_LENGTH = 4_000  # characters that count as one page of a tagged page's text
FIRST_PAGES = 8
_TAGGED = re.compile(rb"<(?:\w+:)?(?:ix:|xbrl|html)[^>]{0,2000}(?:inlinexbrl|xbrl)", re.IGNORECASE)


def with_package(clues: DocumentClues, data: bytes) -> DocumentClues | None:
    """The clues with what a package or a tagged page says; None where the file is neither."""
    if data.startswith(b"PK\x03\x04"):
        return _with_names(clues, data)
    if _TAGGED.search(data[:20_000]):
        return _with_text(clues, data[:LARGEST_PAGE])
    return None


def _with_names(clues: DocumentClues, data: bytes) -> DocumentClues | None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            names = package.namelist()[:MOST_NAMES]
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return None
    inside = next((part for name in names for part in name.split("/") if package_end(part)), "")
    is_tagged = any(
        name.lower().endswith((".xhtml", ".xbri")) or "meta-inf" in name.lower() for name in names
    )
    if not (inside or is_tagged):
        return None
    if inside and not package_end(clues.file_name):
        return replace(clues, file_name=f"{inside}.zip")
    return clues if clues.file_name.lower().endswith(".zip") else replace(clues, file_name="package.zip")


def _with_text(clues: DocumentClues, data: bytes) -> DocumentClues | None:
    parser = etree.HTMLParser(huge_tree=False, no_network=True, recover=True, remove_comments=True)
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError):
        return None
    if root is None:
        return None
    text = " ".join(" ".join(str(part) for part in root.itertext()).split())
    pages = tuple(text[start : start + PAGE_LENGTH] for start in range(0, len(text), PAGE_LENGTH))
    return replace(clues, first_pages=pages[:FIRST_PAGES], page_count=len(pages))
