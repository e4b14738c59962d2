"""What looks for faults in summaries finds those that are planted."""

from collections import Counter
from dataclasses import replace

from benchmarks.summaries import faults, stands_on, told
from engine.kinds import SummaryStyle
from engine.text.reading import read_text
from tests.engine.text.made_report import made_report


def test_a_report_without_faults_has_none() -> None:
    counts: Counter[str] = Counter(reports=1)
    assert list(faults(read_text(made_report()), counts)) == []
    assert counts["summaries"] == len(SummaryStyle)
    assert told(counts, [])[0].endswith("0 faults (not word for word on their page, twice, or otherwise"
                                        " the second time).")  # fmt: skip


def test_a_sentence_that_is_not_on_its_page_is_told() -> None:
    reading = read_text(made_report())
    pages = tuple(replace(page, text=page.text.replace("782", "783")) for page in reading.pages)
    found = list(faults(replace(reading, pages=pages), Counter()))
    assert any(one.startswith("key_points: not on page 1: We operated 782") for one in found)


def test_a_sentence_may_run_on_over_the_next_page_but_not_begin_there() -> None:
    sentence = "We operated 782 warehouses at the end of the year, and we shall open many more."
    pages = {1: "Weoperated782warehousesattheendoftheyear,17", 2: "Reportandweshallopenmanymore."}
    assert stands_on(sentence, 1, pages)
    assert not stands_on(sentence, 2, pages)
    assert not stands_on(sentence.replace("many", "few"), 1, pages)
