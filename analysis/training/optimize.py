"""Which settings a model is trained with: what is tried for each family, and on which part of the data."""

import random
from collections.abc import Mapping
from contextlib import nullcontext
from datetime import datetime
from typing import Any

from analysis.inputs import price_series
from analysis.training import forecasting, sentiment
from analysis.training.registry import data_hash
from analysis.training.search import Searched, search
from engine.progress import Report, silent
from jobs.run import Storing
from market.models import Instrument

SEED = 1
# How much of the choosing part each rung sees.
FOLDS = {1: 1, 2: 2, 3: 4}
SHARES = {1: 1 / 3, 2: 2 / 3, 3: 1.0}


def optimize_sentiment(
    *, table: str = "", budget: int, report: Report = silent, storing: Storing = nullcontext
) -> Searched:
    """Settings of the classifier of sentences, by how it does on documents left out in turn.

    Raises like analysis.training.sentiment.train.
    """
    from engine.sentiment.ngrams import open_classifier
    from engine.sentiment.training import TrainingOptions, fit, measure, split_by_document

    examples = sentiment.gather(table)
    learn, _ = split_by_document(examples, TrainingOptions(seed=SEED))
    documents = sorted({one.document for one in learn})
    random.Random(SEED).shuffle(documents)  # noqa: S311 - to be repeated, not to be secret

    def score(setting: Mapping[str, Any], rung: int) -> float:
        folds, most = FOLDS[rung], max(FOLDS.values())
        scores = []
        for fold in range(folds):
            left_out = set(documents[fold::most])
            inside = [one for one in learn if one.document not in left_out]
            outside = [one for one in learn if one.document in left_out]
            judge = open_classifier(fit(inside, TrainingOptions(**setting)))
            scores.append(measure(judge, outside).macro_f1)
        return sum(scores) / folds

    return search(
        sentiment.SLOT,
        _draw_sentiment,
        {"buckets": 2**16, "strength": 3.0, "balanced": True},
        score,
        budget=budget,
        seed=SEED,
        data_hash=data_hash([[one.document, one.text, one.label.value] for one in learn]),
        report=report,
        storing=storing,
    )


def optimize_forecasting(
    instrument: Instrument,
    name: str,
    *,
    at: datetime,
    budget: int,
    report: Report = silent,
    storing: Storing = nullcontext,
) -> Searched:
    """How much of the past, and how often fitted, a model of a share's price should be, by the older part
    of its backtest.

    Raises KeyError for a name that is no model, NotEnoughData where the history is too short.
    """
    from engine.forecast.selection import Losses, before, losses, measured, split_point, with_settings

    methods = [method.value for method in forecasting.MODELS[name]]
    figures = price_series(instrument, at).as_floats()
    usual = {"methods": methods, "longest_history": 1500, "refits": 4}
    found = losses(figures, with_settings(forecasting.base_options(), usual))
    split = split_point(list(found.ours), forecasting.HORIZON)
    older = sorted(before(found, split, forecasting.HORIZON).ours)
    known: dict[str, Losses] = {}

    def score(setting: Mapping[str, Any], rung: int) -> float:
        key = data_hash(dict(setting))
        if key not in known:
            known[key] = losses(figures, with_settings(forecasting.base_options(), setting))
        latest = set(older[-max(1, round(len(older) * SHARES[rung])) :])
        kept = before(known[key], split, forecasting.HORIZON)
        seen = Losses(
            {place: loss for place, loss in kept.ours.items() if place in latest},
            {place: loss for place, loss in kept.walk.items() if place in latest},
        )
        # Against the random walk at the same origins, so that settings that see fewer of them compare.
        return measured(seen).skill

    def draw(chance: random.Random) -> Mapping[str, Any]:
        return {
            "methods": methods,
            "longest_history": chance.choice((250, 350, 500, 700, 1000, 1250, 1500, 2000)),
            "refits": chance.choice((1, 2, 4, 8)),
        }

    return search(
        forecasting.slot(instrument, name),
        draw,
        usual,
        score,
        budget=budget,
        seed=SEED,
        data_hash=data_hash(figures),
        report=report,
        storing=storing,
    )


def _draw_sentiment(chance: random.Random) -> Mapping[str, Any]:
    return {
        "buckets": 2 ** chance.choice((12, 14, 16, 18)),
        "strength": round(10 ** chance.uniform(-1, 2), 3),
        "balanced": chance.random() < 0.5,
    }
