"""Units of tagged figures by the names that the rest of the engine uses."""

import re

from engine.errors import BadInput

ISO_4217 = "http://www.xbrl.org/2003/iso4217"
XBRLI = "http://www.xbrl.org/2003/instance"
SHARES, PURE = "shares", "pure"
_CURRENCY = re.compile(r"\A[A-Z]{3}\Z")


def unit_name(namespace: str, local: str) -> str:
    """`EUR`, `shares` or `pure`. Raises BadInput (unknown_unit) for units of other kinds."""
    if namespace == ISO_4217 and _CURRENCY.match(local):
        return local
    if namespace == XBRLI and local in (SHARES, PURE):
        return local
    raise BadInput(f"{local[:40]!r} is no currency and no number of shares.", code="unknown_unit")


def quotient(over: str, under: str) -> str:
    """`EUR/shares`; the first alone where nothing stands below."""
    return f"{over}/{under}" if under else over


def currency_of(unit: str) -> str:
    """The currency that a unit is in, also where it is per share; empty for counts."""
    over = unit.partition("/")[0]
    return over if _CURRENCY.match(over) else ""
