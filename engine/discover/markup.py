"""Pages of strangers made safe to walk, and what their elements say of themselves."""

import re

from lxml import etree

MOST_ATTRIBUTES = 300  # of one element
MENU_TAGS = frozenset({"nav", "footer"})
_MENU_CLASS = re.compile(
    r"(?:^|[\s_-])(?:footer|navbar|nav|menu|mega-?menu|sub-?menu|breadcrumbs?|cookie)(?:$|[\s_-])"
)
_FILE_TYPES = ("application/pdf", "application/zip", "application/xhtml")
_TAG = re.compile(rb"""<[A-Za-z](?>=\s*+"[^"]*+"|=\s*+'[^']*+'|=|[^>=]++)*+""")
_BETWEEN_ATTRIBUTES = re.compile(rb"[\s/=]++")
_QUOTED_VALUE = re.compile(rb"""=\s*+(?:"[^"]*+"|'[^']*+')""")


def without_attribute_floods(body: bytes) -> tuple[bytes, int]:
    """The page without tags that carry absurdly many attributes, and how many those were.

    The parser compares every attribute with all others of its element, so that one tag of a few
    megabytes would keep it busy for minutes.
    """
    floods = 0

    def judged(tag: re.Match[bytes]) -> bytes:
        nonlocal floods
        if len(tag[0]) < MOST_ATTRIBUTES:
            return tag[0]
        if len(_BETWEEN_ATTRIBUTES.findall(_QUOTED_VALUE.sub(b" ", tag[0]))) <= MOST_ATTRIBUTES:
            return tag[0]
        floods += 1
        return tag[0][:2]

    return _TAG.sub(judged, body), floods


def parsed(body: bytes, charset: str | None) -> tuple[etree._Element | None, bool]:
    """The root of the page, None where there is none, and whether it was cut for its depth. The
    parser reads no other file, follows no entity and gives up on extreme depth."""
    for encoding in (charset, None):
        try:
            parser = etree.HTMLParser(
                encoding=encoding, huge_tree=False, no_network=True, recover=True, remove_comments=True
            )
            root = etree.fromstring(body, parser)
        except LookupError:  # an encoding that does not exist
            continue
        except (etree.XMLSyntaxError, ValueError):
            return None, False
        return root, any("depth" in error.message.lower() for error in parser.error_log)
    return None, False


def is_menu(element: etree._Element, tag: str) -> bool:
    """True for an element whose class, name or role says that it holds a menu."""
    if tag in ("html", "body", "main") or element.get("role") == "main":
        return False
    said = f"{element.get('class') or ''} {element.get('id') or ''} {element.get('role') or ''}".lower()
    return bool(_MENU_CLASS.search(said[:300])) or "navigation" in said.split()


def says_file(element: etree._Element) -> bool:
    """True where the page says that a link leads to a document: by its type, or by an attribute."""
    kind = (element.get("type") or "").lower()
    if kind:
        return kind.startswith(_FILE_TYPES)
    return (element.get("download") or "").lower().endswith((".pdf", ".zip", ".xhtml"))
