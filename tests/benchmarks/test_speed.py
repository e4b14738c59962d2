"""The speed benchmark measures what it says, on made reports."""

from pathlib import Path

import pytest

from benchmarks import speed, synthetic
from benchmarks.speed import HEAD, Measured, evenly, measure, ratio_of_tenfold, row, statement_pages


@pytest.fixture
def report(tmp_path):
    path = tmp_path / "report.pdf"
    path.write_bytes(synthetic.generate("note_column", "en", 1_000_000).pdf)
    return path


def test_a_reading_is_measured_beside_its_unit(report, tmp_path):
    found = measure("tenfold", report, speed.warming(tmp_path))
    assert found is not None
    assert found.seconds > 0
    assert found.unit > 0
    assert 10 < found.megabytes < 500


def test_a_file_that_does_not_open_is_a_failure(tmp_path):
    broken = tmp_path / "broken.pdf"
    broken.write_bytes(b"%PDF-1.7 and nothing else")
    assert measure("pdfium", broken, speed.warming(tmp_path)) is None


def test_the_pages_of_the_statements_are_told(report):
    truth = synthetic.generate("note_column", "en", 1_000_000).truth["statements"]
    assert set(statement_pages(report)) == {page for each in truth.values() for page in each["pages"]}


def test_a_row_has_medians_and_the_ratio_of_the_sums():
    readings = [Measured(1.0, 1.0, 40.0), Measured(3.0, 2.0, 60.4), Measured(8.0, 4.0, 50.0), None]
    assert row("Some engine", readings) == "| Some engine | 3 of 4 | 3.000 | 1.50 | 1.71 | 60 |"
    assert row("Some engine", [None]) == "| Some engine | 0 of 1 | failed | | | |"


def test_files_are_taken_evenly():
    paths = [Path(f"{n}.pdf") for n in range(10)]
    assert [path.stem for path in evenly(paths, 4)] == ["0", "2", "5", "7"]
    assert evenly(paths[:3], 8) == paths[:3]


def test_the_ratio_of_tenfold_is_read_from_its_own_line():
    few = row("Tenfold, three statements, files of the peers", [Measured(9.0, 1.0, 1.0)])
    line = row("Tenfold, three statements", [Measured(2.6, 2.0, 1.0)])
    assert ratio_of_tenfold([*HEAD, few, line]) == 1.3
    assert ratio_of_tenfold([*HEAD, row("Tenfold, three statements", [None])]) == float("inf")


def test_a_peer_that_is_not_installed_is_named(report, tmp_path, monkeypatch):
    absent = speed.Engine("Some peer", "no-such-package-at-all", speed.ENGINES["pdfium"].read, peer=True)
    monkeypatch.setattr(speed, "ENGINES", {"absent": absent})
    lines = speed.table([report], report, peers=True)
    assert lines == [*HEAD, "| Some peer | not installed | | | | |"]
