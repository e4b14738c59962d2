"""A file whose fonts say nothing about their characters, with the maps that were left out.

The maps are worked out by `engine.pdf.letters` and appended as the format's own incremental update,
so that whatever reads the file afterwards finds words where there were codes. The bytes of the file
itself stay as they are, at the front.
"""

import io
import re
import struct
import zlib
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import pypdfium2 as pdfium
from pdfminer.pdfdocument import PDFDocument
from pdfminer.pdffont import get_widths
from pdfminer.pdfpage import PDFPage
from pdfminer.pdfparser import PDFParser
from pdfminer.pdftypes import PDFException, PDFObjRef, PDFStream, dict_value, list_value, resolve1
from pdfminer.psexceptions import PSException
from pdfminer.psparser import PSLiteral

from engine.pdf.glyphs import UNKNOWN
from engine.pdf.letters import letters_of

DENSE = 0.8  # of the codes up to the highest: numbered anew, so that none between was left out
MOST_CODES = 2000
_START = re.compile(rb"startxref\s+(\d+)")
# What the parser and the digging in its answers raise for a file that breaks the format.
_NOT_UNDERSTOOD = (
    PDFException, PSException, ValueError, LookupError, TypeError, AttributeError, AssertionError,
    RecursionError, struct.error, zlib.error,
)  # fmt: skip
_ROWS = 100  # of one block of a map, the format's own limit


@dataclass(frozen=True, slots=True)
class Mended:
    """The bytes with maps, and how many fonts were given one."""

    data: bytes
    fonts: int


def mended(data: bytes) -> Mended | None:
    """The file with a map for each font without one whose letters can be worked out; None where
    there is no such font, or the file is encrypted or not understood. What is returned opens."""
    try:
        document = PDFDocument(PDFParser(io.BytesIO(data)))
        if document.encryption is not None:
            return None
        maps = dict(_maps(document))
        found = Mended(_appended(data, document, maps), len(maps)) if maps else None
    except _NOT_UNDERSTOOD:
        return None
    return found if found and _opens_alike(data, found.data) else None


def _opens_alike(data: bytes, again: bytes) -> bool:
    """Whether both open and have as many pages. A damaged file opens by guessing where its objects
    are, and what is appended may mislead the guess."""
    try:
        with closing(pdfium.PdfDocument(data)) as one, closing(pdfium.PdfDocument(again)) as other:
            return len(one) == len(other)
    except pdfium.PdfiumError:
        return False


def _maps(document: PDFDocument) -> Iterator[tuple[int, tuple[dict[str, Any], dict[int, str]]]]:
    """For each font without a map: its object, and what its codes mean."""
    seen: set[int] = set()
    for page in PDFPage.create_pages(document):
        for number, font in _fonts(page.resources, 0):
            if number in seen:
                continue
            seen.add(number)
            letters = _letters(font)
            if letters is not None:
                yield number, (font, letters)


def _fonts(resources: Any, depth: int) -> Iterator[tuple[int, dict[str, Any]]]:
    """The fonts of a page and of the drawings on it."""
    resources = dict_value(resources)
    for reference in dict_value(resources.get("Font") or {}).values():
        if isinstance(reference, PDFObjRef):
            yield reference.objid, dict_value(reference)
    if depth:
        return
    for reference in dict_value(resources.get("XObject") or {}).values():
        thing = resolve1(reference)
        if isinstance(thing, PDFStream) and thing.get("Resources") is not None:
            yield from _fonts(thing["Resources"], depth + 1)


def _letters(font: Mapping[str, Any]) -> dict[int, str] | None:
    if "ToUnicode" in font or _name(font.get("Encoding")) != "Identity-H":
        return None
    descendant = dict_value(list_value(font.get("DescendantFonts"))[0])
    widths: dict[int, float] = {
        code: float(width)
        for code, width in get_widths([resolve1(item) for item in list_value(descendant.get("W"))]).items()
        if isinstance(code, int)
    }
    if not widths or len(widths) > MOST_CODES:
        return None
    # A width that is the usual one is left out of the list.
    last = max(widths)
    if len(widths) > DENSE * last:
        usual = float(resolve1(descendant.get("DW", 1000)))
        widths = {code: widths.get(code, usual) for code in range(1, last + 1)}
    return letters_of(_name(font.get("BaseFont")), widths)


def _name(value: Any) -> str:
    value = resolve1(value)
    return str(value.name) if isinstance(value, PSLiteral) else ""


def _appended(
    data: bytes, document: PDFDocument, maps: Mapping[int, tuple[dict[str, Any], dict[int, str]]]
) -> bytes:
    """The file and, behind it, the fonts anew with their maps."""
    trailer = document.xrefs[0].get_trailer()
    size = int(resolve1(trailer["Size"]))
    *_, found = _START.finditer(data)
    previous = int(found[1])
    output = io.BytesIO()
    output.write(data + b"\n")
    places: dict[int, int] = {}
    for number, (font, letters) in sorted(maps.items()):
        places[size] = output.tell()
        stream = _map_of(letters)
        output.write(
            b"%d 0 obj\n<< /Length %d >>\nstream\n%s\nendstream\nendobj\n" % (size, len(stream), stream)
        )
        places[number] = output.tell()
        again = {**font, "ToUnicode": PDFObjRef(None, size)}
        output.write(b"%d 0 obj\n%s\nendobj\n" % (number, _written(again)))
        size += 1
    start = output.tell()
    about: dict[str, Any] = {key: trailer[key] for key in ("Root", "Info", "ID") if key in trailer}
    about["Prev"] = previous
    if data[previous : previous + 4] == b"xref":
        about["Size"] = size
        rows = b"".join(b"%d 1\n%010d 00000 n \n" % item for item in sorted(places.items()))
        output.write(b"xref\n%strailer\n%s\n" % (rows, _written(about)))
    else:
        places[size] = start
        pairs = sorted(places.items())
        about |= {"Type": PSLiteral("XRef"), "Size": size + 1, "W": [1, 4, 2]}
        about["Index"] = [part for number, _ in pairs for part in (number, 1)]
        output.write(_stream(size, about, b"".join(struct.pack(">BIH", 1, place, 0) for _, place in pairs)))
    output.write(b"startxref\n%d\n%%%%EOF\n" % start)
    return output.getvalue()


def _stream(number: int, about: Mapping[str, Any], body: bytes) -> bytes:
    head = _written({**about, "Length": len(body)})
    return b"%d 0 obj\n%s\nstream\n%s\nendstream\nendobj\n" % (number, head, body)


def _map_of(letters: Mapping[int, str]) -> bytes:
    """A map from two-byte codes to characters, as the format wants it."""
    rows = [
        b"<%04X> <%s>" % (code, (letter or UNKNOWN).encode("utf-16-be").hex().upper().encode())
        for code, letter in sorted(letters.items())
    ]
    blocks = [rows[start : start + _ROWS] for start in range(0, len(rows), _ROWS)]
    body = b"".join(b"%d beginbfchar\n%s\nendbfchar\n" % (len(block), b"\n".join(block)) for block in blocks)
    return (
        b"/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
        b"/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
        b"1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n"
        b"%sendcmap\nCMapName currentdict /CMap defineresource pop\nend\nend" % body
    )


def _written(value: Any) -> bytes:
    """A value as it stands in a file.

    Raises TypeError for what has no place in a font or a trailer.
    """
    if isinstance(value, bool):
        return b"true" if value else b"false"
    if isinstance(value, int | float):
        return b"%d" % value if isinstance(value, int) else f"{value:f}".encode()
    if isinstance(value, PSLiteral):
        return b"/" + re.sub(rb"[^!-~]|[#()<>\[\]{}/%]", _escaped, str(value.name).encode())
    if isinstance(value, PDFObjRef):
        return b"%d 0 R" % value.objid
    if isinstance(value, bytes):
        return b"<%s>" % value.hex().encode()
    if isinstance(value, dict):
        inner = b" ".join(b"/%s %s" % (str(key).encode(), _written(item)) for key, item in value.items())
        return b"<< %s >>" % inner
    if isinstance(value, list):
        return b"[%s]" % b" ".join(map(_written, value))
    raise TypeError(f"{type(value).__name__} cannot be written")


def _escaped(match: re.Match[bytes]) -> bytes:
    return b"#%02X" % match[0][0]
