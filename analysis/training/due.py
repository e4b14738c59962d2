"""Which models are worth training again: their data have grown, or they do worse than doing nothing."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q

from analysis.models import ForecastEvaluation, ModelFamily, TrainedModel
from analysis.training import anomalies, sentiment
from analysis.training.registry import Slot
from engine.anomaly.strictness import LEAST_DECISIONS
from engine.sentiment.training import FEWEST_SENTENCES
from market.instruments import collected
from market.models import Instrument

GROWTH = 0.1  # of the data since the last training
FEWEST_PRICES = 300
MOST_SHARES = 8  # a day: training takes turns, ten an hour, with what people start


@dataclass(frozen=True, slots=True)
class DueModels:
    """What to train now."""

    sentiment: bool
    anomalies: bool
    shares: tuple[Instrument, ...]


def due_models(at: datetime) -> DueModels:
    """The families and shares whose models should be trained now; those never trained, then the oldest."""
    return DueModels(_sentiment_is_due(), _anomalies_are_due(), tuple(_due_shares(at))[:MOST_SHARES])


def _sentiment_is_due() -> bool:
    return _has_more(sentiment.SLOT, len(sentiment.gather()), FEWEST_SENTENCES)


def _anomalies_are_due() -> bool:
    return _has_more(anomalies.SLOT, anomalies.decisions().count(), LEAST_DECISIONS)


def _has_more(slot: Slot, count: int, fewest: int) -> bool:
    """Whether there is enough to train on, and a tenth more than at the last training."""
    if count < fewest:
        return False
    last = slot.models().order_by("-version").first()
    return last is None or count >= (last.trained_on + last.measured_on) * (1 + GROWTH)


def _due_shares(at: datetime) -> Iterable[Instrument]:
    counted = Count("bars__day", filter=Q(bars__is_current=True, bars__is_final=True), distinct=True)
    shares = collected(at.date()).annotate(days=counted).filter(days__gte=FEWEST_PRICES)
    trained: dict[int, TrainedModel] = {}
    for model in TrainedModel.objects.filter(family=ModelFamily.FORECASTING).order_by("trained_at"):
        if model.instrument_id is not None:
            trained[model.instrument_id] = model
    worse = set(
        ForecastEvaluation.objects.filter(instrument__isnull=False, skill__lt=0).values_list(
            "instrument_id", flat=True
        )
    )
    found = [
        share
        for share in shares
        if share.pk not in trained or _has_grown(share, trained[share.pk]) or share.pk in worse
    ]
    return sorted(found, key=lambda share: (share.pk in trained, _age(trained.get(share.pk)), share.pk))


def _has_grown(share: Instrument, model: TrainedModel) -> bool:
    days: int = share.days  # type: ignore[attr-defined]
    return days >= model.metrics.get("points", 0) * (1 + GROWTH)


def _age(model: TrainedModel | None) -> float:
    return 0.0 if model is None else model.trained_at.timestamp()
