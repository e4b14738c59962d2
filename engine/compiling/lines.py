"""The lines of reports with all their figures."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from engine.compiling.values import Vintage
from engine.kinds import RowKind


@dataclass(frozen=True, slots=True)
class LineKey:
    """A line of one report."""

    document: str
    row: int


@dataclass(frozen=True, slots=True)
class ReportLine:
    """A line of one report with all its figures by period. `concept` is what its reader took it for,
    or what a person said it is where it is `confirmed`."""

    key: LineKey
    label: str
    section: str
    kind: RowKind
    concept: str | None
    vintages: tuple[Vintage, ...]
    confirmed: bool = False


def report_lines(vintages: Iterable[Vintage]) -> tuple[ReportLine, ...]:
    """The vintages gathered by line, newest report first, in printed order."""
    gathered: dict[LineKey, list[Vintage]] = defaultdict(list)
    for vintage in vintages:
        gathered[LineKey(vintage.document, vintage.row)].append(vintage)
    published = {key.document: group[0].published_on for key, group in gathered.items()}
    ordered = sorted(gathered, key=lambda key: (-published[key.document].toordinal(), key.document, key.row))
    return tuple(_line(key, gathered[key]) for key in ordered)


def _line(key: LineKey, vintages: Sequence[Vintage]) -> ReportLine:
    first = vintages[0]
    concept = next((v.concept for v in vintages if v.concept is not None), None)
    confirmed = any(v.confirmed for v in vintages)
    return ReportLine(key, first.label, first.section, first.kind, concept, tuple(vintages), confirmed)


def same_figure(one: Vintage, other: Vintage) -> bool:
    """Whether two publications may be roundings of one number, given the precision of both. Two
    figures of one precision are roundings of one number only when they are equal."""
    if one.value is None or other.value is None:
        return False
    half = Decimal("0.5")
    return abs(one.value - other.value) < half.scaleb(-one.decimals) + half.scaleb(-other.decimals)
