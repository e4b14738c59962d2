"""The slope of a series that single odd points do not move: the median of the slopes between all pairs
(Theil 1950, Sen 1968)."""

import statistics
from collections.abc import Sequence

FEWEST_POINTS = 5


def theil_sen(points: Sequence[tuple[float, float]]) -> float | None:
    """Units of the second number for one of the first; None of fewer than five points, or where all stand
    at one place."""
    if len(points) < FEWEST_POINTS:
        return None
    ordered = sorted(points)
    slopes = [
        (second[1] - first[1]) / (second[0] - first[0])
        for place, first in enumerate(ordered)
        for second in ordered[place + 1 :]
        if second[0] > first[0]
    ]
    return statistics.median(slopes) if slopes else None


def quantile(ordered: Sequence[float], share: float) -> float:
    """The smallest of these ascending values that at least this share of them does not exceed (nearest
    rank), which is one that occurred. Raises ValueError for none."""
    if not ordered:
        raise ValueError("No values have no quantile.")
    rank = -int(-share * len(ordered) // 1)  # rounded up
    return ordered[max(rank, 1) - 1]
