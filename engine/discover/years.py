"""Fiscal years in short texts: link texts, headings, file names.

A fiscal year is named after the calendar year in which it ends: 2023-24 and 2023/2024 are 2024.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from engine.discover.words import folded

FIRST_YEAR, LAST_YEAR = 1980, 2060
_YEAR = r"(?:19[89]\d|20[0-5]\d)"
_MONTH = (
    r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|okt|nov|dec|dez|mai|juin|juil|aout|fev|avr|mrt|mei|ene|abr|ago|dic"
    r"|gen|mag|giu|lug|set|ott|out|maj)[a-z]*"
)
_DATES = (
    re.compile(rf"\b\d{{1,2}}[./-]\d{{1,2}}[./-]({_YEAR})\b"),
    re.compile(rf"\b({_YEAR})[./-](?:0?[1-9]|1[0-2])[./-]\d{{1,2}}\b"),
    re.compile(
        rf"\b\d{{1,2}}(?:st|nd|rd|th|er|\.)?[\s_-]*(?:de\s+|of\s+)?{_MONTH}[\s._,-]*(?:de\s+)?({_YEAR})\b"
    ),
    re.compile(rf"\b{_MONTH}\.?[\s_-]*\d{{1,2}}(?:st|nd|rd|th)?[\s,_-]+({_YEAR})\b"),
    re.compile(r"\b(20[0-4]\d)(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\b"),
)
# Words right before a date that make it the end of a period.
_ENDED = (
    r"\b(?:ended|ending|to|as\s+at|as\s+of|au|zum|al|per|op|em|el|am|till|den|quarter|year)\s+"
    r"(?:on\s+)?(?:the\s+)?"
)
_ENDS = tuple(
    re.compile(_ENDED + pattern)
    for pattern in (
        rf"\d{{1,2}}(?:st|nd|rd|th|er|\.)?[\s_-]*(?:de\s+|of\s+)?{_MONTH}[\s._,-]*(?:de\s+)?({_YEAR})\b",
        rf"{_MONTH}\.?[\s_-]*\d{{1,2}}(?:st|nd|rd|th)?[\s,_-]+({_YEAR})\b",
        rf"\d{{1,2}}[./-]\d{{1,2}}[./-]({_YEAR})\b",
    )
)
_MONTHS_OF_YEAR = re.compile(rf"\b{_MONTH}\s?(?:-|–|—|to|till|a|bis|au|al|t/m)\s?{_MONTH}[\s._-]*({_YEAR})\b")
_MONTH_OF_YEAR = re.compile(rf"\b({_YEAR})[-_/](?:0[1-9]|1[0-2])\b|\b{_MONTH}[\s._-]*({_YEAR})\b")
_SPAN = re.compile(rf"(?<!\d)({_YEAR})\s?[-–—/_]\s?({_YEAR}|\d\d)(?!\d)")
_SHORT_SPAN = re.compile(r"\b(?:fy|f\.y\.|fiscal|fiscal year|year)[\s_'’-]*(\d\d)\s?[-–—/]\s?(\d\d)(?!\d)")
_BARE_SHORT_SPAN = re.compile(r"(?<![\d./-])([0-3]\d)[-–/]([0-3]\d)(?![\d./-])(?!\s?[a-z]{3,9}\.?\s?\d{4})")
_NAMED = re.compile(
    rf"\b(?:fy|fye|f\.y\.|fiscal(?:\s+year)?|financial\s+year|geschaftsjahr|gj|exercice|ejercicio|esercizio|exercicio|boekjaar"
    rf"|verksamhetsar|year\s+ended|jahr)[\s_'’:-]*({_YEAR})(?!\d)"
)
_SHORT = re.compile(
    r"(?<![a-z])(?:fy|hy|gj|ar|[1-4]q|q[1-4]|[1-4]t|t[1-4]|[1-4]h|h[12]|s[12]|9m|6m|10[\s_-]?[kq]|20[\s_-]?f)[\s_'’-]{0,2}(\d\d)(?![\d/.-]|[a-z])"
)
_DIGIT = re.compile(r"\d")
_BARE = re.compile(rf"(?<!\d)({_YEAR})(?!\d)")

_FIRST_MONTHS = frozenset(
    (
        "jan",
        "feb",
        "fev",
        "mar",
        "mrt",
        "apr",
        "avr",
        "abr",
        "may",
        "mai",
        "mei",
        "mag",
        "jun",
        "giu",
        "ene",
        "gen",
    )
)
_NAMED_DAY = re.compile(
    r"(?P<day>\d{1,2})?(?:st|nd|rd|th|er|\.)?[\s_-]*(?:de\s+|of\s+)?(?P<month>[a-z]{3})[a-z]*\.?"
    r"[\s_-]*(?P<other>\d{1,2})?(?!\d)"
)
_COUNTED_DAY = re.compile(r"(?<!\d)(\d{1,2})[./-](\d{1,2})[./-]\d{4}")
_OF_FILE = re.compile(
    r"(?:report|reports|annual|results|jaarverslag|bericht|informe|rapport|relazione|bilancio|relatorio"
    r"|redovisning|verslag|memoria|urd|ara|ufr|qfr)[\s_-]?(?:fy)?([0-3]\d)(?!\d)"
)
LAST_DAYS = 28  # from this day of a month on a period may end
STRONG, PLAIN, PERIOD, WEAK = 3.0, 2.0, 1.5, 1.0


@dataclass(frozen=True, slots=True)
class YearClue:
    """A year that a text speaks of, and how surely it is the fiscal year: named as such (3), bare
    (2), of the last day of a period (1.5), or of any other date (1)."""

    year: int
    strength: float
    text: str

    @property
    def is_publication(self) -> bool:
        """True for a day in the first half of a year that is not the last of a month."""
        if self.strength > WEAK:
            return False
        named = _NAMED_DAY.search(self.text)
        if named is not None:
            day = named["day"] or named["other"]
            return named["month"] in _FIRST_MONTHS and day is not None and int(day) < LAST_DAYS
        counted = _COUNTED_DAY.search(self.text)
        return counted is not None and int(counted[1]) < LAST_DAYS and 1 <= int(counted[2]) <= 6


def years_in(text: str) -> tuple[YearClue, ...]:
    """The years in a text, surest first; each place in the text counts once."""
    if not _DIGIT.search(text):
        return ()
    rest = folded(text[:2000]).replace("_", " ")
    clues: list[YearClue] = []

    def take(pattern: re.Pattern[str], strength: float, read: Callable[[re.Match[str]], int | None]) -> None:
        nonlocal rest
        for found in list(pattern.finditer(rest)):
            year = read(found)
            if year is not None and FIRST_YEAR <= year <= LAST_YEAR:
                clues.append(YearClue(year, strength, found[0].strip()))
                rest = rest[: found.start()] + " " * len(found[0]) + rest[found.end() :]

    take(_MONTHS_OF_YEAR, PERIOD, _first_group)
    for end in _ENDS:
        take(end, PERIOD, _first_group)
    for date in _DATES:
        take(date, WEAK, _first_group)
    take(_SPAN, STRONG, _end_of_span)
    take(_SHORT_SPAN, STRONG, _end_of_short_span)
    take(_BARE_SHORT_SPAN, PERIOD, _end_of_short_span)
    take(_MONTH_OF_YEAR, WEAK, _first_group)
    take(_NAMED, STRONG, _first_group)
    take(_BARE, PLAIN, _first_group)
    take(_SHORT, PLAIN, lambda found: 2000 + int(found[1]))
    take(_OF_FILE, WEAK, lambda found: 2000 + int(found[1]))
    return tuple(sorted(dict.fromkeys(clues), key=lambda clue: -clue.strength))


def _first_group(found: re.Match[str]) -> int | None:
    return next((int(group) for group in found.groups() if group), None)


def _end_of_span(found: re.Match[str]) -> int | None:
    first, second = int(found[1]), found[2]
    last = int(second) if len(second) == 4 else first // 100 * 100 + int(second)
    if len(second) == 2 and last < first:
        last += 100
    return last if last == first + 1 else None


def _end_of_short_span(found: re.Match[str]) -> int | None:
    first, last = int(found[1]), int(found[2])
    return 2000 + last if last == first + 1 else None
