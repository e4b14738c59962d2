"""Links out of sitemaps, feeds and JSON lists. All of it comes from strangers."""

import re
import zlib
from dataclasses import dataclass

from lxml import etree

from engine.discover.json_links import json_links
from engine.discover.links import Link, PageLinks, links_in_html
from engine.discover.urls import absolute_url

LARGEST_FEED = 10 * 1024 * 1024  # bytes, unpacked
MOST_ENTRIES = 50_000  # the limit of the sitemap protocol
_XML_MARKS = (b"<urlset", b"<sitemapindex", b"<rss", b"<feed")
_ADDRESS_IN_TEXT = re.compile(r"https?://[^\s\"'<>]{4,2000}")


@dataclass(frozen=True, slots=True)
class SitemapLinks:
    """A sitemap's pages and, for an index, the sitemaps it names."""

    links: tuple[Link, ...]
    sitemaps: tuple[str, ...]
    warnings: tuple[str, ...] = ()


def links_in(body: bytes, url: str) -> PageLinks:
    """What a saved file offers, whatever it is: a page, a sitemap, a feed or a list in JSON."""
    start = body.lstrip(b"\xef\xbb\xbf \t\r\n")[:200].lower()
    if start.startswith((b"{", b"[")):
        return PageLinks("", links_in_json(body, url), False, False)
    if start.startswith(b"\x1f\x8b") or any(mark in start for mark in _XML_MARKS):
        sitemap = links_in_sitemap(body, url)
        further = tuple(Link(address, source="sitemap") for address in sitemap.sitemaps)
        links = links_in_feed(body, url) or (*sitemap.links, *further)
        return PageLinks("", links, False, False, sitemap.warnings)
    return links_in_html(body, url)


def links_in_sitemap(body: bytes, base_url: str) -> SitemapLinks:
    """Reads a sitemap or a sitemap index, also a packed one (sitemaps.org protocol)."""
    root, warnings = _tree(body)
    if root is None:
        return SitemapLinks((), (), warnings)
    links: list[Link] = []
    sitemaps: list[str] = []
    for element in root.iter():
        if len(links) + len(sitemaps) >= MOST_ENTRIES:
            warnings += (f"Only the first {MOST_ENTRIES:,} entries were read.",)
            break
        if _name(element) != "loc" or not element.text:
            continue
        url = absolute_url(element.text, base_url)
        parent = element.getparent()
        if url is None or parent is None:
            continue
        if _name(parent) == "sitemap":
            sitemaps.append(url)
        elif _name(parent) == "url":
            links.append(Link(url, source="sitemap"))
    return SitemapLinks(tuple(dict.fromkeys(links)), tuple(dict.fromkeys(sitemaps)), warnings)


def links_in_feed(body: bytes, base_url: str) -> tuple[Link, ...]:
    """The entries of an RSS or Atom feed, with the files attached to them."""
    root, _warnings = _tree(body)
    if root is None:
        return ()
    links: list[Link] = []
    for entry in root.iter():
        if _name(entry) not in ("item", "entry") or len(links) >= MOST_ENTRIES:
            continue
        title, summary = _child_text(entry, "title"), _child_text(entry, "description", "summary", "content")
        for address in _entry_addresses(entry, summary):
            url = absolute_url(address, base_url)
            if url is not None:
                links.append(
                    Link(url, title[:400], re.sub(r"<[^>]*>", " ", summary)[:300].strip(), "", "feed")
                )
    return tuple(dict.fromkeys(links))


def links_in_json(body: bytes, base_url: str) -> tuple[Link, ...]:
    """The files named in a JSON list, such as the feeds of investor-relations platforms."""
    text = body[:LARGEST_FEED].decode("utf-8-sig", errors="replace")
    found = ((absolute_url(link.address, base_url), link) for link in json_links(text))
    return tuple(
        dict.fromkeys(
            Link(url, link.text, link.context, "", "json") for url, link in found if url is not None
        )
    )


def _tree(body: bytes) -> tuple[etree._Element | None, tuple[str, ...]]:
    """The root element. Entities stay unresolved, nothing else is loaded, depth is bounded."""
    body, warnings = _unpacked(body)
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        recover=True,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError):
        root = None
    if root is None:
        return None, (*warnings, "This is not XML that can be read.")
    return root, warnings


def _unpacked(body: bytes) -> tuple[bytes, tuple[str, ...]]:
    if body.startswith(b"\x1f\x8b"):
        unpack = zlib.decompressobj(31)
        try:
            body = unpack.decompress(body, LARGEST_FEED + 1)
        except zlib.error:
            return b"", ("The packed file is damaged.",)
    if len(body) > LARGEST_FEED:
        return body[:LARGEST_FEED], (f"Only the first {LARGEST_FEED:,} bytes were read.",)
    return body, ()


def _entry_addresses(entry: etree._Element, summary: str) -> list[str]:
    """The entry's own page, its enclosures, and the files its text links to."""
    found: list[str] = []
    for child in entry:
        if _name(child) == "link":
            found.append(child.get("href") or child.text or "")
        elif _name(child) in ("enclosure", "content") and child.get("url"):
            found.append(child.get("url") or "")
    found.extend(address for address in _ADDRESS_IN_TEXT.findall(summary) if ".pdf" in address.lower())
    return [address for address in dict.fromkeys(found) if address]


def _child_text(entry: etree._Element, *names: str) -> str:
    for child in entry:
        if _name(child) in names:
            return " ".join("".join(child.itertext()).split())
    return ""


def _name(element: etree._Element) -> str:
    return etree.QName(element).localname.lower() if isinstance(element.tag, str) else ""
