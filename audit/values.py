"""Objects as they are kept in the trail: fields by name, as JSON that every database gives back alike."""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any

from django.db import models

Fields = dict[str, Any]

# What is kept of a longer text is its beginning, its length and its hash, so that the trail stays small.
LONGEST = 2000
KEPT = 200
HIDDEN = "(not kept)"
# Whoever reads the trail must not be able to use what it tells.
_SECRET = ("password", "secret", "token", "digest", "api_key")


def fields_of(instance: models.Model, many: Iterable[str] = ()) -> Fields:
    """The columns of a row as they are now; `many` names relations to many others, kept as their names.

    What is secret is not kept, only that it is there.
    """
    found: Fields = {}
    for field in instance._meta.concrete_fields:
        if field.attname in instance.__dict__:
            found[field.attname] = _kept(field.name, field.value_from_object(instance))
    for name in many:
        found[name] = sorted(str(one) for one in getattr(instance, name).all())
    return found


def differences(before: Fields, after: Fields) -> tuple[Fields, Fields]:
    """Of both, what is not the same in the other."""
    names = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
    return (
        {name: before[name] for name in names if name in before},
        {name: after[name] for name in names if name in after},
    )


def plain(value: Any) -> Any:
    """As JSON that comes back from every database as it went in: numbers with a point become text, since
    databases write them differently, and characters no database keeps are replaced."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, Mapping):
        return {_text(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, set | frozenset):
        return sorted((plain(item) for item in value), key=str)
    if isinstance(value, datetime):
        return (value.astimezone(UTC) if value.tzinfo else value).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return _text(value)


def _kept(name: str, value: Any) -> Any:
    if value not in (None, "") and any(word in name.lower() for word in _SECRET):
        return HIDDEN
    kept = plain(value)
    text = kept if isinstance(kept, str) else str(kept)
    return _shortened(text) if len(text) > LONGEST else kept


def _shortened(text: str) -> str:
    digest = hashlib.sha256(text.encode()).hexdigest()
    return f"{text[:KEPT]}… ({len(text):,} characters, sha256 {digest})"


def _text(value: Any) -> str:
    return str(value).replace("\0", "\ufffd").encode("utf-8", "replace").decode()
