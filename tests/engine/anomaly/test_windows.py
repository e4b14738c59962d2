"""Long series: each kind of fault at its place, silence where nothing is wrong."""

import numpy as np
import pytest

from benchmarks.planted_faults import DAY, series
from engine.anomaly.rhythm import without_rhythm
from engine.anomaly.windows import THRESHOLD, find
from engine.errors import BadInput, NotEnoughData
from engine.kinds import PatternKind

MADE = {made.name: made for made in series(seed=1, copies=1)}


@pytest.mark.parametrize(
    "name",
    [
        "noise with spike 0",
        "noise with level_shift 0",
        "noise with volatility 0",
        "noise with stuck 0",
        "daily with spike 0",
        "daily with unusual_window 0",
        "weekly with level_shift 0",
        "bursty with level_shift 0",
    ],
)
def test_a_planted_fault_is_found_where_it_is(name: str) -> None:
    made = MADE[name]
    (fault,) = made.faults
    at_place = [
        found
        for found in find(made.values, made.seconds)
        if found.start <= fault.end + DAY // 4 and found.end >= fault.start - DAY // 4
    ]
    assert at_place
    assert all(THRESHOLD < found.score < 1 for found in at_place)


def test_a_stuck_value_is_told_to_the_point() -> None:
    values = np.random.default_rng(3).normal(10, 1, 500)
    values[200:260] = values[200]
    (found,) = [f for f in find(values) if f.kind is PatternKind.STUCK]
    assert (found.start, found.end) == (200, 259)
    assert found.explanation == "Points 200 to 259 are exactly equal; the longest other run has 1."


def test_a_spike_is_told_to_the_point() -> None:
    values = np.random.default_rng(4).normal(10, 1, 1000)
    values[617] = 30
    (found,) = [f for f in find(values) if f.kind is PatternKind.SPIKE]
    assert (found.start, found.end, found.peak) == (617, 617, 617)


def test_silence_about_series_that_only_repeat_themselves() -> None:
    phase = 2 * np.pi * np.arange(20 * DAY) / DAY
    assert find(100 + 20 * np.sin(phase), 900) == ()
    assert find(np.full(200, 7.0)) == ()


def test_a_rhythm_is_one_only_where_it_tells_the_next_round() -> None:
    noise = np.random.default_rng(5).normal(0, 1, 20 * DAY)
    assert without_rhythm(noise, 900, least_share=0.25, repeats=3).period == 0
    phase = 2 * np.pi * np.arange(20 * DAY) / DAY
    assert without_rhythm(noise + 5 * np.sin(phase), 900, least_share=0.25, repeats=3).period == DAY


def test_gaps_are_passed_over() -> None:
    values = np.random.default_rng(4).normal(10, 1, 1000)
    values[617] = 30
    values[300:340] = np.nan
    assert [f.peak for f in find(values) if f.kind is PatternKind.SPIKE] == [617]


@pytest.mark.parametrize("place", [0, 1, 50, 98, 99])
def test_of_the_fewest_points_one_that_is_wild_is_found(place: int) -> None:
    """With less than a hundred no statistic had a limit, and the answer was that nothing is unusual."""
    values = np.random.default_rng(4).normal(10, 1, 100)
    values[place] = 900
    assert [(f.kind, f.peak) for f in find(values)] == [(PatternKind.SPIKE, place)]


def test_too_little_and_impossible_values_are_refused() -> None:
    with pytest.raises(NotEnoughData, match="99 points are too few: 100 say what is usual"):
        find(np.arange(99.0))
    with pytest.raises(BadInput, match="infinite"):
        find([1.0, float("inf")] * 50)
