"""Addresses of files in JSON, with the words beside and above them.

Platforms name things differently, but the shape is the same everywhere: an object with an address,
a title, a year and a kind, inside objects that say more about all of it.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from engine.discover.pages import page_knowledge
from engine.discover.urls import looks_like_file

MOST_NODES = 200_000
DEEPEST = 40
MOST_JSON_LINKS = 5_000
LONGEST_WORDS = 300
FURTHEST_BRACE = 1_500  # characters from an address in a script to the braces around it
MOST_BRACES = 6  # closing braces that are tried, because objects lie within one another

_QUOTED_FILE = re.compile(
    r"""["'`]((?:https?:)?[^"'`\s<>{}]{1,1000}?(?:\.(?:pdf|zip|xhtml|xbri)(?:\?[^"'`\s<>]{0,300})?|"""
    r"""static-files\\?/[0-9a-f-]{36}))["'`]""",
    re.IGNORECASE,
)


_VALUE_BEGINS = re.compile(r"[=(:]\s{0,20}([\[{])")
_QUOTED_TEXT = re.compile(r"""["'`]([^"'`<>{}]{3,160})["'`]|\b(?:year|fy)\s?:\s?(\d{4})\b""")
LARGEST_VAIN = 10_000_000  # characters read in vain before a script is left
MOST_VALUES = 200  # beginnings of a list or object in a script that are tried


@dataclass(frozen=True, slots=True)
class JsonLink:
    """An address as written, the words of its own object and those of the objects around it."""

    address: str
    text: str
    context: str


def json_links(text: str) -> tuple[JsonLink, ...]:
    """The files named in a JSON document; nothing where it is not JSON."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return ()
    return tuple(_walked(value))


def json_links_in_script(text: str) -> tuple[JsonLink, ...]:
    """The files named in a script: quoted addresses, with the object literal around each where that
    is JSON."""
    found: list[JsonLink] = []
    wholes = list(_whole_values(text))
    for _start, _end, value in wholes:
        found.extend(_walked(value))
    for match in _QUOTED_FILE.finditer(text):
        if len(found) >= MOST_JSON_LINKS:
            break
        if any(start <= match.start() < end for start, end, _value in wholes):
            continue
        address = _unescaped(match[1])
        around = _object_around(text, match.start(), match.end())
        inside = list(_walked(around)) if around is not None else []
        same = next((link for link in inside if link.address == address), None)
        found.append(same or JsonLink(address, _words_around(text, match), ""))
    return tuple(dict.fromkeys(found[:MOST_JSON_LINKS]))


def _whole_values(text: str) -> Iterator[tuple[int, int, Any]]:
    """Lists and objects that a script assigns or hands over whole, with where they begin and end."""
    decoder = json.JSONDecoder()
    after = tried = in_vain = 0
    for match in _VALUE_BEGINS.finditer(text):
        if match.start(1) < after:
            continue
        if tried >= MOST_VALUES or in_vain > LARGEST_VAIN:
            return
        tried += 1
        try:
            value, end = decoder.raw_decode(text, match.start(1))
        except json.JSONDecodeError as error:
            in_vain += error.pos - match.start(1)
            continue
        except (ValueError, RecursionError):
            continue
        after = end
        yield match.start(1), end, value


def _words_around(text: str, address: re.Match[str]) -> str:
    """The other texts of an object that is written in the language of scripts, not as JSON."""
    first = text.rfind("{", max(0, address.start() - FURTHEST_BRACE), address.start())
    last = text.find("}", address.end(), address.end() + FURTHEST_BRACE)
    if first < 0 or last < 0:
        return ""
    inside = text[first : address.start()] + text[address.end() : last]
    said = [found[1] or found[2] for found in _QUOTED_TEXT.finditer(inside)]
    return " ".join(_unescaped(words) for words in said if "/" not in words[:2])[:LONGEST_WORDS]


def _walked(value: Any) -> Iterator[JsonLink]:
    """Objects are visited with the words of those around them, without recursion."""
    waiting: list[tuple[Any, str, int]] = [(value, "", 0)]
    visited = given = 0
    while waiting and visited < MOST_NODES and given < MOST_JSON_LINKS:
        node, around, depth = waiting.pop()
        visited += 1
        if depth > DEEPEST:
            continue
        if isinstance(node, list):
            waiting.extend((child, around, depth + 1) for child in reversed(node[:MOST_NODES]))
        elif isinstance(node, dict):
            words = _words_of(node)
            for address in _addresses_of(node):
                given += 1
                yield JsonLink(address, words[:LONGEST_WORDS], around[:LONGEST_WORDS])
            inner = f"{around} {words}".strip()[-LONGEST_WORDS:]
            nested = [child for child in node.values() if isinstance(child, dict | list)]
            waiting.extend((child, inner, depth + 1) for child in reversed(nested))


def _addresses_of(node: dict[str, Any]) -> list[str]:
    """The addresses in an object: files under any name, pages only under a name that says so."""
    names = _names("address")
    found = []
    for name, value in node.items():
        if not isinstance(value, str) or not 4 <= len(value) <= 2000 or re.search(r"\s{2}|[<>{}]", value):
            continue
        written = value.strip()
        is_address = written.startswith(("/", "http://", "https://", "./", "../"))
        is_named = str(name).lower().replace("-", "") in names
        if looks_like_file(written) and (is_address or is_named):
            found.append(written)
    return list(dict.fromkeys(found))


def _words_of(node: dict[str, Any]) -> str:
    """Title, kind, year and date of an object, in this order."""
    kept: list[str] = []
    for group in ("words", "years", "dates"):
        names = _names(group)
        for name, value in node.items():
            if str(name).lower().replace("-", "") in names and isinstance(value, str | int):
                kept.append(str(value).strip()[:200])
    return " ".join(word for word in dict.fromkeys(kept) if word)


def _object_around(text: str, start: int, end: int) -> Any:
    """The smallest JSON object around a place in a script, None where there is none."""
    first = text.rfind("{", max(0, start - FURTHEST_BRACE), start)
    for _attempt in range(3):
        if first < 0:
            return None
        last = end - 1
        for _closing in range(MOST_BRACES):
            last = text.find("}", last + 1, end + FURTHEST_BRACE)
            if last < 0:
                break
            try:
                return json.loads(text[first : last + 1])
            except (ValueError, RecursionError):
                continue
        first = text.rfind("{", max(0, start - FURTHEST_BRACE), first)
    return None


def _unescaped(text: str) -> str:
    return re.sub(r"\\u([0-9a-fA-F]{4})", lambda found: chr(int(found[1], 16)), text).replace("\\/", "/")


def _names(group: str) -> frozenset[str]:
    return frozenset(page_knowledge()["json_names"][group])
