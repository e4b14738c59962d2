"""CSV in the form of Stooq: Date,Open,High,Low,Close,Volume, and words where there is nothing.

Stooq itself asks browsers for a proof of work since 2025 and answers with a page and status 200, which
is a failure here; the form is what others answer in too.
"""

from dataclasses import dataclass

from market.models import PriceProvider
from market.providers.base import Answer, ProviderFailed, Question
from market.providers.http import body_from
from market.providers.tables import read_csv

_NOTHING = ("no data", "brak danych")
_QUOTA = ("exceeded the daily hits limit", "przekroczony dzienny limit")


@dataclass(frozen=True, slots=True)
class Stooq:
    provider: PriceProvider

    def prices(self, question: Question) -> Answer:
        text = body_from(self.provider, question)
        said = text.strip().lower()[:200]
        if any(words in said for words in _QUOTA):
            raise ProviderFailed(
                "quota_exhausted",
                f"{self.provider.name} says that enough was asked for today. It is asked again later.",
            )
        if said.startswith(_NOTHING):
            raise ProviderFailed(
                "unknown_symbol",
                f"{self.provider.name} has nothing for {question.symbol}. Check how it calls the share.",
            )
        return read_csv(text, question.zone)
