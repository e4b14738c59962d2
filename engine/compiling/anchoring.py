"""Which lines of different reports are the same line.

Comparatives make neighbouring reports share numbers: a row of this year's report and a row of last
year's that print the same value for the same period are the same row, whatever their wording or
language. `likeness` weighs what speaks for each pair of lines; each pair of reports is an assignment
problem, solved exactly. What the assignment leaves over with different values is what was restated.

The concept a reader gave to a line is one witness among others. Two reports sometimes give one
concept to two different lines, because one of them prints more detail; then the concept belongs to
the line that most reports print, and the other stays a line of the company's own. What a person said
of a line goes before that. Totals are left alone: their wording is sure, and a total that differs was
restated.

Guards come first: lines of opposite meaning are never joined, however equal their figures are.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from engine.compiling.likeness import Pair, ReportProfiles, nearly_equal, same_lines, wording_of
from engine.compiling.lines import LineKey, ReportLine, report_lines
from engine.compiling.values import Vintage
from engine.concepts.guards import contradicts, opposed
from engine.concepts.taxonomy import Taxonomy
from engine.concepts.wording import plain
from engine.kinds import MappingMethod


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
    lines = report_lines(vintages)
    documents: dict[str, list[ReportLine]] = defaultdict(list)
    for line in lines:
        documents[line.key.document].append(line)
    reports = [ReportProfiles(group, taxonomy) for group in documents.values()]
    groups = _Groups(lines)
    groups.join_concepts({concept for report in reports for concept in report.sure if concept is not None})
    groups.join_pairs(pair for one, other in _neighbours(reports) for pair in same_lines(one, other))
    groups.settle_concepts()
    groups.join_wordings()
    return tuple(_named(groups, taxonomy))


def _neighbours(reports: Sequence[ReportProfiles]) -> Iterator[tuple[ReportProfiles, ReportProfiles]]:
    """The pairs of reports that can be compared, newer first: those that share a period, and each with
    the next one before it."""
    for (n, newer), (m, older) in combinations(enumerate(reports), 2):
        if m == n + 1 or newer.periods & older.periods:
            yield newer, older


class _Groups:
    """Lines joined step by step. A group never holds two lines of one report, nor lines of opposite
    meaning. `claims` are the concepts its lines were read as."""

    def __init__(self, lines: Sequence[ReportLine]) -> None:
        self.lines = {line.key: line for line in lines}
        self.order = {line.key: n for n, line in enumerate(lines)}
        self.group = {line.key: n for n, line in enumerate(lines)}
        self.content: dict[int, list[LineKey]] = {n: [line.key] for n, line in enumerate(lines)}
        self.concepts: dict[int, str] = {}

    def join_concepts(self, concepts: Iterable[str]) -> None:
        """Join the lines of each of these concepts."""
        wanted, first_of = set(concepts), dict[str, LineKey]()
        for key, line in self.lines.items():
            if line.concept in wanted:
                self._join(first_of.setdefault(line.concept, key), key, across=False)

    def join_pairs(self, pairs: Iterable[Pair]) -> None:
        """Join the pairs, the surest first."""
        for pair in sorted(pairs, key=lambda p: (-p.score, self.order[p.newer.key], self.order[p.older.key])):
            self._join(pair.newer.key, pair.older.key, across=pair.across_concepts)

    def settle_concepts(self) -> None:
        """Give each concept to one group. Groups that claim the same one and have no report in common
        are one line; of others the one that most reports print keeps it."""
        for group in self.content:
            claimed = self._claimed(group)
            if claimed is not None:
                self.concepts[group] = claimed
        claimants: dict[str, list[int]] = defaultdict(list)
        for group, concept in self.concepts.items():
            claimants[concept].append(group)
        for concept, groups in claimants.items():
            first, *others = sorted(groups, key=lambda group: self._claim(group, concept))
            for other in others:
                del self.concepts[other]
                self._join(self.content[first][0], self.content[other][0], across=True)

    def join_wordings(self) -> None:
        """Join lines without a concept that were left out of reports between: the same words in the same
        part of the statement."""
        seen: dict[tuple[str, str], dict[str, LineKey]] = defaultdict(dict)
        for key, line in self.lines.items():
            wording = wording_of(line.label)
            if self.group[key] in self.concepts or not wording:
                continue
            alike = seen[plain(line.section), line.kind]
            known = next((other for other in alike if nearly_equal(wording, other)), None)
            if known is None:
                alike[wording] = key
            else:
                self._join(alike[known], key, across=False)

    def members(self) -> Iterator[tuple[str | None, tuple[ReportLine, ...]]]:
        """The groups with their concepts, each newest first, in the order of their newest line."""
        groups = [
            (self.concepts.get(group), sorted(keys, key=self.order.__getitem__))
            for group, keys in self.content.items()
        ]
        for concept, keys in sorted(groups, key=lambda group: self.order[group[1][0]]):
            yield concept, tuple(self.lines[key] for key in keys)

    def _claimed(self, group: int) -> str | None:
        """What a person said of the newest line that one spoke of, else the concept that the newest line
        with one was read as."""
        lines = [self.lines[key] for key in sorted(self.content[group], key=self.order.__getitem__)]
        confirmed = [line.concept for line in lines if line.confirmed]
        if confirmed:
            return confirmed[0]
        return next((line.concept for line in lines if line.concept is not None), None)

    def _claim(self, group: int, concept: str) -> tuple[bool, int, int, int]:
        """The better claim first: a person's, more reports, more of them read so, the newer."""
        keys = self.content[group]
        by_a_person = any(self.lines[key].confirmed for key in keys)
        read_so = [self.order[key] for key in keys if self.lines[key].concept == concept]
        return not by_a_person, -len(keys), -len(read_so), min(read_so)

    def _join(self, left: LineKey, right: LineKey, *, across: bool) -> None:
        one, other = self.group[left], self.group[right]
        if one == other or not self._compatible(one, other, across=across):
            return
        for key in self.content[other]:
            self.group[key] = one
        self.content[one] += self.content.pop(other)

    def _compatible(self, one: int, other: int, *, across: bool) -> bool:
        left, right = ([self.lines[key] for key in self.content[group]] for group in (one, other))
        if {line.key.document for line in left} & {line.key.document for line in right}:
            return False
        concepts = {line.concept for line in (*left, *right)} - {None}
        if len(concepts) > 1 and not across:
            return False
        # Lines of one concept have passed the guards one by one: "revenue" may be "total revenue" too.
        unread = [(a, b) for a in left for b in right if None in (a.concept, b.concept)]
        if any(opposed(a.label, b.label) for a, b in unread):
            return False
        return not any(contradicts(line.label, c) for line in (*left, *right) for c in concepts if c)


def _named(groups: _Groups, taxonomy: Taxonomy) -> Iterator[AnchoredLine]:
    taken: Counter[str] = Counter()
    for concept, lines in groups.members():
        if concept is not None:
            carried = tuple(line.key for line in lines if line.concept != concept)
            yield AnchoredLine(taxonomy[concept].code, concept, lines, carried)
            continue
        slug = slug_of(next((line.label for line in lines if line.label), ""))
        taken[slug] += 1
        suffix = f"-{taken[slug]}" if taken[slug] > 1 else ""
        yield AnchoredLine(f"company:{slug}{suffix}", None, lines, ())


def slug_of(label: str) -> str:
    """A label as a key: plain words joined by hyphens, at most eighty letters."""
    return re.sub(r"[^a-z0-9]+", "-", plain(label)).strip("-")[:80].rstrip("-") or "line"
