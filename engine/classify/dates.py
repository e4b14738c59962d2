"""The last day of the period a document reports on."""

import functools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from engine.data_file import read_data
from engine.discover.words import folded
from engine.kinds import DocumentKind

FIRST_YEAR, LAST_YEAR = 1980, 2060
EARLY_PAGES = 0.4  # what a mention after the first page with text counts, compared with one on it
FIRST_LAST_DAY, LAST_FIRST_DAY = 24, 7  # between these days of a month no period ends
MOST_MENTIONS = 3  # of one date that count: a long report repeats its neighbours' dates too

_HYPHENS = str.maketrans("\u2010\u2011\u00ad", "---")  # hyphens that only typesetters tell apart
_FURTHER_YEAR = re.compile(
    r"\s?(?:,|and|und|et|en|y|e|och)?\s?(?:and |und |et |en |y |e |och )?"
    r"((?:19[89]\d|20[0-5]\d))(?!\d|[.,]\d)"
)
_YEAR = r"((?:19[89]\d|20[0-5]\d))(?!\d)"


@dataclass(frozen=True, slots=True)
class PeriodClue:
    """A mention of a period's last day. `length` is year, half, quarter, nine_months or any."""

    end: date
    length: str
    weight: float
    text: str


def dates_in(text: str) -> Iterator[tuple[int, date, str]]:
    """The dates in a text with their place: 31 December 2023, December 31, 2023, 31.12.2023,
    2023-12-31, 31 de diciembre de 2023. Numbers alone are read day first, month first only where
    the day would be impossible."""
    for pattern, order in _date_patterns():
        for found in pattern.finditer(text):
            day = _date_of(found, order)
            if day is not None:
                yield found.start(), day, found[0]


def days_in(text: str) -> Iterator[tuple[int, int, int]]:
    """Days of a year, with or without the year: the place, the month and the day."""
    for pattern, order in _day_patterns():
        for found in pattern.finditer(text):
            day, month = (found[1], found[2]) if order == "dM" else (found[2], found[1])
            yield found.start(), _months()[month], int(day)


def period_clues(pages: Sequence[str]) -> tuple[PeriodClue, ...]:
    """Dates that follow words which introduce the end of a period, and bare dates of the cover."""
    clues: list[PeriodClue] = []
    for number, page in enumerate(pages):
        text = plain_text(page)
        factor = 1.0 if number == 0 else EARLY_PAGES
        for place, day, written in sorted(dates_in(text)):
            anchor = _anchor_before(text, place)
            if anchor is not None:
                length, weight, words = anchor
                last = _last_of_list(day, text[place + len(written) :])
                clues.append(PeriodClue(last, length, weight * factor, f"{words} {written}"))
            elif number == 0 and place < 600 and _may_end_a_period(day):
                clues.append(PeriodClue(day, "any", 0.8, written))
    return tuple(clues)


def period_end_of(kind: DocumentKind, clues: Sequence[PeriodClue]) -> tuple[date | None, str]:
    """The last day that the clues speak for, with the words that say so; None where none does.

    Lengths that belong to the kind count in full, others little. Of equal dates the latest wins,
    because a report names the period before beside its own.
    """
    fitting = date_knowledge()["lengths"].get(kind.value, ["year", "half", "quarter", "nine_months"])
    mentions: dict[date, list[tuple[float, str]]] = {}
    for clue in clues:
        share = 1.0 if clue.length in fitting or clue.length == "any" else 0.2
        mentions.setdefault(clue.end, []).append((clue.weight * share, clue.text))
    if not mentions:
        return None, ""
    scores = {day: _score(found) for day, found in mentions.items()}
    best = max(scores, key=lambda day: (round(scores[day], 3), day))
    if scores[best] < 0.8:
        return None, ""
    return best, max(mentions[best])[1]


def plain_text(page: str) -> str:
    """A page's text in one line, lower case and without marks on letters."""
    # Some fonts come without their ligature "fi", which then stands as U+FFFE at the head of a word.
    repaired = re.sub(r"(?<![A-Za-z])\ufffe(?=[a-z])", "fi", page).replace("\ufffe", "")
    repaired = repaired.translate(_HYPHENS)
    return re.sub(r"\s+", " ", folded(repaired))


def _last_of_list(day: date, behind: str) -> date:
    """The same day of the last year in a list: "years ended 31 December 2020, 2021 and 2022"."""
    last = year = day.year
    rest = behind[:60]
    while (found := _FURTHER_YEAR.match(rest)) is not None and abs(int(found[1]) - year) == 1:
        year = int(found[1])
        last = max(last, year)
        rest = rest[found.end() :]
    return day if last == day.year else _checked(last, day.month, day.day) or day


def _may_end_a_period(day: date) -> bool:
    """True near the end of a month, where periods end; other days of a cover are those of publication."""
    return day.day >= FIRST_LAST_DAY or day.day <= LAST_FIRST_DAY


def _score(mentions: list[tuple[float, str]]) -> float:
    return sum(weight for weight, _text in sorted(mentions, reverse=True)[:MOST_MENTIONS])


def _anchor_before(text: str, place: int) -> tuple[str, float, str] | None:
    """The words right before a date that introduce the end of a period."""
    before = text[max(0, place - 90) : place]
    for pattern, length, weight in _anchors():
        found = pattern.search(before)
        if found is not None:
            return length, weight, found[0].strip(" ,:(")
    return None


def _date_of(found: re.Match[str], order: str) -> date | None:
    parts = found.groups()
    try:
        if order == "dMy":
            return _checked(int(parts[2]), _months()[parts[1]], int(parts[0]))
        if order == "Mdy":
            return _checked(int(parts[2]), _months()[parts[0]], int(parts[1]))
        if order == "ymd":
            return _checked(int(parts[0]), int(parts[1]), int(parts[2]))
        first, second, year = (int(part) for part in parts)
        return _checked(year, second, first) or _checked(year, first, second)
    except KeyError:
        return None


def _checked(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


@functools.cache
def _date_patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    names = "|".join(sorted(_months(), key=len, reverse=True))
    ordinal, of = r"(?:st|nd|rd|th|er|\.|º)?", "(?:of |de |d')?"
    return (
        (
            re.compile(rf"(?<!\d)(\d{{1,2}}){ordinal}[ -]?{of}({names})\b\.?,?[ -]?(?:de |del )?{_YEAR}"),
            "dMy",
        ),
        (re.compile(rf"\b({names})\b\.? ?(\d{{1,2}}){ordinal} ?,? ?{_YEAR}"), "Mdy"),
        (re.compile(rf"(?<![\d.]){_YEAR}[-./](\d{{1,2}})[-./](\d{{1,2}})(?!\d)"), "ymd"),
        (re.compile(rf"(?<![\d.])(\d{{1,2}})[./-](\d{{1,2}})[./-]{_YEAR}"), "dmy"),
    )


@functools.cache
def _day_patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    names = "|".join(sorted(_months(), key=len, reverse=True))
    return (
        (re.compile(rf"(?<!\d)(\d{{1,2}})(?:st|nd|rd|th|er|\.|º)?[ -]?(?:of |de |d')?({names})\b"), "dM"),
        (re.compile(rf"\b({names})\b\.? ?(\d{{1,2}})(?!\d)"), "Md"),
    )


@functools.cache
def _anchors() -> tuple[tuple[re.Pattern[str], str, float], ...]:
    """Longer lengths of words first is not needed: the file names the certain ones first."""
    made = []
    for group in date_knowledge()["anchors"]:
        phrases = "|".join(folded(str(phrase)) for phrase in group["phrases"])
        # A date may follow another one: "for the years ended 31 December 2023 and 2022".
        pattern = re.compile(rf"(?<![a-z])(?:{phrases})\s*[,:(]?\s*(?:on|the|le|el|al|op|em|den|am|il)?\s*\Z")
        made.append((pattern, str(group["length"]), float(group["weight"])))
    return tuple(made)


@functools.cache
def _months() -> dict[str, int]:
    return {
        folded(str(name)): int(number)
        for number, names in date_knowledge()["months"].items()
        for name in names
    }


@functools.cache
def date_knowledge() -> dict[str, Any]:
    """What is known about dates and periods, as it stands in its file."""
    loaded: dict[str, Any] = read_data(Path(__file__).parent / "vocabulary" / "dates.yaml")
    return loaded
