"""Addresses: one spelling for each, whose site they belong to, file or page.

The spelling follows RFC 3986, section 6: case, percent encoding, dot segments and default ports.
"""

import functools
import ipaddress
import posixpath
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urljoin, urlsplit, urlunsplit

from engine.data_file import read_data
from engine.errors import BadInput

LONGEST_URL = 2000  # characters; what is longer is not kept
DEFAULT_PORTS = {"http": 80, "https": 443}
_UNRESERVED = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
_PERCENT = re.compile(r"%([0-9a-fA-F]{2})")
_HEXADECIMAL = r"(?:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9a-f]{24,64})"
_SESSION = re.compile(r";(?:jsessionid|sid|phpsessid)=[^/?#]*", re.IGNORECASE)
_KEYS = re.compile(
    rf"(?<![0-9a-z])(?:{_HEXADECIMAL}|(?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]{{10,23}})(?![0-9a-z])", re.IGNORECASE
)
_KEY = re.compile(r"(?=.*\d)[0-9a-zA-Z_-]{2,64}")
_WHITE = re.compile(r"[\t\r\n]+")


@dataclass(frozen=True)
class _Knowledge:
    """What the vocabulary says about addresses."""

    tracking_names: frozenset[str]
    tracking_prefixes: tuple[str, ...]
    document_extensions: frozenset[str]
    other_extensions: frozenset[str]
    opaque_paths: tuple[re.Pattern[str], ...]
    opaque_queries: frozenset[str]
    numbered: frozenset[str]
    second_levels: dict[str, frozenset[str]]


def normalise_url(url: str) -> str:
    """The one spelling of an address, by which two links are known to be the same.

    Raises:
        BadInput: not an http address
    """
    try:
        parts = urlsplit(_WHITE.sub("", url.strip()))
        port, host = parts.port, (parts.hostname or "").rstrip(".")
    except ValueError:
        raise BadInput(f"{url[:200]!r} is not an address that can be opened.", code="bad_url") from None
    scheme = parts.scheme.lower()
    if scheme not in DEFAULT_PORTS or not host:
        raise BadInput(f"{url[:200]!r} is not an http address.", code="bad_url")
    shown = f"[{host}]" if ":" in host else _ascii(host)
    netloc = shown if port in (None, DEFAULT_PORTS[scheme]) else f"{shown}:{port}"
    path = _without_dots(_SESSION.sub("", _one_spelling(parts.path, "/%:@!$&'()*+,;="))) or "/"
    query = _one_spelling(_without_tracking(parts.query), "/%:@!$&'()*+,;=?[]")
    return urlunsplit((scheme, netloc, path, query, ""))


def absolute_url(href: str, base: str) -> str | None:
    """Where a link leads, spelt so that it can be fetched; None where it leads nowhere: scripts,
    mail, data, places in the same page."""
    text = _WHITE.sub("", href.strip())
    if not text or text.startswith("#") or len(text) > LONGEST_URL:
        return None
    try:
        parts = urlsplit(urljoin(base, text))
        if parts.scheme not in DEFAULT_PORTS or not parts.hostname or "@" in parts.netloc:
            return None
        _ = parts.port
    except ValueError:
        return None
    path = quote(parts.path, safe="/%:@!$&'()*+,;=~-._")
    query = quote(parts.query, safe="/%:@!$&'()*+,;=~-._?[]|")
    return urlunsplit((parts.scheme, parts.netloc, path or "/", query, ""))


def host_of(url: str) -> str:
    """The host name in lower case, "" where there is none."""
    try:
        return (urlsplit(url).hostname or "").rstrip(".")
    except ValueError:
        return ""


def registered_domain(url: str) -> str:
    """The part of the host that was registered: "example.co.uk" of "ir.example.co.uk".

    An approximation without the full list of public suffixes; an IP address is its own domain.
    """
    host = host_of(url)
    try:
        ipaddress.ip_address(host)
        return host
    except ValueError:
        labels = host.split(".")
    if len(labels) <= 2:
        return host
    seconds = _knowledge().second_levels.get(labels[-1], frozenset())
    return ".".join(labels[-3:] if labels[-2] in seconds else labels[-2:])


def same_site(one: str, other: str) -> bool:
    """True where both addresses were registered by the same party."""
    domain = registered_domain(one)
    return domain != "" and domain == registered_domain(other)


def extension(url: str) -> str:
    """The extension of the file an address names, lower case without its dot, "" where none."""
    name = posixpath.basename(unquote(urlsplit(url).path))
    _stem, dot, ending = name.rpartition(".")
    return ending.lower() if dot and 1 <= len(ending) <= 6 and ending.isalnum() else ""


def file_name(url: str) -> str:
    """The last part of the path, readable; or that of the file named in the query."""
    parts = urlsplit(url)
    for _name, value in parse_qsl(parts.query):
        if extension_of_name(value) in _knowledge().document_extensions:
            return posixpath.basename(value.replace("\\", "/"))
    return posixpath.basename(unquote(parts.path).replace("+", " ").rstrip("/"))


def extension_of_name(name: str) -> str:
    """The extension of a bare file name."""
    _stem, dot, ending = name.rpartition(".")
    return ending.lower() if dot and ending.isalnum() else ""


def looks_like_file(url: str) -> bool:
    """True where the address very likely answers with a report rather than a page: by extension, by
    a file named in its query, or by a path under which platforms keep files."""
    known = _knowledge()
    parts = urlsplit(url)
    if extension(url) in known.document_extensions:
        return True
    pairs = parse_qsl(parts.query)
    if any(extension_of_name(value) in known.document_extensions for _name, value in pairs):
        return True
    path = parts.path.lower()
    if any(pattern.search(path) for pattern in known.opaque_paths):
        return True
    return any(name.lower() in known.opaque_queries and value for name, value in pairs)


def is_numbered(url: str) -> bool:
    """True where a number or a key in the query says which of many things is meant: it may be a file,
    and where the link's words name a report, it is."""
    pairs = parse_qsl(urlsplit(url).query)
    return any(name.lower() in _knowledge().numbered and _KEY.fullmatch(value) for name, value in pairs)


def is_other_file(url: str) -> bool:
    """True for pictures, films, spreadsheets and the like."""
    return extension(url) in _knowledge().other_extensions


def without_keys(name: str) -> str:
    """A name without the hexadecimal keys in it, whose digits and letters spell years and forms by
    chance."""
    return _KEYS.sub(" ", name)


def unwrapped(url: str) -> str:
    """The address inside that of a web archive's copy; any other comes back unchanged."""
    if host_of(url) in ("web.archive.org", "archive.org"):
        found = re.search(r"/web/\d{4,14}(?:[a-z]{2}_)?/(https?:/{1,2}.+)", url)
        if found is not None:
            return re.sub(r"\A(https?):/+", r"\1://", found[1])
    return url


def _one_spelling(text: str, kept: str) -> str:
    """Percent codes in capitals, and only where they are needed."""

    def code(found: re.Match[str]) -> str:
        sign = chr(int(found[1], 16))
        return sign if sign in _UNRESERVED else "%" + found[1].upper()

    return quote(_PERCENT.sub(code, text), safe=kept + "~")


def _without_dots(path: str) -> str:
    """Dot segments taken out; a path that ends in a slash keeps it."""
    if "/." not in path:
        return path
    kept: list[str] = []
    parts = path.split("/")
    for part in parts:
        if part == "..":
            if len(kept) > 1:
                kept.pop()
        elif part != ".":
            kept.append(part)
    if parts[-1] in (".", "..") and kept[-1] != "":
        kept.append("")
    return "/".join(kept) if kept != [""] else "/"


def _without_tracking(query: str) -> str:
    known = _knowledge()

    def says_something(part: str) -> bool:
        name = part.partition("=")[0].lower()
        return (
            part != "" and name not in known.tracking_names and not name.startswith(known.tracking_prefixes)
        )

    return "&".join(part for part in query.split("&") if says_something(part))


def _ascii(host: str) -> str:
    if host.isascii():
        return host
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError:
        return host


@functools.cache
def _knowledge() -> _Knowledge:
    addresses = _loaded("addresses.yaml")
    tracking, opaque = addresses["tracking_parameters"], addresses["opaque_files"]
    suffixes = _loaded("suffixes.yaml")["suffixes"]
    return _Knowledge(
        tracking_names=frozenset(tracking["names"]),
        tracking_prefixes=tuple(tracking["prefixes"]),
        document_extensions=frozenset(addresses["document_extensions"]["names"]),
        other_extensions=frozenset(str(name) for name in addresses["other_file_extensions"]["names"]),
        opaque_paths=tuple(_opaque(text) for text in opaque["patterns"]),
        opaque_queries=frozenset(opaque["query_names"]),
        numbered=frozenset(addresses["numbered"]["query_names"]),
        second_levels={country: frozenset(seconds) for country, seconds in suffixes.items()},
    )


def _opaque(text: str) -> re.Pattern[str]:
    written = re.escape(text).replace(r"\#", "#").replace("#", r"\d+").replace("@", _HEXADECIMAL)
    return re.compile(written + r"(?:/|\Z|\.)" if text[-1] in "#@" else written)


def _loaded(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = read_data(Path(__file__).parent / "vocabulary" / name)
    return loaded
