"""From the row of a source to the thing that asks it."""

from collections.abc import Callable

from market.models import PriceProvider, ProviderKind
from market.providers.alpha_vantage import AlphaVantage
from market.providers.base import Source
from market.providers.stooq import Stooq
from market.providers.template import Template
from market.providers.yahoo import Yahoo

_SOURCES: dict[ProviderKind, Callable[[PriceProvider], Source]] = {
    ProviderKind.TEMPLATE: Template,
    ProviderKind.STOOQ: Stooq,
    ProviderKind.ALPHA_VANTAGE: AlphaVantage,
    ProviderKind.YFINANCE: Yahoo,
}


def source_of(provider: PriceProvider) -> Source:
    """Raises KeyError for files, which nobody can ask."""
    return _SOURCES[ProviderKind(provider.kind)](provider)


def chain() -> list[PriceProvider]:
    """The sources that can be asked, in the order in which they are. One query."""
    return list(
        PriceProvider.objects.filter(is_enabled=True)
        .exclude(kind=ProviderKind.FILE)
        .order_by("priority", "code")
    )
