"""What is kept of markets: who gives prices, what they gave, and what was wrong with it."""

from market.models.bars import CorporateAction, Instrument, PriceBar
from market.models.findings import FindingKind, PriceFinding
from market.models.providers import (
    BreakerState,
    PriceBasis,
    PriceProvider,
    ProviderKind,
    ProviderRun,
    ProviderState,
    RunOutcome,
)

__all__ = [
    "BreakerState",
    "CorporateAction",
    "FindingKind",
    "Instrument",
    "PriceBar",
    "PriceBasis",
    "PriceFinding",
    "PriceProvider",
    "ProviderKind",
    "ProviderRun",
    "ProviderState",
    "RunOutcome",
]
