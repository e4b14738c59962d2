"""Slopes, levels and shifts in the tone of documents."""

from datetime import date

import pytest

from engine.sentiment.trend import DatedScore, mann_kendall, trend_of


def yearly(*scores):
    return [DatedScore(date(2010 + place, 12, 31), score) for place, score in enumerate(scores)]


def test_a_steady_rise_has_a_slope_that_chance_does_not_explain():
    trend = trend_of(yearly(0.0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35))

    assert trend.slope.per_year == pytest.approx(0.05, abs=0.0002)
    assert trend.slope.p_value < 0.01
    assert [point.delta for point in trend.points][:2] == [None, 0.05]
    assert trend.points[0].smoothed == 0.0


def test_one_odd_report_does_not_move_the_slope():
    calm = trend_of(yearly(0.1, 0.1, 0.9, 0.1, 0.1, 0.1))

    assert calm.slope.per_year == 0.0
    assert calm.slope.p_value > 0.5


def test_kendalls_count_against_a_worked_example():
    # Ten values in perfect order: S = 45, variance = 10·9·25/18 = 125, so z = 44/√125 = 3.935.
    assert mann_kendall(range(10)) == pytest.approx(8.3e-5, rel=0.01)
    assert mann_kendall([1, 1, 1, 1]) == 1.0


def test_a_new_level_begins_at_its_first_report():
    trend = trend_of(yearly(0.3, 0.31, 0.29, 0.3, -0.2, -0.21, -0.19, -0.2))

    assert trend.changes == (date(2014, 12, 31),)


def test_a_steady_tone_has_no_new_level_and_no_shift():
    trend = trend_of(yearly(0.3, 0.31, 0.29, 0.3, 0.3, 0.31, 0.29))

    assert (trend.changes, trend.shift) == ((), None)


def test_a_last_report_apart_is_a_shift():
    shift = trend_of(yearly(0.3, 0.28, 0.32, 0.3, -0.1)).shift

    assert (shift.day, shift.score, shift.usual) == (date(2014, 12, 31), -0.1, 0.3)
    assert shift.deviations == -13.33


def test_too_few_reports_say_nothing_of_a_trend():
    trend = trend_of(yearly(0.3, -0.3, 0.3))

    assert (trend.slope, trend.changes, trend.shift) == (None, (), None)
    assert trend_of([]).points == ()


def test_the_order_in_which_reports_come_does_not_matter():
    scores = yearly(0.1, 0.3, 0.2, 0.4)

    assert trend_of(scores[::-1]) == trend_of(scores)


def test_equal_scores_have_a_slope_of_nothing_and_equal_days_no_interval():
    equal = trend_of(yearly(0.2, 0.2, 0.2, 0.2)).slope
    days = [date(2020, 12, 31)] * 3 + [date(2021, 12, 31)]
    same_day = trend_of([DatedScore(day, 0.1) for day in days]).slope

    assert (equal.per_year, equal.low, equal.high, equal.p_value) == (0.0, 0.0, 0.0, 1.0)
    assert (same_day.per_year, same_day.low, same_day.high) == (0.0, None, None)
