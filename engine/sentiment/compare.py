"""The tone of companies beside one another.

Only documents of kinds that every compared company has are compared. A company with fewer than
`FEWEST_DOCUMENTS` of them is reported as insufficient and has no place in the ranking. Because issuers
differ in how they write, each is also set against its own history.
"""

import random
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TypeVar

from engine.kinds import Topic

FEWEST_DOCUMENTS = 2
FEWEST_OF_HISTORY = 3
DRAWS = 2_000
SEED = 20_240_229  # the same documents give the same interval
LEAST_SPREAD = 0.03  # of a history; see engine.sentiment.trend


@dataclass(frozen=True, slots=True)
class ScoredDocument:
    """The score of one document: its kind, whether it lies in the compared time (else it is history),
    its overall score and those of its topics."""

    kind: str
    is_in_time: bool
    score: float
    topics: Mapping[Topic, float]


@dataclass(frozen=True, slots=True)
class Standing:
    """One company: its mean with an interval of 95 %, how many documents stand behind it, and how far it
    lies from its own history in standard deviations (None with too little history)."""

    company: str
    score: float
    low: float
    high: float
    documents: int
    against_history: float | None
    history: int
    topics: Mapping[Topic, float]


@dataclass(frozen=True, slots=True)
class Difference:
    """What the first company's mean has beyond the second's, with an interval of 95 %."""

    first: str
    second: str
    value: float
    low: float
    high: float

    @property
    def is_clear(self) -> bool:
        """Whether the interval leaves 0 out."""
        return self.low > 0 or self.high < 0


@dataclass(frozen=True, slots=True)
class ToneComparison:
    """`ranking` from the best tone; `insufficient` names the companies with their number of documents;
    `kinds` are the kinds of document compared; topics are those all ranked companies have."""

    ranking: tuple[Standing, ...]
    differences: tuple[Difference, ...]
    insufficient: Mapping[str, int]
    kinds: tuple[str, ...]


def compare(companies: Mapping[str, Sequence[ScoredDocument]]) -> ToneComparison:
    """Compare companies by their documents; see the module."""
    in_time = {name: [one for one in documents if one.is_in_time] for name, documents in companies.items()}
    enough = {name: found for name, found in in_time.items() if len(found) >= FEWEST_DOCUMENTS}
    kinds = _common([{one.kind for one in found} for found in enough.values()])
    compared = {name: [one for one in found if one.kind in kinds] for name, found in enough.items()}
    compared = {name: found for name, found in compared.items() if len(found) >= FEWEST_DOCUMENTS}
    topics = _common([set(one.topics) for found in compared.values() for one in found])
    draws = {
        name: _means([one.score for one in found], SEED + place)
        for place, (name, found) in enumerate(sorted(compared.items()))
    }
    standings = [
        _standing(
            name,
            found,
            [one.score for one in companies[name] if not one.is_in_time and one.kind in kinds],
            draws[name],
            topics,
        )
        for name, found in compared.items()
    ]
    ranking = sorted(standings, key=lambda one: (-one.score, one.company))
    return ToneComparison(
        ranking=tuple(ranking),
        differences=tuple(_difference(first, second, draws) for first, second in combinations(ranking, 2)),
        insufficient={
            name: len(compared.get(name, in_time[name])) for name in companies if name not in compared
        },
        kinds=tuple(sorted(kinds)),
    )


_Item = TypeVar("_Item")


def _common(sets: Sequence[set[_Item]]) -> set[_Item]:
    return set.intersection(*sets) if sets else set()


def _standing(
    name: str,
    found: Sequence[ScoredDocument],
    history: Sequence[float],
    drawn: Sequence[float],
    topics: set[Topic],
) -> Standing:
    mean = statistics.fmean(one.score for one in found)
    low, high = _interval(drawn)
    against = None
    if len(history) >= FEWEST_OF_HISTORY:
        spread = max(statistics.stdev(history), LEAST_SPREAD)
        against = round((mean - statistics.fmean(history)) / spread, 2)
    return Standing(
        company=name,
        score=round(mean, 4),
        low=low,
        high=high,
        documents=len(found),
        against_history=against,
        history=len(history),
        topics={
            topic: round(statistics.fmean(one.topics[topic] for one in found), 4)
            for topic in Topic
            if topic in topics
        },
    )


def _difference(first: Standing, second: Standing, drawn: Mapping[str, Sequence[float]]) -> Difference:
    apart = [one - other for one, other in zip(drawn[first.company], drawn[second.company], strict=True)]
    low, high = _interval(apart)
    return Difference(first.company, second.company, round(first.score - second.score, 4), low, high)


def _means(scores: Sequence[float], seed: int) -> list[float]:
    """The means of samples drawn with replacement: what the mean might have been with other documents."""
    drawing = random.Random(seed)  # noqa: S311 - statistics, no secret
    return [statistics.fmean(drawing.choices(scores, k=len(scores))) for _ in range(DRAWS)]


def _interval(drawn: Sequence[float]) -> tuple[float, float]:
    ordered = sorted(drawn)
    outside = round(len(ordered) * 0.025)
    return round(ordered[outside], 4), round(ordered[-1 - outside], 4)
