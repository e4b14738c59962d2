"""The command line: what it prints and how it ends."""

import json
import subprocess
import sys

import pytest

from engine.__main__ import main
from engine.commands.status import (
    EXIT_NO_FILE,
    EXIT_NOTHING_FOUND,
    EXIT_READ,
    EXIT_UNREADABLE,
    EXIT_WRONG_ARGUMENTS,
)
from tests.conftest import ROOT
from tests.engine.makepdf import PROSE, balance, cash_flow, income, report


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "report.pdf"
    path.write_bytes(report([PROSE, income(), balance(), cash_flow()]))
    return str(path)


def test_a_table_a_person_can_read(file, capsys):
    assert main(["read", file, "--statement", "income_statement"]) == EXIT_READ
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "INCOME STATEMENT  (consolidated, page 2, EUR, millions)"
    assert lines[1].split() == ["2023-06-30", "2022-06-30"]
    assert lines[2].split() == ["Revenue", "1,234.5", "1,150.0"]
    assert lines[6].split() == ["Other", "operating", "income", "–", "12.0"]


def test_json_is_the_contract(file, capsys):
    assert main(["read", file, "--json"]) == EXIT_READ
    answer = json.loads(capsys.readouterr().out)
    statement = answer["statements"][0]
    assert answer["document"]["pages"] == 4
    assert (statement["kind"], statement["scope"], statement["pages"]) == (
        "income_statement",
        "consolidated",
        [2],
    )
    assert (statement["currency"], statement["scale"]) == ("EUR", 1_000_000)
    assert statement["columns"][0]["period_end"] == "2023-06-30"
    row = statement["rows"][1]
    assert (row["label"], row["concept"]) == ("Cost of sales", "is.cost_of_sales")
    assert {k: row["cells"][0][k] for k in ("text", "value", "nil", "page")} == {
        "text": "(700.0)",
        "value": "-700.0",
        "nil": False,
        "page": 2,
    }


def test_pages_restrict_the_search(file, capsys):
    assert main(["read", file, "--pages", "3", "--json"]) == EXIT_READ
    assert [s["pages"] for s in json.loads(capsys.readouterr().out)["statements"]] == [[3]]
    with pytest.raises(SystemExit) as wrong:
        main(["read", file, "--pages", "first"])
    assert wrong.value.code == EXIT_WRONG_ARGUMENTS


def test_survey_prints_one_fact_per_line(file, capsys):
    assert main(["survey", file]) == EXIT_READ
    assert "pages             4" in capsys.readouterr().out.splitlines()


def test_each_way_of_failing_has_its_status(tmp_path, capsys):
    page = tmp_path / "page.pdf"
    page.write_bytes(b"<html>not found</html>")
    assert main(["read", str(page)]) == EXIT_UNREADABLE
    assert capsys.readouterr().err.startswith("not_a_pdf: The file is a web page")
    assert main(["read", str(tmp_path / "absent.pdf")]) == EXIT_NO_FILE
    assert "No such file" in capsys.readouterr().err
    prose = tmp_path / "prose.pdf"
    prose.write_bytes(report([PROSE]))
    assert main(["read", str(prose)]) == EXIT_NOTHING_FOUND
    assert "[statement_not_found]" in capsys.readouterr().out


def test_an_error_is_json_where_json_is_asked_for(tmp_path, capsys):
    page = tmp_path / "page.pdf"
    page.write_bytes(b"")
    assert main(["read", str(page), "--json"]) == EXIT_UNREADABLE
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "not_a_pdf"


def test_lines_of_a_page_are_numbered_with_their_figures_apart(file, capsys):
    assert main(["lines", file, "--pages", "2"]) == EXIT_READ
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split("|")[1].split() == ["Consolidated", "income", "statement"]
    costs = next(line for line in lines if "Cost of sales" in line)
    assert costs.split("|")[1] == "Cost of sales  (700.0)  (650.0)"
    assert main(["lines", file, "--pages", "99", "--json"]) == EXIT_NOTHING_FOUND
    assert json.loads(capsys.readouterr().out) == {"lines": []}


def test_a_reader_that_has_seen_enough_is_no_error_of_the_file(file):
    """`… | head -1`: the pipe is closed before all of the text is written."""
    command = f"{sys.executable} -m engine passages {file} --json | head -c 1"
    for _ in range(3):
        done = subprocess.run(["bash", "-c", command], cwd=ROOT, capture_output=True, text=True)
        assert (done.stdout, done.stderr) == ("{", "")


def test_a_command_loads_only_what_it_needs():
    code = (
        "import sys; from engine.__main__ import main; main(['survey', '-', '--json']);"
        "print(sorted({m for m in sys.modules if m in ('openpyxl', 'engine.classify.document')}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], input=report([income()]), cwd=ROOT, capture_output=True, timeout=60
    )
    assert done.stdout.splitlines()[-1] == b"[]", done
