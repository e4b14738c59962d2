"""Lines that one report lacks and another proves to be missing there.

A report prints its prior year again. Where a sum of that year stands in both reports with the same total and
the same parts but for one, the one was printed and not read: were it moved or merged, another figure of
the sum would differ.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations

from engine.compiling.additions import FigureRow, PrintedFigure, find_sums
from engine.compiling.anchoring import AnchoredLine
from engine.compiling.lines import same_figure
from engine.compiling.values import Vintage
from engine.concepts.taxonomy import Taxonomy
from engine.values import Period

MOST_TOGETHER = 3  # lines of one report that another prints as one

# Totals of a sheet that have one figure in every report: there it says nothing of the name.
EQUAL_BY_NATURE = ("bs.total_assets", "bs.total_el")

Column = Mapping[str, Vintage]  # the figures of one report and period by line


@dataclass(frozen=True, slots=True)
class DroppedLine:
    """A line that `document` lacks for a period, as the sum of `total` in the report of `proof` shows.
    `proof` is that report's figure, `beside` the figures of the sum that both reports print."""

    document: str
    key: str
    label: str
    period: Period
    value: Decimal
    total: str
    proof: Vintage
    beside: tuple[Vintage, ...]

    @property
    def explanation(self) -> str:
        """What is missing, how that is known, and what to do."""
        figure = f"{self.value:,.{max(0, self.proof.decimals)}f}"
        return (
            f"The line “{self.label}” of {self.period.end} is missing: another report of the same"
            f" year gives {figure} for it, and all other figures of the sum “{self.total}” are the"
            " same in both. Compare with the page, and have the report read again."
        )


def find_dropped_lines(lines: Iterable[AnchoredLine], taxonomy: Taxonomy) -> tuple[DroppedLine, ...]:
    """The lines that one report lacks and another proves, each once, by report and line. The vintages
    behind the lines have settled periods."""
    columns, labels, kinds = _columns(lines)
    found: dict[tuple[str, str, Period], DroppedLine] = {}
    for proof_of, theirs in columns.items():
        sums = _sums(theirs, kinds, taxonomy)
        for document, ours in columns.items():
            for period in theirs.keys() & ours.keys():
                if document == proof_of:
                    continue
                for total, parts in sums[period].items():
                    one = _missing(
                        document, total, (total, *parts), period, theirs[period], ours[period], labels,
                        sums[period].keys(), taxonomy,
                    )  # fmt: skip
                    if one is not None:
                        found.setdefault((document, one.key, period), one)
    return tuple(sorted(found.values(), key=lambda one: (one.document, one.period.end, one.key)))


def _columns(
    lines: Iterable[AnchoredLine],
) -> tuple[dict[str, dict[Period, dict[str, Vintage]]], dict[str, str], dict[str, AnchoredLine]]:
    """The figures by report, period and line."""
    columns: dict[str, dict[Period, dict[str, Vintage]]] = defaultdict(lambda: defaultdict(dict))
    labels, kinds = {}, {}
    for line in lines:
        labels[line.key] = line.labels[0] if line.labels else line.key
        kinds[line.key] = line
        for vintage in line.vintages:
            if vintage.value is not None:
                columns[vintage.document][vintage.period].setdefault(line.key, vintage)
    return columns, labels, kinds


def _sums(
    columns: Mapping[Period, Column], lines: Mapping[str, AnchoredLine], taxonomy: Taxonomy
) -> dict[Period, dict[str, tuple[str, ...]]]:
    """The parts of each total that one report's columns show to add up."""
    periods = sorted(columns, key=lambda period: (period.end, period.days or 0), reverse=True)
    keys = sorted(
        {key for column in columns.values() for key in column},
        key=lambda key: min(column[key].row for column in columns.values() if key in column),
    )
    rows = []
    for key in keys:
        known = [columns[period].get(key) for period in periods]
        first = next(vintage for vintage in known if vintage is not None)
        figures = tuple(
            None
            if v is None or v.value is None
            else PrintedFigure(v.value, v.decimals, v.document, v.row, v.kind)
            for v in known
        )
        rows.append(FigureRow(key, lines[key].concept, first.kind, figures))
    found = find_sums(rows, taxonomy)
    return {
        period: {
            total: tuple(part for part, _ in by_period[n])
            for total, by_period in found.items()
            if n in by_period
        }
        for n, period in enumerate(periods)
    }


def _missing(
    document: str,
    total: str,
    members: tuple[str, ...],
    period: Period,
    theirs: Column,
    ours: Column,
    labels: Mapping[str, str],
    totals: Collection[str],
    taxonomy: Taxonomy,
) -> DroppedLine | None:
    """The one figure of a sum that is not there, where all others are the same."""
    absent = [key for key in members if key not in ours]
    value = theirs[absent[0]].value if len(absent) == 1 and absent[0] in theirs else None
    if not value or len(members) < 3:
        return None
    shared = [key for key in members if key in ours and key in theirs]
    if len(shared) != len(members) - 1 or not all(same_figure(ours[key], theirs[key]) for key in shared):
        return None
    proof, own = theirs[absent[0]], _only_here(ours, theirs)
    item = taxonomy[proof.concept] if proof.concept is not None else None
    # What is printed on the way to a total one report adds up and another does not.
    if absent[0] in totals and (absent[0] != total or item is None or not item.is_sum):
        return None
    # The same figure under another name is the line, reworded or known by the next total.
    elsewhere = own if proof.concept in EQUAL_BY_NATURE else ours.values()
    if any(same_figure(proof, vintage) for vintage in elsewhere):
        return None
    if _is_made_of(proof, own):
        return None
    return DroppedLine(
        document, absent[0], labels[absent[0]], period, value, labels[total], proof,
        tuple(ours[key] for key in shared),
    )  # fmt: skip


def _only_here(ours: Column, theirs: Column) -> list[Vintage]:
    """The figures that are not also in the other report under the same name."""
    return [
        vintage for key, vintage in ours.items() if key not in theirs or not same_figure(vintage, theirs[key])
    ]


def _is_made_of(proof: Vintage, own: Sequence[Vintage]) -> bool:
    """Whether the figure is that of a line, or of a few together, that only this report prints: the line
    reworded, known by the next total, or not yet put together of these."""
    allowed = Decimal("0.5").scaleb(-proof.decimals)
    return any(
        abs(sum((one.value or Decimal(0) for one in some), Decimal(0)) - (proof.value or Decimal(0)))
        <= allowed + sum((Decimal("0.5").scaleb(-one.decimals) for one in some), Decimal(0))
        for count in range(1, MOST_TOGETHER + 1)
        for some in combinations(own, count)
    )
