"""Two figures of one measure beside one another: "EUR 6.8 mn from EUR 5.1 mn", "14.1 % (11.9 %)"."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from engine.sentiment.grammar import grammar
from engine.sentiment.lexicon import Mark
from engine.sentiment.tokens import Figure
from engine.sentiment.values import TermKind

FURTHEST = 14  # tokens between the two figures: "compared with an operating profit for the same period of"
FARTHEST = 10  # times: further apart a figure in brackets is something else, such as a note
LONGEST_LINK = 4  # tokens between a measure and what belongs to it: "sales in the four stores"
NEAR_FROM = 5  # tokens before a figure in which "from" makes it the older one
NEAR_LOSS = 6  # tokens before a figure in which a loss is named: "a net loss before taxes of EUR 2 mn"


@dataclass(frozen=True, slots=True)
class Comparison:
    """What two figures say of a measure: `good` is 1, -1 or 0; `spoken_for` are the measures that have
    had their say by it, such as the loss of the year before."""

    end: int
    measure: Mark
    spoken_for: tuple[Mark, ...]
    good: int


def comparisons_in(
    words: Sequence[str], figures: Sequence[Figure], marks: Sequence[Mark]
) -> tuple[Comparison, ...]:
    """The comparisons of figures with a measure named before them, in order."""
    found: list[Comparison] = []
    measures = [mark for mark in marks if mark.entry.kind is TermKind.MEASURE]
    for first, second in itertools.pairwise(figures):
        newer_first = _order(words, first, second)
        if newer_first is None or not _are_alike(words, first, second):
            continue
        named = [mark for mark in measures if mark.end <= first.start]
        if not named:
            continue
        measure = head(words, named, named[-1])
        newer, older = (first, second) if newer_first else (second, first)
        own = [mark for mark in measures if first.end <= mark.start and mark.end <= second.start]
        lost_first = _is_loss(first, named)
        lost_second = own[-1].entry.is_loss if own else lost_first
        newer_lost, older_lost = (lost_first, lost_second) if newer_first else (lost_second, lost_first)
        is_signed = measure.entry.is_loss or lost_first or lost_second
        difference = (-newer.value if newer_lost else newer.value) - (
            -older.value if older_lost else older.value
        )
        direction = 1 if is_signed else measure.entry.direction
        sign = (difference > 0) - (difference < 0)
        found.append(Comparison(second.end, measure, (measure, *own), sign * direction))
    return tuple(found)


def _order(words: Sequence[str], first: Figure, second: Figure) -> bool | None:
    """Whether the newer figure stands first; None where the two are not compared."""
    between = words[first.end : second.start]
    if len(between) > FURTHEST or any(word in (";", ".") for word in between):
        return None
    if _is_way(words, first, between):
        return False
    if grammar().comparators.intersection(between):
        return True
    in_brackets = list(between) == ["("] and ")" in words[second.end : second.end + 6]
    return True if in_brackets else None


def _are_alike(words: Sequence[str], first: Figure, second: Figure) -> bool:
    """Whether both are counted in one unit. In brackets it need not be said again: "EUR 55 mn (71 mn)"."""
    if first.unit == second.unit:
        return True
    is_short = words[second.start - 1] == "(" and not second.unit and first.unit != "percent"
    return is_short and abs(first.value) <= FARTHEST * abs(second.value) <= FARTHEST**2 * abs(first.value)


def _is_way(words: Sequence[str], first: Figure, between: Sequence[str]) -> bool:
    """Whether the figures are the ends of "from a loss of EUR 2 mn in 2019 to a profit of EUR 1 mn"."""
    known = grammar()
    if "to" not in between or known.clause_ends.union({","}).intersection(between):
        return False
    return "from" in words[max(0, first.start - NEAR_FROM) : first.start] and not known.ranges.intersection(
        words[: first.start]
    )


def head(words: Sequence[str], named: Sequence[Mark], measure: Mark) -> Mark:
    """What the measure belongs to, itself if to nothing: the cost in "the cost of orders"."""
    for earlier in reversed(named):
        if earlier.end > measure.start:
            continue
        between = words[earlier.end : measure.start]
        if not between or between[0] not in grammar().belongs or len(between) > LONGEST_LINK:
            break
        measure = earlier
    return measure


def _is_loss(figure: Figure, named: Sequence[Mark]) -> bool:
    nearest = named[-1]
    return nearest.entry.is_loss and figure.start - nearest.end <= NEAR_LOSS
