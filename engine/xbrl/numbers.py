"""Numbers of tagged pages: their written form by the transformation that the tag names.

Transformations are those of the inline XBRL registry in its versions 1 to 5 and of the SEC's own list. The
names changed between versions (`numdotdecimal`, `num-dot-decimal`); without hyphens and case they say the
same, so that this is how they are compared. An unknown one is never guessed.
"""

import re
from decimal import Decimal, InvalidOperation

from engine.errors import BadInput

_SPACES = "\u0020\u00a0\u2007\u2009\u202f\u3000"
_ZEROS = frozenset({"zerodash", "fixedzero", "numdash"})
# `…in` are the Indian groups of two digits.
_DOT = frozenset({"numdotdecimal", "numcommadot", "numspacedot", "numdotdecimalin", "numdotdecimalapos"})
_COMMA = frozenset({"numcommadecimal", "numdotcomma", "numspacecomma", "numcomma", "numcommadecimalapos"})
_UNITS = frozenset({"numunitdecimal", "numunitdecimalin", "numunitdecimalapos"})
_PLAIN = re.compile(r"\A[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)\Z")
_GROUPED = re.compile(r"\A[0-9]+(?:[GROUP][0-9]+)*\Z".replace("GROUP", rf"{_SPACES},.'’`"))
_WITH_UNITS = re.compile(r"\A([0-9][0-9,.\s]*?)\s*[^0-9,.\s-][^0-9]*?(?:([0-9]{1,2})[^0-9]*)?\Z")
_MOST_DIGITS = 40  # more is no figure of a report, and arithmetic on it would not be exact
_MOST_SCALE = 24


def number_of(text: str, transformation: str, scale: str, sign: str) -> Decimal:
    """The value of a tagged number in base units. `transformation` is the local name of its format, empty
    for a plain number; `scale` a power of ten; `sign` is `-` for what counts negatively.

    Raises BadInput: unknown_format, bad_number.
    """
    value = _unscaled(text.strip(" \t\r\n" + _SPACES), transformation)
    try:
        power = int(scale or "0")
    except ValueError:
        raise _bad(text, f"the scale {scale[:20]!r}") from None
    if abs(power) > _MOST_SCALE:
        raise _bad(text, f"the scale {power}")
    if sign not in ("", "-"):
        raise _bad(text, f"the sign {sign[:20]!r}")
    scaled = value.scaleb(power)
    return -scaled if sign == "-" else scaled


def decimals_of(text: str | None) -> int | None:
    """The stated precision: digits after the decimal mark; None for INF and where nothing is said.

    Raises BadInput (bad_number) for anything else.
    """
    if text is None or text.strip() in ("", "INF"):
        return None
    try:
        decimals = int(text)
    except ValueError:
        raise BadInput(f"{text[:20]!r} is no precision.", code="bad_number") from None
    if abs(decimals) > _MOST_SCALE:
        raise BadInput(f"{decimals} is no precision of a figure in a report.", code="bad_number")
    return decimals


def plain_number(text: str) -> Decimal:
    """A number as XML and JSON write it. Raises BadInput (bad_number)."""
    try:
        value = Decimal(text.strip())
    except InvalidOperation:
        raise _bad(text, "no number") from None
    if not value.is_finite() or len(value.as_tuple().digits) > _MOST_DIGITS or abs(value.adjusted()) > 40:
        raise _bad(text, "no finite figure of a report")
    return value


def _unscaled(text: str, transformation: str) -> Decimal:
    name = transformation.replace("-", "").lower()
    if not name:
        if not _PLAIN.match(text):
            raise _bad(text, "no plain number, and no format says how it is written")
        return plain_number(text)
    if name in _ZEROS:
        return Decimal(0)
    if name in _UNITS:
        return _with_units(text)
    if name in _DOT:
        return _grouped(text, ".", name)
    if name in _COMMA:
        return _grouped(text, ",", name)
    raise BadInput(
        f"The format {transformation[:60]!r} is none that is known here. The figure is left out.",
        code="unknown_format",
    )


def _grouped(text: str, mark: str, name: str) -> Decimal:
    whole, found, fraction = text.partition(mark)
    if found and not fraction.isdecimal():
        raise _bad(text, f"not of the form {name}")
    if (whole and not _GROUPED.match(whole)) or mark in fraction or not (whole or fraction):
        raise _bad(text, f"not of the form {name}")
    digits = re.sub(r"[^0-9]", "", whole) or "0"
    return plain_number(f"{digits}.{fraction}" if fraction else digits)


def _with_units(text: str) -> Decimal:
    """Such as “1 234 euros 05 cents”."""
    found = _WITH_UNITS.match(text)
    if found is None:
        raise _bad(text, "not an amount with its units")
    digits = re.sub(r"[^0-9]", "", found[1])
    return plain_number(f"{digits}.{(found[2] or '0').zfill(2)}")


def _bad(text: str, why: str) -> BadInput:
    return BadInput(f"{text[:40]!r} is {why}.", code="bad_number")
