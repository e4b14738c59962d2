"""Text to sentences.

A sentence ends at a full stop, a question or an exclamation mark before a word that can begin one, and
at the end of a paragraph. Full stops of abbreviations, initials and figures end nothing.
"""

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.data_file import read_data

_END = re.compile(r"[.!?…]+[\"'”’»)\]]*(?=\s)|\n")
_LAST_WORD = re.compile(r"[^\s(\[“\"']+\Z")
_NEXT_WORD = re.compile(r"\s*[\"'“„«(\[•–-]*\s*([^\W_]+)")
_CLOSING = "\"'”’»)]"


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence and where it stands in the text it was taken from: `text == whole[start:end]`."""

    text: str
    start: int
    end: int


def sentences_of(text: str) -> tuple[Sentence, ...]:
    """The sentences of a text in order. A line feed ends a paragraph, and so a sentence."""
    return tuple(_spans(text))


def ends_sentence(text: str) -> bool:
    """Whether a text ends as a sentence does."""
    stripped = text.rstrip().rstrip(_CLOSING)
    return stripped.endswith((".", "!", "?", "…", ":")) and not _abbreviated(stripped)


def _spans(text: str) -> Iterator[Sentence]:
    start = 0
    for match in _END.finditer(text):
        if match[0] != "\n" and not _is_end(text, match):
            continue
        yield from _trimmed(text, start, match.end())
        start = match.end()
    yield from _trimmed(text, start, len(text))


def _trimmed(text: str, start: int, end: int) -> Iterator[Sentence]:
    part = text[start:end]
    begin = start + len(part) - len(part.lstrip())
    stripped = part.strip()
    if stripped:
        yield Sentence(stripped, begin, begin + len(stripped))


def _is_end(text: str, match: re.Match[str]) -> bool:
    following = _NEXT_WORD.match(text, match.end())
    if following is None:
        return True
    word = following[1]
    if word[0].islower():
        return False
    if not match[0].startswith("."):
        return True
    before = text[max(0, match.start() - 40) : match.start()]
    if _abbreviated(before + "."):
        return word.casefold() in _starters() and not word.isdecimal()
    return True


def _abbreviated(text: str) -> bool:
    """Whether a text ends in an abbreviation, an initial or the number of an item."""
    found = _LAST_WORD.search(text.rstrip("."))
    if found is None:
        return False
    word = found[0]
    if len(word) == 1 and word.isalpha():
        return True
    return word.casefold() in _abbreviations() or _initials().fullmatch(word) is not None


@functools.cache
def _abbreviations() -> frozenset[str]:
    return frozenset(_knowledge()["abbreviations"]["words"])


@functools.cache
def _starters() -> frozenset[str]:
    return frozenset(_knowledge()["starters"]["words"])


@functools.cache
def _initials() -> re.Pattern[str]:
    return re.compile(str(_knowledge()["inner_initials"]["pattern"]))


@functools.cache
def _knowledge() -> dict[str, Any]:
    loaded: dict[str, Any] = read_data(Path(__file__).parent / "vocabulary" / "sentences.yaml")
    return loaded
