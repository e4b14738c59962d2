"""How far off forecasts were, turned into intervals: split conformal prediction for each horizon.

Errors of the past are taken in units of how much the series moved at their origin (Papadopoulos et al.,
2002; Lei et al., 2018). Each horizon has its own size of error, never smaller than that of a nearer one.
The shape is drawn from the horizon's own errors as far as there are enough, and from those of all
horizons together otherwise. Errors that overlap are not independent: what counts is how many independent
ones say as much about their spread, and few of them make intervals wider by Student's factor.
"""

import numpy as np
from numpy.typing import NDArray
from scipy import stats
from scipy.optimize import isotonic_regression

Values = NDArray[np.float64]

ENOUGH_ALONE = 40.0  # independent errors with which a horizon's own shape counts as much as the common one
FEWEST_ERRORS = 4


def radii(errors: Values, movement: Values, stride: int, levels: tuple[float, ...]) -> Values | None:
    """Half the width of the interval of each level (rows) at each horizon (columns), in units of
    movement; origins lie `stride` points apart. None where errors are too few."""
    scaled = errors / movement[:, None]
    sizes = np.abs(scaled)
    there = np.isfinite(sizes)
    horizon = errors.shape[1]
    if (there.sum(axis=0) < FEWEST_ERRORS).any():
        return None
    typical = _rising(np.nanmean(sizes, axis=0))
    if typical[0] <= 0:
        positive = typical[typical > 0]
        if not len(positive):
            return None
        typical = np.maximum(typical, positive[0])
    common = (sizes / typical)[there]
    independent = np.array([_independent(scaled[:, h], h // stride) for h in range(horizon)])
    rows = []
    for level in levels:
        alone = np.array([np.nanquantile(sizes[:, h], level) for h in range(horizon)])
        shared = float(np.quantile(common, level)) * typical
        own = independent / (independent + ENOUGH_ALONE)
        few = stats.t.ppf(0.5 + level / 2, independent) / stats.norm.ppf(0.5 + level / 2)
        rows.append(_rising((own * alone + (1 - own) * shared) * few))
    return np.maximum.accumulate(np.array(rows), axis=0)


def _rising(sizes: Values) -> Values:
    """The nearest sizes that never fall: what is further off is not known better."""
    nearest: Values = isotonic_regression(sizes).x
    return nearest


def _independent(errors: Values, overlapping: int) -> float:
    """How many independent errors tell as much of their spread as these, each of which overlaps with so
    many after it: n / (1 + 2 Σ ρ²), for the variance of a mean square is the sum of the squares of the
    autocorrelations. Errors that add up over a horizon have 1.5 n / h of it (Lo and MacKinlay, 1989)."""
    known = errors[np.isfinite(errors)]
    total = float(known @ known)
    if total == 0:
        return 1.0
    lags = range(1, min(overlapping, len(known) - 1) + 1)
    shared = sum((float(known[lag:] @ known[:-lag]) / total) ** 2 for lag in lags)
    return max(1.0, len(known) / (1 + 2 * shared))
