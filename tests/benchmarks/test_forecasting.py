"""The benchmark of forecasts: its files, its reference and its sets."""

import numpy as np
import pytest

from benchmarks import made_series
from benchmarks.forecasting import WEEKLY, naive2, owa, read_m4, score, smape
from benchmarks.made_series import MadeSeries


def test_the_files_of_the_competition(tmp_path):
    train, test = tmp_path / "Weekly-train.csv", tmp_path / "Weekly-test.csv"
    train.write_text('"V1","V2","V3","V4"\n"W1","1","2","3"\n"W2","5","6",""\n')
    test.write_text('"V1","V2"\n"W1","4"\n"W2","7"\n')
    first, second = read_m4(train, test)
    assert (first.known.tolist(), first.came.tolist()) == ([1, 2, 3], [4])
    assert (second.known.tolist(), second.came.tolist()) == ([5, 6], [7])
    test.write_text('"V1","V2"\n"W1","4"\n')
    with pytest.raises(ValueError, match="no series W2"):
        list(read_m4(train, test))


def test_the_reference_repeats_the_last_value_or_the_season():
    assert naive2(np.array([3.0, 5.0, 4.0]), 1, 2).tolist() == [4, 4]
    season = np.tile([1.0, 2.0, 3.0, 2.0], 12)
    assert naive2(season, 4, 6) == pytest.approx([1, 2, 3, 2, 1, 2])


def test_the_reference_has_an_average_of_one_against_itself():
    noise = np.random.default_rng(3)
    known, came = noise.normal(100, 1, size=60), noise.normal(100, 1, size=13)
    scored = score(MadeSeries("noise", known, came), WEEKLY)
    assert scored.naive_smape == pytest.approx(smape(np.repeat(known[-1], 13), came))
    assert owa([scored]) == pytest.approx(
        (scored.smape / scored.naive_smape + scored.mase / scored.naive_mase) / 2
    )
    assert smape(np.array([1.0, 0.0]), np.array([3.0, 0.0])) == 50


def test_the_sets_are_the_same_each_time():
    for make in (made_series.weekly, made_series.hourly):
        first, again = list(make(3, 13, 1)), list(make(3, 13, 1))
        assert [len(one.came) for one in first] == [13] * 3
        assert all(np.array_equal(a.known, b.known) for a, b in zip(first, again, strict=True))
        assert all(np.isfinite(one.known).all() for one in first)
