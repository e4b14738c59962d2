"""The reader reads the synthetic reports without a fault: figures, signs, scales, labels, pages, and
gives every line its concept, in every language and layout."""

import pytest

from benchmarks import synthetic
from benchmarks.scoring import rows_of_items, score
from engine.reading import read

CASES = [
    (layout, locale, synthetic.SCALES[(n + m) % 3])
    for n, layout in enumerate(synthetic.LAYOUTS)
    for m, locale in enumerate(synthetic.locales())
]


@pytest.mark.parametrize(("layout", "locale", "scale"), CASES)
def test_every_figure_and_label_is_read(layout, locale, scale):
    report = synthetic.generate(layout, locale, scale, seed=7)
    reading = read(report.pdf)
    result = score(report.truth, reading)
    assert result.faults == ()
    assert result.counts["cells_right"] == result.counts["cells"] == result.counts["cells_read"]
    assert _wrong_concepts(report.truth, reading) == []


def _wrong_concepts(truth, reading):
    """Label, concept expected and concept given, of the lines that have another concept."""
    wrong = []
    for statement in reading.statements:
        items = truth["statements"][statement.table.kind.value]
        rows = rows_of_items(items, statement.table)
        for number, item in enumerate(items["items"]):
            expected = synthetic.CONCEPTS[statement.table.kind][item["key"]]
            found = statement.mappings[rows[number]].concept
            if found != expected:
                wrong.append((item["label"], expected, found))
    return wrong
