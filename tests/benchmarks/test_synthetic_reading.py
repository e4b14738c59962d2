"""The reader reads the synthetic reports without a fault: figures, signs, scales, labels, pages."""

import pytest

from benchmarks import synthetic
from benchmarks.scoring import score
from engine.reading import read

CASES = [
    (layout, locale, synthetic.SCALES[(n + m) % 3])
    for n, layout in enumerate(synthetic.LAYOUTS)
    for m, locale in enumerate(synthetic.locales())
]


@pytest.mark.parametrize(("layout", "locale", "scale"), CASES)
def test_every_figure_and_label_is_read(layout, locale, scale):
    report = synthetic.generate(layout, locale, scale, seed=7)
    result = score(report.truth, read(report.pdf))
    assert result.faults == ()
    assert result.counts["cells_right"] == result.counts["cells"] == result.counts["cells_read"]
