"""The list of decisions, made from their titles."""

import re
from pathlib import Path

DECISIONS = Path(__file__).resolve().parent.parent / "docs" / "decisions"
TITLE = re.compile(r"^# (.+)$", re.MULTILINE)


def links() -> str:
    """Each decision with its title, by number."""
    return "".join(f"- [{_title(path)}]({path.name})\n" for path in sorted(DECISIONS.glob("[0-9]*.md")))


def _title(path: Path) -> str:
    title = TITLE.search(path.read_text(encoding="utf-8"))
    return title[1] if title else path.stem
