"""Which lines of different reports are the same line.

Comparatives make neighbouring reports share numbers: a row of this year's report and a row of last
year's that print the same value for the same period are the same row, whatever their wording or
language. Rows are compared by their shared (period, value) pairs, a value counting more the rarer
it is and the more digits it has; wording and neighbours break ties; each pair of reports is an
assignment problem, solved exactly. What the assignment leaves over with different values is what
was restated.

Guards come first: lines of opposite meaning are never paired, however equal their figures are.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import combinations

from rapidfuzz import fuzz

from engine.compiling.assignment import best_pairs
from engine.compiling.values import Vintage
from engine.concepts.guards import contradicts, opposed
from engine.concepts.taxonomy import Taxonomy
from engine.concepts.wording import plain
from engine.kinds import CellState, MappingMethod, RowKind
from engine.values import Period

# Scores in thousandths. One shared value of three digits or more, found once in each report, is
# worth 1000; together with nothing else it is enough.
SHARED_VALUE = 1000
DIGIT_WORTH = {1: 0.25, 2: 0.6}
ZERO_WORTH = 0.05
CONFLICT = -400
SAME_LABEL = 700
SAME_SECTION = 150
LIKE_LABEL = 300
NEIGHBOUR = 150
ENOUGH = 750
LEAST_LIKENESS = 75.0
TELLING_DIGITS = 2  # figures of fewer digits coincide too easily


@dataclass(frozen=True, slots=True)
class LineKey:
    """A line of one report."""

    document: str
    row: int


@dataclass(frozen=True, slots=True)
class ReportLine:
    """A line of one report with all its figures by period."""

    key: LineKey
    label: str
    section: str
    kind: RowKind
    concept: str | None
    vintages: tuple[Vintage, ...]

    @property
    def figures(self) -> Mapping[Period, Vintage]:
        """The figures that are numbers."""
        return {v.period: v for v in self.vintages if v.state is CellState.VALUE and v.value is not None}


@dataclass(frozen=True, slots=True)
class AnchoredLine:
    """One line of the compiled statement: the same line in every report that prints it, newest
    first. `key` is the concept, or `company:<slug>`. `carried` names the lines whose concept came
    from a neighbouring year by value overlap."""

    key: str
    concept: str | None
    lines: tuple[ReportLine, ...]
    carried: tuple[LineKey, ...]

    @property
    def labels(self) -> tuple[str, ...]:
        """Every wording once, newest first."""
        return tuple(dict.fromkeys(line.label for line in self.lines if line.label))

    @property
    def vintages(self) -> tuple[Vintage, ...]:
        return tuple(vintage for line in self.lines for vintage in line.vintages)

    def method_of(self, line: LineKey) -> MappingMethod | None:
        """`value_overlap` for a line whose concept was carried to it, else None."""
        return MappingMethod.VALUE_OVERLAP if line in self.carried else None


def anchor_lines(vintages: Iterable[Vintage], taxonomy: Taxonomy) -> tuple[AnchoredLine, ...]:
    """All lines of all reports, the same line once. Raises BadInput for an unknown concept."""
    lines = _consistent(report_lines(vintages), taxonomy)
    groups = _Groups(lines)
    documents = _by_document(lines)
    for newer, older in combinations(documents, 2):
        pairs = _pair(documents[newer], documents[older])
        groups.offer(pairs)
    groups.merge()
    return tuple(_named(groups.members(), taxonomy))


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
    return ReportLine(key, first.label, first.section, first.kind, concept, tuple(vintages))


def _by_document(lines: Sequence[ReportLine]) -> dict[str, list[ReportLine]]:
    documents: dict[str, list[ReportLine]] = defaultdict(list)
    for line in lines:
        documents[line.key.document].append(line)
    return documents


def _consistent(lines: Sequence[ReportLine], taxonomy: Taxonomy) -> tuple[ReportLine, ...]:
    """The lines with concepts that figures support. Two reports sometimes give one concept to two
    different lines, because one of them prints more detail. Where an older line under a newer
    line's concept shares none of its figures, and another line of the older report shares them
    all, the concept belongs to that other line; otherwise every year would seem restated. Totals are
    left alone: their wording is sure, and a total that differs was restated."""
    concepts = {line.key: line.concept for line in lines}
    documents = list(_by_document(lines).values())
    for n, older in enumerate(documents):
        for newer in reversed(documents[:n]):
            for line in newer:
                concept = concepts[line.key]
                if concept is not None and not taxonomy[concept].is_sum:
                    _hand_over(line, concept, older, concepts)
    return tuple(replace(line, concept=concepts[line.key]) for line in lines)


def _hand_over(
    line: ReportLine, concept: str, older: Sequence[ReportLine], concepts: dict[LineKey, str | None]
) -> None:
    """Give the concept of a newer line to the older line that has its figures, in place."""
    holder = next((other for other in older if concepts[other.key] == concept), None)
    if holder is None or _agreement(line, holder) != 0:
        return
    heirs = [
        other
        for other in older
        if concepts[other.key] is None
        and _agreement(line, other) == 1
        and not _forbidden(replace(line, concept=None), other)
        and not contradicts(other.label, concept)
    ]
    if len(heirs) == 1:
        concepts[holder.key] = None
        concepts[heirs[0].key] = concept


def _agreement(one: ReportLine, other: ReportLine) -> float | None:
    """The share of common periods in which two lines print the same figure, of those periods in
    which one of them prints a telling one; None when there is no such period."""
    mine, theirs = _numbers(one), _numbers(other)
    common = [(mine[p], theirs[p]) for p in mine.keys() & theirs.keys()]
    telling = [pair for pair in common if max(map(_digits, pair)) >= TELLING_DIGITS]
    return sum(same_figure(a, b) for a, b in telling) / len(telling) if telling else None


def _numbers(line: ReportLine) -> Mapping[Period, Vintage]:
    """The figures of a line, printed dashes included."""
    return {v.period: v for v in line.vintages if v.value is not None}


def _digits(vintage: Vintage) -> int:
    return len(vintage.value.normalize().as_tuple().digits) if vintage.value else 0


def _pair(newer: Sequence[ReportLine], older: Sequence[ReportLine]) -> list[tuple[int, LineKey, LineKey]]:
    """The lines of two reports that are the same, with their scores."""
    shared = {line.concept for line in newer} & {line.concept for line in older} - {None}
    left = [line for line in newer if line.concept not in shared]
    right = [line for line in older if line.concept not in shared]
    rarity = _Rarity(newer, older)
    scores: dict[tuple[int, int], int] = {}
    for i, one in enumerate(left):
        for j, other in enumerate(right):
            score = _score(one, other, rarity)
            if score > 0:
                scores[i, j] = score
    first = best_pairs(scores)
    improved = {(i, j): score + _neighbour_bonus(i, j, first) for (i, j), score in scores.items()}
    return [
        (improved[i, j], left[i].key, right[j].key)
        for i, j in best_pairs(improved).items()
        if improved[i, j] >= ENOUGH
    ]


def _neighbour_bonus(i: int, j: int, pairs: Mapping[int, int]) -> int:
    return NEIGHBOUR * ((pairs.get(i - 1) == j - 1) + (pairs.get(i + 1) == j + 1))


class _Rarity:
    """How often each value of a period is printed in two reports."""

    def __init__(self, newer: Sequence[ReportLine], older: Sequence[ReportLine]) -> None:
        self.newer, self.older = self._count(newer), self._count(older)

    @staticmethod
    def _count(lines: Sequence[ReportLine]) -> Counter[tuple[Period, Decimal]]:
        return Counter(
            (period, abs(v.value))
            for line in lines
            for period, v in line.figures.items()
            if v.value is not None
        )

    def worth(self, period: Period, value: Decimal) -> float:
        """Between 0 and 1: full for a value of three digits or more that each report prints once."""
        if not value:
            return ZERO_WORTH
        digits = len(value.normalize().as_tuple().digits)
        times = max(self.newer[period, abs(value)], 1) * max(self.older[period, abs(value)], 1)
        return DIGIT_WORTH.get(digits, 1.0) / times


def _score(one: ReportLine, other: ReportLine, rarity: _Rarity) -> int:
    """How surely two lines are the same, 0 where something forbids it."""
    if _forbidden(one, other):
        return 0
    mine, theirs = one.figures, other.figures
    score = 0.0
    for period in mine.keys() & theirs.keys():
        a, b = mine[period], theirs[period]
        if a.value is None or b.value is None:
            continue
        if same_figure(a, b):
            score += SHARED_VALUE * rarity.worth(period, a.value)
        else:
            score += CONFLICT
    return int(score) + _label_score(one, other)


def _forbidden(one: ReportLine, other: ReportLine) -> bool:
    counts = (RowKind.PER_SHARE, RowKind.SHARES)
    if (one.kind in counts or other.kind in counts) and one.kind is not other.kind:
        return True
    if one.concept is not None and other.concept is not None and one.concept != other.concept:
        return True
    if opposed(one.label, other.label):
        return True
    carried = [(one, other.concept), (other, one.concept)]
    return any(concept is not None and contradicts(line.label, concept) for line, concept in carried)


def _label_score(one: ReportLine, other: ReportLine) -> int:
    left, right = plain(one.label), plain(other.label)
    section = SAME_SECTION if plain(one.section) == plain(other.section) else 0
    if left == right:
        return SAME_LABEL + section if left else 0
    likeness = fuzz.token_sort_ratio(left, right, score_cutoff=LEAST_LIKENESS)
    return int(LIKE_LABEL * likeness / 100) + section if likeness else 0


def same_figure(one: Vintage, other: Vintage) -> bool:
    """Whether two publications may be roundings of one number, given the precision of both. Two
    figures of one precision are roundings of one number only when they are equal."""
    if one.value is None or other.value is None:
        return False
    half = Decimal("0.5")
    return abs(one.value - other.value) < half.scaleb(-one.decimals) + half.scaleb(-other.decimals)


class _Groups:
    """Lines joined step by step. A group never holds two lines of one report nor two concepts."""

    def __init__(self, lines: Sequence[ReportLine]) -> None:
        self.lines = {line.key: line for line in lines}
        self.order = {line.key: n for n, line in enumerate(lines)}
        self.group = {line.key: n for n, line in enumerate(lines)}
        self.content: dict[int, set[LineKey]] = {n: {line.key} for n, line in enumerate(lines)}
        self.offers: list[tuple[int, LineKey, LineKey]] = []
        first_of: dict[str, LineKey] = {}
        for line in lines:
            if line.concept is not None:
                self._join(first_of.setdefault(line.concept, line.key), line.key)

    def offer(self, pairs: Iterable[tuple[int, LineKey, LineKey]]) -> None:
        self.offers += pairs

    def merge(self) -> None:
        """Join the offered pairs, the surest first."""
        ranked = sorted(
            self.offers, key=lambda offer: (-offer[0], self.order[offer[1]], self.order[offer[2]])
        )
        for _, left, right in ranked:
            self._join(left, right)

    def _join(self, left: LineKey, right: LineKey) -> None:
        one, other = self.group[left], self.group[right]
        if one == other or not self._compatible(one, other):
            return
        for key in self.content[other]:
            self.group[key] = one
        self.content[one] |= self.content.pop(other)

    def _compatible(self, one: int, other: int) -> bool:
        left, right = self.content[one], self.content[other]
        if {key.document for key in left} & {key.document for key in right}:
            return False
        concepts = {self.lines[key].concept for key in left | right} - {None}
        return len(concepts) <= 1

    def members(self) -> Iterator[tuple[ReportLine, ...]]:
        """The groups, each newest first, in the order of their newest line."""
        groups = [sorted(group, key=self.order.__getitem__) for group in self.content.values()]
        for group in sorted(groups, key=lambda keys: self.order[keys[0]]):
            yield tuple(self.lines[key] for key in group)


def _named(groups: Iterable[tuple[ReportLine, ...]], taxonomy: Taxonomy) -> Iterator[AnchoredLine]:
    taken: Counter[str] = Counter()
    for lines in groups:
        concept = next((line.concept for line in lines if line.concept is not None), None)
        if concept is not None:
            carried = tuple(line.key for line in lines if all(v.concept != concept for v in line.vintages))
            yield AnchoredLine(taxonomy[concept].code, concept, lines, carried)
            continue
        slug = slug_of(next((line.label for line in lines if line.label), ""))
        taken[slug] += 1
        suffix = f"-{taken[slug]}" if taken[slug] > 1 else ""
        yield AnchoredLine(f"company:{slug}{suffix}", None, lines, ())


def slug_of(label: str) -> str:
    """A label as a key: plain words joined by hyphens, at most eighty letters."""
    return re.sub(r"[^a-z0-9]+", "-", plain(label)).strip("-")[:80].rstrip("-") or "line"
