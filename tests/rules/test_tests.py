"""No test passes without having said what it expects."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
EXPECTING = {"raises", "warns", "fail", "skip", "expect"}


def _tests(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test"):
            yield node


def _expects(function: ast.AST, helpers: set[str]) -> bool:
    """True where it asserts, expects an error, or calls a function of its file that does."""
    for node in ast.walk(function):
        if isinstance(node, ast.Assert):
            return True
        if isinstance(node, ast.Call):
            called = node.func
            name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
            if name in EXPECTING or name in helpers or "assert" in name:
                return True
    return False


def _without_expectation(source: str) -> list[str]:
    tree = ast.parse(source)
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    helpers = {node.name for node in functions if not node.name.startswith("test") and _expects(node, set())}
    return [test.name for test in _tests(tree) if not _expects(test, helpers)]


def test_every_test_asserts_something() -> None:
    found = {
        str(path.relative_to(ROOT)): names
        for path in (ROOT / "tests").rglob("test_*.py")
        if (names := _without_expectation(path.read_text()))
    }
    assert found == {}


def test_the_rule_finds_an_empty_test() -> None:
    assert _without_expectation("def test_nothing():\n    compute()\n") == ["test_nothing"]
    assert _without_expectation("def test_it():\n    assert compute() == 1\n") == []
