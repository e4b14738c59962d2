"""Labelled sentences, and how well a set of answers agrees with them."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.kinds import Polarity

SIGNS = {"+": Polarity.POSITIVE, "-": Polarity.NEGATIVE, "=": Polarity.NEUTRAL}


@dataclass(frozen=True)
class Labelled:
    """A sentence and what a person says of it."""

    label: Polarity
    text: str


def labelled(name: str) -> tuple[Labelled, ...]:
    """The sentences of one file, in order."""
    lines = (Path(__file__).parent / f"{name}.txt").read_text("utf-8").splitlines()
    return tuple(Labelled(SIGNS[line[0]], line[2:]) for line in lines if line and not line.startswith("#"))


def macro_f1(right: Sequence[Polarity], given: Sequence[Polarity]) -> float:
    """The mean of the three classes' F1, each counting alike however rare it is."""
    pairs = list(zip(right, given, strict=True))
    scores = []
    for label in Polarity:
        both = sum(one is label and other is label for one, other in pairs)
        either = sum((one is label) + (other is label) for one, other in pairs)
        scores.append(2 * both / either if either else 0.0)
    return sum(scores) / len(scores)
