"""Pairs that must never be merged: current and non-current, paid and received, and the rest.

The pairs are data (`guards.yaml`). Both questions asked of them have the same answer type: the name
of the pair that forbids it, or None.
"""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from engine.concepts.wording import contains, plain
from engine.data_file import read_data
from engine.errors import BadInput

DATA_FILE = Path(__file__).with_name("guards.yaml")


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a pair: the words that say so and the concepts that stand there."""

    words: tuple[str, ...]
    concepts: frozenset[str]


@dataclass(frozen=True, slots=True)
class Guard:
    """A pair (or a triple) of sides. In a one-sided guard the words' absence is the other side.
    `longest_first` has the words of all sides, between spaces, each with the number of its side, or
    of several where the word belongs to them all."""

    name: str
    sides: tuple[Side, ...]
    one_sided: bool
    weakens: bool
    longest_first: tuple[tuple[str, frozenset[int]], ...]

    def side_of(self, text: str) -> int | None:
        """The side on which a plain label stands; None when on none or on several."""
        if self.one_sided:
            return 0 if any(contains(word, text) for word in self.sides[0].words) else 1
        # "non current" holds the word "current": the longest words are looked for first and taken out.
        found: set[int] = set()
        remaining = f" {text} "
        for word, numbers in self.longest_first:
            if word in remaining:
                found |= numbers
                remaining = remaining.replace(word, "  ")
        return found.pop() if len(found) == 1 else None


@lru_cache(maxsize=1)
def load_guards() -> tuple[Guard, ...]:
    """All guards, read once. Raises BadInput naming a fault of the file."""
    guards = []
    for entry in read_data(DATA_FILE)["pairs"]:
        if not entry.get("reason"):
            raise BadInput(f"The guard {entry.get('name')!r} gives no reason.", code="bad_guards")
        sides = tuple(
            Side(tuple(plain(str(word)) for word in side["words"]), frozenset(side["concepts"]))
            for side in entry["sides"]
        )
        guards.append(
            Guard(
                str(entry["name"]),
                sides,
                bool(entry.get("one_sided", False)),
                bool(entry.get("weakens", False)),
                _longest_first(sides),
            )
        )
    return tuple(guards)


def _longest_first(sides: tuple[Side, ...]) -> tuple[tuple[str, frozenset[int]], ...]:
    words = {f" {word} " for side in sides for word in side.words}
    ordered = sorted(words, key=lambda word: (-len(word), word))
    return tuple(
        (word, frozenset(number for number, side in enumerate(sides) if word.strip() in side.words))
        for word in ordered
    )


@lru_cache(maxsize=20_000)
def _stand(label: str) -> tuple[int | None, ...]:
    """The side of each guard on which a label stands."""
    text = plain(label)
    return tuple(guard.side_of(text) for guard in load_guards())


def opposed(one: str, other: str) -> str | None:
    """The pair on whose two sides the labels stand, or None when nothing forbids taking them for
    the same line."""
    for guard, left, right in zip(load_guards(), _stand(one), _stand(other), strict=True):
        if left is not None and right is not None and left != right:
            return guard.name
    return None


def contradicts(label: str, concept: str) -> str | None:
    """The pair that forbids reading `label` as `concept`, or None."""
    for guard, side in zip(load_guards(), _stand(label), strict=True):
        if guard.one_sided or side is None:
            continue
        if any(concept in other.concepts for n, other in enumerate(guard.sides) if n != side):
            return guard.name
    return None


def stands_on_side(pair: str, label: str) -> bool:
    """Whether a label stands on a side of the named pair."""
    names = [guard.name for guard in load_guards()]
    return _stand(label)[names.index(pair)] is not None


def is_qualified(label: str, concept: str) -> bool:
    """Whether a label is narrowed by a word of a weakening pair that the concept knows nothing of,
    as "per share from continuing operations" is narrower than "per share"."""
    return any(
        guard.weakens and side is not None and not any(concept in other.concepts for other in guard.sides)
        for guard, side in zip(load_guards(), _stand(label), strict=True)
    )
