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
LEAST_SHARE = 0.4  # of its score a passage keeps that has hardly any of the terms, however rare they are
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


class Scorer:
    """Says how well passages answer one query, and shows where. What it has found out of a word it
    remembers, since most words come again."""

    def __init__(self, query: Query, weights: Mapping[Term, float]) -> None:
        self._terms = query.terms
        self._weights = [weights.get(term, 0.0) for term in query.terms]
        self._phrases = [n for n, term in enumerate(query.terms) if len(term.words) > 1]
        single = [(n, term) for n, term in enumerate(query.terms) if len(term.words) == 1]
        self._prefixes = [(term.prefix, n) for n, term in single if term.prefix]
        self._beginnings = tuple(prefix for prefix, _ in self._prefixes)
        self._forms: dict[str, tuple[int, ...]] = {}
        for n, term in single:
            for form in term.forms or (() if term.prefix else term.words):
                self._forms[form] = (*self._forms.get(form, ()), n)
        self._known: dict[str, tuple[int, ...]] = {}

    def score(self, heading: str, text: str) -> float:
        """How well a passage in its search form answers; 0 where none of the terms is in it."""
        words, over = text.split(), heading.split()
        places, above = self.places(words), self.places(over)
        shrink = SATURATION * (1 - LENGTH + LENGTH * len(words) / USUAL_LENGTH)
        score = 0.0
        for n, weight in enumerate(self._weights):
            count = len(places[n]) + (IN_HEADING if above[n] else 0.0)
            score += weight * count * (SATURATION + 1) / (count + shrink) if count else 0.0
        for n in range(len(self._terms) - 1):
            if _are_near(places[n], places[n + 1]):
                score += SIDE_BY_SIDE * min(self._weights[n], self._weights[n + 1])
        there = sum(bool(places[n] or above[n]) for n in range(len(self._terms)))
        return score * (LEAST_SHARE + (1 - LEAST_SHARE) * there / max(len(self._terms), 1))

    def places(self, words: Sequence[str]) -> list[list[int]]:
        """Where in a text each of the terms stands, phrases by their first word."""
        found: list[list[int]] = [[] for _ in self._terms]
        known = self._known
        for place, word in enumerate(words):
            matching = known.get(word)
            if matching is None:
                matching = known[word] = self._matching(word)
            for n in matching:
                found[n].append(place)
        for n in self._phrases:
            phrase = self._terms[n].words
            found[n] = [
                place
                for place, word in enumerate(words)
                if word == phrase[0] and tuple(words[place : place + len(phrase)]) == phrase
            ]
        return found

    def _matching(self, word: str) -> tuple[int, ...]:
        """Which of the terms of one word this word is, as `Term.matches` says, at once for all."""
        forms = self._forms.get(word, ())
        if not word.startswith(self._beginnings):
            return forms
        return (*forms, *(n for prefix, n in self._prefixes if word.startswith(prefix)))

    def excerpt(self, text: str, *, words: int = EXCERPT_WORDS) -> tuple[Mark, ...]:
        """The part of a passage with most of what was looked for, the hits marked. It begins and ends
        between words; what was left out is shown by an ellipsis."""
        matches = list(_WORD.finditer(text))
        flat = [_flat(match[0]) for match in matches]
        hits: set[int] = set()
        kinds: dict[int, int] = {}
        for number, places in enumerate(self.places(flat)):
            for place in places:
                for index in range(place, place + len(self._terms[number].words)):
                    hits.add(index)
                    kinds[index] = number
        start = _best_start(kinds, len(flat), words)
        shown = [match.span() for match in matches[start : start + words]]
        return tuple(_marked(text, shown, hits, start, len(flat)))


def _flat(word: str) -> str:
    """A word as it is compared."""
    return word.lower() if word.isascii() else next(iter(search_tokens(word)), "")


def _are_near(a: Sequence[int], b: Sequence[int]) -> bool:
    return any(0 < second - first <= NEAR for first in a for second in b)


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
    text: str, tokens: Sequence[tuple[int, int]], hits: set[int], first: int, count: int
) -> list[Mark]:
    if not tokens:
        return [Mark(text[:300], False)]
    marks: list[Mark] = []
    begin = 0 if first == 0 else tokens[0][0]
    end = len(text) if first + len(tokens) == count else tokens[-1][1]
    at = begin
    if first:
        marks.append(Mark("… ", False))
    for index, (start, stop) in enumerate(tokens, start=first):
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
