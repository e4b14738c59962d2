"""Word lists of others, which people with a licence to use them may bring.

The format is that of the master dictionary of Loughran and McDonald: a CSV with a column Word and one
column for each category, in which 0 means no and any other number yes (a year, below zero when the
word was taken out again). Tenfold ships no such list.
"""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from engine.errors import BadInput
from engine.sentiment.lexicon import Entry, Lexicon
from engine.sentiment.values import TermKind

MOST_WORDS = 200_000
WEIGHT = 0.6  # of a word without context; our own phrases, which have it, say more
_POLARITIES = {"positive": 1, "negative": -1}


@dataclass(frozen=True, slots=True)
class WordList:
    """Words in lower case with 1 for positive and -1 for negative; no word is both."""

    words: Mapping[str, int]


def read_word_list(text: str) -> WordList:
    """A word list from CSV.

    Raises:
        BadInput: columns are missing, or nothing stands in them
    """
    rows = csv.DictReader(text.splitlines())
    columns = {(name or "").strip().lower(): name for name in rows.fieldnames or ()}
    missing = {"word", *_POLARITIES} - columns.keys()
    if missing:
        raise BadInput(
            f"The file has no column {', '.join(sorted(missing))}. Its first line has to name the columns"
            " Word, Negative and Positive.",
            code="not_a_word_list",
        )
    words: dict[str, int] = {}
    for row in rows:
        signs = {sign for name, sign in _POLARITIES.items() if _is_in((row[columns[name]] or "").strip())}
        word = (row[columns["word"]] or "").strip().lower()
        if len(signs) == 1 and word:
            words[word] = signs.pop()
        if len(words) > MOST_WORDS:
            raise BadInput("The file holds more words than a language has.", code="not_a_word_list")
    if not words:
        raise BadInput("No word of the file is positive or negative.", code="not_a_word_list")
    return WordList(words)


def with_word_list(own: Lexicon, brought: WordList) -> Lexicon:
    """The own lexicon and, for words it does not know, those of the list."""
    known = {entry.words for entry in own.entries}
    added: Sequence[Entry] = [
        Entry((word,), TermKind.VALENCE, "from the word list that was brought", weight=sign * WEIGHT)
        for word, sign in sorted(brought.words.items())
        if (word,) not in known
    ]
    return Lexicon((*own.entries, *added))


def _is_in(mark: str) -> bool:
    try:
        return float(mark) > 0
    except ValueError:
        return False
