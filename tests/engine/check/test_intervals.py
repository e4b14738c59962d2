"""Arithmetic on printed precision."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.check.intervals import ZERO, Interval, total

numbers = st.decimals(
    min_value=Decimal("-1e12"), max_value=Decimal("1e12"), allow_nan=False, allow_infinity=False, places=3
)
precisions = st.integers(min_value=-6, max_value=3)


def around(value: Decimal, decimals: int) -> Interval:
    return Interval.printed(value, decimals)


def test_a_printed_number_stands_for_half_of_its_last_digit_each_way():
    assert Interval.printed(Decimal("17626.6"), 1, 1_000_000) == Interval(
        Decimal("17626550000.0"), Decimal("17626650000.0")
    )
    assert Interval.printed(Decimal(12), 0) == Interval(Decimal("11.5"), Decimal("12.5"))
    assert Interval.printed(Decimal("-1.27"), 2) == Interval(Decimal("-1.275"), Decimal("-1.265"))


def test_an_interval_does_not_run_backwards():
    with pytest.raises(ValueError, match="cannot run from 2 down to 1"):
        Interval(Decimal(2), Decimal(1))


def test_three_rounded_lines_may_miss_their_total_by_two_units_but_not_by_three():
    lines = total(Interval.printed(Decimal(n), 0) for n in (10, 20, 30))
    assert lines.meets(Interval.printed(Decimal(62), 0))
    assert not lines.meets(Interval.printed(Decimal(63), 0))
    assert total([]) == ZERO


@given(numbers, numbers, precisions, precisions)
def test_a_sum_holds_every_sum_of_what_its_parts_hold(a, b, p, q):
    left, right = around(a, p), around(b, q)
    assert (left + right).holds(left.low + right.high)
    assert (left + right).radius == left.radius + right.radius
    assert (left + right).middle == a + b


@given(numbers, precisions)
def test_turning_the_sign_twice_changes_nothing(a, p):
    turned = -around(a, p)
    assert -turned == around(a, p)
    assert around(a, p).times(-1) == -around(a, p)


@given(numbers, numbers, precisions, precisions)
def test_meeting_is_mutual_and_means_that_the_difference_may_be_zero(a, b, p, q):
    left, right = around(a, p), around(b, q)
    assert left.meets(right) is right.meets(left)
    assert left.meets(right) is (left - right).holds(Decimal(0))


@given(numbers, precisions)
def test_a_number_rounded_to_a_precision_lies_in_its_interval(a, p):
    rounded = a.quantize(Decimal(1).scaleb(-p)) if p >= 0 else (a / 10**-p).quantize(Decimal(1)) * 10**-p
    assert Interval.printed(rounded, p).holds(a)
