"""The project speaks of itself alone, in files that work on any machine."""

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).relative_to(ROOT)
# Absolute paths of one machine. What belongs to every Linux system is fine.
PATHS = re.compile(r"(?<![\w.:/}>\"-])/(?:home|root|work|Users|workspace|mnt|srv)/[\w.-]+")
TEXT = (
    *(".py", ".toml", ".txt", ".in", ".md", ".yaml", ".yml", ".html", ".css", ".js", ".svg"),
    *(".sh", ".bat", ".example", ".json", ".cfg"),
)


def _tracked() -> list[Path]:
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True)
    if done.returncode:  # an unpacked archive has no history
        names = [str(path.relative_to(ROOT)) for path in ROOT.rglob("*") if ".venv" not in path.parts]
    else:
        names = done.stdout.decode().split("\0")
    files = [Path(name) for name in names if name]
    return [
        path
        for path in files
        if (path.suffix in TEXT or path.name in ("run", "Makefile")) and (ROOT / path).is_file()
    ]


def test_no_file_names_a_path_of_one_machine() -> None:
    found = [
        f"{path}: {match[0]}"
        for path in _tracked()
        if path != HERE
        for match in PATHS.finditer((ROOT / path).read_text(errors="replace"))
    ]
    assert found == []


def test_the_rule_finds_what_it_looks_for() -> None:
    assert PATHS.search("open('/home/ann/report.pdf')")
    assert not PATHS.search("https://example.org/home/reports")
    assert len(_tracked()) > 100


def test_no_package_is_locked_to_another_index() -> None:
    for lock in sorted(ROOT.glob("requirements*.txt")):
        lines = [line for line in lock.read_text().splitlines() if not line.lstrip().startswith("#")]
        assert [line for line in lines if "://" in line or line.startswith("--index")] == []
        packages = [line for line in lines if re.match(r"[A-Za-z0-9]", line)]
        assert [line for line in packages if "==" not in line] == []
        assert "--hash=sha256:" in "".join(lines)


def test_nothing_generated_or_secret_is_tracked() -> None:
    done = subprocess.run(
        ["git", "ls-files", ".state", ".env", ".venv", "*.sqlite3", "*.pyc", "*.log"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.stdout == ""
