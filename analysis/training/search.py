"""Searching settings: random ones first, the better third of them on more data, and so on.

Only the part of the data that choosing may see takes part, so that what is measured afterwards stays
untouched. (Random search: Bergstra and Bengio, 2012; successive halving: Jamieson and Talwalkar, 2016.)
"""

import random
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from analysis.models import HyperparameterTrial
from analysis.training.registry import Slot
from engine.errors import EngineError
from engine.progress import Report, silent
from jobs.run import Storing

MOST_SETTINGS = 200
RUNGS = 3
KEPT = 3  # one in so many goes on to the next rung
# A rung that does not better the best score by so much ends the search.
ENOUGH = 1e-4

Score = Callable[[Mapping[str, Any], int], float]


@dataclass(frozen=True, slots=True)
class Searched:
    """The best setting with its score at the last rung; None where every setting failed."""

    search: UUID
    best: Mapping[str, Any] | None
    score: float | None
    trials: int


def search(
    slot: Slot,
    draw: Callable[[random.Random], Mapping[str, Any]],
    usual: Mapping[str, Any],
    score: Score,
    *,
    budget: int,
    seed: int,
    data_hash: str,
    report: Report = silent,
    storing: Storing = nullcontext,
) -> Searched:
    """Try the usual setting and others drawn at random, `budget` in all, and keep every trial.

    `score(setting, rung)` is higher for better, with more data at each rung from 1 to 3; what it raises
    of the engine's errors is kept with the trial.
    """
    identity = uuid4()
    chance = random.Random(seed)  # noqa: S311 - to be repeated, not to be secret
    settings = _different([usual, *(draw(chance) for _ in range(4 * budget))], min(budget, MOST_SETTINGS))
    alive = list(enumerate(settings, start=1))
    rows: list[HyperparameterTrial] = []
    best: tuple[float, int] | None = None
    for rung in range(1, RUNGS + 1):
        scored = []
        for place, (number, setting) in enumerate(alive):
            report(f"rung_{rung}", place, len(alive))
            row = HyperparameterTrial(
                family=slot.family,
                name=slot.name,
                instrument=slot.instrument,
                search=identity,
                number=number,
                rung=rung,
                parameters=dict(setting),
                seed=seed,
                data_hash=data_hash,
            )
            try:
                row.score = score(setting, rung)
                scored.append((row.score, -number, setting))
            except EngineError as error:
                row.message = error.message[:300]
            rows.append(row)
        if not scored:
            break
        scored.sort(key=lambda one: one[:2], reverse=True)
        is_settled = best is not None and -scored[0][1] == best[1] and scored[0][0] - best[0] < ENOUGH
        best = (scored[0][0], -scored[0][1])
        alive = [(-negative, setting) for _, negative, setting in scored[: max(1, len(scored) // KEPT)]]
        if len(alive) == 1 and is_settled:
            break
    chosen = next((row for row in reversed(rows) if best and row.number == best[1]), None)
    if chosen is not None:
        chosen.is_chosen = True
    with storing():
        HyperparameterTrial.objects.bulk_create(rows)
    return Searched(
        identity, chosen.parameters if chosen else None, chosen.score if chosen else None, len(rows)
    )


def chosen_settings(slot: Slot) -> dict[str, Any]:
    """What the last search for a model found; empty where none was made."""
    trials = HyperparameterTrial.objects.filter(
        family=slot.family, name=slot.name, instrument=slot.instrument, is_chosen=True
    )
    last = trials.order_by("-tried_at", "-pk").first()
    return dict(last.parameters) if last is not None else {}


def _different(settings: Sequence[Mapping[str, Any]], count: int) -> list[Mapping[str, Any]]:
    found: list[Mapping[str, Any]] = []
    for setting in settings:
        if setting not in found and len(found) < count:
            found.append(setting)
    return found
