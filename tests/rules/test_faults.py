"""docs/faults.md names every fault with the test that does it."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "faults.md").read_text(encoding="utf-8")
NAMED = re.findall(r"`(tests/[a-z_/]+\.py)::(test_\w+)`", PAGE)


def names_in(path: Path) -> set[str]:
    """The names of the tests in a file, those of classes too."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    functions = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))
    return {function.name for function in functions if function.name.startswith("test_")}


def test_each_named_test_exists() -> None:
    missing = [
        f"{path}::{name}"
        for path, name in NAMED
        if not (ROOT / path).is_file() or name not in names_in(ROOT / path)
    ]
    assert missing == []
    assert len(NAMED) == len(set(NAMED))


def test_each_test_of_faults_is_on_the_page() -> None:
    there = {
        (str(path.relative_to(ROOT)), name)
        for path in (ROOT / "tests" / "faults").glob("test_*.py")
        for name in names_in(path)
    }
    assert there - set(NAMED) == set()
    assert len(there) > 30


def test_each_kind_of_fault_has_a_row() -> None:
    rows = re.findall(r"^\| (F\d+) \|", PAGE, re.MULTILINE)
    assert sorted(set(rows), key=lambda row: int(row[1:])) == [f"F{number}" for number in range(1, 25)]
