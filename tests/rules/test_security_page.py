"""SECURITY.md says what defends what; here that it names tests that are there, for each requirement."""

import ast
import re
from functools import cache
from pathlib import Path

from tests.conftest import ROOT

PAGE = (ROOT / "SECURITY.md").read_text()
ROW = re.compile(r"^\| (S\d+) \| (.+?) \| (.+) \|$", re.MULTILINE)
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


@cache
def _tests_of(path: Path) -> frozenset[str]:
    tree = ast.parse(path.read_text())
    functions = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))
    return frozenset(node.name for node in functions if node.name.startswith("test_"))


def test_each_requirement_has_its_row_once_and_in_order() -> None:
    assert [row[0] for row in ROW.findall(PAGE)] == [f"S{number}" for number in range(1, 27)]


def test_every_row_names_tests_and_every_named_test_is_there() -> None:
    missing = []
    for requirement, _, tests in ROW.findall(PAGE):
        named = NAMED.findall(tests)
        assert named, f"{requirement} names no test"
        assert len(named) == tests.count("::"), f"{requirement} names a test in another form"
        missing += [
            (requirement, path, name)
            for path, name in named
            if not (ROOT / path).is_file() or name not in _tests_of(ROOT / path)
        ]
    assert missing == []


def test_decisions_that_are_named_are_there() -> None:
    numbers = set(re.findall(r"decisions/(\d{4})|`(\d{4})`", PAGE))
    known = {path.name[:4] for path in (ROOT / "docs" / "decisions").glob("*.md")}
    assert {one or other for one, other in numbers} <= known


def test_every_package_is_locked_by_hash() -> None:
    locks = sorted(ROOT.glob("requirements*.txt"))
    assert len(locks) >= 6
    for lock in locks:
        lines = lock.read_text().splitlines()
        names = [line for line in lines if re.match(r"^[a-zA-Z0-9]", line)]
        assert names
        unlocked = [
            line
            for line, after in zip(lines, [*lines[1:], ""], strict=True)
            if re.match(r"^[a-zA-Z0-9]", line) and "--hash=sha256:" not in after
        ]
        assert unlocked == [], lock.name
        assert all("==" in name for name in names), lock.name
