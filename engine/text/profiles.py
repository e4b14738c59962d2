"""What a whole report speaks of: its most frequent content words, counted."""

from collections import Counter
from collections.abc import Iterable

from engine.classify.language import LANGUAGES, frequent_words
from engine.text.query import search_tokens

MOST_WORDS = 250
LEAST_LETTERS = 3


def profile_of(texts: Iterable[str]) -> dict[str, int]:
    """The most frequent words of a report with their counts, without the words of every text."""
    everywhere = frozenset(word for language in LANGUAGES for word in frequent_words(language))
    counts: Counter[str] = Counter()
    for text in texts:
        counts.update(
            word
            for word in search_tokens(text)
            if len(word) >= LEAST_LETTERS and word.isalpha() and word not in everywhere
        )
    return dict(sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))[:MOST_WORDS])
