"""Who may take another's place: figures worked out by hand."""

import math

import pytest

from engine.promotion import Comparison, compare, decide


def test_the_difference_and_its_error_over_units() -> None:
    found = compare([3.0, 4.0, 5.0, 6.0, 7.0], [1.0, 3.0, 3.0, 5.0, 5.0])
    # The differences are 2, 1, 2, 1, 2: their mean is 1.6 and their deviation the root of 0.3.
    assert (found.difference, found.units) == (1.6, 5)
    assert found.standard_error == pytest.approx(math.sqrt(0.3 / 5), rel=1e-12)
    assert found.is_better()
    assert not Comparison(0.9, 0.5, 10).is_better(2)


def test_one_standard_error_has_to_lie_between() -> None:
    assert not Comparison(0.5, 0.5, 10).is_better()
    assert Comparison(0.51, 0.5, 10).is_better()
    assert not Comparison(-1.0, 0.1, 10).is_better()
    assert not Comparison(0.0, 0.0, 10).is_better()


def test_four_units_say_nothing() -> None:
    assert not Comparison(9.0, 0.1, 4).is_better()
    assert not compare([2.0], [1.0]).is_better()
    with pytest.raises(ValueError, match="shorter"):
        compare([1.0, 2.0], [1.0])


def test_both_have_to_be_beaten() -> None:
    better, worse = Comparison(1.0, 0.1, 9), Comparison(0.05, 0.1, 9)
    assert decide(better, None, named="the lexicon").promote
    assert decide(better, better, named="the lexicon").reason == (
        "Better than the lexicon and the champion beyond one standard error."
    )
    assert decide(worse, better, named="the lexicon").reason == (
        "Not better than the lexicon beyond one standard error: the difference is +0.0500 with an error of"
        " 0.1000."
    )
    assert decide(better, worse, named="the lexicon").reason.startswith("Not better than the champion")
    assert decide(Comparison(1.0, 0.1, 3), None, named="the lexicon").reason == (
        "Compared with the lexicon over 3 parts, where 5 are needed."
    )
