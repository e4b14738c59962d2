"""First pages as they are printed the world over: kind, fiscal year, last day and form of each."""

import pytest

from benchmarks.discovering import classified_pages, first_pages

CASES = first_pages()


@pytest.mark.parametrize("case", CASES, ids=[case["pages"][0][:60].replace("\n", " ") for case in CASES])
def test_first_pages(case):
    found = classified_pages(case)
    assert found.kind in case["kinds"]
    assert case.get("year") in (None, found.fiscal_year)
    assert case.get("end") in (None, found.period_end)
    assert case.get("form") in (None, found.form)
