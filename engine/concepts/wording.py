"""Labels made comparable: one spelling, no note references, no accents, no punctuation.

Nothing here knows accounting; which words count as one is data of each language.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

_NOTE = re.compile(
    r"\((?:see\s+)?(?:notes?|anhang|anmerkung|nota|note|toelichting|not)\.?\s*[^)]*\)"
    r"|\((?:[a-z]|[ivx]{1,4}|\d{1,2}(?:[.,]\d+)?)(?:\s*[,;&]\s*(?:[a-z]|\d{1,2}(?:[.,]\d+)?))*\)",
    re.IGNORECASE,
)
_TRAILING_NOTE = re.compile(r"[\s,\-–—]+(?:see\s+)?notes?\s+\d[\d\s,.and&]*$", re.IGNORECASE)
_POSSESSIVE = re.compile(r"(?<=[a-z])['’`´]s?(?=\s|$|[^\w])")
_NOT_WORD = re.compile(r"[^a-z0-9&*|()_ ]+")
_WORDS = re.compile(r"[a-z0-9& ]*")
_SPACES = re.compile(r"\s+")


def fold(text: str) -> str:
    """Lower case without accents."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold().replace("ø", "o").replace("æ", "ae"))
    return "".join(char for char in decomposed if not unicodedata.combining(char))


@lru_cache(maxsize=20_000)
def plain(label: str) -> str:
    """A label as bare words: folded, without note references, punctuation and doubled spaces."""
    text = fold(label)
    if "(" in text:
        text = _NOTE.sub(" ", text)
    if "note" in text:
        text = _TRAILING_NOTE.sub("", text)
    if _WORDS.fullmatch(text):  # most labels, and every wording is spelled when a process starts
        return " ".join(text.split())
    text = _POSSESSIVE.sub("", text)
    text = _NOT_WORD.sub(" ", text).translate(_BRACKETS)
    return _SPACES.sub(" ", text).strip()


_BRACKETS = str.maketrans(dict.fromkeys("()|*_", " "))


def _words(text: str) -> list[str]:
    return text.replace("&", " ").split()


def contains(words: str, text: str) -> bool:
    """Whether `words` stand in `text` as whole words; both are plain."""
    return f" {words} " in f" {text} "


@dataclass(frozen=True, slots=True)
class Speller:
    """Rewrites plain text in the one spelling of a language. `starts` are the first words of what
    `pattern` looks for: a text without any of them need not be searched."""

    pattern: re.Pattern[str] | None
    starts: frozenset[str]
    canonical: Mapping[str, str]
    drop: frozenset[str]
    ampersand: str

    @classmethod
    def build(cls, words: Mapping[str, Sequence[str]], drop: Sequence[str], ampersand: str = "") -> "Speller":
        """From `words` (canonical word → other spellings), words to drop and the word for `&`."""
        canonical: dict[str, str] = {}
        for word, variants in words.items():
            target = plain(word).replace(" ", "_")
            for variant in (word, *variants):
                canonical[plain(variant)] = target
        ordered = sorted(canonical, key=lambda phrase: (-len(phrase), phrase))
        pattern = re.compile(r"\b(?:" + "|".join(map(re.escape, ordered)) + r")\b") if ordered else None
        starts = frozenset(word for phrase in ordered for word in _words(phrase)[:1])
        return cls(pattern, starts, canonical, frozenset(plain(word) for word in drop), ampersand)

    def spell(self, text: str) -> str:
        """Plain text in one spelling."""
        if " & " in text:
            text = text.replace(" & ", f" {self.ampersand} ")
        if self.pattern is not None and not self.starts.isdisjoint(_words(text)):
            text = self.pattern.sub(lambda match: self.canonical[match.group(0)], text)
        return " ".join(word for word in text.split() if word not in self.drop)
