"""Whether a trained model may take the place of another: only where it is better beyond its standard error.

Compared is a pair of scores for each of several units that do not depend on one another, such as documents
or stretches of time. Higher is better.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

FEWEST_UNITS = 5  # fewer say nothing about how much the difference varies


@dataclass(frozen=True, slots=True)
class Comparison:
    """By how much a challenger scored better than another, with the standard error of that over `units`."""

    difference: float
    standard_error: float
    units: int

    def is_better(self, errors: float = 1.0) -> bool:
        """Better, and by more than so many standard errors."""
        return self.units >= FEWEST_UNITS and self.difference > errors * self.standard_error

    def to_json(self) -> dict[str, float]:
        """For a column of a table."""
        return {
            "difference": round(self.difference, 6),
            "standard_error": round(self.standard_error, 6),
            "units": self.units,
        }


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether to promote, and the sentence that says why or why not."""

    promote: bool
    reason: str


def compare(challenger: Sequence[float], other: Sequence[float]) -> Comparison:
    """Of two scores for each unit, in the same order. Raises ValueError where their numbers differ."""
    differences = [mine - theirs for mine, theirs in zip(challenger, other, strict=True)]
    count = len(differences)
    if count < 2:
        return Comparison(sum(differences), math.inf, count)
    mean = sum(differences) / count
    spread = math.sqrt(sum((one - mean) ** 2 for one in differences) / (count - 1))
    return Comparison(mean, spread / math.sqrt(count), count)


def decide(baseline: Comparison, champion: Comparison | None, *, named: str, errors: float = 1.0) -> Decision:
    """Promote a challenger that beats the baseline, which is `named`, and the champion if there is one, by
    more than so many standard errors."""
    beyond = "one standard error" if errors == 1 else f"{errors:g} standard errors"
    for other, name in ((baseline, named), (champion, "the champion")):
        if other is None or other.is_better(errors):
            continue
        if other.units < FEWEST_UNITS:
            return Decision(
                False, f"Compared with {name} over {other.units} parts, where {FEWEST_UNITS} are needed."
            )
        return Decision(
            False,
            f"Not better than {name} beyond {beyond}: the difference is {other.difference:+.4f}"
            f" with an error of {other.standard_error:.4f}.",
        )
    beaten = f"{named} and the champion" if champion is not None else named
    return Decision(True, f"Better than {beaten} beyond {beyond}.")
