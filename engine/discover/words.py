"""Text as tokens, and phrases that are matched as whole tokens.

Matching tokens and never parts of them keeps "share" out of annual reports ("ar") and "/quality"
out of quarterly ones ("q").
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

# Letters that Unicode does not take apart into a base letter and a mark.
_UNDIVIDED = str.maketrans(
    {"ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"}
)
_HUMP = re.compile(r"(?<=[^\W\d_A-Z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_TOKEN = re.compile(r"[^\W\d_]+|\d+")
LONGEST_TEXT = 20_000  # characters that are looked at


def folded(text: str) -> str:
    """Lower case without marks on letters: "Geschäftsbericht" becomes "geschaftsbericht"."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold().translate(_UNDIVIDED))
    # Of the signs of a long text few are different, and hardly any of those is a mark.
    marks = {ord(sign): None for sign in set(decomposed) if unicodedata.combining(sign)}
    return decomposed.translate(marks) if marks else decomposed


def tokens(text: str) -> tuple[str, ...]:
    """Words and numbers in order: "2014annualReport" gives 2014, annual, report."""
    apart = _HUMP.sub(" ", text[:LONGEST_TEXT].replace("&", " and "))
    return tuple(_TOKEN.findall(folded(apart)))


@dataclass(frozen=True, slots=True)
class Phrase:
    """Something that may stand in a text. `topic` is what it speaks for, `weight` how loudly (below
    zero: against), `because` the reason it is in the vocabulary."""

    words: tuple[str, ...]
    topic: str
    weight: float
    language: str
    because: str

    @property
    def text(self) -> str:
        return " ".join(self.words)


@dataclass(frozen=True)
class PhraseBook:
    """Phrases that can be found in tokens. Longer phrases hide the shorter ones inside them, so
    that "semi annual report" is not also an "annual report"."""

    phrases: tuple[Phrase, ...]
    _by_first: dict[str, tuple[Phrase, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        by_first: dict[str, list[Phrase]] = {}
        for phrase in self.phrases:
            by_first.setdefault(phrase.words[0], []).append(phrase)
        longest_first = {
            word: tuple(sorted(found, key=lambda phrase: -len(phrase.words)))
            for word, found in by_first.items()
        }
        object.__setattr__(self, "_by_first", longest_first)

    def found_in(self, words: Sequence[str]) -> tuple[Phrase, ...]:
        """The phrases in the order in which they stand; phrases of equal words all count."""
        found: list[Phrase] = []
        place = 0
        while place < len(words):
            here = [
                phrase
                for phrase in self._by_first.get(words[place], ())
                if tuple(words[place : place + len(phrase.words)]) == phrase.words
            ]
            if not here:
                place += 1
                continue
            longest = len(here[0].words)
            found.extend(phrase for phrase in here if len(phrase.words) == longest)
            place += longest
        return tuple(found)


def phrase_book(groups: Iterable[dict[str, object]]) -> PhraseBook:
    """A book from groups as they stand in the vocabulary files: `topic`, `weight`, `because` and
    `phrases` by language.

    Raises:
        ValueError: a group lacks something or a phrase holds no word
    """
    phrases: list[Phrase] = []
    for group in groups:
        missing = {"topic", "weight", "because", "phrases"} - group.keys()
        if missing:
            raise ValueError(f"a group of phrases lacks {', '.join(sorted(missing))}: {group}")
        by_language = group["phrases"]
        if not isinstance(by_language, dict):
            raise ValueError(f"the phrases of {group['topic']} must be given by language")
        for language, texts in by_language.items():
            for text in texts:
                words = tokens(str(text))
                if not words:
                    raise ValueError(f"{text!r} holds no word")
                weight = float(str(group["weight"]))
                phrases.append(
                    Phrase(words, str(group["topic"]), weight, str(language), str(group["because"]))
                )
    return PhraseBook(tuple(dict.fromkeys(phrases)))
