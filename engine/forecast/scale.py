"""On which scale a series is forecast, and how much it moved lately."""

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]

STRETCHES = 8  # of the past, whose level and movement are compared
# Movement grows with the level to this power; from halfway on, ratios are steadier than differences.
STEADIER_AS_RATIO = 0.5
MOST_CYCLE = 400.0  # highest over lowest: further apart, a ratio says more about the lowest values
LATE = 20.0  # points after which a movement counts half as lately


def is_better_as_ratio(past: Values) -> bool:
    """Whether the logarithms move more steadily than the values: they do where movements grow with the
    level, as prices and sizes of companies do. Never where a value is zero or negative."""
    if past.min() <= 0 or past.max() / past.min() > MOST_CYCLE:
        return False
    stretches = np.array_split(past, min(STRETCHES * 2, len(past) // 4 or 1))
    levels = np.array([np.log(stretch.mean()) for stretch in stretches])
    moves = np.array([np.abs(np.diff(stretch)).mean() for stretch in stretches if len(stretch) > 1])
    if len(moves) != len(levels) or len(levels) < 4 or moves.min() <= 0 or np.ptp(levels) < 0.2:
        return bool(past.max() / past.min() > 1.5)
    slope = float(np.polyfit(levels, np.log(moves), 1)[0])
    return slope > STEADIER_AS_RATIO


def movement(values: Values, season: int) -> Values:
    """At each place how much the series moves, from the values up to it: the geometric mean of what it
    did lately and of what it did ever. Compared with the season before where there is one."""
    moves = np.empty(len(values))
    lag = season if len(values) > 2 * season else 1
    moves[lag:] = np.abs(values[lag:] - values[:-lag])
    moves[:lag] = np.nan
    usual, lately = np.full(len(values), np.nan), np.full(len(values), np.nan)
    weight = 1 - 0.5 ** (1 / (LATE * max(1, lag / 4)))
    total = count = 0.0
    recent = np.nan
    for place in range(lag, len(values)):
        total, count = total + moves[place], count + 1
        # The mean until there is enough of it, then what is forgotten by halves.
        step = max(weight, 1 / count)
        recent = moves[place] if count == 1 else (1 - step) * recent + step * moves[place]
        usual[place], lately[place] = total / count, recent
    # A standstill does not mean that nothing will ever move again.
    moving: Values = np.sqrt(usual * np.maximum(lately, 0.1 * usual))
    return moving
