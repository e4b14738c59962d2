"""How far off forecasts were, turned into intervals."""

import numpy as np
import pytest

from engine.forecast.intervals import _independent, radii

LEVELS = (0.8, 0.95)


def test_of_many_independent_errors_the_quantiles_are_taken():
    errors = np.random.default_rng(1).normal(size=(4000, 1))
    found = radii(errors, np.ones(4000), 1, LEVELS)
    assert found[:, 0] == pytest.approx([1.2816, 1.96], abs=0.06)


def test_movement_scales_errors():
    errors = np.random.default_rng(1).normal(size=(400, 2))
    moved = np.full(400, 5.0)
    assert radii(errors * 5, moved, 1, LEVELS) == pytest.approx(radii(errors, np.ones(400), 1, LEVELS))


def test_nothing_further_off_is_known_better():
    errors = np.random.default_rng(2).normal(size=(200, 3)) * [1.0, 3.0, 2.0]
    found = radii(errors, np.ones(200), 1, LEVELS)
    assert (np.diff(found, axis=1) >= 0).all()
    assert (found[1] > found[0]).all()


def test_few_errors_make_wide_intervals_and_too_few_none():
    errors = np.random.default_rng(3).normal(size=(4000, 1))
    many = radii(errors, np.ones(4000), 1, LEVELS)
    few = radii(errors[:6], np.ones(6), 1, LEVELS)
    spread = np.quantile(np.abs(errors[:6]), 0.95)
    assert few[1, 0] > 1.2 * spread  # Student's factor for six is 1.25
    assert many is not None
    assert radii(errors[:3], np.ones(3), 1, LEVELS) is None
    assert radii(np.zeros((10, 1)), np.ones(10), 1, LEVELS) is None


def test_how_many_errors_are_independent():
    steps = np.random.default_rng(4).normal(size=6000)
    assert _independent(steps, 0) == 6000
    # Sums over ten steps overlap: 1.5 n / h of them tell as much.
    sums = np.convolve(steps, np.ones(10), mode="valid")
    assert _independent(sums, 9) == pytest.approx(1.5 * len(sums) / 10, rel=0.1)
    # Errors that do not add up over the horizon stay independent however far off they are forecast.
    assert _independent(steps, 9) == pytest.approx(6000, rel=0.02)
    assert _independent(np.array([np.nan, 0.0]), 1) == 1
