"""Yahoo through the package yfinance, which is no part of the installation.

The service is unofficial and may refuse or change at any time; its terms are between Yahoo and whoever
turns the source on. The package opens its own connections, so that the politeness and the limits of
`net` do not hold for it.
"""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from engine.prices import ActionKind
from market.models import PriceProvider
from market.providers.base import Answer, GivenAction, GivenBar, ProviderFailed, Question


@dataclass(frozen=True, slots=True)
class Yahoo:
    provider: PriceProvider

    def prices(self, question: Question) -> Answer:
        try:
            import yfinance
        except ImportError:
            raise ProviderFailed(
                "not_installed",
                "The package yfinance is not installed. Install requirements-yahoo.txt, or turn this source"
                " off; trying again does not help before.",
            ) from None
        try:
            table = yfinance.Ticker(question.symbol).history(
                start=question.first.isoformat(),
                end=(question.last + timedelta(days=1)).isoformat(),  # the end is not included
                interval="1d",
                auto_adjust=False,
                actions=True,
                raise_errors=True,
            )
        except Exception as error:  # the package names no base of its errors, and those below it escape
            raise _failed(error, question.symbol) from None
        rows = [(stamp.date(), row) for stamp, row in table.iterrows()]
        bars = tuple(_bar(day, row) for day, row in rows if _decimal(row["Close"]) is not None)
        if not bars:
            raise ProviderFailed(
                "no_prices", f"Yahoo answered properly and gave no prices of {question.symbol}."
            )
        return Answer(bars, tuple(action for day, row in rows for action in _actions(day, row)))


def _failed(error: Exception, symbol: str) -> ProviderFailed:
    kind = type(error).__name__
    if "RateLimit" in kind:
        return ProviderFailed("rate_limited", "Yahoo answers that too much was asked for. It is asked later.")
    if "Missing" in kind or "InvalidPeriod" in kind:
        return ProviderFailed(
            "unknown_symbol", f"Yahoo has nothing for {symbol}. Check how it calls the share."
        )
    return ProviderFailed(
        "connection_failed", f"Yahoo could not be asked for {symbol} ({kind}). Trying again may help."
    )


def _bar(day: Any, row: Any) -> GivenBar:
    close = _decimal(row["Close"])
    assert close is not None  # noqa: S101  the caller has looked
    return GivenBar(day, close, *(_decimal(row[name]) for name in ("Open", "High", "Low", "Volume")))


def _actions(day: Any, row: Any) -> list[GivenAction]:
    named = ((ActionKind.DIVIDEND, "Dividends"), (ActionKind.SPLIT, "Stock Splits"))
    values = [(kind, _decimal(row[name])) for kind, name in named]
    return [GivenAction(kind, day, value) for kind, value in values if value]


def _decimal(value: Any) -> Decimal | None:
    """Six places of what the package gives as a binary number; NaN is nothing."""
    number = Decimal(repr(float(value)))
    return None if number.is_nan() else round(number, 6)
