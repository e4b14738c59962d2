"""Currency and accounting framework, as far as first pages name them."""

import functools
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from engine.data_file import read_data
from engine.kinds import Framework


def currency_of(pages: Sequence[str], form: str) -> str | None:
    """The ISO 4217 code of the currency the figures are given in, else None.

    Outright statements ("in thousands of Canadian dollars") weigh more than bare mentions; where
    no currency stands out, a form of the United States' regulator implies one.
    """
    text = re.sub(r"\s+", " ", " ".join(pages).lower())
    weights = _counted(_currency_pattern(), text)
    said = _counted(_outright_pattern(), text)
    for code, count in said.items():
        weights[code] = weights.get(code, 0) + count * int(_knowledge()["outright_counts"])
    plain = _knowledge()["plain_dollar"]
    if form in plain["forms"] and not said:
        return str(plain["currency"])
    ordered = sorted(weights.items(), key=lambda item: (-item[1], item[0]))
    if not ordered or ordered[0][1] < _knowledge()["least"]:
        return None
    if len(ordered) > 1 and ordered[0][1] < ordered[1][1] * float(_knowledge()["lead"]):
        return None
    return ordered[0][0]


def _counted(pattern: re.Pattern[str], text: str) -> dict[str, int]:
    counts: dict[str, int] = {}
    for found in pattern.finditer(text):
        code = str(found.lastgroup).partition("_")[0]
        counts[code] = counts.get(code, 0) + 1
    return counts


def prescribed_framework(form: str) -> Framework | None:
    """The framework that a form prescribes, None where it leaves the choice."""
    prescribed = _knowledge()["framework_of_form"].get(form)
    return None if prescribed is None else Framework(prescribed)


def framework_of(pages: Sequence[str]) -> Framework | None:
    """The framework that the pages name most often, else None."""
    text = re.sub(r"\s+", " ", " ".join(pages).lower())
    counts = {
        name: sum(len(re.findall(pattern, text)) for pattern in said["patterns"])
        for name, said in _knowledge()["frameworks"].items()
    }
    best = max(counts, key=lambda name: counts[name])
    others = max(count for name, count in counts.items() if name != best)
    return Framework(best) if counts[best] > others else None


@functools.cache
def _outright_pattern() -> re.Pattern[str]:
    """A currency right after words that introduce it."""
    phrases = "|".join(_knowledge()["outright"]["phrases"])
    return re.compile(rf"\b(?:{phrases})\s?(?:{_currency_pattern().pattern})")


@functools.cache
def _currency_pattern() -> re.Pattern[str]:
    """All currencies in one pattern, the longest wording first, so that "us$" is not "s$"."""
    wordings = [
        (pattern, f"{code}_{number}")
        for code, patterns in _knowledge()["currencies"].items()
        if isinstance(patterns, list)
        for number, pattern in enumerate(patterns)
    ]
    wordings.sort(key=lambda wording: -len(wording[0]))
    return re.compile("|".join(rf"(?P<{name}>(?<![a-z]){pattern})" for pattern, name in wordings))


@functools.cache
def _knowledge() -> dict[str, Any]:
    loaded: dict[str, Any] = read_data(Path(__file__).parent / "vocabulary" / "money.yaml")
    return loaded
