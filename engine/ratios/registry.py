"""The definitions of ratios and quantities, read from their data files and held to each other."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from engine.concepts.taxonomy import load_taxonomy
from engine.data_file import read_data
from engine.kinds import RatioUnit, SectorTemplate
from engine.ratios.expression import Expression, names_in, parse

# The close of the last session of a fiscal year, given by whoever has prices.
MARKET_PRICE = "market.price"

_HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Quantity:
    """What statements print in different ways; `ways` are tried in order. With `one_basis`, years that
    were found by different ways do not compare."""

    name: str
    label: str
    ways: tuple[Expression, ...]
    one_basis: bool


@dataclass(frozen=True, slots=True)
class Ratio:
    """One definition. `formula` is as written, `tree` the same understood. Every expression of
    `above_zero` has to be positive for the ratio to mean anything."""

    code: str
    label: str
    group: str
    unit: RatioUnit
    formula: str
    tree: Expression
    above_zero: tuple[tuple[str, Expression], ...]
    not_for: frozenset[SectorTemplate]
    reads: str
    source: str


@dataclass(frozen=True, slots=True)
class Registry:
    """All definitions; ratios in the order in which they are shown, each after those it speaks of."""

    quantities: dict[str, Quantity]
    ratios: dict[str, Ratio]
    groups: dict[str, str]
    limits: dict[RatioUnit, Decimal]


@cache
def load_registry() -> Registry:
    """The shipped definitions. Raises ValueError that names a definition which does not hold together."""
    quantities = {
        name: Quantity(
            name, entry["label"], tuple(parse(way) for way in entry["ways"]), entry.get("one_basis", False)
        )
        for name, entry in read_data(_HERE / "operands.yaml")["quantities"].items()
    }
    data = read_data(_HERE / "ratios.yaml")
    ratios = {entry["code"]: _ratio(entry) for entry in data["ratios"]}
    if len(ratios) != len(data["ratios"]):
        raise ValueError("ratios.yaml defines a code twice")
    registry = Registry(
        quantities=quantities,
        ratios=ratios,
        groups=dict(data["groups"]),
        limits={RatioUnit(unit): Decimal(limit) for unit, limit in data["limits"].items()},
    )
    _hold_together(registry)
    return registry


@cache
def definition_hash(code: str) -> str:
    """What a ratio's value depends on besides figures, as one word: its formula and conditions and those
    of all it speaks of. Labels and explanations do not count. Raises KeyError for an unknown code."""
    registry = load_registry()
    text = "\n".join(_definition(code, registry, set()))
    limit = registry.limits.get(registry.ratios[code].unit)
    return hashlib.sha256(f"{text}\n{limit}".encode()).hexdigest()


@cache
def definitions_hash() -> str:
    """All definitions as one word."""
    text = "\n".join(f"{code} {definition_hash(code)}" for code in load_registry().ratios)
    return hashlib.sha256(text.encode()).hexdigest()


def _definition(name: str, registry: Registry, told: set[str]) -> Iterator[str]:
    if name in told:
        return
    told.add(name)
    ratio, quantity = registry.ratios.get(name), registry.quantities.get(name)
    # A name that is both stands for the quantity in a formula, and for the ratio where one asks for it.
    parts: list[Expression] = []
    if ratio is not None:
        yield f"{name}: {ratio.tree!r} {ratio.above_zero!r} {sorted(ratio.not_for)}"
        parts += [ratio.tree, *(tree for _, tree in ratio.above_zero)]
    if quantity is not None:
        yield f"{name}: {quantity.ways!r} {quantity.one_basis}"
        parts += quantity.ways
    for tree in parts:
        for inner in names_in(tree):
            yield from _definition(inner, registry, told)


def _ratio(entry: dict[str, Any]) -> Ratio:
    return Ratio(
        code=entry["code"],
        label=entry["label"],
        group=entry["group"],
        unit=RatioUnit(entry["unit"]),
        formula=entry["formula"],
        tree=parse(entry["formula"]),
        above_zero=tuple((text, parse(text)) for text in entry.get("above_zero", ())),
        not_for=frozenset(SectorTemplate(name) for name in entry.get("not_for", ())),
        reads=entry["reads"],
        source=entry.get("source", ""),
    )


def _hold_together(registry: Registry) -> None:
    """Every name is known, and nothing speaks of itself or of what comes later."""
    known = {*(item.code for item in load_taxonomy().items), MARKET_PRICE}
    # A quantity may speak of one written below it: what matters is that none comes back to itself.
    for name, quantity in registry.quantities.items():
        for way in quantity.ways:
            _known(name, way, known | registry.quantities.keys())
        _no_circle(name, registry.quantities, ())
    known |= registry.quantities.keys()
    for code, ratio in registry.ratios.items():
        if ratio.group not in registry.groups:
            raise ValueError(f"{code} is in the group {ratio.group}, which is not among the groups")
        for tree in (ratio.tree, *(tree for _, tree in ratio.above_zero)):
            _known(code, tree, known)
        known.add(code)


def _known(owner: str, tree: Expression, known: set[str]) -> None:
    unknown = sorted(set(names_in(tree)) - known)
    if unknown:
        raise ValueError(f"{owner} speaks of {', '.join(unknown)}, which nothing defines before it")


def _no_circle(name: str, quantities: dict[str, Quantity], above: tuple[str, ...]) -> None:
    if name in above:
        raise ValueError(f"{name} is defined by itself, over {', '.join(above[above.index(name) + 1 :])}")
    for way in quantities[name].ways:
        for inner in names_in(way):
            if inner in quantities:
                _no_circle(inner, quantities, (*above, name))
