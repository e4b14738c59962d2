"""The language of a text, by the share its most frequent words make up of it."""

import functools
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from engine.data_file import read_data
from engine.discover.words import tokens

LANGUAGES = ("en", "de", "fr", "nl", "es", "it", "pt", "sv")
CLEAR_LEAD = 1.1  # neighbours such as Spanish and Portuguese share many frequent words


def language_of(texts: Sequence[str]) -> str:
    """An ISO 639-1 code (en, de, fr, nl, es, it, pt, sv), "" where too little text says so."""
    words = [word for text in texts for word in tokens(text)]
    counts = {language: sum(map(frequent.__contains__, words)) for language, frequent in _profiles().items()}
    best = max(counts, key=lambda language: counts[language])
    others = max(count for language, count in counts.items() if language != best)
    least = max(float(_knowledge()["least_words"]), len(words) * float(_knowledge()["least_share"]))
    if counts[best] < least or counts[best] <= others * CLEAR_LEAD:
        return ""
    return best


def frequent_words(language: str) -> frozenset[str]:
    """The words without which no text in a language (ISO 639-1) is written; none of one not known."""
    return _profiles().get(language, frozenset())


@functools.cache
def _profiles() -> dict[str, frozenset[str]]:
    return {
        language: frozenset(word for text in words for word in tokens(str(text)))
        for language, words in _knowledge().items()
        if isinstance(words, list)
    }


@functools.cache
def _knowledge() -> dict[str, Any]:
    loaded: dict[str, Any] = read_data(Path(__file__).parent / "vocabulary" / "languages.yaml")
    return loaded
