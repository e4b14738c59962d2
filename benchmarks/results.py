"""Writes a section of `benchmarks/RESULTS.md`, with the machine and the versions that gave it."""

import os
import platform
import re
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from engine import ENGINE_VERSION

FILE = Path(__file__).with_name("RESULTS.md")
READERS = ("pypdfium2", "pdfminer.six")
HEAD = "# Results\n\nWritten by the modules of `benchmarks` with `--write`.\n"


def installed(package: str) -> str | None:
    """A package's version, None where it is not installed."""
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def machine(packages: Sequence[str] = READERS) -> str:
    """Where the figures were measured, in one sentence with the versions of what matters to them."""
    versions = ", ".join(f"{name} {installed(name)}" for name in packages if installed(name))
    return (
        f"Measured with {os.cpu_count()} cores ({_processor()}), {platform.system()}, "
        f"Python {platform.python_version()}, engine {ENGINE_VERSION}{f', {versions}' if versions else ''}."
    )


def _processor() -> str:
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return platform.machine()
    found = re.search(r"^model name\s*:\s*(.+)$", text, re.MULTILINE)
    return found[1].strip() if found else platform.machine()


def write(title: str, lines: Sequence[str], packages: Sequence[str] = READERS) -> None:
    """Replaces the section of that title, or adds it."""
    text = FILE.read_text(encoding="utf-8") if FILE.exists() else HEAD
    section = f"\n## {title}\n\n{machine(packages)}\n\n" + "\n".join(lines) + "\n"
    pattern = re.compile(rf"\n## {re.escape(title)}\n.*?(?=\n## |\Z)", re.DOTALL)
    text = pattern.sub(lambda _: section, text) if pattern.search(text) else text + section
    FILE.write_text(text, encoding="utf-8")
