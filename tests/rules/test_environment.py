"""`.env.example` names every variable that is read, and none that is not."""

import itertools
import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
READ_BY_SETTINGS = re.compile(
    r"env\.(?:text|flag|number|choice|words|folder|parsed)\(\s*\"([A-Z][A-Z0-9_]*)\""
)
READ_ELSEWHERE = re.compile(
    r"(?:(?:environ(?:ment)?|settings)\.get|value_of)\(\s*\"((?:TENFOLD|REDIS|CELERY|FLOWER|OPENAI|DATABASE|SECRET)_[A-Z0-9_]+)\""
)
ASSIGNED = re.compile(r"^([A-Z][A-Z0-9_]*)=(.*)$")
# Told to child processes by ./run; people set them nowhere.
NOT_SETTINGS = {"DJANGO_SETTINGS_MODULE"}


def _read() -> set[str]:
    found = set(READ_BY_SETTINGS.findall((ROOT / "config" / "settings.py").read_text()))
    sources = [
        ROOT / "run",
        *(ROOT / "stack").rglob("*.py"),
        *(path for path in (ROOT / "config").rglob("*.py") if path.name != "environment.py"),
        *(ROOT / "net").rglob("*.py"),
    ]
    for source in sources:
        found |= set(READ_ELSEWHERE.findall(source.read_text()))
    return found - NOT_SETTINGS


def _documented() -> dict[str, str]:
    lines = (ROOT / ".env.example").read_text().splitlines()
    return {match[1]: match[2] for match in map(ASSIGNED.match, lines) if match}


def test_every_variable_is_documented_and_every_documented_one_is_read() -> None:
    assert _read() == set(_documented())


def test_every_variable_has_a_sentence() -> None:
    lines = (ROOT / ".env.example").read_text().splitlines()
    without = [
        line
        for before, line in itertools.pairwise(lines)
        if ASSIGNED.match(line) and not re.match(r"# .+[.:]$", before)
    ]
    assert without == []


def test_the_example_itself_starts_the_system(tmp_path: Path) -> None:
    """Copied as it is, it changes nothing: every value in it is the default or empty."""

    shown = (
        "import json; from config import settings as s; print(s.DEBUG, s.PRODUCTION, s.DOWNLOAD_MAX_BYTES)"
    )
    done = subprocess.run(
        [sys.executable, "-c", shown],
        cwd=ROOT,
        env={
            "PATH": os.environ["PATH"],
            "TENFOLD_ENV_FILE": str(ROOT / ".env.example"),
            "SECRET_KEY": "x" * 40,
            "TENFOLD_STATE_DIR": str(tmp_path),
        },
        capture_output=True,
        text=True,
    )
    assert done.stdout == f"False False {200 * 1024 * 1024}\n", done.stderr
