"""Figures as people say them: "EUR -24.6 million", "EUR 1.25 per share", "+3.1 %".

For lists and overviews, where the size matters. The statement page shows figures in one unit, exports
give them exactly.
"""

from decimal import ROUND_HALF_EVEN, Decimal

from engine.kinds import RowKind

_WORDS = ((Decimal(10) ** 9, "billion"), (Decimal(10) ** 6, "million"))
_MOST_DIGITS = 6


def in_words(value: Decimal | None, currency: str = "", kind: str = RowKind.LINE) -> str:
    """One figure in base units, to about three digits. A dash for none."""
    return "–" if value is None else _written(value, currency, kind, _unit(abs(value), kind), None)


def pair_in_words(
    old: Decimal, new: Decimal, currency: str = "", kind: str = RowKind.LINE
) -> tuple[str, str]:
    """Two figures in the same unit, with as many digits as it takes to see that they differ."""
    unit = _unit(max(abs(old), abs(new)), kind)
    for digits in range(_least_digits(max(abs(old), abs(new)), kind, unit), _MOST_DIGITS + 1):
        first, second = (_written(value, currency, kind, unit, digits) for value in (old, new))
        if first != second or old == new:
            break
    return first, second


def change_in_percent(old: Decimal, new: Decimal) -> str:
    """By how much of the old figure's size it changed: "+3.1 %", empty where the old one is nothing."""
    if not old:
        return ""
    share = 100 * (new - old) / abs(old)
    if abs(share) >= 1000:
        return "more than tenfold"
    digits = 1 if abs(share) >= Decimal("0.05") or not share else 3
    return f"{_rounded(share, digits):+,f} %"


def _unit(size: Decimal, kind: str) -> tuple[Decimal, str]:
    """The unit a figure of this size is said in, with its word; per-share figures are said as they are."""
    if kind != RowKind.PER_SHARE:
        for factor, word in _WORDS:
            if size >= factor:
                return factor, f" {word}"
    return Decimal(1), ""


def _least_digits(size: Decimal, kind: str, unit: tuple[Decimal, str]) -> int:
    """Digits after the mark: three in all for words, cents for small amounts and per share."""
    if kind == RowKind.PER_SHARE:
        return 2
    if not unit[1]:
        return 0
    shown = size / unit[0]
    return 0 if shown >= 100 else 1 if shown >= 10 else 2


def _written(value: Decimal, currency: str, kind: str, unit: tuple[Decimal, str], digits: int | None) -> str:
    places = _least_digits(abs(value), kind, unit) if digits is None else digits
    shown = _rounded(value / unit[0], places)
    # A figure that is rounded to nothing has no sign.
    number = f"{shown if shown else abs(shown):,f}"
    if kind == RowKind.SHARES:
        return f"{number}{unit[1]} shares"
    front = f"{currency} " if currency else ""
    return f"{front}{number}{unit[1]}{' per share' if kind == RowKind.PER_SHARE else ''}"


def _rounded(value: Decimal, digits: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_EVEN)
