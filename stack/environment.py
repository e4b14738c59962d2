"""What the environment and the file `.env` say, before Django is there to read them.

A secret may lie in a file instead, which the variable with `_FILE` behind its name names: that is how
container engines and systemd hand secrets over, and it keeps them out of the environment of children.
"""

import os
import re
from collections.abc import Mapping
from pathlib import Path

_LINE = re.compile(r"\A\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*?)\s*\Z")
# What is asked for before Django is there.
_SECRETS = ("SECRET_KEY", "FLOWER_BASIC_AUTH", "REDIS_URL", "CELERY_BROKER_URL")


def read(folder: Path, environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """All settings written down; the environment goes before the file. Raises UnreadableSecret."""
    path = Path(environment.get("TENFOLD_ENV_FILE") or folder / ".env")
    written = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    found = {match[1]: _unquoted(match[2]) for match in map(_LINE.match, written) if match}
    together = {**found, **environment}
    held = {name: value_of(name, together) for name in _SECRETS if together.get(f"{name}_FILE")}
    return {**together, **held}


class UnreadableSecret(Exception):
    """A file that should hold a secret does not; the message says which and what to do."""


def value_of(name: str, environment: Mapping[str, str] = os.environ) -> str:
    """A variable, or the content of the file that NAME_FILE names, without the blanks around it.

    Empty where neither is set. Raises UnreadableSecret where both are, or the file cannot be used.
    """
    written = environment.get(name, "").strip()
    file = environment.get(f"{name}_FILE", "").strip()
    if not file:
        return written
    if written:
        raise UnreadableSecret(f"{name} and {name}_FILE are both set. Keep one of them.")
    try:
        held = Path(file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is no text"
        raise UnreadableSecret(f"{name}_FILE names {file}, which cannot be read: {why}.") from None
    if not held:
        raise UnreadableSecret(f"{name}_FILE names {file}, which is empty. Write the value into it.")
    return held


def _unquoted(value: str) -> str:
    for quote in "'\"":
        if len(value) > 1 and value[0] == value[-1] == quote:
            return value[1:-1]
    return re.sub(r"\s+#.*\Z", "", value)
