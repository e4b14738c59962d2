"""How far values lie apart, whatever a few wild ones among them do."""

import numpy as np
from numpy.typing import NDArray

# Times the median absolute deviation is the standard deviation of a normal sample.
NORMAL_MAD = 1.4826


def robust_deviation(values: NDArray[np.float64], otherwise: float = 1.0) -> float:
    """The median absolute deviation on the scale of a standard deviation; where most values are equal the
    ordinary one, and `otherwise` where all are."""
    middle = float(np.median(values))
    return float(np.median(np.abs(values - middle))) * NORMAL_MAD or float(np.std(values)) or otherwise
