"""Which fiscal year a document belongs to.

A fiscal year is named after the calendar year in which it ends, its last week aside: one that ends on
1 January 2023 is 2022. Companies name their years otherwise too, so that what a text calls its fiscal
year counts only where it cannot be worked out: an interim report says how much of its year has passed.
"""

import functools
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from engine.classify.dates import date_knowledge, days_in, period_clues, plain_text
from engine.kinds import DocumentKind

INTERIM = frozenset(
    {DocumentKind.HALF_YEAR_REPORT, DocumentKind.QUARTERLY_REPORT, DocumentKind.RESULTS_RELEASE}
)
YEAR = 52  # weeks
HALF = 26
LONGEST_INTERIM = 300  # days of a fiscal year that an interim report covers
NEAR = 7  # days between two spellings of one last day, in years of 52 and 53 weeks
HEAD = 1_200  # characters of the first page in which it names its quarter
_NAMED = re.compile(r"\b(?:fiscal(?: year)?|fy|financial year) ?(20\d\d)(?!\d)")


def fiscal_year_of(kind: DocumentKind, end: date, pages: Sequence[str]) -> tuple[int, str]:
    """The fiscal year of a period that ends on `end`, and what says so."""
    if kind not in INTERIM:
        return _named_after(end), f"the period ends on {end.isoformat()}"
    texts = [plain_text(page) for page in pages]
    weeks, said = weeks_passed(kind, end, texts)
    if weeks is not None:
        last = end + timedelta(weeks=YEAR - weeks)
        return _named_after(last), f"“{said}”: the year ends about {last.isoformat()}"
    usual = _usual_year_end(end, texts)
    if usual is not None:
        return _named_after(usual), f"fiscal years end in the month of {usual.isoformat()} there"
    named = _named_fiscal_year(end, texts)
    if named is not None:
        return named, f"the text speaks of fiscal {named}"
    return _named_after(end), f"the period ends on {end.isoformat()}"


def weeks_passed(kind: DocumentKind, end: date, texts: Sequence[str]) -> tuple[int | None, str]:
    """How many weeks of its fiscal year have passed on the last day of an interim period, with the words
    that say so; None where nothing does. `texts` are plain.

    A half-year report says it by its kind; others by the longest part of a year that ends on this day.
    Twelve months to it say nothing, because some companies print them each quarter, and a quarter alone
    says which one only in its name; then the quarter that the head of the document names decides.
    """
    if kind is DocumentKind.HALF_YEAR_REPORT:
        return HALF, "half-year report"
    parts = dict(_parts_ending(end, texts))
    longest = max((weeks for weeks in parts if HALF <= weeks < YEAR), default=None)
    if longest is not None:
        return longest, parts[longest]
    before = _year_before(end, texts)
    if before is not None:
        return round((end - before).days / 7), f"the year before ended {before.isoformat()}"
    named = _named_quarter(texts[0][:HEAD]) if texts else None
    if named is not None:
        return named
    if not parts or _usual_year_end(end, texts) is not None:
        return None, ""
    only = max(parts)
    return only, parts[only]


def _year_before(end: date, pages: Sequence[str]) -> date | None:
    """The last day of the fiscal year before the one this period belongs to, where the pages name it."""
    ends = [clue.end for clue in period_clues(("", *pages)) if clue.length == "year"]
    before = [day for day in ends if NEAR < (end - day).days < LONGEST_INTERIM]
    return Counter(before).most_common(1)[0][0] if before else None


def _usual_year_end(end: date, texts: Sequence[str]) -> date | None:
    """The next last day of a fiscal year where a country's companies nearly all share it."""
    head = " ".join(texts[:3])
    for rule in date_knowledge()["usual_year_ends"]:
        if any(word in head for word in rule["any"]):
            this_year = date(end.year, rule["month"], rule["day"])
            return this_year if end <= this_year else date(end.year + 1, rule["month"], rule["day"])
    return None


def _named_after(last: date) -> int:
    return (last - timedelta(days=NEAR)).year


def _named_quarter(head: str) -> tuple[int, str] | None:
    """What the first mention of a quarter or half in the head of a document says."""
    found = [
        (match.start(), -weeks, match[0])
        for pattern, weeks in _ordinals()
        for match in [pattern.search(head)]
        if match
    ]
    if not found:
        return None
    _place, weeks, words = min(found)
    return -weeks, words


def _parts_ending(end: date, texts: Sequence[str]) -> list[tuple[int, str]]:
    """The parts of a year that texts say end on this day, in weeks. Columns print the day once for
    several years, so that only day and month are compared."""
    found = []
    for text in texts:
        days = [place for place, month, day in days_in(text) if _is_near(end, month, day)]
        for place in days:
            before = text[max(0, place - 70) : place]
            found += [
                (weeks, match[0].strip()) for pattern, weeks in _parts() for match in pattern.finditer(before)
            ]
    return found


def _is_near(end: date, month: int, day: int) -> bool:
    for year in (end.year - 1, end.year, end.year + 1):
        try:
            if abs((date(year, month, day) - end).days) <= NEAR:
                return True
        except ValueError:
            continue
    return False


def _named_fiscal_year(end: date, texts: Sequence[str]) -> int | None:
    counts: dict[int, int] = {}
    for text in texts:
        for found in _NAMED.finditer(text):
            counts[int(found[1])] = counts.get(int(found[1]), 0) + 1
    return _most_named({year: count for year, count in counts.items() if year in (end.year, end.year + 1)})


def _most_named(counts: Mapping[int, int]) -> int | None:
    return max(counts, key=lambda year: (counts[year], year)) if counts else None


@functools.cache
def _parts() -> tuple[tuple[re.Pattern[str], int], ...]:
    """`#` in the vocabulary is the day itself, which follows what is searched."""
    return tuple(
        (re.compile(r"(?<![a-z0-9-])" + written.replace(" #", "")), weeks)
        for written, weeks in _patterns("to_date")
    )


@functools.cache
def _ordinals() -> tuple[tuple[re.Pattern[str], int], ...]:
    return tuple((re.compile(written), weeks) for written, weeks in _patterns("ordinals"))


def _patterns(group: str) -> list[tuple[str, int]]:
    entries: list[dict[str, Any]] = date_knowledge()[group]
    return [(str(written), int(entry["weeks"])) for entry in entries for written in entry["patterns"]]
