"""Headers of answers as plain words, and words of ours that may go into a header."""

import http.client
from collections.abc import Mapping


def joined(response: http.client.HTTPResponse) -> dict[str, str]:
    """Headers by lower-case name; repeated ones are joined by commas, as RFC 9110 (5.3) has it."""
    joined: dict[str, str] = {}
    for name, value in response.getheaders():
        key = name.lower()
        joined[key] = f"{joined[key]}, {value}" if key in joined else value
    return joined


def short(headers: Mapping[str, str], name: str) -> str:
    """A validator to be sent back later; one that is absurdly long is as good as none."""
    value = headers.get(name, "").strip()
    return value if len(value) <= 300 and value.isprintable() else ""


def header_value(value: str) -> str:
    return "".join(sign for sign in value if sign.isprintable() and sign.isascii())


def charset(content_type: str) -> str | None:
    _kind, found, rest = content_type.partition("charset=")
    name = rest.split(";")[0].strip(" \"'")
    return name if found and name else None


def read_as_utf8(location: str) -> str:
    """Headers arrive as Latin-1; a Location with letters beyond ASCII is nearly always UTF-8."""
    try:
        return location.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return location
