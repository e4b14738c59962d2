"""The small words of lexicon/grammar.yaml, typed."""

import functools
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.data_file import read_data


@dataclass(frozen=True, slots=True)
class Grammar:
    """Lists of words by what they do in a sentence; the file says what each list is for."""

    comparators: frozenset[str]
    ranges: frozenset[str]
    no_object: frozenset[str]
    object_of: frozenset[str]
    belongs: frozenset[str]
    clause_ends: frozenset[str]
    moves_before: frozenset[str]
    moves_behind: frozenset[str]
    percent: frozenset[str]
    dates: frozenset[str]
    minus: frozenset[str]
    titles: frozenset[str]
    abbreviations: frozenset[str]
    scales: dict[str, int]
    currencies: dict[str, str]


@functools.cache
def grammar() -> Grammar:
    """The grammar that is shipped."""
    loaded: dict[str, Any] = read_data(Path(__file__).parent / "lexicon" / "grammar.yaml")
    content: dict[str, Any] = {
        name: value if isinstance(value, dict) else frozenset(value) for name, value in loaded.items()
    }
    return Grammar(**content)
