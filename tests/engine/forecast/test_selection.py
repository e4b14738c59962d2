"""Choosing settings by the past of a series, and measuring them on what choosing never saw."""

import numpy as np
import pytest

from engine.errors import NotEnoughData
from engine.forecast.selection import before, behind, compared, losses, measured, split_point, with_settings
from engine.forecast.values import ForecastMethod, ForecastOptions

OPTIONS = ForecastOptions(5, search_seasons=False, most_origins=2000)
HORIZON = 5


def a_walk(seed: int, count: int = 400) -> list[float]:
    steps = np.random.default_rng(seed).normal(0, 0.01, count)
    return [float(value) for value in 100 * np.exp(np.cumsum(steps))]


def with_momentum(seed: int, count: int = 400) -> list[float]:
    """Each step goes on with half of the one before."""
    chance = np.random.default_rng(seed)
    step, level, found = 0.0, 100.0, []
    for shock in chance.normal(0, 0.3, count):
        step = 0.6 * step + shock
        level += step
        found.append(level)
    return [float(value) for value in found]


def test_losses_are_in_the_same_units_whatever_the_settings() -> None:
    series = a_walk(1)
    all_of_it = losses(series, OPTIONS)
    less = losses(series, with_settings(OPTIONS, {"longest_history": 250, "methods": ["theta"]}))
    common = all_of_it.walk.keys() & less.walk.keys()
    assert len(common) == len(less.walk) == 250 - 83 - HORIZON
    assert [less.walk[place] for place in common] == pytest.approx(
        [all_of_it.walk[place] for place in common]
    )


def test_the_past_does_not_change_with_what_comes_later() -> None:
    series = with_momentum(2)
    changed = [*series[:300], *reversed(series[300:])]
    options = with_settings(OPTIONS, {"refits": 1, "methods": ["drift"]})
    known, other = losses(series, options), losses(changed, options)
    early = [place for place in known.walk if place + HORIZON < 300]
    assert len(early) > 100
    assert [known.ours[place] for place in early] == pytest.approx([other.ours[place] for place in early])


def test_choosing_and_measuring_share_no_day() -> None:
    found = losses(a_walk(3), OPTIONS)
    split = split_point(list(found.ours), HORIZON)
    chosen, tested = before(found, split, HORIZON), behind(found, split)
    assert max(chosen.ours) + HORIZON < min(tested.ours) == split
    assert len(tested.ours) == round(0.3 * len(found.ours))


def test_momentum_is_found_and_a_walk_is_not_beaten() -> None:
    for series, is_better in ((with_momentum(4, 800), True), (a_walk(5, 800), False)):
        found = losses(series, OPTIONS)
        tested = behind(found, split_point(list(found.ours), HORIZON))
        assert compared(tested.ours, tested.walk, HORIZON).is_better() is is_better
        assert (measured(tested).skill > 0.05) is is_better


def test_only_the_methods_that_are_named_take_part() -> None:
    with_drift = with_settings(OPTIONS, {"methods": ["drift"]})
    assert with_drift.methods == (ForecastMethod.DRIFT,)
    series = a_walk(6)
    assert losses(series, with_drift).ours != losses(series, OPTIONS).ours
    with pytest.raises(ValueError, match="crystal_ball"):
        with_settings(OPTIONS, {"methods": ["crystal_ball"]})


@pytest.mark.parametrize(
    ("series", "sentence"),
    [
        ([], "There are no figures."),
        ([1.0, 2.0] * 20, "40 points are too few to compare forecasts 5 ahead."),
        ([1.0] * 200, "The series never moved"),
    ],
)
def test_too_little_says_what_is_missing(series: list[float], sentence: str) -> None:
    with pytest.raises(NotEnoughData, match=sentence):
        losses(series, OPTIONS)
