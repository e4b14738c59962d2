"""The tables of settings, made from `.env.example`, which a test holds against what the code reads."""

import re
from dataclasses import dataclass
from pathlib import Path

EXAMPLE = Path(__file__).resolve().parent.parent / ".env.example"
SECTION = re.compile(r"^# --- (.+)$")
ASSIGNED = re.compile(r"^([A-Z][A-Z0-9_]*)=(.*)$")


@dataclass(frozen=True, slots=True)
class Setting:
    """One variable. `default` is empty where the code works one out, and then `meaning` says which."""

    name: str
    default: str
    meaning: str
    section: str


def settings(example: str) -> list[Setting]:
    """The settings of an example file, in its order. Comments above a variable say what it means."""
    found: list[Setting] = []
    section, comment = "", []
    for line in example.splitlines():
        if heading := SECTION.match(line):
            section, comment = heading[1], []
        elif assigned := ASSIGNED.match(line):
            found.append(Setting(assigned[1], assigned[2].strip(), " ".join(comment), section))
            comment = []
        elif line.startswith("#"):
            comment.append(line.lstrip("# "))
        else:
            comment = []
    return found


def tables() -> str:
    """A table for each section, in Markdown."""
    lines: list[str] = []
    section = None
    for setting in settings(EXAMPLE.read_text(encoding="utf-8")):
        if setting.section != section:
            section = setting.section
            lines += ["", f"## {section}", "", "| Variable | Default | What it is for |", "|---|---|---|"]
        default = f"`{setting.default}`" if setting.default else "(empty)"
        lines.append(f"| `{setting.name}` | {default} | {setting.meaning.replace('|', chr(92) + '|')} |")
    return "\n".join(lines) + "\n"
