"""What the figures of one filing say together: first digits, and ratios that speak by themselves."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import numpy as np
from scipy import stats

from engine.anomaly.options import options
from engine.errors import NotEnoughData
from engine.kinds import RatioStatus
from engine.ratios.calculate import RatioValue
from engine.ratios.registry import load_registry


@dataclass(frozen=True, slots=True)
class FirstDigits:
    """First digits of a filing's figures against Benford's law. `counts` are those of the digits 1 to 9,
    `deviation` the mean absolute deviation of their shares, `probability` that of the chi-squared test."""

    figures: int
    counts: tuple[int, ...]
    deviation: float
    probability: float
    conforms: bool


@dataclass(frozen=True, slots=True)
class Assessment:
    """A ratio held against the value from which on it is worth a look. `sources` are the caller's keys of
    the facts behind it."""

    ratio: str
    label: str
    end: date
    value: Decimal
    limit: Decimal
    is_beyond: bool
    explanation: str
    source: str
    sources: tuple[str, ...]


def first_digits(values: Iterable[Decimal]) -> FirstDigits:
    """The first digits of the values, zeros left out. Raises NotEnoughData below the least number.

    The deviation alone condemns small samples, the test alone large ones: both have to speak (Nigrini
    2012, Benford's Law, chapter 7)."""
    limits = options("benford")
    counts = [0] * 9
    for value in values:
        if value:
            counts[value.as_tuple().digits[0] - 1] += 1
    total = sum(counts)
    if total < limits["least_figures"]:
        raise NotEnoughData(
            f"{total} figures are too few for their first digits: {limits['least_figures']} are needed.",
            code="insufficient_history",
        )
    expected = np.log10(1 + 1 / np.arange(1, 10))
    deviation = float(np.abs(np.array(counts) / total - expected).mean())
    probability = float(stats.chisquare(counts, expected * total).pvalue)
    conforms = deviation <= limits["nonconformity"] or probability >= limits["significance"]
    return FirstDigits(total, tuple(counts), deviation, probability, conforms)


def assessments(values: Iterable[RatioValue]) -> tuple[Assessment, ...]:
    """The ratios that speak by themselves, in the order given, whether they are beyond their limit or not.
    A ratio without a value is no reassurance: it is left out."""
    rules = {rule["ratio"]: rule for rule in options("signals")}
    ratios = load_registry().ratios
    found = []
    for value in values:
        rule = rules.get(value.code)
        if rule is None or value.status is not RatioStatus.VALUE or value.value is None:
            continue
        side, other = ("above", "not above") if "above" in rule else ("below", "not below")
        limit = Decimal(str(rule[side]))
        beyond = value.value > limit if side == "above" else value.value < limit
        label = ratios[value.code].label
        said = f"{label} of {value.end} is {value.value:.2f}, {side if beyond else other} {limit}"
        found.append(
            Assessment(
                value.code, label, value.end, value.value, limit, beyond,
                f"{said}: {rule['says']}." if beyond else f"{said}.",
                rule["source"], tuple(dict.fromkeys(s for one in value.operands for s in one.sources)),
            )
        )  # fmt: skip
    return tuple(found)


def signals(values: Iterable[RatioValue]) -> tuple[Assessment, ...]:
    """Those that are beyond their limit."""
    return tuple(one for one in assessments(values) if one.is_beyond)
