"""Asking a source by its address, through the one door to the network.

A body of the wrong kind is a failure, whatever its status says: sources put pages for browsers, notes
about quotas and puzzles for robots where prices should be.
"""

import os
import re
from collections.abc import Mapping
from urllib.parse import quote

from companies.fetching import fetcher_for
from market.models import PriceProvider
from market.providers.base import ProviderFailed, Question
from net.errors import FetchFailed

_PLACEHOLDER = re.compile(r"\{([a-z_]*)\}")
_HIDDEN = "…"


def body_from(provider: PriceProvider, question: Question) -> str:
    """The text that the source's address answers for a share, read as UTF-8 or as the source says.

    Raises ProviderFailed.
    """
    key = _key(provider)
    address = _filled(provider, question, key)
    try:
        fetched = fetcher_for(address, obey_robots=False).get(address)
    except FetchFailed as failure:
        raise _failed(failure, key) from None
    if _is_page(fetched.body, fetched.media_type):
        raise ProviderFailed(
            "wrong_body",
            f"{provider.name} answered with a page for browsers in place of prices. Open its address in a"
            " browser: it may ask for a person, have moved or want a key. Trying again rarely helps.",
        )
    try:
        return fetched.body.decode(fetched.charset or "utf-8")
    except (UnicodeDecodeError, LookupError):
        raise ProviderFailed(
            "wrong_body", f"{provider.name} answered with bytes that are no text. Check its address."
        ) from None


def symbol_of(provider: PriceProvider, ticker: str, mic: str, told: Mapping[str, str]) -> str:
    """How the source calls a share: as the share says, or by the source's own form."""
    if name := told.get(provider.code):
        return str(name)
    values = {"ticker": ticker, "ticker_lower": ticker.lower(), "mic": mic}
    return _PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), provider.symbol_form or "{ticker}")


def _filled(provider: PriceProvider, question: Question, key: str) -> str:
    values = {
        "symbol": question.symbol,
        "first": question.first.isoformat(),
        "last": question.last.isoformat(),
        "first_compact": f"{question.first:%Y%m%d}",
        "last_compact": f"{question.last:%Y%m%d}",
        "key": key,
    }
    unknown = sorted({found for found in _PLACEHOLDER.findall(provider.address) if found not in values})
    if unknown:
        raise ProviderFailed(
            "misconfigured",
            f"The address of {provider.name} has the placeholders {', '.join(unknown)}; known are"
            f" {', '.join(values)}. Correct it in the settings of the source.",
        )
    return _PLACEHOLDER.sub(lambda found: quote(values[found[1]], safe=""), provider.address)


def _key(provider: PriceProvider) -> str:
    if not provider.key_variable:
        return ""
    key = os.environ.get(provider.key_variable, "")
    if not key:
        raise ProviderFailed(
            "key_missing",
            f"{provider.name} needs a key, and the environment variable {provider.key_variable} of the"
            " workers is not set. Set it and start the workers again.",
        )
    return key


def _failed(failure: FetchFailed, key: str) -> ProviderFailed:
    message = failure.message
    for secret in filter(None, (quote(key, safe=""), key)):
        message = message.replace(secret, _HIDDEN)
    code = "key_refused" if failure.status in (401, 403) and key else failure.code
    return ProviderFailed(code, message, retry_after=failure.retry_after)


def _is_page(body: bytes, media_type: str) -> bool:
    start = body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    return start == b"<" or media_type in ("text/html", "application/pdf", "application/zip")
