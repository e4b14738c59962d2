"""The order of rows: the canonical one, with a company's own lines beside their anchor.

The anchor of a line is the line printed above it in the newest report that prints it, and the line
goes behind it. Where a heading or a total parts the two, or one is an amount and the other a figure
per share, the line belongs to what follows: then the next line with a concept is its anchor, and it
goes before it.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from engine.compiling.anchoring import AnchoredLine
from engine.compiling.lines import LineKey, ReportLine
from engine.concepts.taxonomy import Taxonomy
from engine.kinds import RowKind

TOP = ""  # the anchor of a line that nothing is printed above
SUMS = (RowKind.SUBTOTAL, RowKind.TOTAL)


@dataclass(slots=True)
class _Neighbours:
    """The company lines that stand directly before and behind each key, in printed order."""

    before: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    behind: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))


def order_keys(lines: Sequence[AnchoredLine], standard: Sequence[str], taxonomy: Taxonomy) -> tuple[str, ...]:
    """The keys of all rows in the order they are shown. `standard` are the concepts to show."""
    neighbours = _neighbours(lines, taxonomy)
    canonical = sorted(set(standard), key=lambda code: taxonomy[code].order)
    ordered = [*_placed(TOP, neighbours)]
    for code in canonical:
        ordered += _placed(code, neighbours)
    return tuple(key for key in ordered if key != TOP)


def _placed(key: str, neighbours: _Neighbours) -> Iterator[str]:
    """What goes before a key, the key, what goes behind it; and so for each of those."""
    for other in neighbours.before.pop(key, ()):
        yield from _placed(other, neighbours)
    yield key
    for other in neighbours.behind.pop(key, ()):
        yield from _placed(other, neighbours)


def _neighbours(lines: Sequence[AnchoredLine], taxonomy: Taxonomy) -> _Neighbours:
    reports: dict[str, list[ReportLine]] = defaultdict(list)
    for anchored in lines:
        for line in anchored.lines:
            reports[line.key.document].append(line)
    for printed in reports.values():
        printed.sort(key=lambda line: line.key.row)
    place = {line.key: n for printed in reports.values() for n, line in enumerate(printed)}
    rows = {line.key: anchored for anchored in lines for line in anchored.lines}
    found = _Neighbours()
    own = [anchored for anchored in lines if anchored.concept is None]
    for anchored in sorted(own, key=lambda a: (-_published(a), a.lines[0].key.document, a.lines[0].key.row)):
        line = anchored.lines[0]
        printed = reports[line.key.document]
        n = place[line.key]
        above = printed[n - 1] if n else None
        below = next((other for other in printed[n + 1 :] if rows[other.key].concept is not None), None)
        if below is not None and _belongs_below(line, above, below, rows, taxonomy):
            found.before[rows[below.key].key].append(anchored.key)
        else:
            found.behind[rows[above.key].key if above is not None else TOP].append(anchored.key)
    return found


def _belongs_below(
    line: ReportLine,
    above: ReportLine | None,
    below: ReportLine,
    rows: Mapping[LineKey, AnchoredLine],
    taxonomy: Taxonomy,
) -> bool:
    """Whether a line is nearer to the concept below it than to the line above."""
    if above is None or _is_sum(line, rows, taxonomy):
        return False
    if _per_share(line) != _per_share(above):
        return _per_share(line) == _per_share(below)
    parted = line.section != above.section or _is_sum(above, rows, taxonomy)
    return (
        parted
        and line.section == below.section
        and _per_share(line) == _per_share(below)
        and not _is_sum(below, rows, taxonomy)
    )


def _is_sum(line: ReportLine, rows: Mapping[LineKey, AnchoredLine], taxonomy: Taxonomy) -> bool:
    concept = rows[line.key].concept
    return taxonomy[concept].is_sum if concept is not None else line.kind in SUMS


def _per_share(line: ReportLine) -> bool:
    return line.kind in (RowKind.PER_SHARE, RowKind.SHARES)


def _published(anchored: AnchoredLine) -> int:
    return anchored.lines[0].vintages[0].published_on.toordinal()
