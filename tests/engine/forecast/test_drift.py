"""The watch over one-step errors: silent without a change, heard soon behind one, and blind to the future."""

import numpy as np
import pytest

from engine.errors import BadInput, NotEnoughData
from engine.forecast.drift import DriftThresholds, drift_of, one_step_errors, thresholds
from engine.forecast.values import Drift, DriftKind, ForecastMethod, ForecastOptions

OPTIONS = ForecastOptions(5, search_seasons=False)


def normal(count: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=count)


def test_the_sum_is_that_of_page_and_hinkley() -> None:
    """Mean 0 and deviation 1 before; each 2.5 adds 2.25 less what the mean has risen, until above 4."""
    limits = DriftThresholds(least_before=2, least_since=1, largest=3, tolerance=0.25, limit=4)
    before = [-1.0, 1.0] * 300
    spread = float(np.std(before, ddof=1))
    found = drift_of(before, [2.5 * spread, 2.5 * spread], limits)
    assert (found.kind, found.known_at) == (DriftKind.ABOVE, 1)
    risen = 2.5 / 601
    assert found.highest == pytest.approx((2.25 + 2.25 - risen) / 4, abs=1e-9)
    assert drift_of(before, [2.5 * spread], limits) == Drift(None, None, pytest.approx(2.25 / 4))


def test_one_outlier_is_no_change() -> None:
    assert drift_of(normal(300, 1).tolist(), [0.0] * 10 + [1000.0] + [0.0] * 10).kind is None


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        (lambda errors: errors + 1, DriftKind.ABOVE),
        (lambda errors: errors - 1, DriftKind.BELOW),
        (lambda errors: errors * 2, DriftKind.LARGER),
    ],
)
def test_a_change_is_known_within_weeks(change, kind: DriftKind) -> None:  # type: ignore[no-untyped-def]
    found = [
        drift_of(normal(300, seed).tolist(), change(normal(100, 1000 + seed)).tolist()) for seed in range(50)
    ]
    assert all(one.kind is not None for one in found)
    assert sum(one.kind is kind for one in found) >= 48
    assert float(np.median([one.known_at for one in found if one.known_at is not None])) <= 20


def test_it_rings_without_cause_in_few_years() -> None:
    rung = sum(
        drift_of(normal(300, seed).tolist(), normal(250, 5000 + seed).tolist()).kind is not None
        for seed in range(200)
    )
    assert rung <= 15  # 5 of 100 are expected


def test_too_few_errors_tell_nothing() -> None:
    with pytest.raises(NotEnoughData, match="59 errors before the fit and 5 since"):
        drift_of([0.1] * 59, [0.1] * 5)
    with pytest.raises(NotEnoughData, match="60 errors before the fit and 4 since"):
        drift_of([0.1] * 60, [0.1] * 4)


def test_errors_are_those_of_what_was_said_one_step_before() -> None:
    """The random walk says the last value, so that its errors are the steps."""
    values = (100 + np.cumsum(normal(400, 7))).tolist()
    errors = one_step_errors(values, 349, ForecastOptions(1, methods=(ForecastMethod.RANDOM_WALK,)))
    assert errors.weights == {"random_walk": 1.0}
    assert errors.since == errors.walk_since
    assert errors.places == tuple(range(350, 400))
    signs = [np.sign(values[place] - values[place - 1]) for place in errors.places]
    assert [np.sign(one) for one in errors.since] == signs


def test_a_gap_has_no_error() -> None:
    values = (100 + np.cumsum(normal(400, 7))).tolist()
    values[360] = None
    places = one_step_errors(values, 349, OPTIONS).places
    assert 360 not in places
    assert len(places) == 49


def test_shuffling_the_future_changes_no_error_before_it() -> None:
    values = (100 + np.cumsum(normal(420, 8))).tolist()
    errors = one_step_errors(values, 349, OPTIONS)
    later = values[:380] + list(reversed(values[380:]))
    shuffled = one_step_errors(later, 349, OPTIONS)
    assert shuffled.before == errors.before
    assert shuffled.weights == errors.weights
    assert shuffled.since[:30] == errors.since[:30]
    assert shuffled.since[31:] != errors.since[31:]


def test_a_level_that_breaks_is_heard_by_a_model_of_the_old_level() -> None:
    noise = 50 + normal(500, 9)
    noise[440:] += np.linspace(0, 30, 60)
    errors = one_step_errors(
        noise.tolist(), 399, ForecastOptions(1, methods=(ForecastMethod.AUTOREGRESSION,))
    )
    found = drift_of(errors.before, errors.since)
    assert found.kind is DriftKind.ABOVE
    assert found.known_at is not None
    assert 440 <= errors.places[found.known_at] < 480


def test_a_short_or_still_past_is_refused() -> None:
    with pytest.raises(NotEnoughData, match="100 points before the fit"):
        one_step_errors(normal(120, 1).tolist(), 99, OPTIONS)
    with pytest.raises(NotEnoughData, match="never moved"):
        one_step_errors([5.0] * 200, 150, OPTIONS)
    with pytest.raises(NotEnoughData, match="no figures"):
        one_step_errors([None] * 200, 150, OPTIONS)


def test_thresholds_are_read_and_checked() -> None:
    assert thresholds() == DriftThresholds(60, 5, 3.0, 0.25, 14.0)
    with pytest.raises(BadInput):
        DriftThresholds(60, 5, 3.0, 0.25, 0)
