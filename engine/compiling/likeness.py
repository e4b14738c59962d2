"""How surely a line of one report is a line of another, and which pairs of two reports are.

What speaks for a pair: figures of a common period that agree (the more digits they have and the rarer
they are, the more), one concept, one wording, neighbours that are pairs themselves. What speaks
against it: figures that differ. What forbids it: words of opposite meaning, amounts beside counts or
figures per share, and two concepts, unless the figures are beyond chance.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from rapidfuzz import fuzz

from engine.compiling.assignment import best_pairs
from engine.compiling.lines import ReportLine, same_figure
from engine.compiling.values import Vintage
from engine.concepts.guards import contradicts, opposed
from engine.concepts.taxonomy import Taxonomy
from engine.concepts.wording import plain
from engine.kinds import RowKind
from engine.values import Period

# Scores in thousandths. One shared value of three digits or more, found once in each report, is
# worth 1000; together with nothing else it is enough.
SHARED_VALUE = 1000
DIGIT_WORTH = {1: 0.25, 2: 0.6}
ZERO_WORTH = 0.05
CONFLICT = -400
SAME_CONCEPT = 600
SAME_LABEL = 700
SAME_SECTION = 150
LIKE_LABEL = 300
NEIGHBOUR = 150
ENOUGH = 750
HOPELESS = ENOUGH - 2 * NEIGHBOUR  # below it no neighbours can help

LEAST_LIKENESS = 75.0
NEARLY_EQUAL = 96.0  # of two wordings without their figures: a plural, a comma, "and" for "or"
LONG_ENOUGH = 12  # letters from which such a likeness means something
NEARLY_EQUAL_IF_LONG = 92.0  # of a sentence such as the one about preferred stock
VERY_LONG = 60  # letters
SHARED_WORDS = 90.0
TELLING_DIGITS = 3  # figures of fewer digits coincide too easily
COUNTS = (RowKind.PER_SHARE, RowKind.SHARES)

_Figure = tuple[Period, Decimal]


@dataclass(frozen=True, slots=True)
class Profile:
    """What is compared of a line. `numbers` are its figures by period, printed dashes included;
    `alone` says that no other line of its section has its wording, `unique` that none of its report."""

    line: ReportLine
    numbers: Mapping[Period, Vintage]
    wording: str
    section: str
    sure: bool
    alone: bool
    unique: bool


@dataclass(frozen=True, slots=True)
class Pair:
    """Two lines, newer and older, that are the same; `across_concepts` where they were taken for two."""

    newer: ReportLine
    older: ReportLine
    score: int
    across_concepts: bool


class ReportProfiles:
    """The lines of one report, found by what they print."""

    def __init__(self, lines: Sequence[ReportLine], taxonomy: Taxonomy) -> None:
        names = Counter((wording_of(line.label), plain(line.section)) for line in lines)
        wordings = Counter(wording_of(line.label) for line in lines)
        self.profiles = [_profile(line, names, wordings, taxonomy) for line in lines]
        self.sure = {p.line.concept for p in self.profiles if p.sure}
        self.periods = {period for p in self.profiles for period in p.numbers}
        self.times: Counter[_Figure] = Counter(figure for p in self.profiles for figure in _figures(p))
        self.by_figure: dict[_Figure, list[int]] = defaultdict(list)
        self.by_concept: dict[str, list[int]] = defaultdict(list)
        self.by_wording: dict[str, list[int]] = defaultdict(list)
        for n, profile in enumerate(self.profiles):
            for figure in _figures(profile):
                self.by_figure[figure].append(n)
            if profile.line.concept is not None:
                self.by_concept[profile.line.concept].append(n)
            if profile.wording:
                self.by_wording[profile.wording].append(n)

    def like(self, profile: Profile) -> set[int]:
        """The lines that share a figure, the concept or nearly the wording with a line."""
        found = {n for figure in _figures(profile) for n in self.by_figure.get(figure, ())}
        found.update(self.by_concept.get(profile.line.concept or "", ()))
        for wording, places in self.by_wording.items():
            if profile.wording and nearly_equal(profile.wording, wording):
                found.update(places)
        return found


def same_lines(newer: ReportProfiles, older: ReportProfiles) -> list[Pair]:
    """The lines of two reports that are the same. Lines of one total, or of one figure per share, are
    left to their concept."""
    shared = newer.sure & older.sure
    scores: dict[tuple[int, int], int] = {}
    across: set[tuple[int, int]] = set()
    for i, one in enumerate(newer.profiles):
        if one.sure and one.line.concept in shared:
            continue
        for j in older.like(one):
            other = older.profiles[j]
            if other.sure and other.line.concept in shared:
                continue
            score, is_across = _score(one, other, newer, older)
            if score >= HOPELESS:
                scores[i, j] = score
                if is_across:
                    across.add((i, j))
    first = best_pairs(scores)
    improved = {(i, j): score + _neighbour_bonus(i, j, first) for (i, j), score in scores.items()}
    return [
        Pair(newer.profiles[i].line, older.profiles[j].line, improved[i, j], (i, j) in across)
        for i, j in best_pairs(improved).items()
        if improved[i, j] >= ENOUGH
    ]


def _profile(
    line: ReportLine,
    names: Mapping[tuple[str, str], int],
    wordings: Mapping[str, int],
    taxonomy: Taxonomy,
) -> Profile:
    item = taxonomy[line.concept] if line.concept is not None else None
    wording, section = wording_of(line.label), plain(line.section)
    return Profile(
        line,
        {v.period: v for v in line.vintages if v.value is not None},
        wording,
        section,
        item is not None and (item.is_sum or item.kind in COUNTS),
        bool(wording) and names[wording, section] == 1,
        bool(wording) and wordings[wording] == 1,
    )


@lru_cache(maxsize=20_000)
def wording_of(label: str) -> str:
    """A label without the figures in it: dates, numbers of shares and notes change every year."""
    return " ".join(word for word in re.split(r"[\s\d.,]+", plain(label)) if word)


def _figures(profile: Profile) -> Iterator[_Figure]:
    """What tells a line by its figures: the amounts that are not nothing."""
    return ((period, abs(v.value)) for period, v in profile.numbers.items() if v.value)


def _neighbour_bonus(i: int, j: int, pairs: Mapping[int, int]) -> int:
    return NEIGHBOUR * ((pairs.get(i - 1) == j - 1) + (pairs.get(i + 1) == j + 1))


def _score(one: Profile, other: Profile, newer: ReportProfiles, older: ReportProfiles) -> tuple[int, bool]:
    """How surely two lines are the same, 0 where something forbids it; and whether they were taken for
    two concepts."""
    mine, theirs = one.line.concept, other.line.concept
    across = mine is not None and theirs is not None and mine != theirs
    if _forbidden(one.line, other.line) or (across and not _beyond_chance(one, other, newer, older)):
        return 0, across
    score = _worth_of_figures(one, other, newer, older) + (SAME_CONCEPT if mine and mine == theirs else 0)
    return int(score) + _label_score(one, other), across


def _worth_of_figures(one: Profile, other: Profile, newer: ReportProfiles, older: ReportProfiles) -> float:
    """What common periods say. The one line of its wording stays that line whatever its figures are:
    then they were restated."""
    score = 0.0
    named = one.wording == other.wording and _in_one_place(one, other)
    for period in one.numbers.keys() & other.numbers.keys():
        a, b = one.numbers[period], other.numbers[period]
        if same_figure(a, b):
            score += SHARED_VALUE * _worth(period, a.value or Decimal(0), newer, older)
        elif not named:
            score += CONFLICT
    return score


def _worth(period: Period, value: Decimal, newer: ReportProfiles, older: ReportProfiles) -> float:
    """Between 0 and 1: full for a value of three digits or more that each report prints once."""
    if not value:
        return ZERO_WORTH
    figure = period, abs(value)
    times = max(newer.times[figure], 1) * max(older.times[figure], 1)
    return DIGIT_WORTH.get(_digits(value), 1.0) / times


def _forbidden(one: ReportLine, other: ReportLine) -> bool:
    if (one.kind in COUNTS or other.kind in COUNTS) and one.kind is not other.kind:
        return True
    if opposed(one.label, other.label):
        return True
    carried = [(one, other.concept), (other, one.concept)]
    return any(concept is not None and contradicts(line.label, concept) for line, concept in carried)


def _beyond_chance(one: Profile, other: Profile, newer: ReportProfiles, older: ReportProfiles) -> bool:
    """Whether two lines that were taken for two concepts must be one all the same, renamed: neither
    concept has a line in the other report, and every common figure agrees, two of them telling, or one
    of them and the words."""
    counterpart = one.line.concept in older.by_concept or other.line.concept in newer.by_concept
    if one.sure or other.sure or counterpart:
        return False
    common = one.numbers.keys() & other.numbers.keys()
    if not all(same_figure(one.numbers[period], other.numbers[period]) for period in common):
        return False
    telling = sum(
        _digits(value) >= TELLING_DIGITS
        and newer.times[period, abs(value)] == 1 == older.times[period, abs(value)]
        for period in common
        if (value := one.numbers[period].value)
    )
    words = telling == 1 and len(common) >= 2 and _shares_words(one.wording, other.wording)
    return telling >= 2 or words


def _in_one_place(one: Profile, other: Profile) -> bool:
    """Whether two lines of one wording stand in one section, or their wording says enough without."""
    if one.section == other.section:
        return one.alone and other.alone
    return one.unique and other.unique and len(one.wording) >= LONG_ENOUGH


def _label_score(one: Profile, other: Profile) -> int:
    same = one.wording == other.wording and _in_one_place(one, other)
    section = SAME_SECTION if same or one.section == other.section else 0
    if not one.wording or not other.wording:
        return 0
    if nearly_equal(one.wording, other.wording):
        return SAME_LABEL + section
    likeness = _likeness(one.wording, other.wording)
    return int(LIKE_LABEL * likeness / 100) + section if likeness else 0


def nearly_equal(one: str, other: str) -> bool:
    """Whether two wordings are one but for a letter or a small word."""
    if one == other:
        return True
    shorter, longer = sorted((len(one), len(other)))
    least = NEARLY_EQUAL_IF_LONG if shorter >= VERY_LONG else NEARLY_EQUAL
    # However alike, two wordings are no liker than what the shorter one has letters for.
    if shorter < LONG_ENOUGH or 200 * shorter < least * (shorter + longer):
        return False
    return _likeness(one, other) >= least


@lru_cache(maxsize=200_000)
def _likeness(one: str, other: str) -> float:
    """Likeness of two wordings in percent whatever the order of their words, 0 for strangers."""
    return float(fuzz.token_sort_ratio(one, other, score_cutoff=LEAST_LIKENESS))


def _shares_words(one: str, other: str) -> bool:
    return bool(one and other) and fuzz.token_set_ratio(one, other) >= SHARED_WORDS


def _digits(value: Decimal) -> int:
    return len(value.normalize().as_tuple().digits)
