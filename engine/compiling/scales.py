"""Reports whose figures are a thousand or a million times those of the others.

A dropped "in thousands" is the worst silent error there is. Two reports that print the same digits
for the same lines and periods, a power of a thousand apart, cannot both be right.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations

from engine.compiling.values import Vintage
from engine.concepts.wording import plain
from engine.kinds import RowKind
from engine.values import Period

FACTORS = tuple(Decimal(10) ** power for power in (3, 6, 9))
LEAST_LINES = 3  # lines that must show the factor before it is one
SLACK = Decimal("0.001")  # figures in thousands, rounded to millions, keep three digits


@dataclass(frozen=True, slots=True)
class ScaleConflict:
    """Reports set aside because their figures are a power of a thousand off the others'."""

    documents: frozenset[str]
    against: frozenset[str]
    factor: Decimal
    lines: int

    @property
    def sentence(self) -> str:
        """What happened and what to do."""
        off, others = ", ".join(sorted(self.documents)), ", ".join(sorted(self.against))
        return (
            f"The figures of {off} are {self.factor:,f} times off those of {others} on {self.lines} lines; "
            "the unit of one of them was read wrongly. They are set aside until the unit is corrected."
        )


def find_scale_conflicts(vintages: Iterable[Vintage]) -> tuple[ScaleConflict, ...]:
    """The reports to set aside. Where most reports agree the others go; where it is one against
    one, both go, because nothing tells which is right."""
    figures = _figures(vintages)
    documents = sorted(figures)
    agrees: set[tuple[str, str]] = set()
    conflicts: dict[tuple[str, str], tuple[Decimal, int]] = {}
    for one, other in combinations(documents, 2):
        verdict = _compare(figures[one], figures[other])
        if verdict is None:
            continue
        factor, lines = verdict
        if factor == 1:
            agrees.add((one, other))
        else:
            conflicts[one, other] = factor, lines
    return tuple(_set_aside(documents, agrees, conflicts))


_Figures = dict[tuple[str, Period], Decimal]


def _figures(vintages: Iterable[Vintage]) -> dict[str, _Figures]:
    """Money by document, line and period. A line printed twice under one name says nothing."""
    found: dict[str, _Figures] = defaultdict(dict)
    doubled: set[tuple[str, tuple[str, Period]]] = set()
    for v in vintages:
        if not v.value or v.kind in (RowKind.PER_SHARE, RowKind.SHARES):
            continue
        key = (v.concept or f"{plain(v.section)}|{plain(v.label)}", v.period)
        if key in found[v.document]:
            doubled.add((v.document, key))
        found[v.document][key] = v.value
    for document, key in doubled:
        found[document].pop(key, None)
    return found


def _compare(one: _Figures, other: _Figures) -> tuple[Decimal, int] | None:
    """The factor between two reports and the lines that show it; None when too few are shared."""
    votes: dict[Decimal, int] = defaultdict(int)
    for key in one.keys() & other.keys():
        ratio = abs(one[key] / other[key])
        for factor in (Decimal(1), *FACTORS):
            if any(abs(r / factor - 1) <= SLACK for r in (ratio, 1 / ratio)):
                votes[factor] += 1
    if not votes:
        return None
    factor = max(votes, key=lambda f: (votes[f], -f))
    return (factor, votes[factor]) if votes[factor] >= LEAST_LINES else None


def _set_aside(
    documents: Sequence[str],
    agrees: set[tuple[str, str]],
    conflicts: dict[tuple[str, str], tuple[Decimal, int]],
) -> Iterable[ScaleConflict]:
    camp = {document: n for n, document in enumerate(documents)}
    for one, other in sorted(agrees):
        merged, gone = camp[one], camp[other]
        camp = {document: merged if c == gone else c for document, c in camp.items()}
    sizes = {c: sum(other == c for other in camp.values()) for c in camp.values()}
    for (one, other), (factor, lines) in sorted(conflicts.items()):
        left, right = camp[one], camp[other]
        if left == right:
            continue
        losers = (
            {one, other}
            if sizes[left] == sizes[right]
            else {d for d in documents if camp[d] == (left if sizes[left] < sizes[right] else right)}
        )
        winners = {one, other} - losers or {other}
        yield ScaleConflict(frozenset(losers), frozenset(winners), factor, lines)
