"""Currency and scale of a statement, with the words that say so.

A unit that is not stated stays unknown; one that is stated twice and differently is an error.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from engine.data_file import read_data
from engine.errors import Inconsistent
from engine.values import Unit

_UNIT_WORDS = re.compile(
    r"(?i)notes?\s*\d+(?:\s*\([a-z]\))?|notes?|unaudited|audited|restated|\b(?:in|of|the)\b|cents?|pence"
    r"|thousands?|millions?|['’]000s?|USD|EUR|GBP|CHF|AUD|CAD|RMB|JPY|SEK|US(?=\$)|AU?(?=\$)|HK(?=\$)"
)
_PAGES_BEFORE, _PAGES_AFTER = 8, 12  # around statements, where their basis is spoken of
_LONGEST_UNIT = 120  # characters of a line that states a unit
_FIGURE = re.compile(r"\d[.,' ]\d{3}|\(\d+\)")
_DOLLARS = frozenset({"USD", "CAD", "AUD", "NZD", "HKD", "SGD"})
_MOST_MENTIONS = 6
_WORTH_OF_STATEMENT = 3


@dataclass(frozen=True, slots=True)
class UnitWords:
    """The words of units.yaml, ready to be searched for."""

    scales: tuple[tuple[int, re.Pattern[str]], ...]
    whole_units: re.Pattern[str]
    minor_units: re.Pattern[str]
    exceptions: re.Pattern[str]
    whole_shares: re.Pattern[str]
    currencies: tuple[tuple[str, re.Pattern[str]], ...]
    dollar_hints: tuple[tuple[str, int, re.Pattern[str]], ...]
    us_filer: re.Pattern[str]
    presented: re.Pattern[str]


@cache
def unit_words() -> UnitWords:
    """The words for scales and currencies."""
    raw = read_data(Path(__file__).parent / "units.yaml")

    def any_of(patterns: Iterable[str], flags: int = re.IGNORECASE) -> re.Pattern[str]:
        return re.compile("|".join(patterns), flags)

    return UnitWords(
        scales=tuple(
            (
                entry["factor"],
                any_of([*(rf"(?<![^\W_]){w}(?![^\W_])" for w in entry["whole"]), *entry["beside"]]),
            )
            for entry in raw["scales"]
        ),
        whole_units=any_of(raw["whole_units"]),
        minor_units=any_of(raw["minor_units"]),
        exceptions=any_of(raw["exceptions"]),
        whole_shares=any_of(raw["whole_shares"]),
        currencies=tuple((entry["code"], any_of(entry["any"])) for entry in raw["currencies"]),
        dollar_hints=tuple(
            (entry["code"], entry["weight"], any_of(entry["any"])) for entry in raw["dollar_hints"]
        ),
        us_filer=any_of([raw["us_filer"]["pattern"]]),
        presented=re.compile(rf"(?:{'|'.join(raw['presented'])})[^.]{{0,120}}", re.IGNORECASE),
    )


def scale_in(text: str) -> tuple[int, str] | None:
    """The scale a phrase names and the words. Shares "in thousands" are not the money's scale.

    Raises Inconsistent when the phrase names two for money.
    """
    found: dict[int, str] = {}
    for scale, pattern in unit_words().scales:
        for match in pattern.finditer(text):
            if not _about_shares(text, match.start()):
                found.setdefault(scale, text[max(0, match.start() - 30) : match.end() + 30].strip())
    if len(found) > 1:
        first = min(found, key=lambda scale: text.find(found[scale]))
        kinds = ", ".join(f"{scale:,}" for scale in sorted(found))
        if not _exception(text):
            raise Inconsistent(
                f"The heading names more than one unit ({kinds}): “{text[:120]}”.", code="unit_conflict"
            )
        return first, found[first]
    return next(iter(found.items())) if found else None


def _about_shares(text: str, place: int) -> bool:
    before = text[max(0, place - 60) : place].lower()
    return (
        bool(re.search(r"(?:except|shares?|number of|units)[^()\n]{0,40}$", before))
        and "amount" not in before[-25:]
    )


def _exception(text: str) -> bool:
    return bool(unit_words().exceptions.search(text))


def scale_of_shares(own: Iterable[str], stated: str) -> int | None:
    """The scale of a count of shares: that of the words beside it, 1 where the line that states the
    unit makes an exception of shares, None where they are counted like the money."""
    for text in own:
        for scale, pattern in unit_words().scales:
            if pattern.search(text):
                return scale
    exception = unit_words().whole_shares.search(stated)
    if exception is None:
        return None
    counted = [scale for scale, pattern in unit_words().scales if pattern.search(stated, exception.end())]
    return counted[0] if counted else 1


def currency_in(text: str) -> str | None:
    """The currency named most in a text, of equals the one named first; None when none is, or only a
    dollar sign."""
    named = {
        code: places
        for code, pattern in unit_words().currencies
        if (places := [match.start() for match in pattern.finditer(text)])
    }
    return min(named, key=lambda code: (-len(named[code]), named[code][0])) if named else None


def names_scale(text: str) -> bool:
    """Whether a text names thousands, millions or billions of whatever it is."""
    return any(pattern.search(text) for _, pattern in unit_words().scales)


def says_whole_units(line: str) -> bool:
    """Whether a line about rounding says that figures are printed undivided."""
    return bool(unit_words().whole_units.search(line)) and scale_in(line) is None


def names_minor_units(text: str) -> bool:
    """Whether a text names hundredths of a currency: cents, pence."""
    return bool(unit_words().minor_units.search(text))


def is_unit_text(text: str) -> bool:
    """Nothing but currency signs, units, or the word for notes."""
    rest = re.sub(r"[\s$€£¥₵¢()0'’*.,mkMK]", "", _UNIT_WORDS.sub("", text))
    return not rest and not text.isdigit()


def states_unit(line: str) -> bool:
    """Whether a line could be a statement of the unit rather than running text."""
    if len(line) > 170:
        return False
    return any(p.search(line) for _, p in unit_words().scales) or currency_in(line) is not None or "$" in line


def document_currency(texts: Sequence[str], statement_text: str) -> tuple[str | None, str]:
    """The currency of a report whose statements show no more than a sign, and why."""
    words = unit_words()
    if "$" in statement_text and words.us_filer.search("\n".join(texts[:4])):
        return "USD", "dollar sign, in a report of a domestic registrant of the US supervisor"
    sample = "\n".join(texts)
    presented: Counter[str] = Counter()
    for match in words.presented.finditer(sample):
        code = currency_in(match.group())
        if code:
            presented[code] += 1
    if "$" in statement_text:
        scores = Counter({c: _WORTH_OF_STATEMENT * n for c, n in presented.items() if c in _DOLLARS})
        for code, weight, pattern in words.dollar_hints:
            scores[code] += min(_MOST_MENTIONS, len(pattern.findall(sample))) * weight
        code, score = scores.most_common(1)[0]
        return (code, "dollar sign, and the report's words for it") if score else (None, "")
    if presented:
        return presented.most_common(1)[0][0], "the currency the report says it is presented in"
    return None, ""


def currency_of_pages(texts: Sequence[str], pages: Sequence[int]) -> str | None:
    """The currency of the statements on these pages (from 1) as their own lines state it, else as the
    report's words around them do; None where nothing says it."""
    if not pages:
        return None
    shown = [texts[page - 1] for page in pages]
    named = [code for text in shown for line in text.splitlines() if (code := _currency_of_unit(line))]
    # Figures are repeated in dollars for readers abroad, never dollars in another currency.
    own = [code for code in named if code != "USD"] or named
    if own:
        return Counter(own).most_common(1)[0][0]
    return document_currency([*texts[:6], *around(texts, pages)], "\n".join(shown))[0]


def around(texts: Sequence[str], pages: Sequence[int]) -> Sequence[str]:
    """The texts of these pages (from 1) and of those about them: the auditor's report, the first notes."""
    return texts[max(0, min(pages) - _PAGES_BEFORE) : max(pages) + _PAGES_AFTER] if pages else ()


def _currency_of_unit(line: str) -> str | None:
    """The currency of a line that states the unit of a statement; None for a line with figures."""
    if len(line) > _LONGEST_UNIT or _FIGURE.search(line):
        return None
    return currency_in(line) if names_scale(line) or is_unit_text(line) else None


def unit_from(lines: Iterable[str]) -> tuple[Unit, str, str]:
    """Scale and currency from lines in order of authority, the line that gave the scale, and a
    sentence where a line contradicts itself."""
    scale: int | None = None
    currency: str | None = None
    said = ""
    for line in lines:
        if not states_unit(line):
            continue
        try:
            found = scale_in(line) if scale is None else None
        except Inconsistent as conflict:
            return Unit(currency, None), "", conflict.message
        if found:
            scale, said = found[0], line
            currency = currency_in(line) or currency
        if currency is None:
            currency = currency_in(line)
    return Unit(currency, scale), said, ""
