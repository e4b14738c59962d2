"""What the benchmarks of a whole company and of load conclude from what they measured."""

import argparse
from pathlib import Path

from benchmarks import load, whole_company
from engine.discover.feeds import links_in
from engine.discover.show import ranked_links


def a_company(**other: object) -> dict[str, object]:
    return {
        "seconds": 15.0,
        "processor": 30.0,
        "alone": {"seconds": 11.0, "processor": 21.0},
        "statements alone": {"seconds": 4.0, "processor": 8.0},
        "steps": {"scrape_investor_relations": [1, 0.2], "extraction.process_document": [10, 24.5]},
        "statements": 10,
        "years": 10,
        "runs": 13,
        "reports": 10,
        **other,
    }


def test_what_is_not_reading_is_a_share_of_the_processor_time():
    assert round(whole_company.outside(a_company()), 3) == 0.3
    lines = whole_company.lines_of(a_company())
    assert "Not reading: 30 % of the processor time." in lines
    assert "| the whole to all the reading | 1.36 | 1.43 |" in lines
    assert lines[-2:] == [
        "| `extraction.process_document` | 10 | 24.5 |",
        "| `scrape_investor_relations` | 1 | 0.2 |",
    ]


def test_the_made_page_leads_to_every_report(tmp_path: Path):
    reports = [tmp_path / f"MAKER_{year}_10K.pdf" for year in (2021, 2022, 2023)]
    whole_company.publish(reports, tmp_path / "site")
    page = (tmp_path / "site" / "investors" / "index.html").read_bytes()
    found = ranked_links(links_in(page, "http://127.0.0.1/investors/"), "http://127.0.0.1/investors/")
    assert sorted((link.fiscal_year, link.link.url.rpartition("/")[2]) for link in found) == [
        (2021, "MAKER_2021_10K.pdf"),
        (2022, "MAKER_2022_10K.pdf"),
        (2023, "MAKER_2023_10K.pdf"),
    ]


def loaded(**other: object) -> dict[str, object]:
    crowd = {"rows": 100, "pass": 0.2, "in_broker": 4, "broker_bytes": 2048, "cancelled": 1.0}
    return {
        "reads": {"per_second": 150.0, "milliseconds": {"documents": [300.0] * 100}},
        "paced": {
            "per_second": 100.0,
            "milliseconds": {"documents": [10.0] * 95, "a whole table": [90.0] * 5},
        },
        "launches": {"per_second": 40.0, "milliseconds": {"a start": [20.0, 199.0]}},
        "crowd": crowd,
        **other,
    }


def test_every_limit_can_be_missed():
    assert load.missed(loaded()) == []
    slow = loaded(
        reads={"per_second": 99.0, "milliseconds": {"documents": [9.0]}},
        paced={"per_second": 100.0, "milliseconds": {"documents": [101.0]}},
        launches={"per_second": 1.0, "milliseconds": {"a start": [201.0]}},
        crowd={**loaded()["crowd"], "pass": 1.1},  # type: ignore[dict-item]
    )
    assert load.missed(slow) == [
        "fewer than 100 reads a second",
        "reads longer than 100 ms",
        "starts longer than 200 ms",
        "a pass longer than 1 s",
    ]
    options = argparse.Namespace(documents=1000, runs=2000, clients=8)
    assert load.lines_of(slow, options)[-1].startswith("Not kept: fewer than 100 reads a second; ")
    lines = load.lines_of(loaded(), options)
    assert lines[-1] == "All limits were kept."
    assert "| 100 lists and tables of the API, as fast as they come | 150 | 300 | 300 |" in lines
    assert "| 100 at a steady rate | 100 | 10 | 10 |" in lines
    assert "| at the steady rate: a whole table | | 90 | 90 |" in lines
