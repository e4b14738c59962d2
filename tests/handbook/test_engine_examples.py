"""Every example of docs/engine.md is typed into a shell, and prints what the page says."""

import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from engine.__main__ import COMMANDS
from engine.reading import read
from extraction.compile import compile_company
from extraction.exports import export_of, to_workbook
from extraction.models import CompiledStatement
from extraction.store import store_reading
from extraction.table.figures import figures_of_stored
from extraction.table.presentation import DisplayUnit, written
from handbook.examples import Example, examples
from tests.conftest import ROOT
from tests.extraction.made import a_company, a_document

PAGE = (ROOT / "docs" / "engine.md").read_text()
pytestmark = pytest.mark.django_db


def test_a_block_is_taken_apart() -> None:
    page = (
        "```console\n$ cat > a << 'END'\none\nEND\n$ cat a \\\n  a\none\none\n```\n```console\n$ true\n```\n"
    )
    assert examples(page) == [
        Example(0, "cat > a << 'END'\none\nEND", ""),
        Example(0, "cat a \\\n  a", "one\none\n"),
        Example(1, "true", ""),
    ]


def test_every_command_has_an_example() -> None:
    typed = "\n".join(example.command for example in examples(PAGE))
    assert [name for name in COMMANDS if f"python -m engine {name}" not in typed] == []


def test_every_example_prints_what_the_page_says(tmp_path: Path) -> None:
    (tmp_path / "demo").symlink_to(ROOT / "demo")
    (tmp_path / "statements.xlsx").write_bytes(_workbook())
    wrong = []
    for example in examples(PAGE):
        done = subprocess.run(
            ["bash", "-c", example.command], cwd=tmp_path, env=_shell(), capture_output=True, text=True
        )
        if (done.stdout, done.stderr) != (example.output, ""):
            wrong.append(f"$ {example.command}\n{done.stdout}{done.stderr}")
    assert wrong == []


def _shell() -> dict[str, str]:
    """As behind `source .venv/bin/activate` in the project's folder."""
    folder = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    return {"PATH": folder, "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8"}


def _workbook() -> bytes:
    """The income statement of the newest report of the demo company, as its page exports it."""
    company = a_company()
    document = a_document(company, 2025)
    document.period_end = date(2025, 6, 30)
    document.save()
    report = (ROOT / "demo" / "reports" / "annual-report-2025.pdf").read_bytes()
    store_reading(document.current_version, read(report), options_digest="d", task_run=None)
    compile_company(company)
    stored = CompiledStatement.objects.get(
        company=company, statement="income_statement", view="latest", is_current=True
    )
    return to_workbook(export_of([written(figures_of_stored(stored), DisplayUnit.MILLIONS)]))
