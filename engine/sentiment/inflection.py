"""The forms in which an English verb or noun stands in a text, from its base form."""

import functools
from pathlib import Path
from typing import Any

from engine.data_file import read_data

_VOWELS = frozenset("aeiou")


def verb_forms(base: str) -> tuple[str, ...]:
    """The base and its other forms: "rise" gives rise, rises, rose, risen, rising."""
    knowledge = _knowledge()
    if base in knowledge["irregular"]:
        return (base, *knowledge["irregular"][base])
    stem = base + base[-1] if base in knowledge["doubling"] else base
    if base.endswith("e"):
        return base, f"{base}s", f"{base}d", f"{base[:-1]}ing"
    if _ends_in_consonant_and_y(base):
        return base, f"{base[:-1]}ies", f"{base[:-1]}ied", f"{base}ing"
    return base, base + _ending(base), f"{stem}ed", f"{stem}ing"


@functools.cache
def noun_forms(base: str) -> tuple[str, ...]:
    """Singular and plural: "subsidy" gives subsidy, subsidies."""
    if base in _knowledge()["plurals"]:
        return (base, *_knowledge()["plurals"][base])
    if _ends_in_consonant_and_y(base):
        return base, f"{base[:-1]}ies"
    return base, base + _ending(base)


def _ending(base: str) -> str:
    return "es" if base.endswith(("s", "x", "z", "ch", "sh")) else "s"


def _ends_in_consonant_and_y(base: str) -> bool:
    return len(base) > 1 and base.endswith("y") and base[-2] not in _VOWELS


@functools.cache
def _knowledge() -> dict[str, Any]:
    loaded: dict[str, Any] = read_data(Path(__file__).parent / "lexicon" / "forms.yaml")
    return loaded
