"""Element names of the two public taxonomies and what they are here.

The names and their factors stand in `concepts/taxonomy.yaml`; nothing is said twice. One element may serve
several concepts: closing cash stands in the balance sheet and at the end of the cash flow statement.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

from engine.concepts.taxonomy import load_taxonomy
from engine.kinds import Framework

IFRS, US_GAAP, ENTITY = "ifrs-full", "us-gaap", "dei"

# Namespaces carry the year of the taxonomy; an element is the same in each.
_NAMESPACES = (
    (re.compile(r"\Ahttps?://xbrl\.(?:ifrs|iasb)\.org/taxonomy/[0-9-]+/ifrs(?:-full)?\Z"), IFRS),
    (re.compile(r"\Ahttps?://(?:fasb\.org|xbrl\.us)/us-gaap/[0-9-]+\Z"), US_GAAP),
    (re.compile(r"\Ahttps?://xbrl\.(?:sec\.gov|us)/dei/[0-9-]+\Z"), ENTITY),
)
FRAMEWORKS: Mapping[str, Framework] = MappingProxyType({IFRS: Framework.IFRS, US_GAAP: Framework.US_GAAP})


@dataclass(frozen=True, slots=True)
class Meaning:
    """A concept that an element stands for; `factor` turns its value into a contribution. `rank` is the
    element's place among the names of the concept, the most fitting first."""

    concept: str
    factor: int
    rank: int


def usual_prefix(namespace: str) -> str:
    """`ifrs-full`, `us-gaap` or `dei` for a namespace of these taxonomies of any year, otherwise empty."""
    return next((prefix for pattern, prefix in _NAMESPACES if pattern.match(namespace)), "")


def meanings(element: str) -> tuple[Meaning, ...]:
    """The concepts that an element such as `ifrs-full:Revenue` stands for, in the taxonomy's order."""
    return _all_meanings().get(element, ())


def framework_of(element: str) -> Framework:
    """The accounting framework whose taxonomy an element belongs to."""
    return FRAMEWORKS.get(element.partition(":")[0], Framework.OTHER)


@lru_cache(maxsize=1)
def _all_meanings() -> Mapping[str, tuple[Meaning, ...]]:
    found: dict[str, tuple[Meaning, ...]] = {}
    for item in load_taxonomy():
        for prefix, names in ((IFRS, item.ifrs), (US_GAAP, item.us_gaap)):
            for rank, name in enumerate(names):
                element = f"{prefix}:{name.name}"
                found[element] = (*found.get(element, ()), Meaning(item.code, name.factor, rank))
    return MappingProxyType(found)
