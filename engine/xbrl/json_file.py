"""JSON of other machines: parsed exactly, and looked into without believing its shape."""

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from engine.errors import Unreadable


def parsed(data: bytes) -> Mapping[str, Any]:
    """The object that a file holds, with exact numbers. Raises Unreadable (bad_json)."""
    try:
        found = json.loads(data.decode("utf-8-sig"), parse_float=Decimal, parse_int=Decimal)
    except (ValueError, RecursionError) as error:
        raise Unreadable(
            f"The file is no JSON that can be read ({str(error)[:100]}). Fetch it again.", code="bad_json"
        ) from None
    if not isinstance(found, dict):
        raise Unreadable("The file holds no JSON object. Check where it comes from.", code="bad_json")
    return found


def mapping(value: Any) -> Mapping[str, Any]:
    """An object, or an empty one in place of anything else."""
    return value if isinstance(value, dict) else {}


def items(value: Any) -> Sequence[Any]:
    """A list, or an empty one in place of anything else."""
    return value if isinstance(value, list) else ()


def text(value: Any) -> str:
    """A text or a number as text; empty for anything else."""
    if isinstance(value, Decimal):
        return f"{value:f}"
    return value if isinstance(value, str) else ""
