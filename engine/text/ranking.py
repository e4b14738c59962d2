"""How well passages answer a query, and the excerpt that shows it.

Ranking is BM25 (Robertson and Zaragoza, "The Probabilistic Relevance Framework", 2009) over the terms
of the query, with something for terms that stand side by side as they do in the query and for terms
that stand in the heading.
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from engine.text.query import Query, Term, search_tokens

SATURATION = 1.2  # BM25's k1: how fast more of the same word stops to count
LENGTH = 0.6  # BM25's b: how much a long passage has to have more
USUAL_LENGTH = 120  # words
IN_HEADING = 1.6  # what a term in the heading counts of one in the text
SIDE_BY_SIDE = 0.6  # of the weight of the rarer of two terms that are neighbours as in the query
NEAR = 4  # words between them at most
EXCERPT_WORDS = 45
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Mark:
    """A part of an excerpt; `is_hit` where it is what was looked for."""

    text: str
    is_hit: bool


def weight_of(frequency: int, passages: int) -> float:
    """What a term is worth that is in so many of all passages: much where it is rare."""
    return math.log(1 + (passages - frequency + 0.5) / (frequency + 0.5)) if passages >= frequency else 0.01


def score_of(query: Query, weights: Mapping[Term, float], heading: str, text: str) -> float:
    """How well a passage in its search form answers; 0 where none of the terms is in it."""
    words, over = text.split(), heading.split()
    places = {term: _places(term, words) for term in query.terms}
    score = 0.0
    shrink = SATURATION * (1 - LENGTH + LENGTH * len(words) / USUAL_LENGTH)
    for term in query.terms:
        count = len(places[term]) + (IN_HEADING if _places(term, over) else 0.0)
        score += weights.get(term, 0.0) * count * (SATURATION + 1) / (count + shrink) if count else 0.0
    for a, b in zip(query.terms, query.terms[1:], strict=False):
        if _are_near(places[a], places[b]):
            score += SIDE_BY_SIDE * min(weights.get(a, 0.0), weights.get(b, 0.0))
    return score


def _places(term: Term, words: Sequence[str]) -> list[int]:
    if len(term.words) == 1:
        return [place for place, word in enumerate(words) if term.matches(word)]
    size = len(term.words)
    return [
        place
        for place, word in enumerate(words)
        if word == term.words[0] and tuple(words[place : place + size]) == term.words
    ]


def _are_near(a: Sequence[int], b: Sequence[int]) -> bool:
    return any(0 < second - first <= NEAR for first in a for second in b)


def excerpt(query: Query, text: str, *, words: int = EXCERPT_WORDS) -> tuple[Mark, ...]:
    """The part of a passage with most of what was looked for, the hits marked. It begins and ends
    between words; what was left out is shown by an ellipsis."""
    tokens = [(match.start(), match.end(), search_tokens(match[0])) for match in _WORD.finditer(text)]
    flat = [parts[0] if parts else "" for _, _, parts in tokens]
    hits: set[int] = set()
    kinds: dict[int, int] = {}
    for number, term in enumerate(query.terms):
        for place in _places(term, flat):
            for index in range(place, place + (len(term.words) if len(term.words) > 1 else 1)):
                hits.add(index)
                kinds[index] = number
    start = _best_start(kinds, len(flat), words)
    end = min(len(flat), start + words)
    return tuple(_marked(text, tokens[start:end], hits, start, len(flat)))


def _best_start(kinds: Mapping[int, int], count: int, words: int) -> int:
    """Where the window begins that has most different terms, then most hits."""
    if not kinds or count <= words:
        return 0
    best = (0, 0, 0)
    start = 0
    for first in sorted(kinds):
        begin = max(0, min(first - 6, count - words))
        inside = [kinds[index] for index in kinds if begin <= index < begin + words]
        found = (len(set(inside)), len(inside), -begin)
        if found > best:
            best, start = found, begin
    return start


def _marked(
    text: str, tokens: Sequence[tuple[int, int, list[str]]], hits: set[int], first: int, count: int
) -> list[Mark]:
    if not tokens:
        return [Mark(text[:300], False)]
    marks: list[Mark] = []
    begin = 0 if first == 0 else tokens[0][0]
    end = len(text) if first + len(tokens) == count else tokens[-1][1]
    at = begin
    if first:
        marks.append(Mark("… ", False))
    for index, (start, stop, _) in enumerate(tokens, start=first):
        if index in hits:
            if start > at:
                marks.append(Mark(text[at:start], False))
            marks.append(Mark(text[start:stop], True))
            at = stop
    if end > at:
        marks.append(Mark(text[at:end], False))
    if first + len(tokens) < count:
        marks.append(Mark(" …", False))
    return marks
