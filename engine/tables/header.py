"""What stands above the figures: the period of each column, and whether it is restated.

A phrase belongs to the column under it; one that names a period and stands alone on its line
belongs to all columns, and two over four columns to the two nearest each.
"""

import calendar
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from engine.kinds import PeriodKind, Scope, StatementKind
from engine.locate.lexicon import Vocabulary, letters
from engine.pdf.words import Line, Word
from engine.tables.columns import Band
from engine.tables.units import currency_in, names_scale
from engine.values import Box, Period

PHRASE_GAP = 0.8  # of the type size
_YEAR = re.compile(r"(?<![\d.])((?:19|20)\d\d)(?:[/–-](\d\d(?:\d\d)?))?(?![\d,]\d|\d)")
_SHORT_YEAR = re.compile(r"\bFY\s?'?(\d\d)\b", re.IGNORECASE)
_NUMERIC_DATE = re.compile(r"\b(\d{1,2})[./-](\d{1,2})[./-]((?:19|20)?\d\d)\b")
_ISO_DATE = re.compile(r"\b((?:19|20)\d\d)-(\d{2})-(\d{2})\b")
# "Q2 2024", "2Q24", "H1 2024", "9M 2024": names of interim periods that mean the same in every language.
_SHORT_LENGTHS = (
    (3, re.compile(r"\b(?:Q[1-4]\b|[1-4]Q(?=\d\d\b|\b)|3M\b)", re.IGNORECASE)),
    (6, re.compile(r"\b(?:H[12]\b|[12]H(?=\d\d\b|\b)|6M\b)", re.IGNORECASE)),
    (9, re.compile(r"\b9M\b", re.IGNORECASE)),
)
_WEEKS = re.compile(r"\b(5[0-4]|[1-4]\d)[\s-]*weeks?\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class DayOfYear:
    """Month and day without a year."""

    month: int
    day: int

    def in_year(self, year: int) -> date:
        """That day; the 29th of February becomes the 28th in common years and back."""
        last = calendar.monthrange(year, self.month)[1]
        day = last if self.month == 2 and self.day >= 28 else min(self.day, last)
        return date(year, self.month, day)


@dataclass(frozen=True, slots=True)
class Span:
    """A period named by its first and last month: how long it is, and where it ends."""

    months: int
    end: DayOfYear


@dataclass(slots=True)
class ColumnHeading:
    """What was found above one column."""

    text: str = ""
    year: int | None = None
    day: DayOfYear | None = None
    own_day: bool = False
    months: int | None = None
    weeks: int | None = None
    restated: bool = False
    other: bool = False  # a change or a percentage, no period
    scope: Scope = Scope.CONSOLIDATED
    box: Box | None = None


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words of a heading without a wide gap."""

    text: str
    x0: float
    x1: float
    y0: float
    y1: float


def phrases_of(line: Line) -> list[Phrase]:
    """The line split at wide gaps."""
    groups: list[list[Word]] = []
    for word in line.words:
        if groups and word.x0 - groups[-1][-1].x1 <= PHRASE_GAP * word.size:
            groups[-1].append(word)
        else:
            groups.append([word])
    return [
        Phrase(
            " ".join(w.text for w in g if not w.raised),
            g[0].x0,
            g[-1].x1,
            min(w.top for w in g),
            max(w.bottom for w in g),
        )
        for g in groups
    ]


def read_headings(
    lines: Sequence[Line], bands: Sequence[Band], label_edge: float, words: Vocabulary
) -> tuple[list[ColumnHeading], str]:
    """The headings of the value columns, and the text that belongs to none of them."""
    headings = [ColumnHeading() for _ in bands]
    zones = _zones(bands)
    general: list[str] = []
    found: list[_Owned] = []
    for line in lines:
        phrases = phrases_of(line)
        above = [p for p in phrases if _above(p, zones)]
        general += [p.text for p in phrases if p not in above]
        above = [q for p in above for q in _split_at_years(p, line, zones)]
        scopes = [p for p in above if _scope_named(p.text, words)]
        found += _dealt_out(scopes, len(bands))
        found += _owners([p for p in above if p not in scopes], zones, words)
    for owned in found:
        if not owned.lent or not _has_its_own(owned, found, words):
            _attach(headings[owned.column], owned.phrase)
    for heading in headings:
        _interpret(heading, words)
    _settle_scopes(headings, words)
    return headings, "\n".join(general)


@dataclass(frozen=True, slots=True)
class _Owned:
    """A phrase over a column; `lent` where it does not stand over it and holds for it all the same."""

    column: int
    phrase: Phrase
    lent: bool = False


def _scope_named(text: str, words: Vocabulary) -> bool:
    return letters(text) in (*words.group_columns, *words.parent_columns)


def _dealt_out(scopes: Sequence[Phrase], columns: int) -> list[_Owned]:
    """ "Group" and "Company" over four columns belong to the two from each on."""
    if not scopes or columns % len(scopes):
        return []
    each = columns // len(scopes)
    return [_Owned(n, scopes[n // each]) for n in range(columns)]


def _settle_scopes(headings: Sequence[ColumnHeading], words: Vocabulary) -> None:
    """Columns of the parent company, where others are the group's: alone, "Company" says nothing."""
    scopes = [_scope_of(letters(heading.text), words) for heading in headings]
    if Scope.CONSOLIDATED in scopes:
        for heading, scope in zip(headings, scopes, strict=True):
            heading.scope = scope or Scope.CONSOLIDATED


def _scope_of(squashed: str, words: Vocabulary) -> Scope | None:
    """What the longest of the phrases says: "capogruppo" is the parent and ends in the group."""
    said = [
        (len(phrase), scope)
        for scope, phrases in (
            (Scope.CONSOLIDATED, words.group_columns),
            (Scope.PARENT, words.parent_columns),
        )
        for phrase in phrases
        if squashed.startswith(phrase) or squashed.endswith(phrase)
    ]
    return max(said)[1] if said else None


def _has_its_own(owned: _Owned, found: Sequence[_Owned], words: Vocabulary) -> bool:
    """Whether a column has a phrase of its own that says the same kind of thing as a lent one."""
    topics = _topics(owned.phrase.text, words)
    return any(
        other.column == owned.column and not other.lent and topics & _topics(other.phrase.text, words)
        for other in found
    )


def _topics(text: str, words: Vocabulary) -> frozenset[str]:
    found = set()
    if month_in(text, words) is not None or _NUMERIC_DATE.search(text):
        found.add("day")
    if length_in(text, words) != (None, None):
        found.add("length")
    if names_scale(text) or currency_in(text):
        found.add("unit")
    return frozenset(found)


def _zones(bands: Sequence[Band]) -> list[tuple[float, float]]:
    edges = []
    for n, band in enumerate(bands):
        pitch = (bands[1].right - bands[0].right) if len(bands) > 1 else 90.0
        left = (bands[n - 1].right + band.x0) / 2 if n else min(band.x0, band.right - 0.62 * pitch)
        right = (band.right + bands[n + 1].x0) / 2 if n + 1 < len(bands) else band.x1 + 40
        edges.append((left, max(right, band.x1)))
    return edges


def _above(phrase: Phrase, zones: Sequence[tuple[float, float]]) -> bool:
    """Mostly over the columns rather than over the labels."""
    if not zones:
        return False
    inside = min(phrase.x1, zones[-1][1]) - max(phrase.x0, zones[0][0])
    return inside > 0.5 * (phrase.x1 - phrase.x0) or (
        phrase.x0 < zones[0][0]
        and phrase.x1 > zones[-1][0]
        and len(zones) > 1
        and phrase.x0 > zones[0][0] - 150
    )


def _split_at_years(phrase: Phrase, line: Line, zones: Sequence[tuple[float, float]]) -> list[Phrase]:
    """Headings of narrow columns may stand so close that they look like one phrase."""
    words = [w for w in line.words if w.x0 >= phrase.x0 - 0.1 and w.x1 <= phrase.x1 + 0.1]
    groups: list[list[Word]] = [[]]
    for word in words:
        groups[-1].append(word)
        if _YEAR.search(word.text):
            groups.append([])
    pieces = [
        Phrase(" ".join(w.text for w in g), g[0].x0, g[-1].x1, phrase.y0, phrase.y1) for g in groups if g
    ]
    if len(pieces) < 2:
        return [phrase]
    places = [_zone_of(piece, zones) for piece in pieces]
    return pieces if None not in places and len(set(places)) == len(places) else [phrase]


def _zone_of(phrase: Phrase, zones: Sequence[tuple[float, float]]) -> int | None:
    middle = (phrase.x0 + phrase.x1) / 2
    return next((n for n, (left, right) in enumerate(zones) if left <= middle <= right), None)


def _owners(
    phrases: Sequence[Phrase], zones: Sequence[tuple[float, float]], words: Vocabulary
) -> list[_Owned]:
    if not phrases:
        return []
    owned = []
    covered = {
        id(p): [
            n for n, zone in enumerate(zones) if _overlap(p, zone) > 0.3 * min(p.x1 - p.x0, zone[1] - zone[0])
        ]
        for p in phrases
    }
    for n, zone in enumerate(zones):
        under = [p for p in phrases if n in covered[id(p)]]
        if under:
            owned.append(_Owned(n, max(under, key=lambda p: _overlap(p, zone))))
            continue
        spread = [p for p in phrases if len(covered[id(p)]) > 1 or _names_period(p.text, words)]
        years = sum(bool(_YEAR.search(p.text)) for p in phrases)
        if spread and (len(phrases) * 2 <= len(zones) or len(phrases) == 1) and years < 2:
            nearest = min(spread, key=lambda p: _distance(p, zone))
            if not (_YEAR.search(nearest.text) and len(covered[id(nearest)]) == 1):
                owned.append(_Owned(n, nearest, lent=True))
    return owned


def _overlap(phrase: Phrase, zone: tuple[float, float]) -> float:
    return min(phrase.x1, zone[1]) - max(phrase.x0, zone[0])


def _distance(phrase: Phrase, zone: tuple[float, float]) -> float:
    middle = (zone[0] + zone[1]) / 2
    return max(0.0, phrase.x0 - middle, middle - phrase.x1)


def _names_period(text: str, words: Vocabulary) -> bool:
    squashed = letters(text)
    return month_in(text, words) is not None or any(
        p in squashed for _, some in words.durations for p in some
    )


def _attach(heading: ColumnHeading, phrase: Phrase) -> None:
    heading.text = f"{heading.text} {phrase.text}".strip()
    box = Box(phrase.x0, phrase.y0, phrase.x1, phrase.y1)
    heading.box = box if heading.box is None else heading.box.united_with(box)


def _interpret(heading: ColumnHeading, words: Vocabulary) -> None:
    text = heading.text
    squashed = letters(text)
    heading.year = year_in(text)
    heading.day = day_in(text, words)
    heading.own_day = heading.day is not None
    heading.months, heading.weeks = length_in(text, words)
    if heading.months is None:
        heading.months = _short_length(text)
    span = span_in(text, words)
    if span is not None and heading.months in (None, span.months):
        heading.months, heading.day, heading.own_day = span.months, span.end, True
    heading.restated = any(mark in squashed for mark in words.restated) and "un" + "adjusted" not in squashed
    heading.other = (
        heading.year is None
        and heading.day is None
        and ("%" in text or any(mark in squashed for mark in words.not_periods))
    )


def year_in(text: str) -> int | None:
    """The year a heading names; the later one of "2021/22"."""
    iso = _ISO_DATE.search(text)
    if iso:
        return int(iso[1])
    numeric = _NUMERIC_DATE.search(text)
    if numeric:
        return _full_year(numeric[3])
    found = list(_YEAR.finditer(text))
    if found:
        match = found[-1]
        if match[2]:
            second = match[2] if len(match[2]) == 4 else match[1][:2] + match[2]
            if int(second) == int(match[1]) + 1:
                return int(second)
        return int(match[1])
    short = _SHORT_YEAR.search(text)
    return 2000 + int(short[1]) if short else None


def _full_year(text: str) -> int:
    return int(text) if len(text) == 4 else 2000 + int(text)


def month_in(text: str, words: Vocabulary) -> int | None:
    """The month named first in the text."""
    for token in re.findall(r"[^\W\d_]+", text.lower()):
        if token in words.months:
            return words.months[token]
    return None


def day_in(text: str, words: Vocabulary) -> DayOfYear | None:
    """The last month and day in the text: "May 31,", "31 May", "31.05.2022"."""
    iso = _ISO_DATE.search(text)
    if iso:
        return _day(int(iso[2]), int(iso[3]))
    numeric = _NUMERIC_DATE.search(text)
    if numeric:
        first, second = int(numeric[1]), int(numeric[2])
        return _day(first, second) if second > 12 else _day(second, first)
    months = "|".join(sorted(map(re.escape, words.months), key=len, reverse=True))
    pattern = re.compile(
        rf"\b(?:(?P<d1>\d{{1,2}})(?:st|nd|rd|th|\.|º|er)?\s*(?:of\s+|de\s+)?(?P<m1>{months})\b|(?P<m2>{months})\b\.?\s*(?P<d2>\d{{1,2}})\b)",
        re.IGNORECASE,
    )
    last = None
    for match in pattern.finditer(text):
        month = words.months[(match["m1"] or match["m2"]).lower()]
        last = _day(month, int(match["d1"] or match["d2"])) or last
    return last


def _day(month: int, day: int) -> DayOfYear | None:
    if 1 <= month <= 12 and 1 <= day <= calendar.monthrange(2024, month)[1]:
        return DayOfYear(month, day)
    return None


def length_in(text: str, words: Vocabulary) -> tuple[int | None, int | None]:
    """Months and weeks of the period a text names."""
    weeks = _WEEKS.search(text)
    squashed = letters(text)
    numbered = re.sub(r"[\W_]+", "", text.lower())
    for months, phrases in sorted(words.durations, key=lambda d: d[0]):
        if months < 12 and any(p in squashed for p in phrases):
            return months, int(weeks[1]) if weeks else None
    if in_digits := re.search(r"(?<!\d)(3|6|9)months?", numbered):
        return int(in_digits[1]), None
    if weeks:
        count = int(weeks[1])
        return (12 if count >= 50 else 9 if count >= 36 else 6 if count >= 24 else 3), count
    for months, phrases in words.durations:
        if any(p in squashed for p in phrases):
            return months, None
    return None, None


# Between the first and the last month of a span, in the languages that are read.
_UNTIL = (
    r"\s*(?:[-–—]|\b(?:to|until|through|bis(?: zum)?|au|à|al|a|ao|hasta|tot(?: en met)?|t/m|till|até)\b)\s*"
)
_NUMERIC_SPAN = re.compile(
    rf"(?<![\d.])0?1[./](?P<m1>\d{{1,2}})[./]?(?:(?:19|20)\d\d)?{_UNTIL}(?P<d2>\d{{1,2}})[./](?P<m2>\d{{1,2}})(?!\d)"
)
_SPANS = (3, 6, 9, 12)  # months that a period of account has; other spans are none


def span_in(text: str, words: Vocabulary) -> Span | None:
    """The one span of whole months that a text names: "January–June 2024", "1 January to 30 June",
    "1.1.–30.6.2024". None for any other, such as one of weeks."""
    found = {
        span
        for match in (*_word_span(words).finditer(text), *_NUMERIC_SPAN.finditer(text))
        if (span := _span(match, words)) is not None
    }
    return found.pop() if len(found) == 1 else None


@cache
def _word_span_of(months: tuple[str, ...]) -> re.Pattern[str]:
    names = "|".join(map(re.escape, months))
    return re.compile(
        rf"(?:(?<!\d)(?P<d1>\d{{1,2}})(?:st|\.|º|er)?\s*(?:of\s+|de\s+)?)?\b(?P<m1>{names})\b\.?\s*(?:(?:de\s+)?(?:19|20)\d\d)?"
        rf"{_UNTIL}(?:(?P<d2>\d{{1,2}})(?:st|nd|rd|th|\.|º)?\s*(?:of\s+|de\s+)?)?(?P<m2>{names})\b",
        re.IGNORECASE,
    )


def _word_span(words: Vocabulary) -> re.Pattern[str]:
    return _word_span_of(tuple(sorted(words.months, key=len, reverse=True)))


def _span(match: re.Match[str], words: Vocabulary) -> Span | None:
    if match.groupdict().get("d1") not in (None, "1", "01"):
        return None
    first, last = (
        int(name) if name.isdecimal() else words.months[name.lower()] for name in (match["m1"], match["m2"])
    )
    if not (1 <= first <= 12 and 1 <= last <= 12):
        return None
    months = (last - first) % 12 + 1
    end = _day(last, int(match["d2"] or calendar.monthrange(2023, last)[1]))
    return Span(months, end) if months in _SPANS and end is not None else None


def _short_length(text: str) -> int | None:
    """Months of the one interim period that a column names by its letter."""
    found = [months for months, pattern in _SHORT_LENGTHS if pattern.search(text)]
    return found[0] if len(found) == 1 else None


def complete_headings(headings: list[ColumnHeading], general: str, context: str, words: Vocabulary) -> None:
    """Fill what a column does not say itself from the table's own text, then from the page's head."""
    for text in (general, context):
        day = day_in(text, words)
        months, _ = length_in(text, words)
        span = span_in(text, words)
        if span is not None and months in (None, span.months):
            months, day = span.months, span.end
        years = _years_named(text)
        for n, heading in enumerate(headings):
            if heading.other:
                continue
            if heading.day is None and day is not None:
                heading.day = day
            if heading.months is None and months is not None and not _many_lengths(text, words):
                heading.months = months
            if heading.year is None and len(years) >= len(headings):
                heading.year = years[n]


def _many_lengths(text: str, words: Vocabulary) -> bool:
    squashed = letters(text)
    return sum(any(p in squashed for p in phrases) for _, phrases in words.durations) > 1


def _years_named(text: str) -> list[int]:
    seen: list[int] = []
    for match in _YEAR.finditer(text):
        year = int(match[1])
        if year not in seen:
            seen.append(year)
    return seen


def period_of(heading: ColumnHeading, kind: StatementKind, older: date | None) -> Period | None:
    """The period of a column; None when its end is not known. `older` is the end of the column
    one year before, from which a year of 52 or 53 weeks begins."""
    if heading.year is None or heading.day is None:
        return None
    end = heading.day.in_year(heading.year)
    if kind is StatementKind.BALANCE_SHEET:
        return Period(PeriodKind.INSTANT, None, end)
    return Period(PeriodKind.DURATION, _start(heading, end, older), end)


def _start(heading: ColumnHeading, end: date, older: date | None) -> date | None:
    if heading.weeks is not None:
        return end - timedelta(days=7 * heading.weeks - 1)
    if heading.months is None:
        return None
    month_end = (end + timedelta(days=1)).day == 1
    if heading.months == 12 and older is not None and 357 <= (end - older).days <= 378:
        return older + timedelta(days=1)
    if month_end:
        first = end + timedelta(days=1)
        months = first.year * 12 + first.month - 1 - heading.months
        return date(months // 12, months % 12 + 1, 1)
    return None
