"""The name a site gives its file. It is shown to people and never used as a path."""

import re
import unicodedata
from email.message import Message
from email.utils import collapse_rfc2231_value
from urllib.parse import unquote

LONGEST_NAME = 200


def name_in_disposition(header: str | None) -> str:
    """The cleaned file name of a Content-Disposition header (RFC 6266), "" where there is none."""
    if not header or len(header) > 8000:
        return ""
    message = Message()
    message["Content-Disposition"] = header.replace("\r", " ").replace("\n", " ")
    try:
        parameters = message.get_params([], header="content-disposition")
        named = [value for name, value in parameters if name.lower() == "filename"]
        # The extended form (filename*) says its encoding and goes before the plain one.
        named.sort(key=lambda value: isinstance(value, str))
        name = collapse_rfc2231_value(named[0]) if named else ""
    except (LookupError, UnicodeError, ValueError):
        return ""
    return cleaned_name(_utf8_read_as_latin1(name))


def cleaned_name(name: str) -> str:
    """Only the last part of a path, without control and direction marks, at most 200 characters."""
    decoded = unicodedata.normalize("NFC", unquote(name[:6000]))
    last = re.split(r"[/\\]", decoded)[-1]
    kept = "".join(sign for sign in last if unicodedata.category(sign)[0] != "C")
    shown = re.sub(r"\s+", " ", kept).strip(" .")
    if len(shown) <= LONGEST_NAME:
        return shown
    stem, dot, extension = shown.rpartition(".")
    if not dot or len(extension) > 10:
        return shown[:LONGEST_NAME]
    return stem[: LONGEST_NAME - len(extension) - 1] + "." + extension


def _utf8_read_as_latin1(name: str) -> str:
    """Headers arrive as Latin-1; many servers send raw UTF-8 in them."""
    try:
        return name.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return name
