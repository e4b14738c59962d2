"""What is known of figures beside the figures themselves. Apart from the search, which is slow to import."""

from dataclasses import dataclass
from datetime import date

from engine.kinds import RestatementKind

Place = tuple[str, date]  # a concept or a metric, and the last day of its period


@dataclass(frozen=True, slots=True)
class Restated:
    """A figure that two reports give differently. `change` is relative to the older figure, None where
    that is nothing."""

    concept: str
    end: date
    kind: RestatementKind
    change: float | None


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What is known beside the figures: restatements, days of splits, and the points that a person has
    decided about already."""

    restated: tuple[Restated, ...] = ()
    splits: tuple[date, ...] = ()
    decided: frozenset[Place] = frozenset()
