"""What a page is, apart from its links: a challenge, an empty shell, a platform with feeds."""

import functools
from collections.abc import Set
from pathlib import Path
from typing import Any

from engine.data_file import read_data


def challenge_in(title: str, body: bytes) -> bool:
    """True where a service in front of the site asks for a human being instead of showing the page."""
    known = page_knowledge()["challenges"]
    if len(body) > known["longest_page"]:
        return False
    if title.strip().lower() in known["in_title"]:
        return True
    source = body.lower()
    return any(mark.encode() in source for mark in known["in_source"])


def needs_script(visible_length: int, ids: Set[str], body: bytes, links: int) -> bool:
    """True where a browser would have to run scripts before anything can be read.

    `visible_length` counts the characters of readable text, `ids` are those of all elements and
    `links` the number of links found outside scripts.
    """
    known = page_knowledge()["scripted_pages"]
    if visible_length > known["longest_text"] or links > 15 or b"<script" not in body.lower():
        return False
    source = body[:200_000].lower()
    says_so = any(notice.encode() in source for notice in known["notices"])
    return says_so or not ids.isdisjoint(known["element_ids"])


def lists_by_script(body: bytes) -> bool:
    """True where a page holds the templates of a list, or the marks of a platform that fetches its
    lists, so that what it lists may be missing from its source."""
    source = body.lower()
    marks = page_knowledge()["list_templates"]["marks"]
    return any(mark.encode() in source for mark in marks) or bool(feed_paths(body))


def feed_paths(body: bytes) -> tuple[str, ...]:
    """Paths, on the page's own host, of the feeds behind a platform that the page betrays."""
    source = body.lower()
    return tuple(
        feed["path"]
        for feed in page_knowledge()["feeds"]
        if any(mark.encode() in source for mark in feed["marks"])
    )


def url_attributes() -> tuple[str, ...]:
    """Attributes in which pages keep the address of a file."""
    return tuple(page_knowledge()["url_attributes"]["names"])


@functools.cache
def generic_words() -> frozenset[str]:
    """Words of a link that say nothing about what it leads to."""
    return frozenset(page_knowledge()["generic_words"]["words"])


@functools.cache
def page_knowledge() -> dict[str, Any]:
    """The vocabulary of pages as it stands in its file."""
    loaded: dict[str, Any] = read_data(Path(__file__).parent / "vocabulary" / "pages.yaml")
    return loaded
