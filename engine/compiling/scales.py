"""Reports whose figures are a thousand or a million times those of the others.

A dropped "in thousands" is the worst silent error there is. Two reports that print the same digits
for the same lines and periods, a power of a thousand apart, cannot both be right.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
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
        off, others = ", ".join(sorted(self.documents)), ", ".join(sorted(self.against - self.documents))
        whose = f"those of {others}" if others else "one another"
        return (
            f"The figures of {off} are {self.factor:,f} times off {whose} on {self.lines} lines; the unit "
            "of a report was read wrongly. They are set aside until it is corrected."
        )


def find_scale_conflicts(vintages: Iterable[Vintage]) -> tuple[ScaleConflict, ...]:
    """The reports to set aside: again and again the one at odds with most others, until none is at
    odds. Where it is one against one, both go, because nothing tells which is right."""
    figures = _figures(vintages)
    conflicts: dict[frozenset[str], tuple[Decimal, int]] = {}
    for one, other in combinations(sorted(figures), 2):
        verdict = _compare(figures[one], figures[other])
        if verdict is not None and verdict[0] != 1:
            conflicts[frozenset((one, other))] = verdict
    found = []
    while conflicts:
        found.append(_worst(conflicts))
        conflicts = {pair: verdict for pair, verdict in conflicts.items() if not pair & found[-1].documents}
    return tuple(found)


def _worst(conflicts: dict[frozenset[str], tuple[Decimal, int]]) -> ScaleConflict:
    """The reports at odds with most others. All of them, when several are equally so."""
    counts = Counter(document for pair in conflicts for document in pair)
    most = max(counts.values())
    losers = frozenset(document for document, count in counts.items() if count == most)
    concerned = {pair: verdict for pair, verdict in conflicts.items() if pair & losers}
    factor, lines = max(concerned.values(), key=lambda verdict: verdict[1])
    against = frozenset(document for pair in concerned for document in pair) - losers
    return ScaleConflict(losers, against or losers, factor, lines)


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
