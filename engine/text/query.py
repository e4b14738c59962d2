"""What a person types into a search, and the form in which words are compared.

    net sales "free cash flow" deprec* -forecast

Words are searched in all their forms; what stands in quotation marks as it is written; a star stands
for any ending; what follows a minus sign must not be there. Words that only ask ("how many") are left
out where others remain.
"""

import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.classify.language import frequent_words, language_of
from engine.data_file import read_data
from engine.discover.words import folded

LONGEST_QUERY = 400  # characters that are looked at
MOST_TERMS = 16
LEAST_PREFIX = 2  # letters before a star
LONG_BASE = 5  # letters from which a word is searched by its beginning
SHORT_BASE = 3
_TOKEN = re.compile(r"[^\W_]+")
_PART = re.compile(r'(-?)"([^"]*)"|(-?)(\S+)')


@dataclass(frozen=True, slots=True)
class Term:
    """One thing to find: `words` in this order; or, of one word, `forms`, any of which will do, or
    with `prefix` whatever begins so. `written` is how the person wrote it."""

    words: tuple[str, ...]
    written: str
    forms: tuple[str, ...] = ()
    prefix: str = ""

    def matches(self, token: str) -> bool:
        """Whether a single word of a text is what is looked for; only for terms of one word."""
        if self.prefix and token.startswith(self.prefix):
            return True
        return token in self.forms or (not self.prefix and not self.forms and self.words == (token,))


@dataclass(frozen=True, slots=True)
class Query:
    """All that is looked for and all that must not be there."""

    terms: tuple[Term, ...]
    excluded: tuple[Term, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.terms)


def search_tokens(text: str) -> list[str]:
    """The words and numbers of a text as they are compared: lower case, without marks on letters."""
    # Most text has no letter that folding would change in another way.
    return _TOKEN.findall(text.lower() if text.isascii() else folded(text))


def search_form(text: str) -> str:
    """A text as it is put into a full-text index: its tokens with single spaces."""
    return " ".join(search_tokens(text))


def without_legal_form(name: str) -> list[str]:
    """The words of a company's name without what says only that it is a company."""
    forms = frozenset(_knowledge()["legal_forms"]["words"])
    words = search_tokens(name)
    telling = [word for word in words if word not in forms]
    return telling or words


def parse_query(text: str) -> Query:
    """What a person typed. Without a word that can be found the query is empty."""
    wanted: list[tuple[Term, bool]] = []
    excluded: list[Term] = []
    for match in _PART.finditer(text[:LONGEST_QUERY]):
        minus = match[1] or match[3]
        quoted = match[2] is not None
        term = _term(match[2] if quoted else match[4], is_quoted=quoted)
        if term is None:
            continue
        if minus:
            excluded.append(term)
        else:
            wanted.append((term, quoted))
    asking = _asking([term.words for term, _ in wanted])
    named = [
        term
        for term, quoted in wanted
        if quoted or term.written.endswith("*") or not set(term.words) <= asking
    ]
    terms = list(dict.fromkeys(named or [term for term, _ in wanted]))
    return Query(tuple(terms[:MOST_TERMS]), tuple(excluded[:MOST_TERMS]))


def _term(text: str, *, is_quoted: bool) -> Term | None:
    words = tuple(search_tokens(text))
    if not words:
        return None
    if is_quoted or len(words) > 1:
        return Term(words, text)
    word = words[0]
    if text.rstrip().endswith("*") and len(word) >= LEAST_PREFIX:
        return Term(words, text, prefix=word)
    return _with_forms(word, text)


def _with_forms(word: str, written: str) -> Term:
    """A word in its forms: by its beginning where that is long, by all its forms where it is short."""
    if not word.isalpha():
        return Term((word,), written)
    base = _base(word)
    if len(base) >= LONG_BASE:
        return Term((word,), written, prefix=base)
    forms = {word, *(base + str(ending) for ending in _knowledge()["short_endings"]["list"])}
    return Term((word,), written, forms=tuple(sorted(forms)))


def _base(word: str) -> str:
    for ending in _knowledge()["endings"]["list"]:
        if word.endswith(ending) and len(word) - len(ending) >= SHORT_BASE:
            return word[: -len(ending)]
    return word


def _asking(words: Sequence[tuple[str, ...]]) -> frozenset[str]:
    flat = " ".join(word for group in words for word in group)
    language = language_of([flat]) or "en"
    return frozenset(_knowledge()["asking"]["words"]) | frequent_words(language)


@functools.cache
def _knowledge() -> dict[str, Any]:
    loaded: dict[str, Any] = read_data(Path(__file__).parent / "vocabulary" / "query.yaml")
    return loaded
