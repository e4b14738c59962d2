"""Amounts, percentages, dates and periods in running text.

Only what is written out is found: an amount needs a currency or a scale ("$2.5 billion", "1.234,5 Mio.
Euro"), a date its month, a period its year. Nothing is guessed from the rest of the report, but for the
decimal mark: where a language writes a comma, a comma is taken for one.
"""

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Any

from engine.data_file import read_data

COMMA_LANGUAGES = frozenset({"de", "fr", "nl", "es", "it", "pt", "sv"})
LONGEST_NUMBER = 24  # characters
_SPACES = re.compile("[ \u00a0\u202f'’]")
FIRST_YEAR, LAST_YEAR = 1900, 2100


class EntityKind(StrEnum):
    """What was found."""

    MONEY = "money"
    PERCENT = "percent"
    DATE = "date"
    PERIOD = "period"


@dataclass(frozen=True, slots=True)
class Entity:
    """Something found in a text: `text == whole[start:end]`.

    `value` is an amount in base units, or percent (8 for 8 %); `decimals` how many digits of it are
    printed behind the decimal mark of base units (-8 for $2.5 billion). `currency` is an ISO code, ""
    where a sign stands that several have. `day` is a date. `year` and `part` ("", Q1 to Q4, H1, H2)
    are a period.
    """

    kind: EntityKind
    text: str
    start: int
    end: int
    value: Decimal | None = None
    decimals: int = 0
    currency: str = ""
    day: date | None = None
    year: int | None = None
    part: str = ""


def entities_of(text: str, language: str = "en") -> tuple[Entity, ...]:
    """What stands in a text, in order, no two over one another."""
    found = [*_money(text, language), *_percentages(text, language), *_dates(text), *_periods(text)]
    found.sort(key=lambda entity: (entity.start, -entity.end))
    kept: list[Entity] = []
    for entity in found:
        if not kept or entity.start >= kept[-1].end:
            kept.append(entity)
    return tuple(kept)


# --- amounts ----------------------------------------------------------------------------------------


def _money(text: str, language: str) -> Iterator[Entity]:
    for match in _patterns()["money"].finditer(text):
        before, number, scale, behind = match["before"], match["number"], match["scale"], match["behind"]
        if before is None and behind is None:
            continue
        value = number_of(number, language)
        if value is None:
            continue
        power = int(_knowledge()["scales"]["words"].get((scale or "").casefold().rstrip("."), 0))
        amount = value.scaleb(power)
        if match["minus"] or ((match["open"] or match["open_inside"]) and match["close"]):
            amount = -amount
        yield Entity(
            EntityKind.MONEY,
            match[0].strip(),
            match.end() - len(match[0].lstrip()),
            match.start() + len(match[0].rstrip()),
            value=amount,
            decimals=_decimals(value) - power,
            currency=_currency(before, behind),
        )


def _currency(before: str | None, behind: str | None) -> str:
    known = _knowledge()["currencies"]
    for written in filter(None, (before, behind)):
        if written in known["marks"]:
            return str(known["marks"][written])
        if written.upper() in known["codes"]:
            return "CNY" if written.upper() == "RMB" else written.upper()
        if written.casefold() in known["words"]:
            return str(known["words"][written.casefold()])
    return ""


def _percentages(text: str, language: str) -> Iterator[Entity]:
    for match in _patterns()["percent"].finditer(text):
        value = number_of(match["number"], language)
        if value is None:
            continue
        if match["minus"] or match["open"]:
            value = -value
        yield Entity(
            EntityKind.PERCENT,
            match[0],
            match.start(),
            match.end(),
            value=value,
            decimals=_decimals(value),
        )


def _decimals(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    return -exponent if isinstance(exponent, int) else 0


def number_of(printed: str, language: str = "en") -> Decimal | None:
    """A printed number; None where its marks contradict one another."""
    digits = _SPACES.sub("", printed)
    if len(digits) > LONGEST_NUMBER:
        return None
    mark, grouping = (",", ".") if language in COMMA_LANGUAGES else (".", ",")
    if digits.count(mark) > 1 or (mark in digits and grouping in digits.partition(mark)[2]):
        mark, grouping = grouping, mark  # a quotation in another language's manner
    whole, _, rest = digits.partition(mark)
    groups = whole.split(grouping)
    if len(groups) > 1 and any(len(group) != 3 for group in groups[1:]):
        return None
    plain = "".join(groups) + ("." + rest if rest else "")
    return Decimal(plain) if re.fullmatch(r"\d+(?:\.\d+)?", plain) else None


# --- days and periods -------------------------------------------------------------------------------


def _dates(text: str) -> Iterator[Entity]:
    months = _knowledge()["months"]["words"]
    for match in _patterns()["date"].finditer(text):
        named = match["month"] or match["month_first"]
        month = int(match["iso_month"] or months[named.casefold().rstrip(".")])
        try:
            day = date(
                int(match["year"] or match["year_behind"] or match["iso_year"]),
                month,
                int(match["day"] or match["day_behind"] or match["iso_day"]),
            )
        except ValueError:
            continue
        yield Entity(EntityKind.DATE, match[0], match.start(), match.end(), day=day, year=day.year)


def _periods(text: str) -> Iterator[Entity]:
    ordinals = _knowledge()["ordinals"]["words"]
    for match in _patterns()["period"].finditer(text):
        year = int(match["year"])
        if not FIRST_YEAR <= year <= LAST_YEAR:
            continue
        part = (match["part"] or "").upper()
        if match["ordinal"]:
            letter = "H" if "half" in match[0].casefold() or "halbjahr" in match[0].casefold() else "Q"
            part = f"{letter}{ordinals[match['ordinal'].casefold()]}"
        yield Entity(EntityKind.PERIOD, match[0], match.start(), match.end(), year=year, part=part)


# --- knowledge --------------------------------------------------------------------------------------


@functools.cache
def _patterns() -> dict[str, re.Pattern[str]]:
    known = _knowledge()
    marks = "|".join(re.escape(mark) for mark in sorted(known["currencies"]["marks"], key=len, reverse=True))
    codes = "|".join(known["currencies"]["codes"])
    words = "|".join(known["currencies"]["words"])
    scales = "|".join(sorted(known["scales"]["words"], key=len, reverse=True))
    months = "|".join(sorted(known["months"]["words"], key=len, reverse=True))
    ordinals = "|".join(known["ordinals"]["words"])
    number = r"\d{1,3}(?:[.,'’\u00a0\u202f]\d{3})+(?:[.,]\d+)?|\d+(?:[.,]\d+)?"
    return {
        "money": re.compile(
            rf"(?P<open>\()?(?P<minus>[-–−])?\s?(?:(?P<before>{marks}|\b(?:{codes})\b)\s?)?(?P<open_inside>\()?"
            rf"(?<![\d.,])(?P<number>{number})(?![\d])(?P<close>\))?"
            rf"(?:[\s\u00a0-]?(?P<scale>(?i:{scales})\b\.?))?"
            rf"(?:\s?(?P<behind>€|£|\b(?:{codes})\b|\b(?i:{words})\b))?"
        ),
        "percent": re.compile(
            rf"(?P<open>\()?(?P<minus>[-–−])?(?<![\d.,])(?P<number>{number})\)?\s?"
            r"(?:%|percent\b|per cent\b|Prozent\b|procent\b)"
        ),
        "date": re.compile(
            rf"\b(?:(?P<day>\d{{1,2}})\.?(?:st|nd|rd|th)?\s+(?P<month>(?i:{months}))\.?,?\s+(?P<year>\d{{4}})"
            rf"|(?P<month_first>(?i:{months}))\.?\s+(?P<day_behind>\d{{1,2}}),?\s+(?P<year_behind>\d{{4}})"
            r"|(?P<iso_year>\d{4})-(?P<iso_month>\d{2})-(?P<iso_day>\d{2}))\b"
        ),
        "period": re.compile(
            rf"\b(?:(?P<ordinal>(?i:{ordinals}))\s+(?i:quarter|half|quartal|halbjahr)"
            r"(?:\s+(?i:of|von|des))?(?:\s+(?i:fiscal(?:\s+year)?|the\s+year|jahres))?\s+"
            r"|(?P<part>[QHqh][1-4])\s?(?:/|of)?\s?"
            r"|(?i:fiscal(?:\s+year)?|FY|financial\s+year|Geschäftsjahr|exercice|ejercicio|esercizio|boekjaar)\s*"
            r"|(?i:in|during|for|of|im\s+Jahr|en|nel)\s+)(?P<year>(?:19|20)\d{2})\b"
        ),
    }


@functools.cache
def _knowledge() -> dict[str, Any]:
    loaded: dict[str, Any] = read_data(Path(__file__).parent / "vocabulary" / "entities.yaml")
    return loaded
