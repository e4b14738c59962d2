"""Letters that a font prints as one sign and does not name: "bene\ufffdts" is "benefits".

Which letters they are is looked up in the wordings of the concepts. Where none of the usual
ligatures, or more than one, makes a word of them, the sign stays as it is.
"""

from collections.abc import Iterable
from dataclasses import replace
from functools import cache

from engine.concepts.lexicon import load_lexicons
from engine.concepts.taxonomy import Taxonomy
from engine.pdf.glyphs import UNKNOWN
from engine.statement import StatementTable

LIGATURES = ("fi", "fl", "ff", "ffi", "ffl", "ti", "tt", "ft")


def with_ligatures(table: StatementTable, taxonomy: Taxonomy) -> StatementTable:
    """The table with the letters of its labels and sections that can be told from the other letters."""
    if not any(UNKNOWN in row.label + row.section for row in table.rows):
        return table
    rows = (
        replace(row, label=restored(row.label, taxonomy), section=restored(row.section, taxonomy))
        for row in table.rows
    )
    return replace(table, rows=tuple(rows))


def restored(text: str, taxonomy: Taxonomy) -> str:
    """A printed label with each sign that has no name written out where only one ligature makes a
    known word of it."""
    return " ".join(_word(word, taxonomy) if UNKNOWN in word else word for word in text.split(" "))


def _word(word: str, taxonomy: Taxonomy) -> str:
    known = [whole for whole in _with_each(word) if _is_word(whole, taxonomy)]
    return known[0] if len(known) == 1 else word


def _with_each(word: str) -> Iterable[str]:
    return (word.replace(UNKNOWN, letters) for letters in LIGATURES)


def _is_word(word: str, taxonomy: Taxonomy) -> bool:
    return any(
        not set(lexicon.spell(word).split()) - words
        for lexicon, words in zip(load_lexicons(taxonomy), _words(taxonomy), strict=True)
        if lexicon.spell(word)
    )


@cache
def _words(taxonomy: Taxonomy) -> tuple[frozenset[str], ...]:
    """For each language the words of its wordings, in its one spelling."""
    return tuple(
        frozenset(word for texts in lexicon.exact.values() for text in texts for word in text.split())
        for lexicon in load_lexicons(taxonomy)
    )
