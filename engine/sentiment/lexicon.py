"""The lexicon of tone: what words of financial news mean for those who own or lend to a company.

Measures move, movements have a direction, and only both together say whether the news is good. The
words stand in lexicon/*.yaml, each group with its reason.
"""

import functools
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engine.data_file import read_data
from engine.sentiment.inflection import noun_forms, verb_forms
from engine.sentiment.values import TermKind

GAP = "_"
LONGEST_GAP = 3
_FOLDER = Path(__file__).parent / "lexicon"
_GOOD = {"up": 1, "down": -1, "neither": 0}
_DIRECTIONS = {"up": 1, "down": -1}
# Where two entries are equally long, the more specific kind wins.
_PRECEDENCE = tuple(TermKind)


@dataclass(frozen=True, slots=True)
class Entry:
    """A word or phrase. `direction` is that of a movement, or in which direction more of a measure is good;
    `weight` how much it says (below zero: bad news), `alone` what it says when nothing completes it."""

    words: tuple[str, ...]
    kind: TermKind
    because: str
    weight: float = 1.0
    direction: int = 0
    alone: float = 0.0
    reach: int = 0
    is_loss: bool = False
    is_noun: bool = False
    is_adjective: bool = False

    @property
    def literals(self) -> int:
        return sum(word != GAP for word in self.words)


@dataclass(frozen=True, slots=True)
class Mark:
    """An entry found in a sentence: tokens `start` to `end` (exclusive), with the gaps it spans."""

    start: int
    end: int
    entry: Entry


@dataclass(frozen=True)
class Lexicon:
    """Entries that can be found in tokens; of two that begin at one token the longer wins."""

    entries: tuple[Entry, ...]
    _by_first: dict[str, tuple[Entry, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        by_first: dict[str, dict[tuple[str, ...], Entry]] = {}
        for entry in self.entries:
            same_start = by_first.setdefault(entry.words[0], {})
            known = same_start.get(entry.words)
            if known is None or _rank(entry) < _rank(known):
                same_start[entry.words] = entry
        ordered = {
            word: tuple(sorted(found.values(), key=lambda entry: (-entry.literals, len(entry.words))))
            for word, found in by_first.items()
        }
        object.__setattr__(self, "_by_first", ordered)

    def marks_in(self, words: Sequence[str]) -> list[Mark]:
        """What is found, in the order in which it stands. The words a phrase spans without naming
        them may be marks of their own; its own words are used up."""
        used = [False] * len(words)
        found: list[Mark] = []
        for start, word in enumerate(words):
            if used[start]:
                continue
            for entry in self._by_first.get(word, ()):
                places = _match(entry.words, words, start)
                if places is not None and not any(used[place] for place in places):
                    for place in places:
                        used[place] = True
                    found.append(Mark(start, places[-1] + 1, entry))
                    break
        return found


@functools.cache
def lexicon() -> Lexicon:
    """The lexicon that is shipped."""
    return build(
        {
            name: read_data(_FOLDER / f"{name}.yaml")
            for name in ("measures", "movements", "valence", "events")
        },
        read_data(_FOLDER / "modifiers.yaml"),
    )


@functools.cache
def lexicon_version() -> str:
    """Names the words that are shipped: another version may judge a sentence in another way."""
    files = sorted(_FOLDER.glob("*.yaml"))
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:8]


def build(files: Mapping[str, Any], modifiers: Mapping[str, Any]) -> Lexicon:
    """A lexicon from the content of its files.

    Raises:
        ValueError: a group gives no reason, or an unknown direction
    """
    entries = list(_modifiers(modifiers))
    for name, kind in (
        ("events", TermKind.EVENT),
        ("movements", TermKind.MOVEMENT),
        ("measures", TermKind.MEASURE),
        ("valence", TermKind.VALENCE),
    ):
        for group in files[name]["groups"]:
            entries.extend(_group(group, kind))
    return Lexicon(tuple(entries))


def _group(group: Mapping[str, Any], kind: TermKind) -> Iterable[Entry]:
    if not group.get("because"):
        raise ValueError(f"a group of the lexicon gives no reason: {group}")
    direction = 0
    if kind is TermKind.MEASURE:
        direction = _GOOD[group["good"]]
    elif kind is TermKind.MOVEMENT:
        direction = _DIRECTIONS[group["direction"]]
    for words, is_noun in _spellings(group):
        yield Entry(
            words=words,
            kind=kind,
            because=str(group["because"]),
            weight=float(group["weight"]),
            direction=direction,
            alone=float(group.get("alone", 0.0)),
            is_loss=bool(group.get("loss", False)),
            is_noun=is_noun,
            is_adjective=bool(group.get("adjectives", False)),
        )


def _spellings(group: Mapping[str, Any]) -> Iterable[tuple[tuple[str, ...], bool]]:
    for phrase in group.get("nouns", ()):
        words = _split(phrase)
        for form in noun_forms(words[-1]):
            yield (*words[:-1], form), True
    for phrase in group.get("verbs", ()):
        words = _split(phrase)
        for form in verb_forms(words[0]):
            yield (form, *words[1:]), False
    for phrase in group.get("words", ()):
        yield _split(phrase), False


def _modifiers(modifiers: Mapping[str, Any]) -> Iterable[Entry]:
    for name, kind in (
        ("shields", TermKind.SHIELD),
        ("negations", TermKind.NEGATION),
        ("softeners", TermKind.SOFTENER),
        ("stronger", TermKind.STRONGER),
        ("weaker", TermKind.WEAKER),
        ("concessions", TermKind.CONCESSION),
        ("turns", TermKind.TURN),
    ):
        group = modifiers[name]
        for phrase in group["words"]:
            yield Entry(
                words=_split(phrase),
                kind=kind,
                because=str(group["because"]),
                weight=float(group.get("factor", 1.0)),
                reach=int(group.get("reach", 0)),
            )


def _rank(entry: Entry) -> tuple[int, bool]:
    """Of one spelling, the more specific kind wins, and the adjective over the verb ("lower")."""
    return _PRECEDENCE.index(entry.kind), not entry.is_adjective


def _split(phrase: object) -> tuple[str, ...]:
    words = tuple(word.strip('"') for word in str(phrase).lower().split())
    if not words or words[0] == GAP or words[-1] == GAP:
        raise ValueError(f"{phrase!r} does not begin and end with a word")
    return words


def _match(pattern: Sequence[str], words: Sequence[str], start: int) -> list[int] | None:
    """Where the words of the pattern stand when it begins at `start`."""
    places = [start]
    place = start + 1
    index = 1
    while index < len(pattern):
        if pattern[index] == GAP:
            index += 1
            for _ in range(LONGEST_GAP + 1):
                if place >= len(words) or words[place] in ";:.,()":
                    return None
                if words[place] in noun_forms(pattern[index]):
                    break
                place += 1
            else:
                return None
        elif place >= len(words) or words[place] != pattern[index]:
            return None
        places.append(place)
        place += 1
        index += 1
    return places
