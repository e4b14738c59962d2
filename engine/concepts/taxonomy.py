"""The canonical concepts: loaded from `taxonomy.yaml`, validated, looked up by code.

The data file explains its own fields. A fault in it stops the start with an error that names the
item and the field, because a wrong concept would silently spoil every statement.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from engine.data_file import read_data
from engine.errors import BadInput
from engine.kinds import PeriodKind, RowKind, SectorTemplate, StatementKind

DATA_FILE = Path(__file__).with_name("taxonomy.yaml")

PREFIXES = MappingProxyType(
    {
        "is": StatementKind.INCOME_STATEMENT,
        "bs": StatementKind.BALANCE_SHEET,
        "cf": StatementKind.CASH_FLOW_STATEMENT,
    }
)


@dataclass(frozen=True, slots=True)
class ExternalName:
    """An element of a public taxonomy. `factor` turns its value into a contribution."""

    name: str
    factor: int


@dataclass(frozen=True, slots=True)
class Item:
    """One concept. `sign` is the contribution of an ordinary year: +1, -1, or 0 where either is
    ordinary. `template` is None for the items of every issuer. `deducted_for` names the line for
    which a statement subtracts this one instead of adding it. An `extension` is known to the
    identities but is none of the 111."""

    code: str
    label: str
    statement: StatementKind
    section: str
    kind: RowKind
    sign: int
    period_kind: PeriodKind
    order: int
    level: int
    parents: tuple[str, ...]
    core: bool
    absent_in: frozenset[SectorTemplate]
    ifrs: tuple[ExternalName, ...]
    us_gaap: tuple[ExternalName, ...]
    template: SectorTemplate | None = None
    extension: bool = False
    deducted_for: str | None = None

    @property
    def is_sum(self) -> bool:
        """Whether the item is a subtotal or a total."""
        return self.kind in (RowKind.SUBTOTAL, RowKind.TOTAL)

    def applies_to(self, template: SectorTemplate) -> bool:
        """Whether statements of this industry have such a line."""
        return template not in self.absent_in and self.template in (None, template)


@dataclass(frozen=True, slots=True)
class Arc:
    """`total` equals the sum of `parts`, each with its weight (+1 or -1). `derive` tells whether a
    compile may compute a total that was not printed."""

    total: str
    parts: tuple[tuple[str, int], ...]
    derive: bool

    @property
    def formula(self) -> str:
        """The sum in words a person can check, such as `bs.total_assets - bs.total_ca`."""
        first, *rest = self.parts
        text = first[0] if first[1] > 0 else f"-{first[0]}"
        return text + "".join(f" {'+' if weight > 0 else '-'} {code}" for code, weight in rest)


@dataclass(frozen=True, slots=True, eq=False)
class Taxonomy:
    """All concepts in canonical order. `items` has the items of every template as well."""

    version: str
    items: tuple[Item, ...]
    arcs: tuple[Arc, ...]
    sections: Mapping[StatementKind, tuple[str, ...]]
    _by_code: Mapping[str, Item] = field(default_factory=dict, repr=False)

    def __getitem__(self, code: str) -> Item:
        """The item of that code. Raises BadInput for a code that does not exist."""
        try:
            return self._by_code[code]
        except KeyError:
            raise BadInput(
                f"There is no concept {code!r} in taxonomy {self.version}. Use one of its codes.",
                code="unknown_concept",
            ) from None

    def find(self, code: str) -> Item | None:
        """The item of that code, None where there is none."""
        return self._by_code.get(code)

    def __contains__(self, code: object) -> bool:
        return code in self._by_code

    def __iter__(self) -> Iterator[Item]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)

    @property
    def standard(self) -> tuple[Item, ...]:
        """The 111 items of every issuer, without extensions and the items of one industry."""
        return tuple(item for item in self.items if item.template is None and not item.extension)

    def of_statement(self, kind: StatementKind, template: SectorTemplate | None = None) -> tuple[Item, ...]:
        """The items of a statement in order; with a template only those that apply to it."""
        return tuple(
            item
            for item in self.items
            if item.statement is kind and (template is None or item.applies_to(template))
        )

    def children(self, code: str) -> tuple[Item, ...]:
        """The items that add up into this one."""
        return tuple(item for item in self.items if code in item.parents)


@lru_cache(maxsize=1)
def load_taxonomy() -> Taxonomy:
    """The taxonomy of the data file, read once. Raises BadInput naming the fault."""
    return parse_taxonomy(read_data(DATA_FILE))


def parse_taxonomy(data: Mapping[str, Any]) -> Taxonomy:
    """A taxonomy from the structure of `taxonomy.yaml`. Raises BadInput naming the fault."""
    sections = _sections(data)
    raw = _in_order(data)
    items = tuple(_item(entry, order, template, sections) for order, (entry, template) in enumerate(raw))
    by_code: dict[str, Item] = {}
    for item in items:
        if item.code in by_code:
            raise _fault(item.code, "stands twice in the file")
        by_code[item.code] = item
    for item in items:
        for parent in item.parents:
            if parent not in by_code or not by_code[parent].is_sum:
                raise _fault(item.code, f"has the parent {parent!r}, which is not a total")
    arcs = tuple(_arc(entry, by_code) for entry in data.get("arcs", ()))
    return Taxonomy(str(data["version"]), items, arcs, sections, MappingProxyType(by_code))


def _fault(subject: str, sentence: str) -> BadInput:
    return BadInput(f"The taxonomy is faulty: {subject} {sentence}.", code="bad_taxonomy")


def _sections(data: Mapping[str, Any]) -> Mapping[StatementKind, tuple[str, ...]]:
    try:
        return MappingProxyType(
            {StatementKind(kind): tuple(names) for kind, names in data["sections"].items()}
        )
    except (KeyError, ValueError) as error:
        raise _fault("`sections`", f"is missing or names an unknown statement ({error})") from None


def _in_order(data: Mapping[str, Any]) -> list[tuple[dict[str, Any], SectorTemplate | None]]:
    """All entries, those of a template directly behind the item they name in `after`."""
    raw: list[tuple[dict[str, Any], SectorTemplate | None]] = [(entry, None) for entry in data["items"]]
    groups: list[tuple[SectorTemplate | None, Any]]
    groups = [(None, data.get("extensions", ()))]
    groups += [(SectorTemplate(name), entries) for name, entries in data.get("template_items", {}).items()]
    for template, entries in groups:
        for entry in entries:
            places = [i for i, (other, _) in enumerate(raw) if other.get("code") == entry.get("after")]
            if not places:
                raise _fault(str(entry.get("code")), f"follows {entry.get('after')!r}, which does not exist")
            raw.insert(places[0] + 1, (entry, template))
    return raw


def _item(
    entry: Mapping[str, Any],
    order: int,
    template: SectorTemplate | None,
    sections: Mapping[StatementKind, tuple[str, ...]],
) -> Item:
    code = str(entry.get("code"))
    for name in ("label", "section", "kind", "sign", "level"):
        if name not in entry:
            raise _fault(code, f"has no `{name}`")
    statement = PREFIXES.get(code.split(".")[0])
    if statement is None:
        raise _fault(code, "does not begin with is, bs or cf")
    if entry["section"] not in sections[statement]:
        raise _fault(code, f"stands in the unknown section {entry['section']!r}")
    if entry["sign"] not in (1, -1, 0):
        raise _fault(code, f"has the sign {entry['sign']!r}, which is none of 1, -1 and 0")
    instant = statement is StatementKind.BALANCE_SHEET or entry.get("instant", False)
    parents = entry.get("parent", ())
    try:
        kind = RowKind(entry["kind"])
        absent = frozenset(SectorTemplate(name) for name in entry.get("absent_in", ()))
    except ValueError as error:
        raise _fault(code, f"has an unknown value: {error}") from None
    is_sum = kind in (RowKind.SUBTOTAL, RowKind.TOTAL)
    return Item(
        code=code,
        label=str(entry["label"]),
        statement=statement,
        section=str(entry["section"]),
        kind=kind,
        sign=int(entry["sign"]),
        period_kind=PeriodKind.INSTANT if instant else PeriodKind.DURATION,
        order=order,
        level=int(entry["level"]),
        parents=(parents,) if isinstance(parents, str) else tuple(parents),
        core=template is None and not entry.get("extended", False) and "after" not in entry,
        absent_in=absent,
        ifrs=_names(entry.get("ifrs", ()), int(entry["sign"]), code, is_sum),
        us_gaap=_names(entry.get("us_gaap", ()), int(entry["sign"]), code, is_sum),
        template=template,
        extension=template is None and "after" in entry,
        deducted_for=entry.get("deducted_for"),
    )


def _names(names: Any, sign: int, code: str, is_sum: bool) -> tuple[ExternalName, ...]:
    if isinstance(names, dict):
        return tuple(ExternalName(str(name), int(factor)) for name, factor in names.items())
    if names and sign == 0 and not is_sum:
        # A total is never negated; a line that may fall on either side says how its element counts.
        raise _fault(code, "has no natural sign and must give a factor for each element name")
    return tuple(ExternalName(str(name), sign or 1) for name in names)


def _arc(entry: Mapping[str, Any], items: Mapping[str, Item]) -> Arc:
    parts = tuple((part.lstrip("-"), -1 if part.startswith("-") else 1) for part in entry["parts"])
    for code in (entry["total"], *(code for code, _ in parts)):
        if code not in items:
            raise _fault(f"the arc of {entry['total']}", f"names {code!r}, which is no item")
    return Arc(entry["total"], parts, bool(entry.get("derive", False)))
