"""Texts that are no PDF: plain or HTML, as pages of plain text."""

import re

from lxml import etree

PAGE_LENGTH = 6_000  # characters from which on a text without pages begins a new one at a paragraph
_HTML = re.compile(rb"<(?:!doctype\s+html|html|body|p|div|h[1-6]|table|br|span|ul|ol)\b", re.IGNORECASE)
_UNSEEN = frozenset(["script", "style", "head", "template", "noscript", "svg"])
_LINES = frozenset(
    ["p", "div", "br", "tr", "li", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "table", "section",
     "article", "header", "footer", "blockquote", "pre", "hr", "dt", "dd"]
)  # fmt: skip
_CELLS = frozenset(["td", "th"])
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0", re.IGNORECASE)


def plain_texts(data: bytes) -> tuple[str, ...]:
    """The pages of a text: divided at form feeds, a long one between paragraphs. What a browser does not
    show of HTML is left out."""
    text = _from_html(data) if _HTML.search(data[:4096]) else data.decode("utf-8-sig", "replace")
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
    return tuple(page for part in text.split("\f") for page in _pages(part))


def _pages(text: str) -> list[str]:
    pages: list[str] = []
    current: list[str] = []
    length = 0
    for line in text.split("\n"):
        if length >= PAGE_LENGTH and not line.strip():
            pages.append("\n".join(current))
            current, length = [], 0
        current.append(line)
        length += len(line) + 1
    return [*pages, "\n".join(current)]


def _from_html(data: bytes) -> str:
    parser = etree.HTMLParser(huge_tree=False, no_network=True, recover=True, remove_comments=True)
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError):
        root = None
    if root is None:
        return ""
    parts: list[str] = []
    for event, element in etree.iterwalk(root, events=("start", "end")):
        tag = element.tag if isinstance(element.tag, str) else ""
        if event == "end":
            if tag in _LINES:
                parts.append("\n\n" if tag in ("p", "div", "table", "section", "article") else "\n")
            elif tag in _CELLS:
                parts.append(" ")
            if not _is_unseen_by_parents(element.getparent()):
                parts.append(_flat(element.tail))
            continue
        if tag in _LINES:
            parts.append("\n")
        if not _is_unseen_by_parents(element):
            parts.append(_flat(element.text))
    lines = (" ".join(line.split()) for line in "".join(parts).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _is_unseen_by_parents(element: "etree._Element | None") -> bool:
    while element is not None:
        tag = element.tag if isinstance(element.tag, str) else ""
        if tag in _UNSEEN or _HIDDEN.search(element.get("style") or "") or element.get("hidden") is not None:
            return True
        element = element.getparent()
    return False


def _flat(text: str | None) -> str:
    return " ".join((text or "").replace("\n", " ").split(" ")) if text else ""
