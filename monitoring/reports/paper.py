"""What a report says, whatever it is shown as: sections of text, figures, tables, charts and quotations.

A paper is made once from rows and kept as JSON; the page, the HTML file and the PDF are made from it, so
that they cannot say different things. Addresses are paths of this site.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any


class Tone(StrEnum):
    """How a figure is to be taken; the words beside it say the same."""

    PLAIN = ""
    GOOD = "good"
    WARN = "warn"
    BAD = "bad"


class Mark(StrEnum):
    """What became of a quoted sentence."""

    NONE = ""
    NEW = "new"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph."""

    text: str
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True, slots=True)
class Tile:
    """A figure with what it counts. `value` and `before` are the numbers behind the words, for machines:
    None where there is none, which is not 0."""

    code: str
    label: str
    text: str
    note: str = ""
    tone: Tone = Tone.PLAIN
    address: str = ""
    value: str | None = None
    before: str | None = None


@dataclass(frozen=True, slots=True)
class Tiles:
    tiles: tuple[Tile, ...]


@dataclass(frozen=True, slots=True)
class Heading:
    """Of a column; figures stand at its right."""

    text: str
    is_number: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    text: str
    address: str = ""
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True, slots=True)
class Grid:
    """A table. `unlisted` is how many rows more there are; `empty` what is said in place of no rows."""

    title: str
    headings: tuple[Heading, ...]
    rows: tuple[tuple[Cell, ...], ...]
    empty: str = ""
    unlisted: int = 0
    address: str = ""

    def __post_init__(self) -> None:
        if any(len(row) != len(self.headings) for row in self.rows):
            raise ValueError(f"The table {self.title!r} has rows that do not fit its headings.")


@dataclass(frozen=True, slots=True)
class Kind:
    """One sort of what bars count: its colour by name, and its words."""

    fill: str
    text: str


@dataclass(frozen=True, slots=True)
class Column:
    """One bar: its label and a count for each kind."""

    label: str
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Bars:
    """Stacked bars of counts, from the bottom up in the order of `kinds`."""

    title: str
    kinds: tuple[Kind, ...]
    columns: tuple[Column, ...]


@dataclass(frozen=True, slots=True)
class Move:
    """By what share something rose or fell, and how that is said. `share` None is a change that has none,
    such as from nothing or across zero."""

    label: str
    text: str
    share: str | None
    address: str = ""

    @property
    def width(self) -> Decimal:
        """Of the bar, -1 to 1."""
        share = Decimal(self.share or 0)
        return max(min(share, Decimal(1)), Decimal(-1))


@dataclass(frozen=True, slots=True)
class Moves:
    """Bars to both sides of a line; what more than doubles or halves runs to the edge."""

    title: str
    moves: tuple[Move, ...]


@dataclass(frozen=True, slots=True)
class Quote:
    """A sentence in the company's own words, and where it stands."""

    text: str
    place: str
    address: str = ""
    mark: Mark = Mark.NONE


@dataclass(frozen=True, slots=True)
class Quotes:
    title: str
    quotes: tuple[Quote, ...]
    empty: str = ""
    unlisted: int = 0


Block = Text | Tiles | Grid | Bars | Moves | Quotes
_SORTS = (Text, Tiles, Grid, Bars, Moves, Quotes)
_BLOCKS: dict[str, type[Any]] = {sort.__name__.lower(): sort for sort in _SORTS}


@dataclass(frozen=True, slots=True)
class Section:
    code: str
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Paper:
    """`over` is the line above the title, `facts` stand beside it, `foot` below everything."""

    over: str
    title: str
    under: str
    facts: tuple[tuple[str, str], ...] = ()
    sections: tuple[Section, ...] = ()
    foot: str = ""

    def tiles(self) -> Iterator[tuple[Section, Tile]]:
        """Every figure with its section."""
        for section in self.sections:
            for block in section.blocks:
                if isinstance(block, Tiles):
                    for tile in block.tiles:
                        yield section, tile

    def figures(self) -> dict[str, dict[str, dict[str, str | None]]]:
        """The numbers behind the words: by section and code, now and in the window before."""
        found: dict[str, dict[str, dict[str, str | None]]] = {}
        for section, tile in self.tiles():
            found.setdefault(section.code, {})[tile.code] = {"value": tile.value, "before": tile.before}
        return found


def to_json(paper: Paper) -> dict[str, Any]:
    """The paper as it is kept."""
    raw = asdict(paper)
    for section, kept in zip(paper.sections, raw["sections"], strict=True):
        kept["blocks"] = [
            {"block": type(block).__name__.lower(), **asdict(block)} for block in section.blocks
        ]
    return raw


def from_json(raw: Mapping[str, Any]) -> Paper:
    """The paper that was kept. Raises KeyError for a sort of block that is not known."""
    return Paper(
        over=raw["over"],
        title=raw["title"],
        under=raw["under"],
        facts=tuple((name, text) for name, text in raw["facts"]),
        sections=tuple(
            Section(one["code"], one["title"], tuple(_block(block) for block in one["blocks"]))
            for one in raw["sections"]
        ),
        foot=raw["foot"],
    )


def _block(raw: Mapping[str, Any]) -> Block:
    values = dict(raw)
    made = _BLOCKS[values.pop("block")]
    parts = {"tiles": _tile, "quotes": _quote, "moves": lambda one: Move(**one)}
    for name, part in parts.items():
        if name in values:
            values[name] = tuple(part(one) for one in values[name])
    if made is Text:
        values["tone"] = Tone(values["tone"])
    if made is Grid:
        values["headings"] = tuple(Heading(**one) for one in values["headings"])
        values["rows"] = tuple(tuple(_cell(cell) for cell in row) for row in values["rows"])
    if made is Bars:
        values["kinds"] = tuple(Kind(**one) for one in values["kinds"])
        values["columns"] = tuple(Column(one["label"], tuple(one["counts"])) for one in values["columns"])
    return made(**values)


def _tile(raw: Mapping[str, Any]) -> Tile:
    return Tile(**{**raw, "tone": Tone(raw["tone"])})


def _cell(raw: Mapping[str, Any]) -> Cell:
    return Cell(raw["text"], raw["address"], Tone(raw["tone"]))


def _quote(raw: Mapping[str, Any]) -> Quote:
    return Quote(**{**raw, "mark": Mark(raw["mark"])})
