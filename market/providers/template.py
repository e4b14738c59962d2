"""A source that is described in the admin: an address with placeholders, and which column is what."""

from dataclasses import dataclass

from market.models import PriceProvider
from market.providers.base import Answer, ProviderFailed, Question
from market.providers.http import body_from
from market.providers.tables import Layout, read_csv, read_json


@dataclass(frozen=True, slots=True)
class Template:
    """CSV or JSON, as its columns say under `format`; without a word, whichever it looks like."""

    provider: PriceProvider

    def prices(self, question: Question) -> Answer:
        layout = Layout.told(self.provider.columns)
        told = str(self.provider.columns.get("format", ""))
        if told not in ("", "csv", "json"):
            raise ProviderFailed(
                "misconfigured", f"The format of this source is {told}; known are csv and json."
            )
        text = body_from(self.provider, question)
        is_json = told == "json" or (not told and text.lstrip()[:1] in ("{", "["))
        return (read_json if is_json else read_csv)(text, question.zone, layout)
