"""The committed reports are what the builder makes, and they print what the truth says."""

import hashlib
import json
import re
from decimal import Decimal

import pypdfium2
import pytest

from demo import build, figures

TRUTH = json.loads(build.TRUTH.read_text(encoding="utf-8"))
PUBLICATIONS = {entry["file"]: entry for entry in TRUTH["publications"]}


def text_of_pages(pdf: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(pdf)
    return [document[index].get_textpage().get_text_range() for index in range(len(document))]


def test_eleven_publications_of_which_eight_are_annual_reports():
    kinds = [entry["kind"] for entry in PUBLICATIONS.values()]
    assert len(kinds) == 11
    assert kinds.count("annual_report") == 8
    assert set(kinds[8:]) == {"half_year_report", "investor_presentation", "sustainability_report"}


@pytest.mark.parametrize("file", PUBLICATIONS)
def test_the_committed_file_is_the_one_of_the_truth(file):
    pdf = (build.REPORTS / file).read_bytes()
    assert hashlib.sha256(pdf).hexdigest() == PUBLICATIONS[file]["sha256"]
    assert len(pypdfium2.PdfDocument(pdf)) == PUBLICATIONS[file]["pages"]
    assert len(pdf) < 150_000


def test_building_again_gives_the_same_files(tmp_path):
    reports = tmp_path / "reports"
    rebuilt = build.build(reports, tmp_path / "truth.json", tmp_path / "site" / "files.json")
    for entry in rebuilt["publications"]:
        assert entry["fingerprint"] == PUBLICATIONS[entry["file"]]["fingerprint"]
        assert entry["statements"] == PUBLICATIONS[entry["file"]]["statements"]
    assert (tmp_path / "site" / "files.json").read_text() == build.FILES.read_text()


def test_a_fingerprint_sees_a_changed_digit():
    pdf = (build.REPORTS / "annual-report-2018.pdf").read_bytes()
    assert build.fingerprint(pdf) == PUBLICATIONS["annual-report-2018.pdf"]["fingerprint"]
    assert build.fingerprint(pdf.replace(b"Annual", b"Anmual", 1)) != build.fingerprint(pdf)


@pytest.mark.parametrize("file", [name for name, entry in PUBLICATIONS.items() if entry["statements"]])
def test_every_figure_stands_on_its_page_after_its_label(file):
    pages = text_of_pages((build.REPORTS / file).read_bytes())
    for statement in PUBLICATIONS[file]["statements"]:
        rows: dict[tuple[str, str], list[dict]] = {}
        for cell in statement["cells"]:
            rows.setdefault((cell["section"], cell["key"]), []).append(cell)
        for cells in rows.values():
            printed = r"\s+".join(re.escape(cell["printed"]) for cell in cells)
            line = rf"{re.escape(cells[0]['label'])}\s+(\d{{1,2}}\s+)?{printed}"
            assert re.search(line, pages[cells[0]["page"] - 1]), (file, cells[0]["label"])


def test_values_are_the_printed_text_in_base_units():
    for entry in PUBLICATIONS.values():
        for statement in entry["statements"]:
            for cell in statement["cells"]:
                digits = cell["printed"].strip("()").replace(",", "").replace("–", "0")
                sign = -1 if cell["printed"].startswith("(") else 1
                scale = 1 if cell["key"].startswith("eps") else statement["scale"]
                assert Decimal(cell["value"]) == sign * Decimal(digits) * scale


def test_comparatives_equal_the_year_before_unless_restated():
    printed = {}
    for report in figures.reports():
        for statement in PUBLICATIONS[f"{report.name}.pdf"]["statements"]:
            for cell in statement["cells"]:
                printed.setdefault((statement["kind"], cell["key"], cell["period_end"]), {})[report.year] = (
                    Decimal(cell["value"]),
                    cell["restated"],
                )
    changed = set()
    for (_kind, key, end), versions in printed.items():
        values = [value for _, (value, _) in sorted(versions.items())]
        tolerance = 50_000 if end == "2021-06-30" else 0
        if any(abs(value - values[0]) > tolerance for value in values):
            changed.add((key, end))
            assert [restated for _, (_, restated) in sorted(versions.items())] == [False, True]
    assert {end for _, end in changed} == {"2022-06-30"}
    assert {"admin", "tax", "net_income", "retained", "intangibles", "cfo", "cfi"} <= {k for k, _ in changed}
