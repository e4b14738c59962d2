"""`python -m engine classify` as another program calls it."""

import io
import json
import zipfile

from engine.__main__ import main
from engine.commands.status import EXIT_NOTHING_FOUND, EXIT_READ, EXIT_UNREADABLE
from tests.http import small_pdf


def test_classify_as_json(tmp_path, capsys):
    report = tmp_path / "x.pdf"
    report.write_bytes(
        small_pdf("Northwind Instruments", "Half-year report", "for the six months ended 30 June 2024")
    )
    assert main(["classify", str(report), "--url", "https://www.example.com/hy.pdf", "--json"]) == EXIT_READ
    answer = json.loads(capsys.readouterr().out)
    assert (answer["kind"], answer["fiscal_year"]) == ("half_year_report", 2024)
    assert (answer["period_end"], answer["form"], answer["currency"]) == ("2024-06-30", "", None)
    assert {clue["layer"] for clue in answer["evidence"]} >= {"title", "cover", "period"}


def test_what_says_nothing_is_unknown(tmp_path, capsys):
    report = tmp_path / "x.pdf"
    report.write_bytes(small_pdf("Particulars"))
    assert main(["classify", str(report)]) == EXIT_NOTHING_FOUND
    assert capsys.readouterr().out.splitlines()[0] == "kind         unknown"


def test_a_package_is_known_by_the_names_in_it(tmp_path, capsys):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as package:
        package.writestr("529900ABCDEFGHIJKL12-2023-09-30-en/META-INF/catalog.xml", "<catalog/>")
        package.writestr("529900ABCDEFGHIJKL12-2023-09-30-en/reports/report.xhtml", "<html/>")
    report = tmp_path / "download"
    report.write_bytes(packed.getvalue())
    assert main(["classify", str(report), "--json"]) == EXIT_READ
    answer = json.loads(capsys.readouterr().out)
    assert (answer["kind"], answer["fiscal_year"], answer["period_end"]) == (
        "esef_package",
        2023,
        "2023-09-30",
    )


def test_a_page_of_tagged_figures_is_read_like_a_report(tmp_path, capsys):
    words = "The directors present their report and the accounts of the group to the shareholders. " * 40
    report = tmp_path / "report.xhtml"
    report.write_text(
        '<html xmlns="http://www.w3.org/1999/xhtml" xmlns:ix="http://www.xbrl.org/2013/inlineXBRL"><body>'
        f"<h1>Annual report 2023</h1><p>for the year ended 31 December 2023</p><p>{words}</p></body></html>"
    )
    assert main(["classify", str(report), "--json"]) == EXIT_READ
    answer = json.loads(capsys.readouterr().out)
    assert (answer["kind"], answer["fiscal_year"], answer["period_end"]) == (
        "annual_report",
        2023,
        "2023-12-31",
    )


def test_a_package_of_anything_else_is_no_report(tmp_path, capsys):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as package:
        package.writestr("holiday/photo.jpg", b"x")
    report = tmp_path / "download.zip"
    report.write_bytes(packed.getvalue())
    assert main(["classify", str(report), "--json"]) == EXIT_UNREADABLE
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "not_a_pdf"
