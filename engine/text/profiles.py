"""What a whole report speaks of: its most frequent content words, counted."""

import functools
from collections import Counter
from collections.abc import Iterable

from engine.classify.language import LANGUAGES, frequent_words
from engine.text.query import search_tokens

MOST_WORDS = 250
LEAST_LETTERS = 3


def profile_of(texts: Iterable[str]) -> dict[str, int]:
    """The most frequent words of a report with their counts, without the words of every text."""
    counts: Counter[str] = Counter()
    for text in texts:
        counts.update(counts_of(text))
    return dict(sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))[:MOST_WORDS])


def counts_of(text: str) -> Counter[str]:
    """How often each word stands in a text that is not in every text."""
    everywhere = _everywhere()
    return Counter(
        word
        for word in search_tokens(text)
        if len(word) >= LEAST_LETTERS and word.isalpha() and word not in everywhere
    )


@functools.cache
def _everywhere() -> frozenset[str]:
    return frozenset(word for language in LANGUAGES for word in frequent_words(language))
