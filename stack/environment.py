"""What the environment and the file `.env` say, before Django is there to read them."""

import os
import re
from collections.abc import Mapping
from pathlib import Path

_LINE = re.compile(r"\A\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*?)\s*\Z")


def read(folder: Path, environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """All settings written down; the environment goes before the file."""
    path = Path(environment.get("TENFOLD_ENV_FILE") or folder / ".env")
    written = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    found = {match[1]: _unquoted(match[2]) for match in map(_LINE.match, written) if match}
    return {**found, **environment}


def _unquoted(value: str) -> str:
    for quote in "'\"":
        if len(value) > 1 and value[0] == value[-1] == quote:
            return value[1:-1]
    return re.sub(r"\s+#.*\Z", "", value)
