"""The written form of listings: "AZN (XLON, XNAS), AZNS (XSTO)"."""

import re
from collections.abc import Iterable, Sequence

_TICKER_WITH_EXCHANGES = re.compile(
    r"\s*(?P<ticker>[A-Z0-9][A-Z0-9.\-/]{0,19})\s*\((?P<exchanges>[^()]+)\)\s*"
)


def parse_listings(text: str) -> tuple[tuple[str, str], ...]:
    """Pairs of ticker and exchange code out of the written form.

    Raises ValueError that names the part which could not be understood.
    """
    pairs: list[tuple[str, str]] = []
    position = 0
    while position < len(text):
        found = _TICKER_WITH_EXCHANGES.match(text, position)
        if found is None:
            raise ValueError(
                f"Listings read like 'AZN (XLON, XNAS), AZNS (XSTO)'; {text[position:].strip()!r} does not."
            )
        codes = [code.strip().upper() for code in found["exchanges"].split(",")]
        if any(not re.fullmatch(r"[A-Z0-9]{2,10}", code) for code in codes):
            raise ValueError(f"{found['exchanges']!r} is not a list of exchange codes.")
        pairs += [(found["ticker"], code) for code in codes]
        position = found.end()
        if position < len(text):
            if text[position] not in ",;":
                raise ValueError(f"A comma is missing before {text[position:].strip()!r}.")
            position += 1
    return tuple(pairs)


def format_listings(pairs: Iterable[Sequence[str]]) -> str:
    """The written form of pairs of ticker and exchange code, tickers in order of appearance."""
    exchanges: dict[str, list[str]] = {}
    for ticker, code in pairs:
        exchanges.setdefault(ticker, []).append(code)
    return ", ".join(f"{ticker} ({', '.join(codes)})" for ticker, codes in exchanges.items())
