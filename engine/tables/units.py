"""Currency and scale of a statement, with the words that say so.

A unit that is not stated stays unknown; one that is stated twice and differently is an error.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from engine.errors import Inconsistent
from engine.values import Unit

_THOUSAND = r"thousands?|'\s?000s?|’\s?000s?|‘\s?000s?|000[’'‘]?s?|tausend|milliers|miles|migliaia|duizend(?:en)?|milhares|tusental|[TKk](?=\s?(?:€|£|\$|EUR|CHF|USD|SEK))|(?<=[€£$])\s?k\b"
_MILLION = r"millions?|mio\.?|mill\.?|millionen|millones|milioni|miljoenen|mln\.?|milh[õo]es|miljoner|mkr|msek|mnok|mdkk|(?<=[€£$¥])\s?mn?\b|(?<=[€£$¥])\s?M\b|m(?=€|£|\$)|[Mm](?=EUR|USD|CHF)"
_BILLION = r"billions?|milliards?|mrd\.?|milliarden|miliardi|bn\b"
_SCALES = ((1_000, _THOUSAND), (1_000_000, _MILLION), (1_000_000_000, _BILLION))
_SCALE_WORD = re.compile(
    "|".join(f"(?P<s{n}>{pattern})" for n, (_, pattern) in enumerate(_SCALES)), re.IGNORECASE
)

_NAMED_CURRENCY: tuple[tuple[str, str], ...] = (
    (r"(?:U\.?\s?S\.?|United States)\s+(?:of America\s+)?dollars?|\bUSD\b|US\s?\$", "USD"),
    (r"Canadian dollars?|\bCAD\b|\bCDN\b|(?<![A-Za-z])C\$(?=\s?(?:\d|'|’|thous|mill))|CA\$|Cdn\s?\$", "CAD"),
    (r"Australian dollars?|\bAUD\b|\bA\$", "AUD"),
    (r"New Zealand dollars?|\bNZD\b|NZ\s?\$", "NZD"),
    (r"Hong Kong dollars?|\bHKD\b|HK\s?\$", "HKD"),
    (r"Singapore dollars?|\bSGD\b|(?<![A-Za-z])S\$(?=\s?\d|\s?['’])", "SGD"),
    (r"\beuros?\b|\bEUR\b|€|\bTEUR\b|\bMEUR\b", "EUR"),
    (r"(?:pounds?\s+)?sterling\b|\bGBP\b|£", "GBP"),
    (r"Swiss francs?|\bCHF\b|Schweizer Franken|\bTCHF\b", "CHF"),
    (r"(?:Japanese )?\byen\b|\bJPY\b|¥", "JPY"),
    (r"Renminbi|\bRMB\b|\bCNY\b", "CNY"),
    (r"Swedish kron\w+|\bSEK\b|\bMSEK\b|\bTSEK\b", "SEK"),
    (r"Norwegian kroner?|\bNOK\b", "NOK"),
    (r"Danish kroner?|\bDKK\b", "DKK"),
    (r"Indian rupees?|\bINR\b|₹|\bRs\.?\b", "INR"),
    (r"\bNIS\b|\bILS\b|Israeli shekels?|₪", "ILS"),
    (r"South African rands?|\bZAR\b", "ZAR"),
    (r"Malaysian ringgit|\bMYR\b|\bRM\b(?=\s?[\d'’])", "MYR"),
    (r"Brazilian reais|\bBRL\b|R\$", "BRL"),
    (r"Mexican pesos?|\bMXN\b", "MXN"),
    (r"Polish zlot\w+|\bPLN\b", "PLN"),
)
_NAMED = tuple(
    (re.compile(pattern, re.IGNORECASE if pattern[0] != "\\" else 0), code)
    for pattern, code in _NAMED_CURRENCY
)
_DOLLAR_HINTS: tuple[tuple[str, str, int], ...] = (
    (
        r"Securities and Exchange Commission|Form 10-K|Form 20-F|NASDAQ|New York Stock Exchange|\bNYSE\b",
        "USD",
        2,
    ),
    (r"\bASX\b|\bABN\b|Corporations Act 2001|Australian", "AUD", 1),
    (r"\bTSX\b|Toronto Stock|Canadian dollars|SEDAR", "CAD", 1),
    (r"\bNZX\b|New Zealand", "NZD", 1),
    (r"\bSGX\b|Singapore", "SGD", 1),
)
_US_FILER = re.compile(r"FORM\s+10-?[KQ]", re.IGNORECASE)
_PRESENTED = re.compile(
    r"(?:presented|expressed|stated|reported|presentation currency|reporting currency|functional currency|amounts|figures)[^.]{0,120}",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class UnitMention:
    """A phrase that states a unit, with its place in a text."""

    scale: int | None
    currency: str | None
    text: str


def scale_in(text: str) -> tuple[int, str] | None:
    """The scale a phrase names and the words. Shares "in thousands" are not the money's scale.

    Raises Inconsistent when the phrase names two for money.
    """
    found: dict[int, str] = {}
    for match in _SCALE_WORD.finditer(text):
        scale = next(_SCALES[n][0] for n in range(len(_SCALES)) if match[f"s{n}"])
        if _is_word(text, match) and not _about_shares(text, match.start()):
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


def _is_word(text: str, match: re.Match[str]) -> bool:
    before = text[match.start() - 1] if match.start() else " "
    after = text[match.end()] if match.end() < len(text) else " "
    word = match.group()
    if word[:1] in "'’‘0":
        return not before.isdigit() and before not in ",."
    return (not before.isalpha() and not after.isalpha()) or before in "€£$¥T"


def _about_shares(text: str, place: int) -> bool:
    before = text[max(0, place - 60) : place].lower()
    return (
        bool(re.search(r"(?:except|shares?|number of|units)[^()\n]{0,40}$", before))
        and "amount" not in before[-25:]
    )


def _exception(text: str) -> bool:
    return bool(
        re.search(
            r"except|unless|other than|ausgenommen|sauf|salvo|excepto|behalve|utom", text, re.IGNORECASE
        )
    )


def currency_in(text: str) -> str | None:
    """The currency named most in a text; None when none is, or only a dollar sign."""
    counts: Counter[str] = Counter()
    for pattern, code in _NAMED:
        counts[code] += len(pattern.findall(text))
    best = counts.most_common(1)
    return best[0][0] if best and best[0][1] else None


def states_unit(line: str) -> bool:
    """Whether a line could be a statement of the unit rather than running text."""
    if len(line) > 170:
        return False
    return _SCALE_WORD.search(line) is not None or currency_in(line) is not None or "$" in line


def document_currency(texts: Sequence[str], statement_text: str) -> tuple[str | None, str]:
    """The currency of a report whose statements show no more than a sign, and why."""
    sample = "\n".join(texts)
    presented: Counter[str] = Counter()
    for match in _PRESENTED.finditer(sample):
        code = currency_in(match.group())
        if code:
            presented[code] += 1
    if "$" in statement_text or not re.search(r"[€£¥₪₹]", statement_text):
        dollars = {c: n for c, n in presented.items() if c in ("USD", "CAD", "AUD", "NZD", "HKD", "SGD")}
        hints: Counter[str] = Counter()
        for pattern, code, weight in _DOLLAR_HINTS:
            hints[code] += min(6, len(re.findall(pattern, sample))) * weight
        if _US_FILER.search("\n".join(texts[:4])):
            hints["USD"] += 40
        scores = Counter({code: 3 * n for code, n in dollars.items()}) + hints
        if "$" in statement_text and scores:
            return scores.most_common(1)[0][0], "dollar sign, and the report's words for it"
        if presented and "$" not in statement_text:
            return presented.most_common(1)[0][0], "the currency the report says it is presented in"
    return (
        (presented.most_common(1)[0][0], "the currency the report says it is presented in")
        if presented
        else (None, "")
    )


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
