"""JSON in the form of Alpha Vantage: "Time Series (Daily)" by day, with numbered names.

Errors and spent quotas come with status 200, under names of their own.
"""

from dataclasses import dataclass
from typing import Any

from market.models import PriceProvider
from market.providers.base import Answer, GivenAction, GivenBar, ProviderFailed, Question
from market.providers.http import body_from
from market.providers.tables import Layout, loads, read_json

_SERIES = "Time Series (Daily)"
_LONGEST_QUOTED = 300


@dataclass(frozen=True, slots=True)
class AlphaVantage:
    provider: PriceProvider

    def prices(self, question: Question) -> Answer:
        text = body_from(self.provider, question)
        self._refuse(loads(text), question)
        answer = read_json(text, question.zone, Layout({}, rows=_SERIES))

        def asked(one: GivenBar) -> bool:
            return question.first <= one.day <= question.last

        def asked_action(one: GivenAction) -> bool:
            return question.first <= one.ex_date <= question.last

        # The interface knows no days: it gives the last hundred or all of them.
        return Answer(
            tuple(filter(asked, answer.bars)), tuple(filter(asked_action, answer.actions)), answer.unread
        )

    def _refuse(self, content: Any, question: Question) -> None:
        if not isinstance(content, dict) or _SERIES in content:
            return
        name = self.provider.name
        if "Error Message" in content:
            raise ProviderFailed(
                "unknown_symbol", f"{name} does not know {question.symbol}. Check how it calls the share."
            )
        if said := content.get("Note") or content.get("Information"):
            quoted = str(said)[:_LONGEST_QUOTED]
            raise ProviderFailed("quota_exhausted", f"{name} gives no more for now. It says: {quoted}")
