"""Which failures are repeated, and when."""

import pytest

from jobs.retry import failure_of, seconds_to_wait
from net.errors import FetchFailed


@pytest.mark.parametrize(
    ("attempt", "least", "most"), [(1, 60, 90), (2, 120, 180), (3, 240, 300), (4, 240, 300), (50, 240, 300)]
)
def test_waits_grow_to_five_minutes_and_differ(attempt: int, least: float, most: float) -> None:
    waits = [seconds_to_wait(attempt) for _ in range(200)]
    assert least <= min(waits) < max(waits) <= most


@pytest.mark.parametrize(
    ("retry_after", "least", "most"),
    [(3600, 3600, 3960), (10**12, 86_400, 95_040), (0, 60, 90), (-1, 60, 90), (10, 60, 90)],
)
def test_what_the_other_side_asks_for_is_honoured_up_to_a_day(
    retry_after: float, least: float, most: float
) -> None:
    waits = [seconds_to_wait(1, retry_after) for _ in range(100)]
    assert least <= min(waits)
    assert max(waits) <= most


def test_a_failed_request_speaks_for_itself() -> None:
    error = FetchFailed(
        "rate_limited", "http://example.org/", "The site asks to wait.", status=429, retry_after=30
    )
    failure = failure_of(error)
    assert (failure.code, failure.retryable, failure.retry_after) == ("rate_limited", True, 30.0)


def test_a_defect_shows_nothing_of_itself() -> None:
    failure = failure_of(KeyError("password=hunter2"))
    assert (failure.code, failure.retryable) == ("internal_error", False)
    assert "hunter2" not in failure.message


def test_an_exit_status_is_no_code() -> None:
    error = RuntimeError()
    error.code = 3  # type: ignore[attr-defined]
    assert failure_of(error).code == "internal_error"
