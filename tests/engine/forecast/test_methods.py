"""The methods beside their reference."""

import numpy as np
import pytest
from statsmodels.tsa.ar_model import ar_select_order

from engine.forecast.methods import MOST_LAGS, best_order


@pytest.mark.parametrize("weights", [(), (0.6,), (0.5, 0.3), (0.0, 0.0, 0.7), (0.3, 0.0, 0.0, 0.0, 0.5)])
@pytest.mark.parametrize("seed", range(5))
def test_the_order_of_a_regression_is_that_of_statsmodels(weights: tuple[float, ...], seed: int) -> None:
    dice = np.random.default_rng(seed)
    values = list(dice.normal(size=len(weights)))
    for _ in range(300):
        back = sum(weight * values[-lag] for lag, weight in enumerate(weights, start=1))
        values.append(back + dice.normal())
    series = np.array(values) + 1_000
    theirs = ar_select_order(series, MOST_LAGS, ic="aic").ar_lags
    assert best_order(series, MOST_LAGS) == len(theirs or [])


def test_a_series_that_is_known_exactly_needs_its_one_lag() -> None:
    assert best_order(np.array([0.5**n for n in range(120)]) + 3, 1) == 1
