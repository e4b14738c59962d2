"""The wordings of each language, loaded from `synonyms/*.yaml` and compiled for look-up.

`synonyms/en.yaml` explains the notation. A wording without `*` is exact; one with `*` leaves room
for words that only this issuer uses.
"""

import gc
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from pathlib import Path
from typing import Any, Generic, TypeVar

from rapidfuzz import fuzz, process

from engine.concepts.taxonomy import Taxonomy
from engine.concepts.wording import Speller, plain
from engine.data_file import read_data
from engine.errors import BadInput
from engine.kinds import StatementKind

FOLDER = Path(__file__).with_name("synonyms")
LARGEST_EXPANSION = 3000  # a wording with more readings than this is a slip of the pen

SHORTEST_SQUEEZED = 8  # letters; shorter labels fit too much once their spaces are gone
NO_PART = "none"  # headings that look like one and open no part of a statement

T = TypeVar("T")
STAR = "*"  # within a word: any letters or none
STARS = "+"  # by itself: any words, at least one
_EITHER = re.compile(r"[*+]")
_EITHER_KEPT = re.compile(r"([*+])")
_GROUP = re.compile(r"\(([^()]*)\)")


@dataclass(frozen=True, slots=True)
class Wording:
    """One way to print a concept. `section` restricts it to one part of the statement; `place` is
    its position in the concept's list, the most telling first."""

    concept: str
    text: str
    section: str | None
    place: int
    reason: str


@dataclass(frozen=True, slots=True)
class Hit:
    """A wording that fits a label, exactly or through its `*`."""

    wording: Wording
    exact: bool


@dataclass(frozen=True, slots=True, eq=False)
class Lexicon:
    """The wordings and headings of one language. `open` and `headings` hold readings with a STAR or
    STARS and what each stands for."""

    language: str
    speller: Speller
    exact: Mapping[StatementKind, Mapping[str, tuple[Wording, ...]]]
    open: Mapping[StatementKind, tuple[tuple[tuple[str, ...], Wording], ...]]
    headings: Mapping[StatementKind, tuple[tuple[tuple[str, ...], str], ...]]
    totals: frozenset[str]

    def spell(self, label: str) -> str:
        """A printed label in this language's one spelling."""
        return self.speller.spell(plain(label))

    def is_total_alone(self, label: str) -> bool:
        """Whether a label only says that its line is the total of what the heading names."""
        return self.spell(label) in self.totals

    def knows(self, kind: StatementKind, label: str) -> bool:
        """Whether a label is exactly a wording of this language."""
        return self.spell(label) in self.exact[kind]

    def hits(self, kind: StatementKind, label: str) -> tuple[Hit, ...]:
        """Every wording of a statement that fits a label. Where none does, spaces are left out of
        account on both sides, because some files lose or add them within words."""
        return _hits(self, kind, self.spell(label))

    def similar(self, kind: StatementKind, text: str, least: float) -> Iterator[tuple[str, float]]:
        """The exact wordings that resemble a spelled text, whatever the order of their words, and
        how much in percent."""
        texts, ordered = _in_word_order(self, kind)
        found = process.extract_iter(
            " ".join(sorted(text.split())), ordered, scorer=fuzz.ratio, score_cutoff=least
        )
        return ((texts[place], likeness) for _, likeness, place in found)

    def heading(self, kind: StatementKind, text: str) -> str | None:
        """The part of the statement that a heading opens."""
        spelled = self.spell(text)
        if not spelled:
            return None
        name = next(_heading_patterns(self, kind).fitting(spelled), None)
        return None if name == NO_PART else name


class _Patterns(Generic[T]):
    """Readings with stars and what each stands for. To try them all is slow, so each is kept under a
    part of it that must stand in a text: its longest word, or its longest stretch of letters where
    all words have a star."""

    def __init__(self, readings: Iterable[tuple[Sequence[str], T]]) -> None:
        self._meanings: list[T] = []
        self._by_word: dict[str, list[tuple[int, str]]] = {}
        self._by_stretch: dict[str, list[tuple[int, str]]] = {}
        for place, (texts, meaning) in enumerate(readings):
            self._meanings.append(meaning)
            for text in texts:
                words = [word for word in text.split() if STAR not in word and STARS not in word]
                kept = self._by_word if words else self._by_stretch
                kept.setdefault(max(words or _EITHER.split(text), key=len), []).append((place, text))

    def fitting(self, text: str) -> Iterator[T]:
        """What the readings that fit a text stand for, in order."""
        able = [entry for word in text.split() for entry in self._by_word.get(word, ())]
        for stretch, entries in self._by_stretch.items():
            if stretch in text:
                able += entries
        return (self._meanings[place] for place in sorted({place for place, one in able if fits(one, text)}))


def fits(reading: str, text: str) -> bool:
    """Whether a text is what a reading with stars stands for."""
    first, *rest = _EITHER_KEPT.split(reading)
    if not rest:
        return reading == text
    last = rest.pop()
    if not text.startswith(first) or not text.endswith(last):
        return False
    # The leftmost place of each piece leaves most room for those after it.
    place = len(first)
    for star, piece in zip(rest[0::2], rest[1::2], strict=False):
        found = text.find(piece, place + (star == STARS))
        if found < 0:
            return False
        place = found + len(piece)
    return place + (rest[-1] == STARS) <= len(text) - len(last)


@lru_cache(maxsize=4096)
def _hits(lexicon: Lexicon, kind: StatementKind, text: str) -> tuple[Hit, ...]:
    exact = tuple(Hit(wording, True) for wording in lexicon.exact[kind].get(text, ()))
    found = {hit.wording.concept for hit in exact}
    opened = tuple(
        Hit(wording, False)
        for wording in _open_patterns(lexicon, kind).fitting(text)
        if wording.concept not in found
    )
    return exact + opened or _hits_without_spaces(lexicon, kind, text.replace(" ", ""))


def _hits_without_spaces(lexicon: Lexicon, kind: StatementKind, text: str) -> tuple[Hit, ...]:
    if len(text) < SHORTEST_SQUEEZED:
        return ()
    exact, opened = _squeezed(lexicon, kind)
    whole = tuple(Hit(wording, False) for wording in exact.get(text, ()))
    return whole or tuple(Hit(wording, False) for wording in opened.fitting(text))


@lru_cache(maxsize=64)
def _open_patterns(lexicon: Lexicon, kind: StatementKind) -> _Patterns[Wording]:
    return _Patterns(lexicon.open[kind])


@lru_cache(maxsize=64)
def _heading_patterns(lexicon: Lexicon, kind: StatementKind) -> _Patterns[str]:
    return _Patterns(lexicon.headings[kind])


@lru_cache(maxsize=64)
def _squeezed(
    lexicon: Lexicon, kind: StatementKind
) -> tuple[Mapping[str, tuple[Wording, ...]], _Patterns[Wording]]:
    """The wordings of a statement without their spaces."""
    exact = {text.replace(" ", ""): wordings for text, wordings in lexicon.exact[kind].items()}
    opened = (([text.replace(" ", "") for text in texts], wording) for texts, wording in lexicon.open[kind])
    return exact, _Patterns(opened)


@lru_cache(maxsize=64)
def _in_word_order(lexicon: Lexicon, kind: StatementKind) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The exact wordings, and the same with the words of each in alphabetical order."""
    texts = tuple(lexicon.exact[kind])
    return texts, tuple(" ".join(sorted(text.split())) for text in texts)


@lru_cache(maxsize=1)
def languages() -> tuple[str, ...]:
    """Codes of the languages with a file, English first."""
    codes = sorted(path.stem for path in FOLDER.glob("*.yaml"))
    return tuple(sorted(codes, key=lambda code: (code != "en", code)))


def load_lexicons(taxonomy: Taxonomy) -> tuple[Lexicon, ...]:
    """The lexicons of all languages, English first. Most reports need that one alone."""
    return tuple(load_lexicon(code, taxonomy) for code in languages())


@lru_cache(maxsize=32)
def load_lexicon(code: str, taxonomy: Taxonomy) -> Lexicon:
    """The lexicon of one of `languages`. Raises BadInput naming the faulty wording."""
    loaded = parse_lexicon(read_data(FOLDER / f"{code}.yaml"), taxonomy)
    # Thousands of small objects that stay as long as the process. The garbage collector would walk all
    # of them again with every other report that is read; it is told to leave them alone.
    gc.collect()
    gc.freeze()
    return loaded


def parse_lexicon(data: Mapping[str, Any], taxonomy: Taxonomy) -> Lexicon:
    """A lexicon from the structure of a file. Raises BadInput naming the faulty wording."""
    language = str(data["language"])
    speller = Speller.build(data.get("words", {}), data.get("drop", ()), str(data.get("ampersand", "")))
    exact: dict[StatementKind, dict[str, list[Wording]]] = {kind: {} for kind in StatementKind}
    opened: dict[StatementKind, list[tuple[tuple[str, ...], Wording]]] = {kind: [] for kind in StatementKind}
    for wording in _wordings(data, taxonomy, language):
        kind = taxonomy[wording.concept].statement
        spelled = sorted({_spell(text, speller) for text in expand(wording.text)})
        for text in (text for text in spelled if "*" not in text):
            exact[kind].setdefault(text, []).append(wording)
        stars = [text for text in spelled if "*" in text]
        if stars:
            opened[kind].append((_with_stars(stars), wording))
    return Lexicon(
        language,
        speller,
        {kind: {text: tuple(found) for text, found in texts.items()} for kind, texts in exact.items()},
        {kind: tuple(patterns) for kind, patterns in opened.items()},
        _headings(data, taxonomy, speller, language),
        frozenset(_spell(str(word), speller) for word in data.get("totals", ())),
    )


def expand(text: str) -> Iterator[str]:
    """Every reading of a wording: one alternative of each group, in order. Raises BadInput."""
    parts = _GROUP.split(text)
    choices = [part.split("|") if n % 2 else [part] for n, part in enumerate(parts)]
    count = 1
    for choice in choices:
        count *= len(choice)
    if count > LARGEST_EXPANSION or "(" in "".join(parts[::2]):
        raise BadInput(f"The wording {text!r} has too many alternatives or a stray bracket.")
    for combination in product(*choices):
        yield " ".join("".join(combination).split())


def _spell(text: str, speller: Speller) -> str:
    """A reading in one spelling, its `*` kept."""
    if "*" not in text:
        return speller.spell(plain(text))
    pieces = re.split(r"(\*)", text)
    spelled = []
    for n, piece in enumerate(pieces):
        if piece == "*":
            # A star that touches a word belongs to that word; one by itself stands for words.
            before = n > 0 and bool(pieces[n - 1]) and not pieces[n - 1].endswith(" ")
            after = n + 1 < len(pieces) and bool(pieces[n + 1]) and not pieces[n + 1].startswith(" ")
            spelled.append("*" if before else " *" if after else " * ")
        else:
            words = speller.spell(plain(piece))
            glued = n > 0 and bool(piece) and not piece.startswith(" ")
            spelled.append(words if glued or not spelled else " " + words)
    return " ".join("".join(spelled).split())


def _with_stars(texts: Iterable[str]) -> tuple[str, ...]:
    """Spelled readings with the `*` that stand by themselves told from those that touch a word."""
    return tuple(" ".join(STARS if word == "*" else word for word in text.split()) for text in texts)


def _wordings(data: Mapping[str, Any], taxonomy: Taxonomy, language: str) -> Iterator[Wording]:
    for concept, entries in data["items"].items():
        if concept not in taxonomy:
            raise BadInput(f"The {language} wordings name {concept!r}, which is no concept.")
        sections = taxonomy.sections[taxonomy[concept].statement]
        for place, entry in enumerate(entries):
            fields = entry if isinstance(entry, dict) else {"label": entry}
            section = fields.get("section")
            if section is not None and section not in sections:
                raise BadInput(f"The {language} wording {fields['label']!r} names no section {section!r}.")
            if isinstance(entry, dict) and not fields.get("reason"):
                raise BadInput(f"The disputed {language} wording {fields['label']!r} gives no reason.")
            yield Wording(concept, str(fields["label"]), section, place, str(fields.get("reason", "")))


def _headings(
    data: Mapping[str, Any], taxonomy: Taxonomy, speller: Speller, language: str
) -> Mapping[StatementKind, tuple[tuple[tuple[str, ...], str], ...]]:
    headings: dict[StatementKind, tuple[tuple[tuple[str, ...], str], ...]] = {}
    for kind in StatementKind:
        found = []
        for name, texts in data.get("sections", {}).get(kind.value, {}).items():
            if name != NO_PART and name not in taxonomy.sections[kind]:
                raise BadInput(f"The {language} headings name no section {name!r} of the {kind.value}.")
            spelled = [_spell(text, speller) for entry in texts for text in expand(str(entry))]
            found.append((_with_stars(spelled), name))
        headings[kind] = tuple(found)
    return headings
