"""The measures, against figures reckoned by hand."""

from datetime import date

import pytest

from engine.errors import BadInput
from engine.forecast.accuracy import Outcome, Share, accuracy_of, share
from engine.forecast.values import Step


def outcome(point: float, actual: float, last: float, usual: float | None = 2.0) -> Outcome:
    step = Step(1, point, point - 1, point + 1, point - 3, point + 3)
    return Outcome(step, actual, last, date(2024, 1, 1), date(2024, 1, 2), usual)


def test_the_measures():
    found = accuracy_of([outcome(10, 12, 9), outcome(20, 16, 21), outcome(30, 30, 30)])
    assert found.count == 3
    assert found.mae == pytest.approx(2)
    assert found.rmse == pytest.approx((20 / 3) ** 0.5)
    assert found.bias == pytest.approx(2 / 3)
    assert found.smape == pytest.approx(200 * (2 / 22 + 4 / 36) / 3)
    assert found.mase == pytest.approx(1)
    assert found.skill == pytest.approx(1 - 2 / (8 / 3))
    assert found.hit_rate.value == 1
    assert found.hit_rate.count == 2  # the third neither forecast a change nor saw one
    assert (found.coverage80.value, found.coverage95.value) == (pytest.approx(1 / 3), pytest.approx(2 / 3))
    # By hand: of each quantile the mean over the three, then the mean of the five.
    by_level = [
        (0.025 * 5 + 0.975 * 1 + 0.025 * 3) / 3,
        (0.1 * 3 + 0.9 * 3 + 0.1 * 1) / 3,
        (0.5 * 2 + 0.5 * 4) / 3,
        (0.9 * 1 + 0.1 * 5 + 0.1 * 1) / 3,
        (0.025 * 1 + 0.025 * 7 + 0.025 * 3) / 3,
    ]
    assert found.pinball == pytest.approx(sum(by_level) / 5)


def test_what_cannot_be_said_is_not_said():
    assert accuracy_of([]) is None
    found = accuracy_of([outcome(0, 0, 0, usual=None)])
    assert (found.smape, found.mase, found.skill) == (None, None, None)
    assert found.hit_rate == Share(None, None, None, 0)


def test_a_share_has_wilsons_interval():
    found = share(8, 10)
    assert (found.value, found.count) == (0.8, 10)
    assert (found.low, found.high) == (pytest.approx(0.4902, abs=1e-4), pytest.approx(0.9433, abs=1e-4))


@pytest.mark.parametrize("made_on", [date(2024, 1, 2), date(2024, 1, 3)])
def test_what_was_said_on_the_day_or_later_is_refused(made_on):
    with pytest.raises(BadInput, match=f"What was said on {made_on} of 2024-01-02 is no forecast"):
        Outcome(Step(1, 5, 4, 6, 3, 7), 5, 5, made_on, date(2024, 1, 2))
