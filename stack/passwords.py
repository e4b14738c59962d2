"""Secrets made at the first start. They lie in the state folder, readable by its owner alone."""

import os
import secrets
from pathlib import Path

from stack.places import Places


def make_secret_key(places: Places) -> None:
    """Make the key that signs sessions, unless there is one."""
    if not places.secret_key.exists():
        _write(places.secret_key, secrets.token_urlsafe(48) + "\n")


def kept(places: Places) -> dict[str, str]:
    """The passwords kept so far, by what they open."""
    if not places.passwords.is_file():
        return {}
    lines = places.passwords.read_text(encoding="utf-8").splitlines()
    return dict(line.split(" ", 1) for line in lines if " " in line)


def keep(places: Places, name: str, password: str) -> None:
    """Remember a password."""
    known = {**kept(places), name: password}
    _write(places.passwords, "".join(f"{key} {value}\n" for key, value in known.items()))


def make(places: Places, name: str) -> str:
    """The password kept under the name, made now where there is none."""
    if name not in kept(places):
        keep(places, name, new())
    return kept(places)[name]


def new() -> str:
    """A password that nobody guesses."""
    return secrets.token_urlsafe(12)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # The file is born closed; a later chmod would leave a moment in which it is open.
    part = path.with_name(path.name + ".part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    part.replace(path)
