"""What a forecast promises: no look into the future, no claim without proof, no figure without history."""

import json
import math
from dataclasses import asdict

import numpy as np
import pytest

from engine.errors import BadInput
from engine.forecast.backtest import run_backtest
from engine.forecast.choose import combine, skill_of
from engine.forecast.forecasting import forecast, points_needed
from engine.forecast.scale import movement
from engine.forecast.values import ForecastMethod, ForecastOptions


def walk(length: int, seed: int) -> list[float]:
    return (100 * np.exp(np.cumsum(np.random.default_rng(seed).normal(size=length) * 0.01))).tolist()


def returning(length: int, seed: int) -> list[float]:
    """Noise around a level: the mean is a far better forecast than the last value."""
    return (50 + np.random.default_rng(seed).normal(size=length)).tolist()


def test_of_what_returns_to_its_level_skill_is_claimed():
    found = forecast(returning(300, seed=1), ForecastOptions(horizon=5))
    assert found.method is ForecastMethod.ENSEMBLE
    assert found.skill.claimed
    # The best that can be: √2 − 1 of the walk's error is saved, 29 %.
    assert found.claimed_skill == pytest.approx(0.29, abs=0.05)
    assert found.skill.low > 0.1
    assert [step.point for step in found.steps] == pytest.approx([50] * 5, abs=0.6)
    assert sum(weight for _, weight in found.weights) == pytest.approx(1, abs=0.05)


def test_of_random_walks_no_skill_is_claimed_and_the_last_value_is_the_answer():
    claims = 0
    for seed in range(40):
        series = walk(150, seed)
        found = forecast(series, ForecastOptions(horizon=5))
        claims += found.skill.claimed
        if not found.skill.claimed:
            assert found.method is ForecastMethod.RANDOM_WALK
            assert found.claimed_skill == 0
            assert [step.point for step in found.steps] == pytest.approx([series[-1]] * 5)
    assert claims <= 2  # one in twenty


def test_intervals_lie_around_the_point_and_widen():
    for series in (walk(200, 3), returning(200, 4)):
        steps = forecast(series, ForecastOptions(horizon=12)).steps
        assert [step.horizon for step in steps] == list(range(1, 13))
        widths = [step.hi95 - step.lo95 for step in steps]
        assert all(s.lo95 <= s.lo80 <= s.point <= s.hi80 <= s.hi95 for s in steps)
        assert widths == pytest.approx(sorted(widths))
        assert all(step.lo95 > 0 for step in steps)


def test_the_intervals_hold_what_they_promise_on_walks():
    inside80, inside95, count = 0, 0, 0
    for seed in range(60):
        series = walk(260, 100 + seed)
        for step in forecast(series[:255], ForecastOptions(horizon=5)).steps:
            came = series[254 + step.horizon]
            inside80 += step.lo80 <= came <= step.hi80
            inside95 += step.lo95 <= came <= step.hi95
            count += 1
    assert inside80 / count == pytest.approx(0.80, abs=0.06)
    assert inside95 / count == pytest.approx(0.95, abs=0.04)


@pytest.mark.parametrize(("season", "length"), [(1, 300), (12, 300)])
def test_shuffling_the_future_changes_no_past_forecast(season, length):
    options = ForecastOptions(horizon=6, season=season)
    values = np.array(walk(length, 9)) + 3 * np.sin(np.arange(length) * 2 * np.pi / 12)
    today = 220
    shuffled = values.copy()
    np.random.default_rng(1).shuffle(shuffled[today + 1 :])
    assert not np.array_equal(values, shuffled)
    seen = []
    for series in (values, shuffled):
        backtest = run_backtest(series, np.ones(length, bool), options)
        past = backtest.origins <= today
        together = combine(backtest, movement(series, season), season)
        seen.append((backtest, past, together))
    (first, past, together), (second, _, again) = seen
    assert past.sum() > 50
    assert set(first.ahead) == set(second.ahead)
    for method in first.ahead:
        assert np.array_equal(first.ahead[method][past], second.ahead[method][past], equal_nan=True), method
    assert np.array_equal(together.ahead[past], again.ahead[past], equal_nan=True)


def test_a_method_is_not_shown_what_it_is_scored_against():
    """A jump cannot be foreseen: had any method seen it, its error at the jump would be small."""
    values = np.concatenate([np.zeros(100), np.full(60, 100.0)]) + np.random.default_rng(2).normal(size=160)
    backtest = run_backtest(values, np.ones(160, bool), ForecastOptions(horizon=1))
    at_the_jump = list(backtest.origins).index(99)
    seen = {method: ahead[at_the_jump, 0] for method, ahead in backtest.ahead.items()}
    # A year of weeks cannot be known yet; all others forecast, and none knows.
    assert sum(math.isfinite(value) for value in seen.values()) == 6
    assert [method for method, value in seen.items() if value > 10] == []


@pytest.mark.parametrize("length", [0, 1, 7])
def test_too_little_history_is_no_forecast(length):
    found = forecast([float(n) for n in range(length)], ForecastOptions(horizon=1))
    assert found.method is ForecastMethod.INSUFFICIENT_HISTORY
    assert found.steps == ()
    assert found.claimed_skill is None
    assert found.reason == f"8 points are needed to look 1 ahead; there are {length}."


def test_how_many_points_a_horizon_takes():
    assert [points_needed(horizon) for horizon in (1, 3, 13, 48, 260)] == [8, 8, 28, 98, 522]
    assert forecast(walk(27, 1), ForecastOptions(13)).steps == ()
    assert len(forecast(walk(28, 1), ForecastOptions(13)).steps) == 13


def test_a_series_that_never_moved_gives_no_intervals_of_no_width():
    found = forecast([5.0] * 100, ForecastOptions(horizon=3))
    assert found.method is ForecastMethod.INSUFFICIENT_HISTORY
    assert found.reason == "The series never moved: nothing says how far it may move."


def test_gaps_are_not_values():
    series: list[float | None] = list(walk(120, 5))
    holed = [None if place % 7 == 3 else value for place, value in enumerate(series)]
    found = forecast(holed, ForecastOptions(horizon=4))
    assert found.points == sum(value is not None for value in holed) == 103
    assert len(found.steps) == 4
    only_gaps = forecast([None] * 50, ForecastOptions(horizon=4))
    assert only_gaps.reason == "10 points are needed to look 4 ahead; there are 0."


def test_what_is_no_number_is_a_gap_and_never_an_answer():
    series = [math.nan, math.inf, 1e300, *walk(60, 6), math.nan]
    found = forecast(series, ForecastOptions(horizon=3))
    assert found.points == 60
    assert all(math.isfinite(step.hi95) for step in found.steps)


@pytest.mark.parametrize("factor", [1e-9, 1e9])
def test_the_unit_does_not_matter(factor):
    series = returning(120, seed=8)
    plain = forecast(series, ForecastOptions(horizon=3))
    other = forecast([value * factor for value in series], ForecastOptions(horizon=3))
    assert [s.point * factor for s in plain.steps] == pytest.approx([s.point for s in other.steps], rel=1e-4)
    assert other.skill.measured == pytest.approx(plain.skill.measured, abs=1e-3)


def test_a_known_season_is_found_again():
    time = np.arange(24 * 30)
    series = 100 + 20 * np.sin(time * 2 * np.pi / 24) + np.random.default_rng(4).normal(size=len(time))
    found = forecast(series.tolist(), ForecastOptions(horizon=24, season=24))
    truth = 100 + 20 * np.sin((len(time) + np.arange(24)) * 2 * np.pi / 24)
    assert found.claimed_skill > 0.9
    assert [step.point for step in found.steps] == pytest.approx(truth.tolist(), abs=2)


def test_a_year_of_weeks_is_found_though_nobody_named_it():
    time = np.arange(52 * 9)
    series = 100 + 20 * np.sin(time * 2 * np.pi / 52) + np.random.default_rng(4).normal(size=len(time))
    found = forecast(series.tolist(), ForecastOptions(horizon=13))
    truth = 100 + 20 * np.sin((len(time) + np.arange(13)) * 2 * np.pi / 52)
    assert found.claimed_skill > 0.5
    assert [step.point for step in found.steps] == pytest.approx(truth.tolist(), abs=4)


def test_the_same_series_gives_the_same_forecast():
    series = walk(200, 11)
    assert forecast(series, ForecastOptions(5)) == forecast(series, ForecastOptions(5))


def test_skill_is_not_tested_on_fewer_than_four_stretches():
    ahead, actual = np.zeros((3, 10)), np.ones((3, 10))
    found = skill_of(ahead, ahead + 3, actual, np.ones(40), np.arange(3), 0.05)
    assert (found.measured, found.blocks, found.claimed) == (None, 3, False)


def test_skill_is_tested_over_the_horizons_of_which_eight_fit():
    ahead, actual = np.zeros((30, 10)), np.ones((30, 10))
    actual[:, 4:] = 1000.0  # beyond four steps nothing is looked at
    walk = ahead + 4 + np.arange(30)[:, None] % 3
    found = skill_of(ahead, walk, actual, np.ones(40), np.arange(30), 0.05)
    # The walk errs 3, 4 and 5 by turns, we 1: three quarters are saved, over eight stretches of four.
    assert (found.measured, found.blocks, found.claimed) == (pytest.approx(0.75, abs=0.01), 8, True)


def test_ten_steady_years_beat_the_last_year():
    years = [286.4, 301.9, 322.9, 339.0, 361.2, 382.7, 404.1, 431.0, 455.8, 481.6]
    found = forecast(years, ForecastOptions(horizon=3, search_seasons=False))
    assert found.claimed_skill > 0.3
    assert [step.point for step in found.steps] == pytest.approx([500, 519, 539], abs=12)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"horizon": 0}, "horizon has to lie between 1 and 260, not at 0."),
        ({"horizon": 261}, "horizon has to lie between 1 and 260, not at 261."),
        ({"horizon": 1, "season": 0}, "season has to lie between 1 and 260, not at 0."),
        ({"horizon": 1, "claim_level": 0.7}, "claim_level has to lie between 0 and 0.5, not at 0.7."),
    ],
)
def test_options_out_of_range_are_refused_by_name(options, message):
    with pytest.raises(BadInput, match=message.replace(".", r"\.")):
        ForecastOptions(**options)


def test_what_is_claimed_can_be_written_as_json():
    found = forecast(returning(300, seed=1), ForecastOptions(horizon=5))
    written = json.loads(json.dumps(asdict(found)))
    assert (written["method"], written["skill"]["claimed"]) == ("ensemble", True)
