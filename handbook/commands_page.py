"""The table of the project's own commands, made from what each says of itself."""

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def commands() -> dict[str, str]:
    """Each command of `manage.py` that is this project's own, with its sentence."""
    found = {
        path.stem: _help(path)
        for path in sorted(ROOT.glob("*/management/commands/*.py"))
        if not path.stem.startswith("_")
    }
    return dict(sorted(found.items()))


def table() -> str:
    """All of them in Markdown."""
    lines = [f"| `{name}` | {said} |\n" for name, said in commands().items()]
    return "| Command | What it does |\n|---|---|\n" + "".join(lines)


def _help(path: Path) -> str:
    """What `--help` says: the class's `help`, or the first sentence of the file where it has none."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and any(
            isinstance(to, ast.Name) and to.id == "help" for to in node.targets
        ):
            return " ".join(str(ast.literal_eval(node.value)).split())
    return " ".join((ast.get_docstring(tree) or "").split("\n\n")[0].split())
