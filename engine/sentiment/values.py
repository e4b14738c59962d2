"""What is said about the tone of a sentence: a label, a score and the words it rests on."""

from dataclasses import dataclass
from enum import StrEnum

from engine.kinds import Polarity


class TermKind(StrEnum):
    """What a word or phrase of the lexicon is for."""

    SHIELD = "shield"  # a fixed expression without judgement
    NEGATION = "negation"
    SOFTENER = "softener"
    STRONGER = "stronger"
    WEAKER = "weaker"
    CONCESSION = "concession"
    TURN = "turn"
    EVENT = "event"
    MOVEMENT = "movement"
    MEASURE = "measure"
    VALENCE = "valence"


@dataclass(frozen=True, slots=True)
class Term:
    """A piece of evidence: the words as they stand in the sentence, what they add to its tone (below
    zero: bad news) and why they are in the lexicon."""

    text: str
    effect: float
    because: str


@dataclass(frozen=True, slots=True)
class SentenceTone:
    """The tone of one sentence. `score` runs from -1 to 1; without evidence it is 0 and `terms` is empty.
    `chances` are the probabilities of negative, neutral and positive, None from a judge that gives none."""

    label: Polarity
    score: float
    terms: tuple[Term, ...]
    chances: tuple[float, float, float] | None = None
