"""What the machinery around a second reader promises, on reports made for it and on real ones."""

from collections import Counter

import pytest

from benchmarks import samples, second_reader
from engine.reading import read


def test_the_verdict_needs_all_of_it():
    good = Counter({"before right": 9, "perfect right": 9, "before left": 6, "perfect left": 2})
    assert second_reader.is_safe(good)
    for worse in (
        {"perfect right": 8},
        {"perfect left": 3},
        {"random changed": 1},
        {"swapping changed": 1},
        {"sly changed": 1},
    ):
        assert not second_reader.is_safe(Counter({**good, **worse}))


@pytest.mark.samples
def test_a_perfect_reader_helps_and_a_lying_one_changes_nothing():
    reports = samples.reports()[::15]
    counts: Counter[str] = Counter()
    for report in reports:
        data = (samples.FOLDER / "reports" / f"{report.name}.pdf").read_bytes()
        counts.update(second_reader.measured(data, read(data), report))
    assert counts["reports"] == len(reports) == 5
    assert counts["perfect right"] >= counts["before right"] > 0.95 * counts["keys"]
    assert counts["before left"] > 50
    assert counts["perfect left"] <= counts["before left"] / 3
    assert [counts[f"{name} changed"] for name in second_reader.READERS] == [0, 0, 0, 0]
    assert [counts[f"{name} spoiled"] for name in second_reader.READERS] == [0, 0, 0, 0]
    assert counts["perfect mended"] > 0.7 * counts["damaged"] > 8
    assert counts["random mended"] == counts["swapping mended"] == 0
    assert counts["perfect compared"] == counts["perfect agreed"] > 100
