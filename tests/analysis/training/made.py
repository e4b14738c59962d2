"""Models, labelled sentences and prices made for the tests of training."""

import csv
import random
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from analysis import artifacts
from analysis.models import ModelFamily, Stage, TrainedModel
from analysis.training.registry import Challenge, Slot, register
from engine.promotion import Comparison
from market.collect import clock_of
from market.models import Instrument, PriceBar
from tests.market.made import a_provider, an_instrument

SLOT = Slot(ModelFamily.SENTIMENT, "sentences")
BETTER, WORSE = Comparison(0.2, 0.05, 20), Comparison(0.01, 0.05, 20)
NOW = datetime(2024, 6, 6, 22, tzinfo=UTC)

WORDS = {
    "positive": ("zorbled", "quixed", "flumed"),
    "negative": ("brakked", "snirted", "dolped"),
    "neutral": ("existed", "resided", "consisted"),
}


def a_challenge(**fields: Any) -> Challenge:
    given: dict[str, Any] = {
        "algorithm": "Test",
        "parameters": {"strength": 3.0},
        "seed": 1,
        "data_hash": "0" * 64,
        "trained_on": 200,
        "measured_on": 90,
        "metrics": {"macro_f1": 0.9},
        "baseline": "the lexicon",
        "baseline_metrics": {"macro_f1": 0.7},
        "against_baseline": BETTER,
        "against_champion": None,
        "artefact": artifacts.keep(b'{"a": 1}'),
        "champion": None,
        **fields,
    }
    return Challenge(**given)


def a_model(slot: Slot = SLOT, **fields: Any) -> TrainedModel:
    return register(slot, a_challenge(**fields))


def a_table(folder: Path, name: str = "labels.csv", documents: int = 20, wrong: float = 0.0) -> Path:
    """Sentences whose words no lexicon knows, of which some are labelled wrongly."""
    chance = random.Random(1)
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / name).open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["text", "label", "document"])
        for document in range(documents):
            for number in range(15):
                label = list(WORDS)[number % 3]
                said = label if chance.random() >= wrong else chance.choice(list(WORDS))
                word = chance.choice(WORDS[said])
                writer.writerow([f"The unit {word} in quarter {number}.", label, f"report {document}"])
    return folder / name


def a_share_with(closes: list[float], ticker: str = "NWD") -> Instrument:
    """A share with these closes on the last sessions before `NOW`."""
    share, source = an_instrument(ticker), a_provider(f"files-{ticker.lower()}")
    calendar = clock_of(share, NOW).calendar
    assert calendar is not None
    days = calendar.days(date(2015, 1, 1), NOW.date())[-len(closes) :]
    PriceBar.objects.bulk_create(
        PriceBar(
            instrument=share,
            provider=source,
            day=day,
            close=Decimal(f"{close:.4f}"),
            splits_until=day,
            fetched_at=NOW,
        )
        for day, close in zip(days, closes, strict=True)
    )
    return share


def with_momentum(count: int = 700) -> list[float]:
    chance = random.Random(3)
    step, level, found = 0.0, 100.0, []
    for _ in range(count):
        step = 0.6 * step + chance.gauss(0, 0.3)
        level += step
        found.append(level)
    lowest = min(found)
    return [value - lowest + 100 for value in found]


def a_walk(count: int = 700) -> list[float]:
    chance = random.Random(4)
    level, found = 100.0, []
    for _ in range(count):
        level += chance.gauss(0, 0.3)
        found.append(level)
    return found


__all__ = ["Stage", "a_challenge", "a_model", "a_share_with", "a_table", "a_walk", "with_momentum"]
