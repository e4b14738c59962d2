"""The accounting identities as data: `identities.yaml`, read once and checked against the taxonomy."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from engine.concepts.taxonomy import Taxonomy, load_taxonomy
from engine.concepts.wording import plain
from engine.data_file import read_data
from engine.errors import BadInput
from engine.kinds import StatementKind

DATA_FILE = Path(__file__).with_name("identities.yaml")


@dataclass(frozen=True, slots=True)
class Term:
    """A concept in a sum. An optional one counts as nothing where it is not printed."""

    concept: str
    weight: int
    optional: bool


@dataclass(frozen=True, slots=True)
class Variant:
    """One way to test an identity. Either `left` lists concepts, or the left side is all lines
    that add up to `right`: those of a part of the statement, or those since another total."""

    left: tuple[Term, ...]
    right: str
    rows_of: str | None
    rows_from: str | None


@dataclass(frozen=True, slots=True)
class Identity:
    """An identity within one statement, not tested where the line `unless` is printed. `blocks` keeps
    a reading that fails from being accepted unseen; `warning` only asks for a look."""

    code: str
    statement: StatementKind
    says: str
    variants: tuple[Variant, ...]
    unless: str | None
    blocks: bool
    warning: bool


@dataclass(frozen=True, slots=True)
class Bridge:
    """An identity between two statements, or between two years when `previous` is set. Words of
    `wider` in the left line's label say that it counts more than the right one."""

    code: str
    says: str
    left: str
    right: tuple[str, ...]
    previous: bool
    warning: bool
    wider: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Totals:
    """That printed totals are sums, whatever they are totals of."""

    code: str
    says: str


@dataclass(frozen=True, slots=True)
class Identities:
    """All identities of the data file."""

    within: tuple[Identity, ...]
    across: tuple[Bridge, ...]
    totals: Totals

    @property
    def says(self) -> dict[str, str]:
        """What each identity means, by its code."""
        entries: tuple[Identity | Totals | Bridge, ...] = (*self.within, self.totals, *self.across)
        return {entry.code: entry.says for entry in entries}

    @property
    def warnings(self) -> frozenset[str]:
        """Codes of the identities whose failure only asks for a look."""
        within = {identity.code for identity in self.within if identity.warning}
        return frozenset(within | {bridge.code for bridge in self.across if bridge.warning})


@lru_cache(maxsize=1)
def load_identities() -> Identities:
    """The identities, read once. Raises BadInput naming the faulty one."""
    return parse_identities(read_data(DATA_FILE), load_taxonomy())


def parse_identities(data: Mapping[str, Any], taxonomy: Taxonomy) -> Identities:
    """Identities from the structure of the file. Raises BadInput naming the faulty one."""
    within = tuple(
        Identity(
            code=str(entry["id"]),
            statement=StatementKind(entry["statement"]),
            says=str(entry["says"]),
            variants=tuple(_variant(variant, str(entry["id"]), taxonomy) for variant in entry["variants"]),
            unless=None
            if (other := entry.get("unless")) is None
            else _known(other, str(entry["id"]), taxonomy),
            blocks=bool(entry.get("blocks", False)),
            warning=bool(entry.get("warning", False)),
        )
        for entry in data["within"]
    )
    across = tuple(
        Bridge(
            str(entry["id"]),
            str(entry["says"]),
            _known(entry["left"], str(entry["id"]), taxonomy),
            tuple(_known(code, str(entry["id"]), taxonomy) for code in entry["right"]),
            bool(entry.get("previous", False)),
            bool(entry.get("warning", False)),
            tuple(plain(str(word)) for word in entry.get("wider", ())),
        )
        for entry in data["across"]
    )
    return Identities(within, across, Totals(str(data["totals"]["id"]), str(data["totals"]["says"])))


def _variant(entry: Mapping[str, Any], code: str, taxonomy: Taxonomy) -> Variant:
    terms = tuple(
        Term(_known(text.strip("-?"), code, taxonomy), -1 if text.startswith("-") else 1, text.endswith("?"))
        for text in entry.get("left", ())
    )
    rows_from = entry.get("rows_from")
    if rows_from is not None:
        _known(rows_from, code, taxonomy)
    variant = Variant(terms, _known(entry["right"], code, taxonomy), entry.get("rows_of"), rows_from)
    if sum(bool(side) for side in (variant.left, variant.rows_of, variant.rows_from)) != 1:
        raise BadInput(f"The identity {code} needs exactly one of left, rows_of and rows_from.")
    return variant


def _known(concept: str, code: str, taxonomy: Taxonomy) -> str:
    if concept not in taxonomy:
        raise BadInput(f"The identity {code} names {concept!r}, which is no concept.")
    return concept
