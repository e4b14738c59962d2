"""`python -m engine classify` as another program calls it."""

import json

from engine.__main__ import EXIT_NOTHING_FOUND, EXIT_READ, main
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
