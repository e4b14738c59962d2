"""PDFs built to hurt a reader, object by object."""

import zlib
from collections.abc import Mapping

CATALOG = b"<< /Type /Catalog /Pages 2 0 R >>"
PAGES = b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>"
FONT = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"


def pdf(objects: Mapping[int, bytes]) -> bytes:
    """A file of these objects, object 1 its catalog, with a correct cross-reference table."""
    out = bytearray(b"%PDF-1.7\n")
    places: dict[int, int] = {}
    for number, body in objects.items():
        places[number] = len(out)
        out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    start = len(out)
    last = max(objects)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (last + 1)
    for number in range(1, last + 1):
        out += b"%010d 00000 n \n" % places[number] if number in places else b"0000000000 65535 f \n"
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (last + 1, start)
    return bytes(out)


def stream(data: bytes, more: bytes = b"") -> bytes:
    return b"<< /Length %d %b >>\nstream\n%b\nendstream" % (len(data), more, data)


def page(
    more: bytes = b"", box: bytes = b"0 0 595 842", resources: bytes = b"/Font << /F1 5 0 R >>"
) -> bytes:
    return b"<< /Type /Page /Parent 2 0 R /MediaBox [%b] /Contents 4 0 R /Resources << %b >> %b >>" % (
        box,
        resources,
        more,
    )


def words(text: str = "Annual report of the company for the year and its statements") -> bytes:
    return b"BT /F1 10 Tf 56 700 Td (%b) Tj ET" % text.encode("latin-1")


def one_page(content: bytes | None = None, **given: bytes) -> bytes:
    """A page with a sentence, or with the given content stream object."""
    body = content if content is not None else stream(words())
    return pdf({1: CATALOG, 2: PAGES, 3: page(**given), 4: body, 5: FONT})


def flate_bomb(levels: int = 2, megabytes: int = 1024) -> bytes:
    """A content stream that unpacks to a thousand times its size, and that again."""
    packer = zlib.compressobj(9)
    data = b"".join(packer.compress(b" " * (1 << 20)) for _ in range(megabytes)) + packer.flush()
    for _ in range(levels - 1):
        data = zlib.compress(data, 9)
    filters = b"/Filter [%b]" % (b"/FlateDecode " * levels)
    return one_page(stream(data, filters))


def circular_page_tree() -> bytes:
    kids = b"<< /Type /Pages /Kids [2 0 R 3 0 R] /Count 2 /Parent 2 0 R >>"
    return pdf({1: CATALOG, 2: kids, 3: page(), 4: stream(words()), 5: FONT})


def circular_forms() -> bytes:
    """Two form XObjects that draw each other."""
    forms = b"/Font << /F1 5 0 R >> /XObject << /A 6 0 R /B 7 0 R >>"
    kind = b"/Type /XObject /Subtype /Form /BBox [0 0 595 842] /Resources << %b >>" % forms
    return pdf({
        1: CATALOG, 2: PAGES, 3: page(resources=forms), 4: stream(words() + b" /A Do /B Do"), 5: FONT,
        6: stream(b"/B Do /B Do", kind), 7: stream(b"/A Do /A Do", kind),
    })  # fmt: skip


def many_pages(count: int) -> bytes:
    kids = b" ".join(b"%d 0 R" % (6 + n) for n in range(count))
    tree = b"<< /Type /Pages /Count %d /Kids [%b] >>" % (count, kids)
    return pdf({1: CATALOG, 2: tree, 4: stream(words()), 5: FONT, **{6 + n: page() for n in range(count)}})


def no_pages() -> bytes:
    return pdf({1: CATALOG, 2: b"<< /Type /Pages /Kids [] /Count 0 >>"})


def huge_image(side: int = 60_000) -> bytes:
    """A page covered by an image that says it has 3.6 thousand million pixels and holds none."""
    image = (
        b"/Type /XObject /Subtype /Image /Width %d /Height %d /ColorSpace /DeviceRGB /BitsPerComponent 8"
        b" /Filter /FlateDecode" % (side, side)
    )
    return pdf({
        1: CATALOG, 2: PAGES, 3: page(resources=b"/XObject << /I 6 0 R >>"),
        4: stream(b"q 595 0 0 842 0 0 cm /I Do Q"), 6: stream(zlib.compress(b"\0" * 1000), image),
    })  # fmt: skip


def cmap_named(path: str) -> bytes:
    """A font whose character map is named by a path to a file on the machine."""
    name = "".join(f"#{ord(c):02x}" if not c.isalnum() else c for c in path).encode("ascii")
    font = b"<< /Type /Font /Subtype /Type0 /BaseFont /Odd /Encoding /%b /DescendantFonts [6 0 R] >>" % name
    below = (
        b"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /Odd"
        b" /CIDSystemInfo << /Registry (%b) /Ordering (%b) /Supplement 0 >> >>"
    ) % (path.encode(), path.encode())
    return pdf({1: CATALOG, 2: PAGES, 3: page(), 4: stream(words()), 5: font, 6: below})


def with_actions(script: str, attached: str) -> bytes:
    """JavaScript and a launch action on opening, and an attachment, beside a page with words."""
    catalog = (
        b"<< /Type /Catalog /Pages 2 0 R /OpenAction 6 0 R"
        b" /Names << /JavaScript << /Names [(a) 6 0 R] >> /EmbeddedFiles << /Names [(f) 8 0 R] >> >> >>"
    )
    return pdf({
        1: catalog, 2: PAGES, 3: page(b"/AA << /O 7 0 R >>"), 4: stream(words()), 5: FONT,
        6: b"<< /S /JavaScript /JS (%b) >>" % script.encode(),
        7: b"<< /S /Launch /F (%b) /Win << /F (%b) >> >>" % (attached.encode(), attached.encode()),
        8: b"<< /Type /Filespec /F (%b) /EF << /F 9 0 R >> >>" % attached.encode(),
        9: stream(b"touched", b"/Type /EmbeddedFile"),
    })  # fmt: skip


def padded(data_megabytes: int) -> bytes:
    """A sound page beside an object nobody needs that makes the file large."""
    objects = {1: CATALOG, 2: PAGES, 3: page(), 4: stream(words()), 5: FONT}
    return pdf({**objects, 6: stream(b"\0" * (data_megabytes << 20))})


def filters_on_filters(count: int) -> bytes:
    """A content stream that says it was packed so many times over."""
    return one_page(stream(b"abc", b"/Filter [%b]" % (b"/FlateDecode " * count)))
