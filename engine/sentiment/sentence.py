"""The tone of one sentence, from its words.

A movement is good or bad by what moves: profits that rise, costs that fall. Figures that are compared
decide over the words beside them. Events and judgements speak for themselves. Negations turn, softeners
weaken, concessions set aside. The sum of all of it, bent into -1 to 1, is the score.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from engine.kinds import Polarity
from engine.sentiment.comparisons import Comparison, comparisons_in, head
from engine.sentiment.grammar import grammar
from engine.sentiment.lexicon import Lexicon, Mark, lexicon
from engine.sentiment.tokens import Figure, figures_in, tokens_of
from engine.sentiment.values import SentenceTone, Term, TermKind

LONGEST_SENTENCE = 3_000  # characters that are looked at: more is a table or a page, not a sentence
THRESHOLD = 0.5  # of the sum of effects; one clear word decides, one hint does not
FOLLOWING = 4  # tokens after a movement within which its object begins: "cut its annual fuel costs"
PRECEDING = 16  # tokens before a movement within which its subject ends
NEAR = 2  # tokens before a word within which an adverb strengthens or weakens it

_PARTICLES = frozenset({"up", "down"})


@dataclass(frozen=True, slots=True)
class _Effect:
    start: int
    end: int
    value: float
    because: str


def tone_of(sentence: str, words_of_tone: Lexicon | None = None) -> SentenceTone:
    """The tone of a sentence of financial English, with the terms that made it, strongest first.

    The same sentence gives the same answer. Without evidence the label is neutral, the score 0.
    """
    text = sentence[:LONGEST_SENTENCE]
    words, places = tokens_of(text)
    marks = (words_of_tone or lexicon()).marks_in(words)
    if not marks:
        return SentenceTone(Polarity.NEUTRAL, 0.0, ())
    effects = _modified(_effects(words, marks, figures_in(words)), words, marks)
    total = sum(effect.value for effect in effects)
    terms = tuple(
        Term(
            text[places[effect.start][0] : places[effect.end - 1][1]], round(effect.value, 3), effect.because
        )
        for effect in sorted(effects, key=lambda effect: (-abs(effect.value), effect.start))
        if effect.value
    )
    return SentenceTone(_label(total), round(total / (1 + abs(total)), 4), terms)


def _label(total: float) -> Polarity:
    if total >= THRESHOLD:
        return Polarity.POSITIVE
    return Polarity.NEGATIVE if total <= -THRESHOLD else Polarity.NEUTRAL


def _effects(words: Sequence[str], marks: Sequence[Mark], figures: Sequence[Figure]) -> list[_Effect]:
    compared = comparisons_in(words, figures, marks)
    spoken_for = {mark.start for comparison in compared for mark in comparison.spoken_for}
    effects = [_of_comparison(comparison) for comparison in compared]
    effects.extend(_below_zero(figures, marks, spoken_for))
    moved: set[int] = set()
    said: dict[
        int, _Effect
    ] = {}  # what each movement has said so far: it may move itself, as in "growth slowed"
    for index, mark in enumerate(marks):
        kind = mark.entry.kind
        if kind in (TermKind.EVENT, TermKind.VALENCE):
            effects.append(_Effect(mark.start, mark.end, mark.entry.weight, mark.entry.because))
        elif kind is TermKind.MOVEMENT and not _is_mere_particle(words, mark):
            noun = _moving_noun(words, marks, index)
            if noun is not None and noun.start in said:
                earlier = said.pop(noun.start)
                effects.remove(earlier)
                value = mark.entry.direction * math.copysign(mark.entry.weight, earlier.value)
                effects.append(_Effect(earlier.start, mark.end, value, mark.entry.because))
                continue
            target = _target(words, marks, index)
            if target is not None:
                moved.add(target.start)
                if target.start in spoken_for:
                    continue
            value = _movement(mark, target)
            start = mark.start if target is None else min(mark.start, target.start)
            end = mark.end if target is None else max(mark.end, target.end)
            said[mark.start] = _Effect(start, end, value, mark.entry.because)
            effects.append(said[mark.start])
    effects.extend(
        _Effect(mark.start, mark.end, mark.entry.alone, mark.entry.because)
        for mark in marks
        if mark.entry.kind is TermKind.MEASURE and mark.entry.alone and mark.start not in moved | spoken_for
    )
    return effects


def _of_comparison(comparison: Comparison) -> _Effect:
    value = comparison.good * comparison.measure.entry.weight
    return _Effect(comparison.measure.start, comparison.end, value, comparison.measure.entry.because)


def _below_zero(figures: Sequence[Figure], marks: Sequence[Mark], spoken_for: set[int]) -> list[_Effect]:
    """What is good when it is more, and is less than nothing: "organic growth was -3 percent"."""
    found = []
    for figure in figures:
        if figure.value >= 0 or not figure.unit:
            continue
        near = [mark for mark in marks if 0 <= figure.start - mark.end <= FOLLOWING]
        for mark in near:
            is_growth = mark.entry.kind is TermKind.MOVEMENT and mark.entry.is_noun
            is_gain = mark.entry.kind is TermKind.MEASURE or is_growth
            if is_gain and mark.entry.direction > 0 and mark.start not in spoken_for:
                weight = mark.entry.weight
                found.append(_Effect(mark.start, figure.end, -weight, "a figure below zero"))
                break
    return found


def _movement(mark: Mark, target: Mark | None) -> float:
    if target is None:
        return mark.entry.alone
    return mark.entry.direction * target.entry.direction * mark.entry.weight * target.entry.weight


def _is_mere_particle(words: Sequence[str], mark: Mark) -> bool:
    """ "Up" and "down" move something in "was up 5 %" and nothing in "made up of"."""
    if mark.end - mark.start > 1 or words[mark.start] not in _PARTICLES:
        return False
    before = words[mark.start - 1] if mark.start else ""
    after = words[mark.end] if mark.end < len(words) else "."
    return before not in grammar().moves_before and not (
        after in grammar().moves_behind or after[0].isdigit()
    )


def _moving_noun(words: Sequence[str], marks: Sequence[Mark], index: int) -> Mark | None:
    """The movement that is the subject of this one: "growth slowed", "the decline in sales slowed"."""
    mark = marks[index]
    if mark.entry.is_noun or mark.entry.is_adjective:
        return None
    measure: Mark | None = None
    for earlier in reversed(marks[:index]):
        if mark.start - earlier.end > FOLLOWING:
            return None
        if earlier.entry.kind is TermKind.MOVEMENT:
            is_subject = earlier.entry.is_noun and (
                mark.start - earlier.end < NEAR
                if measure is None
                else words[earlier.end] in grammar().object_of
            )
            return earlier if is_subject else None
        if earlier.entry.kind is TermKind.MEASURE:
            measure = earlier
    return None


def _target(words: Sequence[str], marks: Sequence[Mark], index: int) -> Mark | None:
    """What moves: the object behind the movement if it has one, else the measure spoken of before it."""
    target = _object(words, marks, index)
    if target is None and not _qualifies_next_word(words, marks[index]):
        target = _subject(words, marks, index)
    return target


def _qualifies_next_word(words: Sequence[str], mark: Mark) -> bool:
    """Whether an adjective belongs to the word behind it: "lower rates", not "was lower on Monday"."""
    if not mark.entry.is_adjective or mark.entry.words[-1] == "than" or mark.end >= len(words):
        return False
    following = words[mark.end]
    return (
        following not in grammar().no_object
        and following not in grammar().moves_behind
        and following[0].isalpha()
    )


def _object(words: Sequence[str], marks: Sequence[Mark], index: int) -> Mark | None:
    mark = marks[index]
    start = mark.end
    if start < len(words) and words[start] in grammar().object_of:
        start += 1
    for later in marks[index + 1 :]:
        between = words[start : later.start]
        if len(between) > FOLLOWING or any(_ends_object(word) for word in between):
            return None
        if later.entry.kind is TermKind.MEASURE and later.start >= start:
            return later
        if later.entry.kind is TermKind.MOVEMENT and not later.entry.is_noun:
            return None
    return None


def _ends_object(word: str) -> bool:
    return word in grammar().no_object or word in grammar().clause_ends or word[0].isdigit()


def _subject(words: Sequence[str], marks: Sequence[Mark], index: int) -> Mark | None:
    mark = marks[index]
    limit = max(
        (place for place in range(mark.start) if words[place] in grammar().clause_ends),
        default=-1,
    )
    named = [
        earlier
        for earlier in marks[:index]
        if earlier.entry.kind is TermKind.MEASURE
        and earlier.start > limit
        and mark.start - earlier.end <= PRECEDING
    ]
    if not named:
        return None
    return head(words, named, named[-1])


def _modified(effects: Sequence[_Effect], words: Sequence[str], marks: Sequence[Mark]) -> list[_Effect]:
    modifiers = [mark for mark in marks if mark.entry.kind in _MODIFIERS]
    if not modifiers:
        return list(effects)
    return [
        _Effect(effect.start, effect.end, effect.value * _factor(effect, words, modifiers), effect.because)
        for effect in effects
    ]


_MODIFIERS = frozenset(
    {
        TermKind.NEGATION,
        TermKind.SOFTENER,
        TermKind.STRONGER,
        TermKind.WEAKER,
        TermKind.CONCESSION,
        TermKind.TURN,
    }
)


def _factor(effect: _Effect, words: Sequence[str], modifiers: Sequence[Mark]) -> float:
    factor = 1.0
    for modifier in modifiers:
        entry = modifier.entry
        distance = effect.start - modifier.end
        inside = effect.start <= modifier.start < effect.end
        if entry.kind in (TermKind.STRONGER, TermKind.WEAKER):
            if inside or 0 <= distance < NEAR or 0 <= modifier.start - effect.end < NEAR:
                factor *= entry.weight
        elif entry.kind in (TermKind.NEGATION, TermKind.SOFTENER):
            reaches = 0 <= distance < entry.reach and not _breaks(words, modifier.end, effect.start)
            if inside or reaches:
                factor *= entry.weight
        elif entry.kind is TermKind.CONCESSION:
            if distance >= 0 and not _breaks(words, modifier.end, effect.start):
                factor *= entry.weight
        elif modifier.start >= effect.end:
            factor *= entry.weight
    return factor


def _breaks(words: Sequence[str], start: int, end: int) -> bool:
    return any(word in (",", ";", ".", "but") for word in words[start:end])
