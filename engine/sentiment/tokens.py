"""A sentence as tokens, and the figures among them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from engine.sentiment.grammar import grammar

_TOKEN = re.compile(
    r"(?:(?<![\w.,])[-−–])?\d+(?:[.,]\d+)*"  # 12,500 or -2.3, but the dash of 10-15 belongs to neither
    r"|[^\W\d_]+(?:['’\-&][^\W\d_]+)*"
    r"|[%€$£¥;:,()—]"
    r"|\.(?=\s|$)"
)
_GROUPED = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?\Z")
_YEAR = re.compile(r"(?:19|20)\d\d\Z")


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with its unit: "percent", a currency, or "" for a bare count. Tokens `start` to `end`
    (exclusive) are its own."""

    start: int
    end: int
    value: Decimal
    unit: str


def tokens_of(sentence: str) -> tuple[list[str], list[tuple[int, int]]]:
    """Tokens in lower case and where each stands in the sentence. A name behind "Mr" begins with a low line,
    so that it is no word of any list."""
    known = grammar()
    words: list[str] = []
    places: list[tuple[int, int]] = []
    for found in _TOKEN.finditer(sentence):
        word = found.group().lower().replace("’", "'")
        before = words[-1] if words else ""
        if word == "." and (before in known.titles or before in known.abbreviations):
            continue
        words.append(f"_{word}" if before in known.titles and found.group()[0].isupper() else word)
        places.append(found.span())
    return words, places


def figures_in(words: Sequence[str]) -> tuple[Figure, ...]:
    """The figures in order; years, days of a month and hours of the clock are none."""
    found = (_figure(words, place) for place, word in enumerate(words) if word[-1].isdigit())
    return tuple(figure for figure in found if figure is not None)


def _figure(words: Sequence[str], place: int) -> Figure | None:
    known = grammar()
    value = _value(words[place])
    if value is None:
        return None
    before = words[place - 1] if place else ""
    after = words[place + 1] if place + 1 < len(words) else ""
    end = place + 1
    if after in known.scales:
        value *= known.scales[after]
        end += 1
    following = words[end] if end < len(words) else ""
    if following in known.percent or (following == "per" and words[end + 1 : end + 2] == ["cent"]):
        return Figure(place, end + 1, value, "percent")
    if before in known.currencies:
        is_minus = place > 1 and words[place - 2] in known.minus  # "a negative EUR 2.9 mn"
        return Figure(place - 1, end, -value if is_minus else value, known.currencies[before])
    if following in known.currencies:
        return Figure(place, end + 1, value, known.currencies[following])
    if end == place + 1 and (before in known.dates or after in known.dates or _YEAR.match(words[place])):
        return None
    return Figure(place, end, value, "")


def _value(word: str) -> Decimal | None:
    plain = word.replace("−", "-").replace("–", "-")
    bare = plain.lstrip("-")
    if _GROUPED.match(bare):
        plain = plain.replace(",", "")
    elif bare.count(",") + bare.count(".") == 1:
        plain = plain.replace(",", ".")
    try:
        return Decimal(plain)
    except InvalidOperation:  # 14.9.2021 is a date, 1.2,3 is nothing
        return None
